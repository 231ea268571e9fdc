-- The orders a list is shown in. Not part of a version: a first sync goes without, and they are built when it settles.
CREATE INDEX IF NOT EXISTS record_active ON record (shelf, active);
CREATE INDEX IF NOT EXISTS record_made ON record (shelf, made);
CREATE INDEX IF NOT EXISTS record_status ON record (shelf, status, active) WHERE status IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_agent ON record (shelf, agent, active) WHERE agent IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_project ON record (shelf, project, active) WHERE project IS NOT NULL;
