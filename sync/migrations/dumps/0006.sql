-- A mirror of version 6: two sessions of `main`, one of them gone, the content of the other, their agent, a problem, a state.
PRAGMA application_id = 1902407026;
PRAGMA user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE alias (
    list INTEGER NOT NULL,
    word INTEGER NOT NULL,
    record INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (list, word, record)
) WITHOUT ROWID;
INSERT INTO alias VALUES(2,1,3,1);
CREATE TABLE body (
    record INTEGER PRIMARY KEY,
    frame BLOB NOT NULL
);
INSERT INTO body VALUES(2,X'20494902005b7b2274797065223a202275736572222c2022636f6e74656e74223a20227365636f6e64227d2c207b2274797065223a2022617373697374616e74222c20226e223a20312e35307d5d');
CREATE TABLE budget (
    connection TEXT PRIMARY KEY,
    told_at INTEGER NOT NULL,
    allowed INTEGER,
    remaining INTEGER,
    reset_at INTEGER,
    paused_until INTEGER
) WITHOUT ROWID;
INSERT INTO budget VALUES('main',60000,100,80,120000,NULL);
CREATE TABLE child (
    part INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (part, record)
) WITHOUT ROWID;
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
, partial INTEGER NOT NULL DEFAULT 0);
INSERT INTO content VALUES(2,1,1,0,20000,1,77,60000,2,73,78,1,NULL,0,NULL,0);
CREATE TABLE dict (
    id INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE TABLE feed (
    seq INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
);
INSERT INTO feed VALUES(1,1,2);
INSERT INTO feed VALUES(2,1,1);
INSERT INTO feed VALUES(3,3,3);
CREATE TABLE list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    agent_join TEXT,
    agent_list TEXT,
    live INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0, content TEXT, content_list TEXT,
    UNIQUE (connection, collection)
);
INSERT INTO list VALUES(1,'main','sessions','turen','session','agents',NULL,1,1,'{"fetched":{"changed":["/v"]}}',NULL);
INSERT INTO list VALUES(2,'main','agents','turen','agent',NULL,NULL,1,0,NULL,NULL);
CREATE TABLE memo (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO memo VALUES('identity',4611686018427387904);
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
    learned TEXT, partial INTEGER NOT NULL DEFAULT 0,
    UNIQUE (list, name)
);
INSERT INTO part VALUES(1,1,'',1,1,50000,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO part VALUES(2,2,'',1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
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
INSERT INTO record VALUES(1,1,1,'s1',NULL,NULL,1,2,10000,NULL,30000,50000,1,X'2017b900006669727374ff7b226964223a227331222c2276223a317d');
INSERT INTO record VALUES(2,1,1,'s2',NULL,NULL,1,2,20000,NULL,30000,NULL,1,X'2018c100007365636f6e64ff7b226964223a227332222c2276223a317d');
INSERT INTO record VALUES(3,2,2,'ag',NULL,3,NULL,NULL,NULL,NULL,30000,NULL,1,X'2019c900006275696c646572ff7b226964223a226167222c2276223a317d');
CREATE TABLE tally (
    list INTEGER NOT NULL,
    field INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    word INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (list, field, gone, word)
) WITHOUT ROWID;
INSERT INTO tally VALUES(1,2,0,1,1);
INSERT INTO tally VALUES(1,2,1,1,1);
INSERT INTO tally VALUES(1,3,0,2,1);
INSERT INTO tally VALUES(1,3,1,2,1);
INSERT INTO tally VALUES(2,1,0,3,1);
CREATE TABLE trouble (
    list INTEGER NOT NULL,
    code TEXT NOT NULL,
    id TEXT,
    message TEXT NOT NULL,
    since INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
);
INSERT INTO trouble VALUES(1,'bad_row',NULL,'row 3 has no id',30000,30000);
CREATE TABLE word (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);
INSERT INTO word VALUES(1,'c1');
INSERT INTO word VALUES(2,'/srv/shop');
INSERT INTO word VALUES(3,'active');
CREATE TABLE pace (
    list INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    status INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (list, gone, quarter, status)
) WITHOUT ROWID;
INSERT INTO pace VALUES(1,0,0,0,1);
INSERT INTO pace VALUES(1,1,0,0,1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('list',2);
CREATE UNIQUE INDEX record_id ON record (list, id);
CREATE INDEX alias_record ON alias (record);
CREATE UNIQUE INDEX trouble_what ON trouble (list, code, coalesce(id, ''), id IS NULL);
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
CREATE INDEX record_active ON record (shelf, active);
CREATE INDEX record_made ON record (shelf, made);
CREATE INDEX record_status ON record (shelf, status, active) WHERE status IS NOT NULL;
CREATE INDEX record_agent ON record (shelf, agent, active) WHERE agent IS NOT NULL;
CREATE INDEX record_project ON record (shelf, project, active) WHERE project IS NOT NULL;
CREATE INDEX content_due ON content (list, active) WHERE state IN (0, 2) AND gone = 0;
CREATE INDEX content_kept ON content (gone, active, packed) WHERE packed IS NOT NULL;
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
    (SELECT count(*) FROM child AS x JOIN record AS e ON e.key = x.record
        WHERE x.part = p.id AND (e.gone_at IS NULL OR r.gone_at IS NOT NULL)),
    NULL, 0, qd_time(r.confirmed_at), 0
FROM list AS l
JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
JOIN part AS p ON p.list = o.id
JOIN record AS r ON r.list = l.id AND r.id = p.name
WHERE EXISTS (
    SELECT 1 FROM child AS x JOIN record AS e ON e.key = x.record
    WHERE x.part = p.id AND (e.gone_at IS NULL OR r.gone_at IS NOT NULL));
CREATE INDEX content_known ON content (list, state, gone, raw, packed) WHERE state <> 0 OR gone = 1;
CREATE INDEX content_failing ON content (list, active) WHERE tries > 0;
COMMIT;
