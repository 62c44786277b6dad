"""The keys table: who may use the HTTP API. Knows only hashes of secrets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict

from storage.database import Database, Row, record_of
from storage.records import ApiKey


class Keys:
    """The store of API keys."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(self, key: ApiKey) -> None:
        """Write a new key; `created_at` is taken as it stands."""
        await self._database.run(
            """INSERT INTO keys
               (id, name, hash, providers, per_minute, jobs_waiting, created_at, expires_at, revoked_at)
               VALUES (:id, :name, :hash, :providers, :per_minute, :jobs_waiting, :created_at, :expires_at, NULL)""",
            {**asdict(key), "providers": json.dumps(sorted(key.providers))},
        )

    async def get(self, key_id: str) -> ApiKey | None:
        row = await self._database.one("SELECT * FROM keys WHERE id = :id", {"id": key_id})
        return _key(row) if row else None

    async def all(self) -> list[ApiKey]:
        """Return every key, revoked ones too, oldest first."""
        return [_key(row) for row in await self._database.run("SELECT * FROM keys ORDER BY created_at, id")]

    async def revoke(self, key_id: str) -> ApiKey | None:
        """Mark a key as revoked; None where there is no such key. Idempotent."""
        row = await self._database.one(
            "UPDATE keys SET revoked_at = COALESCE(revoked_at, :now) WHERE id = :id RETURNING *",
            {"id": key_id, "now": self._clock()},
        )
        return _key(row) if row else None


def _key(row: Row) -> ApiKey:
    return record_of(ApiKey, row, providers=frozenset(json.loads(row["providers"])))
