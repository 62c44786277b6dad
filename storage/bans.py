"""The bans table: owners whom nothing is drawn for. A ban stays when its owner is forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable

from storage.database import Database, record_of
from storage.records import Ban


class Bans:
    """The store of bans."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(self, owner: str) -> bool:
        """Ban the owner; return whether that is new."""
        rows = await self._database.run(
            "INSERT INTO bans (owner, banned_at) VALUES (:owner, :now) ON CONFLICT (owner) DO NOTHING RETURNING owner",
            {"owner": owner, "now": self._clock()},
        )
        return bool(rows)

    async def remove(self, owner: str) -> bool:
        """Lift the ban; return whether there was one."""
        return bool(await self._database.run("DELETE FROM bans WHERE owner = :owner RETURNING owner", {"owner": owner}))

    async def get(self, owner: str) -> Ban | None:
        """Return the owner's ban, None where there is none."""
        row = await self._database.one("SELECT * FROM bans WHERE owner = :owner", {"owner": owner})
        return record_of(Ban, row) if row else None

    async def mark_told(self, owner: str) -> None:
        """Note that the owner knows of the ban."""
        await self._database.run(
            "UPDATE bans SET told_at = :now WHERE owner = :owner", {"owner": owner, "now": self._clock()}
        )
