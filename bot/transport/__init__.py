"""Telegram's side: connection, updates in, rate limits, errors, downloads. Knows no job."""
