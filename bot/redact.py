"""Keep bot tokens and people out of every log: who reads a token takes over the bot, and logs name jobs, not persons.

httpx logs each request's URL, which holds the token, and exceptions quote it; so the text of every record is cleaned
where records are made, before any handler sees it.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

# In a URL any token, elsewhere what has the shape of a real one: digits, a colon, 35 letters.
_IN_URL = re.compile(r"\bbot\d+:[^/\s\"']+")
_ALONE = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{30,}")
# Owners as rows have them, names of sticker sets (they begin with a person's number), and how Telegram says whose
# chat an error is about.
_PERSON = re.compile(r"\btg:-?\d+|\bu[0-9a-z]+_\d+_by_\w+|\b(chat|user)([ _]?id)?(\W{1,3})-?\d{4,}", re.IGNORECASE)


def redact(text: str) -> str:
    """Return the text with every bot token, owner, chat's number and name of a sticker set replaced by `***`."""
    return _PERSON.sub("***", _ALONE.sub("***", _IN_URL.sub("bot***", text)))


def install_redaction() -> None:
    """Clean every log record of this process from now on; a second call changes nothing."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in (
        "aiosqlite",
        "psycopg",
        "telegram",
    ):  # below that they print whole rows and messages: captions, people, file ids
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger().level))
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # it quotes whole answers; the error comes to us
    make = logging.getLogRecordFactory()
    if isinstance(make, _RedactingFactory):
        return
    logging.setLogRecordFactory(_RedactingFactory(make))


class _RedactingFactory:
    """Makes records as the factory before it did, and cleans them."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*args, **kwargs)
        _clean_message(record)
        _clean_traceback(record)
        return record


def _clean_message(record: logging.LogRecord) -> None:
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # wrong arguments: logging itself complains when it formats the record
        return
    cleaned = redact(text)
    if cleaned != text:
        record.msg, record.args = cleaned, None


def _clean_traceback(record: logging.LogRecord) -> None:
    if not record.exc_info or record.exc_info[0] is None:
        return
    text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
    cleaned = redact(text)
    if cleaned != text:
        # Formatters print exc_text as it stands; without exc_info none of them makes the text anew.
        record.exc_text, record.exc_info = cleaned, None
