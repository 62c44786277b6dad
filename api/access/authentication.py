"""Authentication: the caller's key, by the header that its provider's clients send. Knows no header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from api.access.tokens import Tokens
from api.errors import Forbidden, Unauthorized
from api.server.body import OWNER
from api.server.routing import Call
from service.keys import ApiKeys
from storage.records import ApiKey

MAX_KEY_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller showed: a key, or a short-lived token that stands for one."""

    text: str
    is_token: bool = False


class Scheme(Protocol):
    """Where a provider's clients put their key. `name` is the provider's, which a key may be bound to."""

    @property
    def name(self) -> str: ...

    def credentials(self, call: Call) -> Credentials: ...


class Authenticator:
    """Checks keys. Nobody's failures are counted: guessing 256 bits is hopeless, and behind a proxy all callers have
    one address."""

    def __init__(self, keys: ApiKeys, tokens: Tokens) -> None:
        self._keys = keys
        self._tokens = tokens

    async def authenticate(
        self, call: Call, scheme: Scheme, *, token_use: str | None = None, app: str | None = None
    ) -> ApiKey:
        """Return the caller's key.

        A token is taken only where it was made for `token_use`, and for `app` if it names any: whoever has one may do
        no more than it was made for, and not make another. Raises `Unauthorized`, `KeyUnknown`, which is told in the
        same words, and `Forbidden` where the key is for another provider, or the token for other apps.
        """
        shown = scheme.credentials(call)
        if shown.is_token:
            facts = self._tokens.read(scheme.name, shown.text)
            if facts is None or token_use is None or facts.get("use") != token_use:
                raise Unauthorized
            apps = facts.get("apps")
            if apps is not None and not {app, str(app).partition("/")[2]} & set(apps):
                raise Forbidden("another app")
            key = await self.key_named_in(facts)
        elif shown.text and len(shown.text) <= MAX_KEY_CHARS:
            key = await self._keys.check(shown.text)
        else:
            raise Unauthorized
        if key.providers and scheme.name not in key.providers:
            raise Forbidden(scheme.name)
        call.request[OWNER] = key.owner
        return key

    async def key_named_in(self, facts: Mapping[str, Any]) -> ApiKey:
        """Return the key that a token's facts name, as far as it may be used now. Raises `KeyUnknown`."""
        return await self._keys.get(str(facts.get("key")))
