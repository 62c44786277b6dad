"""The broadcasts tables: what operators write to everybody, and how far each person's copy has come."""

from __future__ import annotations

import time
from collections.abc import Callable

from storage.database import Database, Row, record_of
from storage.records import Broadcast, BroadcastState, CopyState

# Who gets it: people of Telegram, by a number above zero, who can be reached and have nothing against it.
_WANTED = """owner >= 'tg:0' AND owner < 'tg::' AND is_blocked = 0
             AND COALESCE(json_extract(settings, '$.news'), 'on') != 'off' AND owner NOT IN (SELECT owner FROM bans)"""


class Broadcasts:
    """The store of broadcasts. A person's copy is `begun` before it is sent: nobody gets it twice."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def draft(self, source: str, author: str, text: str) -> Broadcast:
        """Write a draft; the same source again is the same broadcast, as far as it has come."""
        rows = await self._database.run(
            """INSERT INTO broadcasts (source, author, text, state, created_at)
               VALUES (:source, :author, :text, 'draft', :now)
               ON CONFLICT (source) DO UPDATE SET source = excluded.source RETURNING *""",
            {"source": source, "author": author, "text": text, "now": self._clock()},
        )
        return _broadcast(rows[0])

    async def get(self, broadcast_id: int) -> Broadcast | None:
        """Return the broadcast of that id."""
        row = await self._database.one("SELECT * FROM broadcasts WHERE id = :id", {"id": broadcast_id})
        return _broadcast(row) if row else None

    async def count_wanted(self) -> int:
        """Count the people who would get one now."""
        row = await self._database.one(
            f"SELECT COUNT(*) AS n FROM users WHERE {_WANTED}"  # noqa: S608 - a constant
        )
        return int(row["n"]) if row else 0

    async def start(self, broadcast_id: int) -> bool:
        """Change a draft to sending, to everybody who wants it now. False where it is no draft any more."""
        async with self._database.transaction() as transaction:
            rows = await transaction.run(
                """UPDATE broadcasts SET state = 'sending', started_at = :now WHERE id = :id AND state = 'draft'
                   RETURNING id""",
                {"id": broadcast_id, "now": self._clock()},
            )
            if rows:
                await transaction.run(
                    f"""INSERT INTO broadcast_people (broadcast, owner, state)
                        SELECT :id, owner, 'waiting' FROM users WHERE {_WANTED}""",  # noqa: S608 - a constant
                    {"id": broadcast_id},
                )
            return bool(rows)

    async def drop(self, broadcast_id: int) -> bool:
        """Change a draft to dropped. False where it is no draft any more."""
        rows = await self._database.run(
            "UPDATE broadcasts SET state = 'dropped' WHERE id = :id AND state = 'draft' RETURNING id",
            {"id": broadcast_id},
        )
        return bool(rows)

    async def sending(self) -> Broadcast | None:
        """Return the oldest broadcast that is not with everybody yet."""
        row = await self._database.one("SELECT * FROM broadcasts WHERE state = 'sending' ORDER BY id LIMIT 1")
        return _broadcast(row) if row else None

    async def begin_next(self, broadcast_id: int) -> str | None:
        """Begin the copy of the next person, and return who that is; None where nobody waits who still wants it."""
        row = await self._database.one(
            f"""UPDATE broadcast_people SET state = 'begun' WHERE broadcast = :id AND owner = (
                    SELECT owner FROM broadcast_people JOIN users USING (owner)
                    WHERE broadcast = :id AND state = 'waiting' AND {_WANTED} LIMIT 1)
                RETURNING owner""",  # noqa: S608 - a constant
            {"id": broadcast_id},
        )
        return str(row["owner"]) if row else None

    async def set_state(self, broadcast_id: int, owner: str, state: CopyState) -> None:
        """Note what became of one person's copy; waiting means that it was surely not sent."""
        await self._database.run(
            "UPDATE broadcast_people SET state = :state WHERE broadcast = :id AND owner = :owner",
            {"id": broadcast_id, "owner": owner, "state": state.value},
        )

    async def counts(self, broadcast_id: int) -> dict[str, int]:
        """Count the copies in each state."""
        rows = await self._database.run(
            "SELECT state, COUNT(*) AS n FROM broadcast_people WHERE broadcast = :id GROUP BY state",
            {"id": broadcast_id},
        )
        return {row["state"]: row["n"] for row in rows}

    async def end(self, broadcast_id: int) -> None:
        """Note that it is with everybody; who got it is forgotten."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE broadcasts SET state = 'sent', ended_at = :now WHERE id = :id",
                {"id": broadcast_id, "now": self._clock()},
            )
            await transaction.run("DELETE FROM broadcast_people WHERE broadcast = :id", {"id": broadcast_id})


def _broadcast(row: Row) -> Broadcast:
    return record_of(Broadcast, row, state=BroadcastState(row["state"]))
