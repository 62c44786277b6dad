"""Signed texts: short-lived tokens and unguessable names, HMACs with a secret of this installation."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from service.stickers import StickerService

FACT = "api_token_secret"
MARK_CHARS = 32  # 128 bits in hex
MAX_TOKEN_CHARS = 2000


class Tokens:
    """Makes and reads signed texts. Whoever has the database has the secret, and needs no token."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    async def load(cls, service: StickerService) -> Tokens:
        """Load this installation's secret; make it the first time."""
        kept = await service.fact(FACT)
        return cls(bytes.fromhex(kept or await service.keep_fact(FACT, secrets.token_hex(32))))

    def make(self, purpose: str, facts: Mapping[str, Any], lifetime_s: float) -> str:
        """Return a url-safe text that says `facts` for `purpose` until `lifetime_s` seconds from now."""
        body = json.dumps([purpose, time.time() + lifetime_s, dict(facts)], separators=(",", ":"))
        text = base64.urlsafe_b64encode(body.encode()).decode("ascii").rstrip("=")
        return f"{text}.{self.mark(text)}"

    def read(self, purpose: str, text: str) -> Mapping[str, Any] | None:
        """Return what a token says; None for a wrong one, one of another purpose, and one that is over."""
        body, _, signature = text.partition(".")
        if len(text) > MAX_TOKEN_CHARS or not text.isascii() or not hmac.compare_digest(signature, self.mark(body)):
            return None
        try:
            said, until, facts = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error):  # signed by us, so never; but a token is a stranger's text
            return None
        return dict(facts) if said == purpose and until > time.time() else None

    def secret_for(self, purpose: str) -> bytes:
        """Return 32 bytes that are always the same for `purpose`, and that nobody without the secret can guess."""
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()

    def mark(self, text: str) -> str:
        """Return 32 hex digits that nobody without the secret can guess from `text`."""
        return self.secret_for(text).hex()[:MARK_CHARS]
