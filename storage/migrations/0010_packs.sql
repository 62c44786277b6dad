-- Packs a person chooses among, packs that begin with the next sticker, emoji sets, and what a person was asked.

ALTER TABLE packs ADD COLUMN chosen_at REAL NOT NULL DEFAULT 0;            -- of the open packs the last one takes the next sticker
ALTER TABLE packs ADD COLUMN mosaic_of TEXT;                               -- of an emoji set: the sticker it was cut from
UPDATE packs SET chosen_at = created_at;

CREATE TABLE planned_packs (
    owner TEXT PRIMARY KEY REFERENCES users (owner) ON DELETE CASCADE,
    title TEXT NOT NULL                        -- of the pack that the next sticker begins
) STRICT;

CREATE TABLE questions (
    owner      TEXT PRIMARY KEY REFERENCES users (owner) ON DELETE CASCADE,
    subject    TEXT NOT NULL,
    argument   TEXT NOT NULL,                  -- what it is about: a pack's id, a sticker's
    message_id INTEGER NOT NULL,               -- that asks
    asked_at   REAL NOT NULL
) STRICT;

CREATE INDEX stickers_in_packs ON stickers (owner, created_at DESC) WHERE state = 'in_pack';
CREATE INDEX stickers_by_unique_id ON stickers (owner, file_unique_id) WHERE file_unique_id IS NOT NULL;
