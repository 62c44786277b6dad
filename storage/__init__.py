"""Rows and files: jobs, people, stickers and packs in SQLite or PostgreSQL, photos, results. Knows no engine, no chat."""
