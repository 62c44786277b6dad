"""A bot's webhook: where its updates go, and how the last delivery went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from emulator.errors import bad_request

PORTS = frozenset({443, 80, 88, 8443})
MAX_SECRET = 256


@dataclass(slots=True)
class WebhookInfo:
    """An empty `url` means the bot polls. Dates are seconds since 1970, 0 for never."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    has_custom_certificate: bool = False
    last_error_date: float = 0.0
    last_error_message: str = ""


def check_url(url: str, *, is_strict: bool) -> None:
    """Refuse a webhook URL: a strict server takes https on four ports, a `--local` one also http on any.

    Raises `BotApiError` `bad webhook: ...`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise bad_request("bad webhook: Wrong port number specified in the URL") from error
    if parts.scheme not in ({"https"} if is_strict else {"http", "https"}):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not parts.hostname:
        raise bad_request("bad webhook: invalid webhook URL specified")
    if is_strict and port is not None and port not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def check_secret(secret: str) -> None:
    """Refuse a secret of more than 256 characters, or of others than letters, digits, _ and -. Raises `BotApiError`."""
    if len(secret) > MAX_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
