-- The mirror, version 1. Times are milliseconds since 1970, UTC.

-- One list of one connection. Its number is never given twice, so that a stale one is noticed.
CREATE TABLE list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    agent_join TEXT,
    agent_list TEXT,
    live INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    UNIQUE (connection, collection)
);

-- One partition of a list ('' for a list in one piece) with its state. `offered` is NULL while no state was ever told,
-- 0 unknown, 1 yes, else the HTTP status of the refusal.
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    name TEXT NOT NULL,
    live INTEGER NOT NULL DEFAULT 0,
    offered INTEGER,
    walked_at INTEGER,
    checked_at INTEGER,
    server_count INTEGER,
    walk_started_at INTEGER,
    walk_at TEXT,
    watermark TEXT,
    etag TEXT,
    last_modified TEXT,
    parent_hash INTEGER,
    learned TEXT,
    UNIQUE (list, name)
);

-- Statuses, agents and projects, each text once.
CREATE TABLE word (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);

-- `key` grows by one with every new record and is never given twice. `shelf` tells list and gone at once: the first
-- column of every order. `active` and `made` fall back to each other, and to the beginning of time.
CREATE TABLE record (
    key INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    part INTEGER NOT NULL,
    id TEXT NOT NULL,
    title TEXT,
    status INTEGER,
    agent INTEGER,
    project INTEGER,
    created_at INTEGER,
    updated_at INTEGER,
    confirmed_at INTEGER NOT NULL,
    gone_at INTEGER,
    hash INTEGER NOT NULL,
    doc BLOB NOT NULL,
    shelf INTEGER AS (list * 2 + (gone_at IS NOT NULL)) VIRTUAL,
    active INTEGER AS (coalesce(updated_at, created_at, -400000000000000)) VIRTUAL,
    made INTEGER AS (coalesce(created_at, updated_at, -400000000000000)) VIRTUAL
);
CREATE UNIQUE INDEX record_id ON record (list, id);

-- Keys by which other records refer to a record of `list`, when it is not the id.
CREATE TABLE alias (
    list INTEGER NOT NULL,
    word INTEGER NOT NULL,
    record INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (list, word, record)
) WITHOUT ROWID;
CREATE INDEX alias_record ON alias (record);

-- How many records of a list carry a word: field 1 is the status, 2 the agent, 3 the project.
CREATE TABLE tally (
    list INTEGER NOT NULL,
    field INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    word INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (list, field, gone, word)
) WITHOUT ROWID;

-- The change feed: every record from `first` to `last` was touched.
CREATE TABLE feed (
    seq INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
);

CREATE TABLE trouble (
    list INTEGER NOT NULL,
    code TEXT NOT NULL,
    id TEXT,
    message TEXT NOT NULL,
    since INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX trouble_what ON trouble (list, code, coalesce(id, ''), id IS NULL);

-- Dictionaries of document frames; a frame names the one it needs.
CREATE TABLE dict (
    id INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    bytes BLOB NOT NULL
);

-- Numbers the mirror remembers beside its records.
CREATE TABLE memo (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- What `qd sql` reads.
CREATE VIEW records AS
SELECT
    l.connection, l.platform, l.collection, l.kind, r.id, coalesce(r.title, qd_title(r.doc)) AS title, s.text AS status,
    CASE WHEN r.agent IS NULL THEN NULL ELSE coalesce(
        (SELECT o.id FROM alias AS x JOIN record AS o ON o.key = x.record
         WHERE x.word = r.agent AND x.list = (
             SELECT j.id FROM list AS j WHERE j.connection = l.connection AND j.collection = l.agent_join)
         ORDER BY o.gone_at IS NOT NULL, x.rank DESC, x.record DESC LIMIT 1),
        a.text) END AS agent,
    p.text AS project,
    qd_time(r.created_at) AS created_at,
    qd_time(r.updated_at) AS updated_at,
    qd_time(CASE WHEN r.gone_at IS NULL
        THEN max(r.confirmed_at, coalesce(h.walked_at, 0), coalesce(
            (SELECT w.walked_at FROM part AS w WHERE w.list = r.list AND w.name = ''), 0))
        ELSE r.confirmed_at END) AS confirmed_at,
    qd_time(r.gone_at) AS gone_at,
    qd_doc(r.doc) AS doc
FROM record AS r
JOIN list AS l ON l.id = r.list
JOIN part AS h ON h.id = r.part
LEFT JOIN word AS s ON s.id = r.status
LEFT JOIN word AS a ON a.id = r.agent
LEFT JOIN word AS p ON p.id = r.project;

CREATE VIEW agents AS SELECT * FROM records WHERE kind = 'agent';
CREATE VIEW sessions AS SELECT * FROM records WHERE kind = 'session';
CREATE VIEW runs AS SELECT * FROM records WHERE kind = 'run';
CREATE VIEW approvals AS SELECT * FROM records WHERE kind = 'approval';
CREATE VIEW policies AS SELECT * FROM records WHERE kind = 'policy';
CREATE VIEW events AS SELECT * FROM records WHERE kind = 'event';
CREATE VIEW others AS SELECT * FROM records WHERE kind = 'other';

CREATE VIEW lists AS
SELECT
    l.connection, l.platform, l.collection, l.kind, p.name AS partition,
    CASE WHEN p.offered IS NULL OR p.offered = 0 THEN 'unknown' WHEN p.offered = 1 THEN 'yes' ELSE 'no' END AS offered,
    qd_time(p.walked_at) AS walked_at,
    qd_time(p.checked_at) AS checked_at,
    p.server_count,
    coalesce(p.live, 0) AS live,
    l.live AS list_live,
    l.gone AS list_gone,
    p.walk_at IS NOT NULL AS walking
FROM list AS l LEFT JOIN part AS p ON p.list = l.id;

CREATE VIEW problems AS
SELECT l.connection, l.collection, t.id, t.code, t.message, qd_time(t.since) AS since, qd_time(t.seen_at) AS seen_at
FROM trouble AS t JOIN list AS l ON l.id = t.list;
