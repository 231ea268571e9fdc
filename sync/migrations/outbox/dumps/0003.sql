PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE writes (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    target TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'confirmed', 'retrying', 'unknown', 'conflicted',
                                         'wedged', 'expired', 'cancelled', 'discarded')),
    updated_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    memory TEXT NOT NULL,
    verdict TEXT,
    intent TEXT NOT NULL
) STRICT;
INSERT INTO writes VALUES('00000000Z8BD82KEYSK66R36DA',1000,'main','agents','a','confirmed',3000,1,NULL,'{"n":1}','{"code":"applied","message":"","status":200,"who":null,"when":null,"disputes":[],"altered":[],"theirs":null}','{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"a","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"a","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}');
INSERT INTO writes VALUES('00000000Z8FRP6AR6E7WK9S06T',1000,'main','agents','b','queued',1000,0,NULL,'null',NULL,'{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"b","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"b","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}');
CREATE TABLE turns (
    line INTEGER PRIMARY KEY NOT NULL REFERENCES audit (line),
    write TEXT NOT NULL REFERENCES writes (id),
    at INTEGER NOT NULL,
    "from" TEXT,
    "to" TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    due_at INTEGER,
    by TEXT,
    memory TEXT,
    verdict TEXT
) STRICT;
INSERT INTO turns VALUES(1,'00000000Z8BD82KEYSK66R36DA',1000,NULL,'queued',0,NULL,'{"user":"ann","host":"console","ssh":"192.0.2.7"}',NULL,NULL);
INSERT INTO turns VALUES(2,'00000000Z8FRP6AR6E7WK9S06T',1000,NULL,'queued',0,NULL,'{"user":"ann","host":"console","ssh":"192.0.2.7"}',NULL,NULL);
INSERT INTO turns VALUES(3,'00000000Z8BD82KEYSK66R36DA',2000,'queued','sending',1,NULL,NULL,'{"n":1}',NULL);
INSERT INTO turns VALUES(4,'00000000Z8BD82KEYSK66R36DA',3000,'sending','confirmed',0,NULL,NULL,NULL,'{"code":"applied","message":"","status":200,"who":null,"when":null,"disputes":[],"altered":[],"theirs":null}');
CREATE TABLE audit (
    line INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at TEXT NOT NULL,
    what TEXT NOT NULL,
    write TEXT,
    by TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit VALUES(1,'1970-01-01T00:00:01Z','decided','00000000Z8BD82KEYSK66R36DA','{"user":"ann","host":"console","ssh":"192.0.2.7"}','{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"a","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"a","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}','0000000000000000000000000000000000000000000000000000000000000000','07e1f728fb7a69d25bf86469c81e4c58ced9bc302e766b31ed6d8e0999a7750c');
INSERT INTO audit VALUES(2,'1970-01-01T00:00:01Z','decided','00000000Z8FRP6AR6E7WK9S06T','{"user":"ann","host":"console","ssh":"192.0.2.7"}','{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"b","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"b","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}','07e1f728fb7a69d25bf86469c81e4c58ced9bc302e766b31ed6d8e0999a7750c','ca63639e9bf3cd570009c147227555eaa839c66274496cd54ffa025d3da24941');
INSERT INTO audit VALUES(3,'1970-01-01T00:00:02Z','sending','00000000Z8BD82KEYSK66R36DA','{"user":"the-sender","host":"console","ssh":"192.0.2.7"}','{"connection":"main","collection":"agents","target":"a","action":"suspend","from":"queued","to":"sending","attempt":true,"due_at":null,"verdict":null,"memory":{"n":1}}','ca63639e9bf3cd570009c147227555eaa839c66274496cd54ffa025d3da24941','7702729ed40460dd02f64693608a95222b08c72e697c5f6b923518904b8f8491');
INSERT INTO audit VALUES(4,'1970-01-01T00:00:03Z','confirmed','00000000Z8BD82KEYSK66R36DA','{"user":"the-sender","host":"console","ssh":"192.0.2.7"}','{"connection":"main","collection":"agents","target":"a","action":"suspend","from":"sending","to":"confirmed","attempt":false,"due_at":null,"verdict":{"code":"applied","message":"","status":200,"who":null,"when":null,"disputes":[],"altered":[],"theirs":null},"memory":null}','7702729ed40460dd02f64693608a95222b08c72e697c5f6b923518904b8f8491','150a80c45440763dba81f89a17915d8d7c7c2e0c524d14e66014a98707eda5ab');
INSERT INTO audit VALUES(5,'1970-01-01T00:00:04Z','paused',NULL,'{"user":"the-sender","host":"console","ssh":"192.0.2.7"}','{"connection":"lab","message":"401"}','150a80c45440763dba81f89a17915d8d7c7c2e0c524d14e66014a98707eda5ab','d1e3d6686b030496cc4af3d005a8ffd4008cfbc3b839b85c89c33ff54fc04dfe');
CREATE TABLE versions (
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    label TEXT,
    hash INTEGER NOT NULL,
    write TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (connection, collection, id, number)
) STRICT;
INSERT INTO versions VALUES('main','policies','p',1,5000,'v1',1,NULL,'{"a":1}');
INSERT INTO versions VALUES('main','policies','p',2,6000,NULL,2,'00000000Z8BD82KEYSK66R36DA','{"a":2}');
CREATE TABLE paused (
    connection TEXT PRIMARY KEY NOT NULL,
    since INTEGER NOT NULL,
    message TEXT NOT NULL
) STRICT;
INSERT INTO paused VALUES('lab',4000,'401');
CREATE TABLE searches (
    name TEXT PRIMARY KEY NOT NULL,
    saved_at INTEGER NOT NULL,
    query TEXT NOT NULL
) STRICT;
INSERT INTO searches VALUES('leaks',7000,'has:secret after:7d');
CREATE TABLE flags (
    kind TEXT NOT NULL,
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    entry INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    until INTEGER,
    seen TEXT,
    PRIMARY KEY (connection, collection, id, entry, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO flags VALUES('bookmark','main','sessions','s',3,8000,NULL,NULL);
CREATE TABLE notes (
    id TEXT PRIMARY KEY NOT NULL,
    connection TEXT,
    collection TEXT,
    record TEXT,
    entry INTEGER,
    incident TEXT,
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
INSERT INTO notes VALUES('0000000AQREJV7B2CXDYNMP5GK','main','sessions','s',-1,'00000008S83C104Q8WYQNT8841',11000,11000,'began here');
CREATE TABLE incidents (
    id TEXT PRIMARY KEY NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    title TEXT NOT NULL
) STRICT;
INSERT INTO incidents VALUES('00000008S83C104Q8WYQNT8841',9000,NULL,'leak');
CREATE TABLE pins (
    incident TEXT NOT NULL,
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    entry INTEGER NOT NULL,
    pinned_at INTEGER NOT NULL,
    PRIMARY KEY (incident, connection, collection, id, entry)
) STRICT, WITHOUT ROWID;
INSERT INTO pins VALUES('00000008S83C104Q8WYQNT8841','main','sessions','s',-1,10000);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('audit',5);
CREATE INDEX writes_state ON writes (state, connection);
CREATE INDEX writes_target ON writes (connection, collection, target);
CREATE INDEX turns_write ON turns (write, line);
CREATE TRIGGER writes_are_not_changed
BEFORE UPDATE OF id, created_at, connection, collection, target, intent ON writes
BEGIN SELECT RAISE(ABORT, 'what was asked for is never changed'); END;
CREATE TRIGGER writes_are_not_deleted BEFORE DELETE ON writes
BEGIN SELECT RAISE(ABORT, 'a write is never deleted'); END;
CREATE TRIGGER finished_writes_stay BEFORE UPDATE ON writes WHEN OLD.state IN ('confirmed', 'cancelled', 'discarded')
BEGIN SELECT RAISE(ABORT, 'a finished write does not move'); END;
CREATE TRIGGER turns_are_not_changed BEFORE UPDATE ON turns
BEGIN SELECT RAISE(ABORT, 'a turn is never changed'); END;
CREATE TRIGGER turns_are_not_deleted BEFORE DELETE ON turns
BEGIN SELECT RAISE(ABORT, 'a turn is never deleted'); END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never cut'); END;
CREATE TRIGGER versions_are_not_changed BEFORE UPDATE ON versions
BEGIN SELECT RAISE(ABORT, 'a version of a policy is never changed'); END;
CREATE TRIGGER versions_are_not_deleted BEFORE DELETE ON versions
BEGIN SELECT RAISE(ABORT, 'a version of a policy is never deleted'); END;
CREATE TRIGGER writes_are_not_replaced BEFORE INSERT ON writes WHEN EXISTS (SELECT 1 FROM writes WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a write is never replaced'); END;
CREATE TRIGGER turns_are_not_replaced BEFORE INSERT ON turns WHEN EXISTS (SELECT 1 FROM turns WHERE line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'a turn is never replaced'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE INDEX flags_kind ON flags (kind, made_at);
CREATE INDEX notes_place ON notes (connection, collection, record, entry) WHERE record IS NOT NULL;
CREATE INDEX notes_incident ON notes (incident) WHERE incident IS NOT NULL;
COMMIT;
PRAGMA application_id = 1902407522;
PRAGMA user_version = 3;
