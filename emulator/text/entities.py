"""Formatted text: what was marked by the sender, and what Telegram finds by itself."""

from __future__ import annotations

import re
from typing import Any

from emulator.call_parameters import to_integer
from emulator.errors import bad_request
from emulator.state import Json
from emulator.text.html_mode import parse_html
from emulator.text.markdown_modes import parse_markdown, parse_markdown_v2
from emulator.text.spans import Span, from_utf16, to_entities, utf16_length

_PARSERS = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}
_MARKED = """
bold italic underline strikethrough spoiler code pre text_link text_mention custom_emoji blockquote
expandable_blockquote mention hashtag cashtag bot_command url email phone_number
"""
_MARKED_TYPES = frozenset(_MARKED.split())
_FOUND_TYPES = (
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?!\w)")),
    ("url", re.compile(r"(?<![\w@])https?://[^\s<>\"]+[^\s<>\".,:;!?()']")),
    ("url", re.compile(r"(?<![\w@./-])(?:[\w-]+\.)+(?:com|org|net|io|me|dev|app|info|ai)\b(?:/[^\s<>\"]*)?")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z0-9_]{2,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}")),
)
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})  # nothing is found inside


def parse_formatted(source: str, parse_mode: str, entities: Any = None) -> tuple[str, list[Json]]:
    """Return the text a reader sees and its MessageEntity objects; an explicit list is ignored beside a parse mode.

    Raises `BotApiError`: unknown mode, or `can't parse entities: ...`.
    """
    if parse_mode and parse_mode.lower() != "none":
        if parse_mode.lower() not in _PARSERS:
            raise bad_request("unsupported parse_mode")
        text, spans = _PARSERS[parse_mode.lower()](source)
    else:
        text, spans = source, _given_spans(source, entities)
    # White space around the text goes, the spans move along.
    cut = len(text) - len(text.lstrip())
    trimmed = text.strip()
    kept = []
    for span in spans:
        span.start, span.end = max(span.start - cut, 0), min(span.end - cut, len(trimmed))
        if span.end > span.start:
            kept.append(span)
    return trimmed, to_entities(trimmed, [*kept, *_find_spans(trimmed, kept)])


def find_entities(text: str) -> list[Json]:
    """Return the MessageEntity objects of a text nobody marked up."""
    return to_entities(text, _find_spans(text, []))


def _find_spans(text: str, marked: list[Span]) -> list[Span]:
    taken = [(span.start, span.end) for span in marked if span.type in _OPAQUE]
    found = []
    for kind, pattern in _FOUND_TYPES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if all(end <= low or start >= high for low, high in taken):
                found.append(Span(kind, start, end))
                taken.append((start, end))
    return found


def _given_spans(text: str, entities: Any) -> list[Span]:
    """Parse an explicit `entities` list, in UTF-16 code units. Raises `BotApiError`."""
    if entities is None:
        return []
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    return [_given_span(text, entity) for entity in entities]


def _given_span(text: str, entity: Any) -> Span:
    if not isinstance(entity, dict):
        raise bad_request("can't parse entities: expected an Object")
    for name in ("type", "offset", "length"):
        if name not in entity:
            raise bad_request(f"can't parse entities: Can't find field \"{name}\"")
    kind, offset, length = entity["type"], to_integer(str(entity["offset"])), to_integer(str(entity["length"]))
    if offset < 0 or length < 0:
        raise bad_request("can't parse entities: offset and length must not be negative")
    if kind not in _MARKED_TYPES:
        raise bad_request("can't parse entities: unsupported entity type specified")
    end, whole = offset + length, utf16_length(text)
    if end > whole:
        where = f"Entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
        raise bad_request(f"can't parse entities: {where}")
    extra = {name: value for name, value in entity.items() if name not in {"type", "offset", "length"}}
    return Span(kind, from_utf16(text, offset), from_utf16(text, end), extra)
