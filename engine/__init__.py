"""Pixels only: a photo becomes a sticker. Knows no chat, no queue, no database and no HTTP."""
