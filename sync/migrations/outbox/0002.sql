-- Searches that were kept under a name.
CREATE TABLE searches (
    name TEXT PRIMARY KEY NOT NULL,
    saved_at INTEGER NOT NULL,
    query TEXT NOT NULL
) STRICT;
