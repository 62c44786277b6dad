"""The groups table: groups that an entrance is in, and whether it is switched off there."""

from __future__ import annotations

import time
from collections.abc import Callable

from storage.database import Database


class Groups:
    """The store of groups, by the number of their chat."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(self, chat: int) -> bool:
        """Write a group; return whether it is new."""
        rows = await self._database.run(
            "INSERT INTO groups (chat, since) VALUES (:chat, :now) ON CONFLICT (chat) DO NOTHING RETURNING chat",
            {"chat": chat, "now": self._clock()},
        )
        return bool(rows)

    async def is_off(self, chat: int) -> bool:
        """Return whether the group is switched off; one without a row is not."""
        row = await self._database.one("SELECT 1 FROM groups WHERE chat = :chat AND is_off = 1", {"chat": chat})
        return row is not None

    async def switch(self, chat: int, *, is_off: bool) -> None:
        """Switch the group off or on; the row is made where there is none."""
        await self._database.run(
            """INSERT INTO groups (chat, is_off, since) VALUES (:chat, :is_off, :now)
               ON CONFLICT (chat) DO UPDATE SET is_off = excluded.is_off""",
            {"chat": chat, "is_off": int(is_off), "now": self._clock()},
        )

    async def move(self, chat: int, new_chat: int) -> None:
        """Give a group its new number; nothing where there is no row, or that one has been moved."""
        async with self._database.transaction() as transaction:
            row = await transaction.one("DELETE FROM groups WHERE chat = :chat RETURNING is_off, since", {"chat": chat})
            if row:
                await transaction.run(
                    """INSERT INTO groups (chat, is_off, since) VALUES (:new, :is_off, :since)
                       ON CONFLICT (chat) DO UPDATE SET is_off = excluded.is_off, since = excluded.since""",
                    {"new": new_chat, "is_off": row["is_off"], "since": row["since"]},
                )

    async def forget(self, chat: int) -> None:
        """Delete the group's row."""
        await self._database.run("DELETE FROM groups WHERE chat = :chat", {"chat": chat})
