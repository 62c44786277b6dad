"""Messages an entrance took over and has not dealt with yet. Stored before they are confirmed to the sender."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence

from storage.database import Database


class Inbox:
    """The store of incoming messages, each with its sender's number."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._unwritten: list[int] = []
        self._writing = asyncio.Lock()

    async def put(self, messages: Sequence[tuple[int, str]]) -> list[int]:
        """Store (number, body) pairs, all or none; return the numbers that were new."""
        rows = await self._database.run(
            """INSERT INTO inbox (id, body, received_at)
               SELECT CAST(json_extract(value, '$[0]') AS BIGINT), json_extract(value, '$[1]'), :now
               FROM json_each(:messages)
               WHERE TRUE ON CONFLICT (id) DO NOTHING RETURNING id""",
            {"messages": json.dumps(messages), "now": self._clock()},
        )
        return [row["id"] for row in rows]

    async def open(self) -> list[tuple[int, str]]:
        """Return what was stored and not handled, in the sender's order: what a restart goes on with."""
        rows = await self._database.run("SELECT id, body FROM inbox WHERE handled_at IS NULL ORDER BY id")
        return [(row["id"], row["body"]) for row in rows]

    async def start(self, number: int, most_attempts: int) -> bool:
        """Count an attempt; return False where there were `most_attempts` and it is given up (a poison message)."""
        row = await self._database.one(
            "UPDATE inbox SET attempts = attempts + 1 WHERE id = :id RETURNING attempts", {"id": number}
        )
        return row is not None and row["attempts"] <= most_attempts

    async def excuse(self, number: int) -> None:
        """Forget the attempts: the message is not what ends the process."""
        await self._database.run("UPDATE inbox SET attempts = 0 WHERE id = :id", {"id": number})

    async def handled(self, number: int) -> None:
        """Mark as handled: its text is dropped, its number stays a while so that a second delivery is noticed.

        Group commit: those that come while one is written are written together after it. Raises `StorageError`; what
        could not be written is written with the next.
        """
        self._unwritten.append(number)
        async with self._writing:
            if numbers := self._unwritten:
                self._unwritten = []
                try:
                    await self._database.run(
                        """UPDATE inbox SET handled_at = :now, body = ''
                           WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(:numbers))""",
                        {"numbers": json.dumps(numbers), "now": self._clock()},
                    )
                except BaseException:
                    self._unwritten += numbers
                    raise

    async def delete_handled_before(self, moment: float) -> None:
        await self._database.run("DELETE FROM inbox WHERE handled_at < :moment", {"moment": moment})
