"""Delivery of updates to the bot's own server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Webhook:
    """Where updates go; an empty `url` means the bot polls."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    has_custom_certificate: bool = False
    last_error_date: float = 0.0
    last_error_message: str = ""
