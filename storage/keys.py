"""The keys table: who may use the HTTP API. Knows only hashes of secrets."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable

from storage.database import Database
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
            {
                "id": key.id,
                "name": key.name,
                "hash": key.hash,
                "providers": json.dumps(sorted(key.providers)),
                "per_minute": key.per_minute,
                "jobs_waiting": key.jobs_waiting,
                "created_at": key.created_at,
                "expires_at": key.expires_at,
            },
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


def _key(row: sqlite3.Row) -> ApiKey:
    return ApiKey(
        id=row["id"],
        name=row["name"],
        hash=row["hash"],
        providers=frozenset(json.loads(row["providers"])),
        per_minute=row["per_minute"],
        jobs_waiting=row["jobs_waiting"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
