"""Rows and files: jobs, people, stickers, packs in SQLite or PostgreSQL, photos, results. Knows no engine, no chat."""
