-- What the HTTP API keeps beside the jobs: its keys, and files that callers hand in ahead of a request.

CREATE TABLE keys (
    id           TEXT PRIMARY KEY,              -- the public half of the key; its owner is 'api:<id>'
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL,                 -- SHA-256 of the secret half, which is 256 random bits
    providers    TEXT NOT NULL DEFAULT '[]',    -- JSON list; empty: every one
    per_minute   INTEGER NOT NULL,              -- submissions
    jobs_waiting INTEGER NOT NULL,              -- jobs waiting or running at the same time
    created_at   REAL NOT NULL,
    expires_at   REAL,
    revoked_at   REAL
) STRICT;

CREATE TABLE uploads (
    id           TEXT PRIMARY KEY,              -- unguessable: whoever knows it may read the file
    owner        TEXT NOT NULL REFERENCES users (owner) ON DELETE CASCADE,
    content_type TEXT NOT NULL,
    size         INTEGER NOT NULL,
    created_at   REAL NOT NULL,
    expires_at   REAL NOT NULL
) STRICT;

CREATE INDEX uploads_by_owner ON uploads (owner, created_at);

-- A job that yields to others for a while.
ALTER TABLE jobs ADD COLUMN is_low INTEGER NOT NULL DEFAULT 0;
