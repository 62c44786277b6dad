-- What people set, who is banned, and what operators send to everybody.

ALTER TABLE users ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';  -- JSON: words by name
ALTER TABLE users ADD COLUMN app_language TEXT;                    -- of their app, where they chose no other

CREATE TABLE bans (
    owner     TEXT PRIMARY KEY,                -- stays when the owner is forgotten
    banned_at REAL NOT NULL,
    told_at   REAL
) STRICT;

CREATE TABLE broadcasts (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL UNIQUE,           -- a redelivered command is the same broadcast
    author     TEXT NOT NULL,
    text       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('draft', 'dropped', 'sending', 'sent')),
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at   REAL
) STRICT;

CREATE TABLE broadcast_people (
    broadcast INTEGER NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
    owner     TEXT NOT NULL REFERENCES users (owner) ON DELETE CASCADE,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'begun', 'sent', 'blocked', 'failed')),
    PRIMARY KEY (broadcast, owner)
) STRICT;

CREATE INDEX broadcast_people_by_state ON broadcast_people (broadcast, state);
CREATE INDEX broadcast_people_by_owner ON broadcast_people (owner);
