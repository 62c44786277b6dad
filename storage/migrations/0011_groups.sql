-- Groups that the bot is in: whether their administrators switched it off.

CREATE TABLE groups (
    chat     INTEGER PRIMARY KEY,
    is_off   INTEGER NOT NULL DEFAULT 0,
    since    REAL NOT NULL
) STRICT;
