"""The events table: what a process tells the others that work on the same store. Rows live for a minute.

The rows of the jobs are the truth; these only say where to look. Readers go on behind the last id that they saw, so
rows must become visible in the order of their ids: where several write at once, each waits for the one before.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

from storage.database import Database, record_of
from storage.records import StoredEvent

LIFETIME_S = 60.0
_MOST_ROWS = 100  # written by one statement


class EventRows:
    """The store of events. No statement here waits for the disk."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(self, events: Sequence[StoredEvent]) -> None:
        """Tell the others; `id` is not taken from the events."""
        for start in range(0, len(events), _MOST_ROWS):
            some = events[start : start + _MOST_ROWS]
            values = ", ".join(
                f"(:origin{n}, :kind{n}, :job{n}, :facts{n}, :preview{n}, :moment{n})" for n in range(len(some))
            )
            parameters = {
                f"{name}{n}": value
                for n, event in enumerate(some)
                for name, value in (
                    ("origin", event.origin),
                    ("kind", event.kind),
                    ("job", event.job_id),
                    ("facts", json.dumps(dict(event.facts))),
                    ("preview", event.preview or None),
                    ("moment", event.created_at),
                )
            }
            await self._database.run_unsynced(
                f"INSERT INTO events (origin, kind, job_id, facts, preview, created_at) VALUES {values}",  # noqa: S608
                parameters,
                lock="events",
            )
        await self._database.notify()

    async def after(self, last_id: int) -> list[StoredEvent]:
        """Return what was told after the event of that id, in order."""
        rows = await self._database.run_unsynced("SELECT * FROM events WHERE id > :last ORDER BY id", {"last": last_id})
        return [
            record_of(StoredEvent, row, facts=json.loads(row["facts"]), preview=row["preview"] or b"") for row in rows
        ]

    async def last_id(self) -> int:
        """Return the id of the newest event, 0 where there is none."""
        return int((await self._database.run_unsynced("SELECT COALESCE(MAX(id), 0) AS n FROM events"))[0]["n"])

    async def delete_old(self, lifetime_s: float = LIFETIME_S) -> None:
        """Delete what everybody has read by now."""
        await self._database.run_unsynced(
            "DELETE FROM events WHERE created_at <= :moment", {"moment": self._clock() - lifetime_s}
        )

    async def forget(self, job_ids: Sequence[str]) -> None:
        """Delete what was told of these jobs: pictures of their steps are among it."""
        for start in range(0, len(job_ids), _MOST_ROWS):
            some = {f"id{n}": job_id for n, job_id in enumerate(job_ids[start : start + _MOST_ROWS])}
            names = ", ".join(f":{name}" for name in some)
            await self._database.run_unsynced(f"DELETE FROM events WHERE job_id IN ({names})", some)  # noqa: S608
