"""The Bot API's methods; importing this package fills the table in registry.py."""

from emulator.methods import callbacks, chats, edits, files, messages, profile, set_stickers, sticker_sets, updates
from emulator.methods.registry import METHODS, Call

__all__ = [
    "METHODS",
    "Call",
    "callbacks",
    "chats",
    "edits",
    "files",
    "messages",
    "profile",
    "set_stickers",
    "sticker_sets",
    "updates",
]
