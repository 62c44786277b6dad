"""Who is calling: reads each provider's header, and lets in the keys that may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.access.tokens import Tokens
from api.errors import Forbidden, Unauthorized
from api.server.routing import Call
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
        """The caller's key. Raises `Unauthorized`, `KeyUnknown`, which is told in the same words, and `Forbidden`."""
        key = await self._key(call, provider)
        if key.providers and provider not in key.providers:
            raise Forbidden(provider)
        return key

    async def admit_key(self, call: Call) -> ApiKey:
        """fal's caller, but no token will do: what makes tokens asks for this, or one could renew itself for ever."""
        if _scheme(call)[0] != "key":
            raise Unauthorized
        return await self.admit(call, "fal")

    async def _key(self, call: Call, provider: str) -> ApiKey:
        if header := HEADERS.get(provider):
            return await self._check(call.request.headers.get(header, ""))
        scheme, text = _scheme(call)
        if scheme == "key":
            return await self._check(text)
        token = text if scheme == "bearer" else call.query.get("fal_jwt_token", "")
        facts = self._tokens.read(PURPOSE, token)
        if facts is None:
            raise Unauthorized
        return await self.named_in(facts)

    async def named_in(self, facts: Mapping[str, Any]) -> ApiKey:
        """The key that a token's facts name, as far as it may be used now. Raises `KeyUnknown`."""
        return await self._keys.get(str(facts.get("key")))

    async def _check(self, text: str) -> ApiKey:
        if not text or len(text) > MAX_KEY_CHARS:
            raise Unauthorized
        return await self._keys.check(text)


def _scheme(call: Call) -> tuple[str, str]:
    """The Authorization header's scheme, in lower case, and the rest."""
    scheme, _, text = call.request.headers.get("Authorization", "").strip().partition(" ")
    return scheme.lower(), text.strip()
