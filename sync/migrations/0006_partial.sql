-- What a server may have held back: it announced more than it showed, or cannot be asked for the rest.
ALTER TABLE part ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;

-- Contents of which more is known than that they are wanted, and those that failed. Those that were never fetched may be a
-- million, and are in neither: counting what is held does not read them.
CREATE INDEX content_known ON content (list, state, gone, raw, packed) WHERE state <> 0 OR gone = 1;
CREATE INDEX content_failing ON content (list, active) WHERE tries > 0;
