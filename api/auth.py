"""Who is calling: reads each provider's header, and lets in the keys that may."""

from __future__ import annotations

from typing import Final

from api.errors import Forbidden, Unauthorized
from api.sites import Call
from api.tokens import Tokens
from service.errors import KeyUnknown
from service.keys import ApiKeys
from storage.records import ApiKey

PURPOSE: Final = "fal"  # of the tokens that stand for a key
HEADERS: Final = {"segmind": "x-api-key", "pixazo": "Ocp-Apim-Subscription-Key"}
MAX_KEY_CHARS: Final = 500


class Doorman:
    """Knows the keys. Nobody's failures are counted: guessing 256 bits is hopeless, and behind a proxy all callers have
    one address."""

    def __init__(self, keys: ApiKeys, tokens: Tokens) -> None:
        self._keys = keys
        self._tokens = tokens

    async def admit(self, call: Call, provider: str) -> ApiKey:
        """The caller's key. Raises `Unauthorized`, `Forbidden`."""
        try:
            key = await self._key(call, provider)
        except KeyUnknown:
            raise Unauthorized from None
        if key.providers and provider not in key.providers:
            raise Forbidden(provider)
        return key

    async def _key(self, call: Call, provider: str) -> ApiKey:
        headers = call.request.headers
        if header := HEADERS.get(provider):
            return await self._check(headers.get(header, ""))
        scheme, _, text = headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() == "key":
            return await self._check(text.strip())
        token = text.strip() if scheme.lower() == "bearer" else call.query.get("fal_jwt_token", "")
        facts = self._tokens.read(PURPOSE, token)
        if facts is None:
            raise Unauthorized
        return await self._keys.get(str(facts.get("key")))

    async def _check(self, text: str) -> ApiKey:
        if not text or len(text) > MAX_KEY_CHARS:
            raise Unauthorized
        return await self._keys.check(text)
