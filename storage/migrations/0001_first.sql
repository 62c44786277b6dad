-- Everything the first version keeps. Times are Unix seconds (REAL); JSON columns are TEXT.

CREATE TABLE users (
    owner       TEXT PRIMARY KEY,
    style       TEXT,
    seed        INTEGER,
    language    TEXT,
    hints_shown TEXT NOT NULL DEFAULT '[]',
    is_blocked  INTEGER NOT NULL DEFAULT 0,
    created_at  REAL NOT NULL
) STRICT;

CREATE TABLE jobs (
    id           TEXT PRIMARY KEY,
    owner        TEXT NOT NULL REFERENCES users (owner) ON DELETE CASCADE,
    source       TEXT NOT NULL UNIQUE,         -- a redelivered message is the same job
    status       TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    request      TEXT NOT NULL,
    seed         INTEGER NOT NULL,
    reply        TEXT NOT NULL DEFAULT '{}',
    parent       TEXT,
    replaces     TEXT,
    is_ready     INTEGER NOT NULL DEFAULT 0,   -- its photo is on disk
    attempts     INTEGER NOT NULL DEFAULT 0,
    created_at   REAL NOT NULL,
    claimed_at   REAL,
    finished_at  REAL,
    delivered_at REAL,
    error_code   TEXT,
    result       TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX jobs_waiting ON jobs (owner, created_at) WHERE status = 'queued';
CREATE INDEX jobs_by_status ON jobs (status);             -- how many wait and run, at each submission
CREATE INDEX jobs_undelivered ON jobs (created_at) WHERE delivered_at IS NULL;
CREATE INDEX jobs_by_owner ON jobs (owner, created_at);
CREATE INDEX jobs_by_turn ON jobs (owner, claimed_at);    -- whose turn it is: the owner served longest ago

CREATE TABLE packs (
    id         INTEGER PRIMARY KEY,
    owner      TEXT NOT NULL REFERENCES users (owner) ON DELETE CASCADE,
    name       TEXT NOT NULL UNIQUE,
    title      TEXT NOT NULL,
    generation INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('open', 'full', 'gone')),
    created_at REAL NOT NULL,
    UNIQUE (owner, generation)
) STRICT;

CREATE TABLE stickers (
    id             TEXT PRIMARY KEY,           -- that of its job; it outlives the job's row
    owner          TEXT NOT NULL REFERENCES users (owner) ON DELETE CASCADE,
    state          TEXT NOT NULL CHECK (state IN ('made', 'uploaded', 'in_pack', 'loose', 'removed')),
    emoji          TEXT NOT NULL,
    pack_id        INTEGER REFERENCES packs (id) ON DELETE SET NULL,
    upload_id      TEXT,
    file_id        TEXT,
    file_unique_id TEXT,
    message_id     INTEGER,
    created_at     REAL NOT NULL
) STRICT;

CREATE INDEX stickers_by_pack ON stickers (pack_id);

-- Messages an entrance took over but has not dealt with yet: stored before they are confirmed to the sender.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,           -- the sender's own number (for Telegram: update_id)
    body        TEXT NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    received_at REAL NOT NULL,
    handled_at  REAL
) STRICT;

CREATE INDEX inbox_open ON inbox (id) WHERE handled_at IS NULL;

-- Small facts about this installation (a hash of what was registered, the salt of tombstones).
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
