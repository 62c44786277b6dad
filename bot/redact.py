"""Keep bot tokens out of every log: whoever reads one could take over the bot.

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


def redact(text: str) -> str:
    """Return the text with every bot token replaced by `***`."""
    return _ALONE.sub("***", _IN_URL.sub("bot***", text))


def install_redaction() -> None:
    """Clean every log record of this process from now on; a second call changes nothing."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("aiosqlite", "telegram"):  # below that they print whole rows and messages: captions, people, file ids
        logging.getLogger(name).setLevel(logging.INFO)
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
