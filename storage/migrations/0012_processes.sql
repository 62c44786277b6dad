-- Several processes on one store: who is there, in whose hands a job is, and what one process tells the others.

CREATE TABLE processes (
    id         TEXT PRIMARY KEY,
    host       TEXT NOT NULL,               -- machine and data folder: those with the same one see each other's lock files
    pid        INTEGER NOT NULL,
    role       TEXT NOT NULL,
    started_at REAL NOT NULL,               -- never the same twice: the order in which they joined
    seen_at    REAL NOT NULL,
    facts      TEXT NOT NULL DEFAULT '{}'   -- JSON: its duties, and what its engine can do
) STRICT;

-- Rows live for a minute. Ids are never used again, also when all rows are gone: readers remember the last one.
CREATE TABLE events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    origin     TEXT NOT NULL,               -- the process that tells it
    kind       TEXT NOT NULL,
    job_id     TEXT NOT NULL DEFAULT '',
    facts      TEXT NOT NULL DEFAULT '{}',  -- JSON: of a step, how far
    preview    BLOB,
    created_at REAL NOT NULL
) STRICT;

CREATE INDEX events_by_age ON events (created_at);

-- The process that has the job in its hands: it waits for the photo, decodes it, or draws.
ALTER TABLE jobs ADD COLUMN claimed_by TEXT NOT NULL DEFAULT '';
