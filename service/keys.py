"""Keys of the HTTP API: made, shown once, checked, revoked. Knows no header and no provider's protocol."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Collection

from engine.cache import LruCache
from service.errors import KeyUnknown
from service.limits import KEY_JOBS_WAITING, KEY_PER_MINUTE
from service.readable import cut, readable
from storage.keys import Keys
from storage.records import ApiKey

NAME_CHARS = 64
CACHED_S = 1.0  # a key that another process revoked is taken for so long; one that this process revoked is not
CACHED_KEYS = 10_000

_ID_BYTES = 8
_SECRET_BYTES = 32


class ApiKeys:
    """The door's list. A key is `<id>:<secret>`, which fits every provider's header."""

    def __init__(self, store: Keys, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._cache: LruCache[str, tuple[float, ApiKey]] = LruCache(CACHED_KEYS)  # by id, with when it was read

    async def add(
        self,
        name: str,
        *,
        providers: Collection[str] = (),
        per_minute: int = KEY_PER_MINUTE,
        jobs_waiting: int = KEY_JOBS_WAITING,
        lifetime_s: float | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key: (its row, the key itself, which is nowhere kept). `name` is cleaned: terminals show it."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        key = ApiKey(
            id=secrets.token_hex(_ID_BYTES),
            name=cut(readable(name), NAME_CHARS) or "unnamed",
            hash=_hash(secret),
            providers=frozenset(providers),
            per_minute=per_minute,
            jobs_waiting=jobs_waiting,
            created_at=now,
            expires_at=now + lifetime_s if lifetime_s is not None else None,
        )
        await self._store.add(key)
        return key, f"{key.id}:{secret}"

    async def check(self, text: str) -> ApiKey:
        """Return the key that `text` is. Raises `KeyUnknown` for unknown, revoked and expired ones alike."""
        key_id, _, secret = text.partition(":")
        if not text.isascii():  # odd bytes of a header could not even be looked up
            raise KeyUnknown
        key = await self._get(key_id)
        # An unknown id costs the same comparison as a wrong secret.
        is_right = hmac.compare_digest(_hash(secret), key.hash if key else _hash(""))
        if key is None or not is_right or not self.is_valid(key):
            raise KeyUnknown
        return key

    async def get(self, key_id: str) -> ApiKey:
        """Return the key of that id, as far as it may be used now. Raises `KeyUnknown`."""
        key = await self._get(key_id)
        if key is None or not self.is_valid(key):
            raise KeyUnknown
        return key

    async def _get(self, key_id: str) -> ApiKey | None:
        now = time.monotonic()
        read_at, key = self._cache.find(key_id) or (float("-inf"), None)
        if now - read_at < CACHED_S:
            return key
        key = await self._store.get(key_id)
        if key is not None:
            self._cache.put(key_id, (now, key))
        return key

    def is_valid(self, key: ApiKey) -> bool:
        """Return whether the key is neither revoked nor expired."""
        return key.revoked_at is None and (key.expires_at is None or key.expires_at > self._clock())

    async def all(self) -> list[ApiKey]:
        """Return every key, revoked ones too, oldest first."""
        return await self._store.all()

    async def revoke(self, key_id: str) -> ApiKey:
        """Revoke a key for good. Raises `KeyUnknown`."""
        key = await self._store.revoke(key_id)
        self._cache.drop(key_id)
        if key is None:
            raise KeyUnknown
        return key


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
