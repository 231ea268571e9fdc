-- The outbox: the operators' own work. Times are milliseconds since 1970, but those of the audit log, which are texts; documents
-- are JSON texts. What each table holds, and how the audit log is computed: docs/outbox.md.

-- What was asked for, and where it stands. The big columns come last: a walk over states does not read them.
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
CREATE INDEX writes_state ON writes (state, connection);
CREATE INDEX writes_target ON writes (connection, collection, target);

-- Every move of every write, its first included. Its number is that of its line in the audit log.
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
CREATE INDEX turns_write ON turns (write, line);

-- The log. AUTOINCREMENT remembers the highest line there ever was.
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

-- Every version of a policy that was seen.
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

-- Connections that are not written to until a person has mended them.
CREATE TABLE paused (
    connection TEXT PRIMARY KEY NOT NULL,
    since INTEGER NOT NULL,
    message TEXT NOT NULL
) STRICT;

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

-- REPLACE deletes without asking the triggers above.
CREATE TRIGGER writes_are_not_replaced BEFORE INSERT ON writes WHEN EXISTS (SELECT 1 FROM writes WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a write is never replaced'); END;
CREATE TRIGGER turns_are_not_replaced BEFORE INSERT ON turns WHEN EXISTS (SELECT 1 FROM turns WHERE line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'a turn is never replaced'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
