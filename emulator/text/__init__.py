"""Formatted text: entities found and marked up, the parse modes, what counts as one emoji.

Knows no chats and no calls.
"""
