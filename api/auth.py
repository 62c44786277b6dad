"""Who is calling: reads each provider's header, and lets in the keys that may."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, Protocol

from aiohttp import web

from api.errors import Forbidden, RateLimited, Unauthorized
from api.throttle import Bucket
from service.errors import KeyUnknown
from service.keys import ApiKeys
from storage.records import ApiKey

PURPOSE: Final = "fal"  # of the tokens that stand for a key
HEADERS: Final = {"segmind": "x-api-key", "pixazo": "Ocp-Apim-Subscription-Key"}
MAX_KEY_CHARS: Final = 500

FAILURES_PER_S: Final = 0.2  # of one address; a program with a wrong key asks more often, and hears 429
FAILURES_AT_ONCE: Final = 20
ADDRESSES: Final = 10_000  # remembered; the oldest go first


class TokenReader(Protocol):
    """`api.tokens.Tokens`, as far as the door needs it."""

    def read(self, purpose: str, text: str) -> Mapping[str, object] | None: ...


class Doorman:
    """Knows the keys, and who has been guessing."""

    def __init__(self, keys: ApiKeys, tokens: TokenReader) -> None:
        self._keys = keys
        self._tokens = tokens
        self._guessers: OrderedDict[str, Bucket] = OrderedDict()

    async def admit(self, request: web.Request, provider: str) -> ApiKey:
        """The caller's key. Raises `Unauthorized`, `Forbidden`, `RateLimited` for somebody who is guessing."""
        remote = request.remote or ""
        if (bucket := self._guessers.get(remote)) and (wait_s := bucket.wait_s()):
            raise RateLimited(wait_s)
        try:
            key = await self._key(request, provider)
        except (KeyUnknown, Unauthorized):
            self._note_failure(remote)
            raise Unauthorized from None
        if key.providers and provider not in key.providers:
            raise Forbidden(provider)
        return key

    async def _key(self, request: web.Request, provider: str) -> ApiKey:
        if header := HEADERS.get(provider):
            return await self._check(request.headers.get(header, ""))
        scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() == "key":
            return await self._check(text.strip())
        token = text.strip() if scheme.lower() == "bearer" else request.query.get("fal_jwt_token", "")
        facts = self._tokens.read(PURPOSE, token)
        if facts is None:
            raise Unauthorized
        return await self._keys.get(str(facts.get("key")))

    async def _check(self, text: str) -> ApiKey:
        if not text or len(text) > MAX_KEY_CHARS:
            raise Unauthorized
        return await self._keys.check(text)

    def _note_failure(self, remote: str) -> None:
        bucket = self._guessers.setdefault(remote, Bucket(FAILURES_PER_S, FAILURES_AT_ONCE))
        bucket.take()
        self._guessers.move_to_end(remote)
        while len(self._guessers) > ADDRESSES:
            self._guessers.popitem(last=False)
