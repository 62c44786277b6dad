"""Logging for a process that a supervisor reads: no secrets, and every line of a job's trouble names the job."""

from __future__ import annotations

import logging
import re

from bot.redact import install_redaction

_REFERENCE = re.compile(r"\b(?:job|reference) [0-9a-f]{6,8}\b")


def set_up_logging(level: str) -> None:
    """Log to standard error; tokens are struck out wherever they turn up."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    install_redaction()


class LineFormatter(logging.Formatter):
    """Repeat a job's reference on every line of its traceback: `grep` then finds the whole."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text."""
        text = super().format(record)
        reference = _REFERENCE.search(record.getMessage())
        if "\n" not in text or reference is None:
            return text
        return text.replace("\n", f"\n  {reference[0]} | ")
