"""Rows and files: jobs, people, stickers and packs in SQLite, photos and results on disk. Knows no engine, no chat."""
