-- A sticker has several emoji, in order, and keywords: Telegram does not tell them again, and inline search asks for them.

ALTER TABLE stickers ADD COLUMN emoji_list TEXT NOT NULL DEFAULT '[]';  -- JSON list, 1 to 20
ALTER TABLE stickers ADD COLUMN keywords TEXT NOT NULL DEFAULT '[]';    -- JSON list, at most 20 of 64 characters together

UPDATE stickers SET emoji_list = json_array(emoji);
ALTER TABLE stickers DROP COLUMN emoji;
