-- Content: the messages of sessions and runs.

-- How the content of a list's records is come by, as JSON; NULL where they have none. `content_list` names the collection
-- of this connection whose records the content consists of.
ALTER TABLE list ADD COLUMN content TEXT;
ALTER TABLE list ADD COLUMN content_list TEXT;

-- What is known of the content of a record. `state`: 0 wanted, 1 held, 2 held and stale, 3 the platform has none,
-- 4 dropped, 5 it stands in the record. `hash` and `active` are those of the record when it was last looked at;
-- `stamp` is what its telling values came to when the content was fetched.
CREATE TABLE content (
    record INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    state INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    active INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    fetched_at INTEGER,
    messages INTEGER,
    raw INTEGER,
    packed INTEGER,
    digest INTEGER,
    etag TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    again_at INTEGER
);
CREATE INDEX content_due ON content (list, active) WHERE state IN (0, 2) AND gone = 0;
CREATE INDEX content_kept ON content (gone, active, packed) WHERE packed IS NOT NULL;

-- The messages themselves, packed; apart, so that what is known of them is counted without reading them.
CREATE TABLE body (
    record INTEGER PRIMARY KEY,
    frame BLOB NOT NULL
);

-- Which records make up the content of the record that their part is named after.
CREATE TABLE child (
    part INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (part, record)
) WITHOUT ROWID;

-- Whoever follows the change feed must notice that the file was deleted and made anew.
INSERT INTO memo (name, value) VALUES ('identity', random() & 0x7fffffffffffffff);

CREATE VIEW contents AS
SELECT
    l.connection, l.collection, r.id,
    c.messages, c.raw AS raw_bytes, coalesce(c.packed, 0) AS packed_bytes,
    qd_time(coalesce(c.fetched_at, r.confirmed_at)) AS fetched_at,
    c.state = 2 AS stale
FROM content AS c
JOIN record AS r ON r.key = c.record
JOIN list AS l ON l.id = c.list
WHERE c.state IN (1, 2, 5)
UNION ALL
SELECT
    l.connection, l.collection, r.id,
    (SELECT count(*) FROM child AS x WHERE x.part = p.id), NULL, 0, qd_time(r.confirmed_at), 0
FROM list AS l
JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
JOIN part AS p ON p.list = o.id
JOIN record AS r ON r.list = l.id AND r.id = p.name
WHERE EXISTS (SELECT 1 FROM child AS x WHERE x.part = p.id);
