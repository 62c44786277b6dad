"""The Bot API's methods; importing this package fills the table in registry.py."""

from emulator.methods import (
    callbacks,
    chats,
    edits,
    files,
    messages,
    pins,
    profile,
    sticker_sets,
    topics,
    updates,
)
from emulator.methods.registry import METHODS, Handler, MethodCall

__all__ = [
    "METHODS",
    "Handler",
    "MethodCall",
    "callbacks",
    "chats",
    "edits",
    "files",
    "messages",
    "pins",
    "profile",
    "sticker_sets",
    "topics",
    "updates",
]
