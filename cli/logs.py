"""Logging for a process that a supervisor reads: one line per event, no secrets."""

from __future__ import annotations

import logging

from bot.redact import install_redaction


def set_up_logging(level: str) -> None:
    """Log to standard error; tokens are struck out wherever they turn up."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    install_redaction()
