"""People's sticker sets on Telegram."""
