"""Formatted text."""

from __future__ import annotations

from typing import Any

from emulator.state import Json


def parse_words(text: str, parse_mode: str, entities: Any) -> tuple[str, list[Json]]:
    """The text a reader sees and its entities."""
    return text.strip(), []


def find_entities(text: str) -> list[Json]:
    """The entities Telegram finds by itself."""
    return []
