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
INSERT INTO writes VALUES('00000000Z8VE5BVK7T5BB8EJFJ',1000,'main','agents','a','confirmed',3000,1,NULL,'{"n":1}','{"code":"applied","message":"","status":200,"who":null,"when":null,"disputes":[],"altered":[],"theirs":null}','{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"a","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"a","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}');
INSERT INTO writes VALUES('00000000Z8W082RC67R0F7S72W',1000,'main','agents','b','queued',1000,0,NULL,'null',NULL,'{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"b","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"b","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}');
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
INSERT INTO turns VALUES(1,'00000000Z8VE5BVK7T5BB8EJFJ',1000,NULL,'queued',0,NULL,'{"user":"ann","host":"console","ssh":"192.0.2.7"}',NULL,NULL);
INSERT INTO turns VALUES(2,'00000000Z8W082RC67R0F7S72W',1000,NULL,'queued',0,NULL,'{"user":"ann","host":"console","ssh":"192.0.2.7"}',NULL,NULL);
INSERT INTO turns VALUES(3,'00000000Z8VE5BVK7T5BB8EJFJ',2000,'queued','sending',1,NULL,NULL,'{"n":1}',NULL);
INSERT INTO turns VALUES(4,'00000000Z8VE5BVK7T5BB8EJFJ',3000,'sending','confirmed',0,NULL,NULL,NULL,'{"code":"applied","message":"","status":200,"who":null,"when":null,"disputes":[],"altered":[],"theirs":null}');
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
INSERT INTO audit VALUES(1,'1970-01-01T00:00:01Z','decided','00000000Z8VE5BVK7T5BB8EJFJ','{"user":"ann","host":"console","ssh":"192.0.2.7"}','{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"a","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"a","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}','0000000000000000000000000000000000000000000000000000000000000000','1f71949602cb7b39332fad87c7ac2eef7cb7f0065c45b5a3c8aeb0cbf74d914c');
INSERT INTO audit VALUES(2,'1970-01-01T00:00:01Z','decided','00000000Z8W082RC67R0F7S72W','{"user":"ann","host":"console","ssh":"192.0.2.7"}','{"connection":"main","platform":"turen","collection":"agents","kind":"agent","action":"suspend","verb":"suspend","target":"b","title":"the builder","args":{"hard":false},"reason":"it loops\nand loops","base":{"doc":{"id":"b","status":"active","score":0.1},"seen_at":null},"effect":{"doc":[["/status","suspended"]],"columns":{"status":"suspended"}},"deadline":"1970-01-01T00:30:00Z","undoes":null,"by":{"user":"ann","host":"console","ssh":"192.0.2.7"}}','1f71949602cb7b39332fad87c7ac2eef7cb7f0065c45b5a3c8aeb0cbf74d914c','964bda5a2fa9e4a7e5a65ad7c2d19ec177a013713c030981dbd2b977f6d844d5');
INSERT INTO audit VALUES(3,'1970-01-01T00:00:02Z','sending','00000000Z8VE5BVK7T5BB8EJFJ','{"user":"the-sender","host":"console","ssh":"192.0.2.7"}','{"connection":"main","collection":"agents","target":"a","action":"suspend","from":"queued","to":"sending","attempt":true,"due_at":null,"verdict":null,"memory":{"n":1}}','964bda5a2fa9e4a7e5a65ad7c2d19ec177a013713c030981dbd2b977f6d844d5','20e288f712b63019cb343d235811a790b7a50a968acebb0891fa78e7d51dd659');
INSERT INTO audit VALUES(4,'1970-01-01T00:00:03Z','confirmed','00000000Z8VE5BVK7T5BB8EJFJ','{"user":"the-sender","host":"console","ssh":"192.0.2.7"}','{"connection":"main","collection":"agents","target":"a","action":"suspend","from":"sending","to":"confirmed","attempt":false,"due_at":null,"verdict":{"code":"applied","message":"","status":200,"who":null,"when":null,"disputes":[],"altered":[],"theirs":null},"memory":null}','20e288f712b63019cb343d235811a790b7a50a968acebb0891fa78e7d51dd659','69561f1ffb56e1ffe15fe75efa67d53a87c7c89172120b10749f98780d7b55dd');
INSERT INTO audit VALUES(5,'1970-01-01T00:00:04Z','paused',NULL,'{"user":"the-sender","host":"console","ssh":"192.0.2.7"}','{"connection":"lab","message":"401"}','69561f1ffb56e1ffe15fe75efa67d53a87c7c89172120b10749f98780d7b55dd','5f0f61c6f1b23f1eedae9ced6e3a9341cdc0d2a6ff11aac40ac26744d4f66ad6');
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
INSERT INTO versions VALUES('main','policies','p',2,6000,NULL,2,'00000000Z8VE5BVK7T5BB8EJFJ','{"a":2}');
CREATE TABLE paused (
    connection TEXT PRIMARY KEY NOT NULL,
    since INTEGER NOT NULL,
    message TEXT NOT NULL
) STRICT;
INSERT INTO paused VALUES('lab',4000,'401');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('audit',5);
CREATE TABLE searches (
    name TEXT PRIMARY KEY NOT NULL,
    saved_at INTEGER NOT NULL,
    query TEXT NOT NULL
) STRICT;
INSERT INTO searches VALUES('leaks',7000,'has:secret after:7d');
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
COMMIT;
PRAGMA application_id = 1902407522;
PRAGMA user_version = 2;
