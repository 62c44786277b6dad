"""Marked stretches of a text, counted in Python's characters; Telegram counts UTF-16 code units."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.state import Json


@dataclass(slots=True)
class Span:
    """Characters `start` to `end` are of `type` (a MessageEntity type); `extra` holds url, language, user, ..."""

    type: str
    start: int
    end: int
    extra: Json = field(default_factory=dict)


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units: one more for every character beyond the Basic Multilingual Plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def from_utf16(text: str, offset: int) -> int:
    """Return the character index of a UTF-16 offset; inside a surrogate pair, the character after it."""
    if text.isascii():
        return offset
    return len(text.encode("utf-16-le")[: offset * 2].decode("utf-16-le", "replace"))


def byte_offset(text: str, index: int) -> int:
    """Return where the character at `index` begins in UTF-8; the parsers' errors count so."""
    return len(text[:index].encode())


def to_entities(text: str, spans: list[Span]) -> list[Json]:
    """Return MessageEntity objects, outer before inner."""
    spans = sorted(spans, key=lambda span: (span.start, -span.end))
    return [
        {
            "offset": utf16_length(text[: span.start]),
            "length": utf16_length(text[span.start : span.end]),
            "type": span.type,
            **span.extra,
        }
        for span in spans
    ]
