"""Telegram, offline and strict: a Bot API server, the people who write to the bot, and a chat page.

Knows nothing of the bot it serves: what passes here is meant to work on api.telegram.org. What is assumed rather
than known of Telegram's servers is listed in ASSUMED.md; the people's side over HTTP is CLIENT_API.md.
"""
