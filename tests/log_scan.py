"""What a log must not hold: tokens, keys, numbers and names of people and chats, their words, bytes of their photos."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bot.redact import install_redaction
from cli.logs import LineFormatter
from emulator.world import World

LEAST_WORDS = 6  # letters of a message: shorter ones are in the log's own sentences, too
# The beginnings of JPEG, PNG and WebP, as Python shows bytes, and in base64.
PHOTO = r"\\xff\\xd8\\xff|\\x89PNG|RIFF.{4,16}WEBP|/9j/[0-9A-Za-z+/]{8}|iVBORw0KGgo|UklGR[0-9A-Za-z+/]{3}"
KEY = r"[0-9a-f]{16}:[0-9A-Za-z_-]{43}"  # of the HTTP API, see service/keys.py


class LogScan(logging.Handler):
    """Keeps every line of the process's log, as the product prints it at DEBUG."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(LineFormatter("%(levelname)s %(name)s: %(message)s"))
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def found(self, worlds: Iterable[World] = ()) -> list[str]:
        """Return what was logged of these worlds' people, each with its line."""
        patterns = dict(secrets(worlds))
        return [
            f"{what}: {text}" for text in self.texts for what, pattern in patterns.items() if re.search(pattern, text)
        ]


def secrets(worlds: Iterable[World]) -> Iterator[tuple[str, str]]:
    """Yield what must not be logged, and the pattern that finds it."""
    yield "a photo", PHOTO
    yield "a key", KEY
    for world in worlds:
        for bot in world.bots:
            yield "the token", re.escape(bot.token.partition(":")[2])
        for person in world.people.values():
            yield f"person {person.id}", rf"(?<!\d){person.id}(?!\d)"
            for name in filter(None, (person.first_name, person.last_name, person.username)):
                yield f"the name {name}", rf"\b{re.escape(name)}\b"
        for chat in [*world.groups.values(), *world.private_chats.values()]:
            yield f"chat {chat.id}", rf"(?<!\d){abs(chat.id)}(?!\d)"
            if chat.title:
                yield f"the title {chat.title}", rf"\b{re.escape(chat.title)}\b"
            for message in chat.messages.values():
                words = message.text.strip()
                if message.sender.id in world.people and len(words) >= LEAST_WORDS and words[0] not in "/@":
                    yield f"the words {words!r}", re.escape(words)


@contextmanager
def scanning() -> Iterator[LogScan]:
    """Log everything, cleaned as the product cleans it, into a `LogScan`; leave logging as it was."""
    root, scan, make = logging.getLogger(), LogScan(), logging.getLogRecordFactory()
    cleaned = [root, *map(logging.getLogger, ("httpx", "httpcore", "aiosqlite", "telegram", "telegram.request"))]
    levels = [logger.level for logger in cleaned]
    root.setLevel(logging.DEBUG)
    root.addHandler(scan)
    install_redaction()
    try:
        yield scan
    finally:
        logging.setLogRecordFactory(make)
        root.removeHandler(scan)
        for logger, level in zip(cleaned, levels, strict=True):
            logger.setLevel(level)
