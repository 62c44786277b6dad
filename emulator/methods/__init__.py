"""The Bot API's methods; importing this package fills the table in registry.py."""

from emulator.methods import edits, files, messages, sticker_sets, updates
from emulator.methods.registry import METHODS, Call

__all__ = ["METHODS", "Call", "edits", "files", "messages", "sticker_sets", "updates"]
