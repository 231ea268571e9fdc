-- What a person keeps for themselves. A place is a record, or one entry of its content: entry -1 is the record itself.

-- Bookmarks, reviews, snoozes, acknowledgements: at most one of a kind at a place.
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
CREATE INDEX flags_kind ON flags (kind, made_at);

-- Notes: about a place, of an incident, or both.
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
CREATE INDEX notes_place ON notes (connection, collection, record, entry) WHERE record IS NOT NULL;
CREATE INDEX notes_incident ON notes (incident) WHERE incident IS NOT NULL;

CREATE TABLE incidents (
    id TEXT PRIMARY KEY NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    title TEXT NOT NULL
) STRICT;

CREATE TABLE pins (
    incident TEXT NOT NULL,
    connection TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    entry INTEGER NOT NULL,
    pinned_at INTEGER NOT NULL,
    PRIMARY KEY (incident, connection, collection, id, entry)
) STRICT, WITHOUT ROWID;
