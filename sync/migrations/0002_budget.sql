-- What each connection last told of its rate budget, for those who look while nobody pulls. Times in milliseconds since 1970, UTC.
CREATE TABLE budget (
    connection TEXT PRIMARY KEY,
    told_at INTEGER NOT NULL,
    allowed INTEGER,
    remaining INTEGER,
    reset_at INTEGER,
    paused_until INTEGER
) WITHOUT ROWID;
