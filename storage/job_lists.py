"""Questions about jobs: one of them, somebody's, those that wait, how many there are. Changes nothing."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable

from storage.database import Database
from storage.records import Job, JobRequest, JobStatus

LOW_YIELDS_S = 600.0  # a job of low priority lets others pass for so long, then it is like any other

# The order in which waiting jobs will start: everybody's first job before anybody's second, and among those the owner
# who was served longest ago. `claim` takes the first row of the same order.
ORDER = """
    SELECT id, ROW_NUMBER() OVER (ORDER BY yields, turn, served_at, created_at, id) AS position
    FROM (
        SELECT id, created_at, yields,
               ROW_NUMBER() OVER (PARTITION BY owner ORDER BY yields, created_at, id) AS turn,
               COALESCE((SELECT MAX(claimed_at) FROM jobs AS earlier WHERE earlier.owner = waiting.owner), 0)
                   AS served_at
        FROM (SELECT *, is_low AND created_at > :low_since AS yields FROM jobs WHERE status = 'queued' AND is_ready)
            AS waiting
    )
"""


class JobLists:
    """The reading half of the store of jobs."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def get(self, job_id: str) -> Job | None:
        return maybe(await self._database.one("SELECT * FROM jobs WHERE id = :id", {"id": job_id}))

    async def by_source(self, source: str) -> Job | None:
        return maybe(await self._database.one("SELECT * FROM jobs WHERE source = :source", {"source": source}))

    async def of_owner(self, owner: str, *statuses: JobStatus) -> list[Job]:
        """The owner's jobs in the given states (all where none is given), oldest first."""
        rows = await self._database.run(
            "SELECT * FROM jobs WHERE owner = :owner ORDER BY created_at, id", {"owner": owner}
        )
        jobs = [job_of(row) for row in rows]
        return [job for job in jobs if not statuses or job.status in statuses]

    async def count_since(self, owner: str, moment: float) -> int:
        """How many jobs of the owner were submitted since `moment` and not refused or cancelled."""
        row = await self._database.one(
            """SELECT COUNT(*) AS n FROM jobs WHERE owner = :owner AND created_at >= :moment
               AND status IN ('queued', 'running', 'done')""",
            {"owner": owner, "moment": moment},
        )
        return int(row["n"]) if row else 0

    async def active_child(self, parent: str, source_prefix: str) -> Job | None:
        """A waiting or running job made from `parent` whose source starts so: what a second press finds."""
        row = await self._database.one(
            """SELECT * FROM jobs WHERE parent = :parent AND status IN ('queued', 'running')
               AND substr(source, 1, length(:prefix)) = :prefix LIMIT 1""",
            {"parent": parent, "prefix": source_prefix},
        )
        return maybe(row)

    async def next_waiting(self) -> Job | None:
        """The job that `claim` would start now."""
        row = await self._database.one(
            f"SELECT * FROM jobs WHERE id = (SELECT id FROM ({ORDER}) ORDER BY position LIMIT 1)",  # noqa: S608
            self.low_since(),
        )
        return maybe(row)

    async def undelivered(self, owner_prefix: str) -> list[Job]:
        """Ended jobs of this entrance whose owner has not been told, oldest first."""
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE delivered_at IS NULL AND status IN ('done', 'failed', 'cancelled')
               AND substr(owner, 1, length(:prefix)) = :prefix ORDER BY created_at, id""",
            {"prefix": owner_prefix},
        )
        return [job_of(row) for row in rows]

    async def waiting(self, owner_prefix: str) -> list[Job]:
        """Waiting jobs of this entrance, with and without their photos, oldest first."""
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE status = 'queued'
               AND substr(owner, 1, length(:prefix)) = :prefix ORDER BY created_at, id""",
            {"prefix": owner_prefix},
        )
        return [job_of(row) for row in rows]

    async def without_photo(self, owner_prefix: str) -> list[Job]:
        """Waiting jobs whose photo never arrived (a crash while it was fetched)."""
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE status = 'queued' AND NOT is_ready
               AND substr(owner, 1, length(:prefix)) = :prefix ORDER BY created_at, id""",
            {"prefix": owner_prefix},
        )
        return [job_of(row) for row in rows]

    async def positions(self) -> dict[str, int]:
        """Place in the queue of every waiting job, from 1."""
        rows = await self._database.run(ORDER, self.low_since())
        return {row["id"]: row["position"] for row in rows}

    def low_since(self) -> dict[str, float]:
        return {"low_since": self._clock() - LOW_YIELDS_S}

    async def count(self, status: JobStatus) -> int:
        """How many jobs are in this state."""
        row = await self._database.one(
            "SELECT COUNT(*) AS n FROM jobs WHERE status = :status", {"status": status.value}
        )
        return int(row["n"]) if row else 0

    async def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        rows = await self._database.run("SELECT status, COUNT(*) AS n FROM jobs GROUP BY status")
        return {row["status"]: row["n"] for row in rows}

    async def counts_by_model(self) -> dict[tuple[str, str], int]:
        """How many jobs wait or run, by (state, model)."""
        rows = await self._database.run(
            """SELECT status, json_extract(request, '$.model') AS model, COUNT(*) AS n FROM jobs
               WHERE status IN ('queued', 'running') GROUP BY 1, 2"""
        )
        return {(row["status"], row["model"]): row["n"] for row in rows}

    async def oldest_waiting(self) -> float | None:
        """When the job was submitted that has been waiting longest; None where nobody waits."""
        row = await self._database.one("SELECT MIN(created_at) AS since FROM jobs WHERE status = 'queued'")
        return row["since"] if row else None

    async def files_due(
        self, owner_prefix: str, usual_s: float, least_s: float, most_s: float, now: float
    ) -> list[Job]:
        """Some delivered jobs of this entrance whose files are past their lifetime and were not deleted yet.

        The lifetime in seconds is the reply's `lifetime_s` within its bounds, `usual_s` where there is none;
        `are_files_gone` in the reply takes a job out of here.
        """
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE delivered_at IS NOT NULL AND finished_at <= :now - :least
               AND substr(owner, 1, length(:prefix)) = :prefix AND json_extract(reply, '$.are_files_gone') IS NULL
               AND finished_at + MIN(MAX(COALESCE(json_extract(reply, '$.lifetime_s'), :usual), :least), :most) <= :now
               LIMIT 200""",
            {"prefix": owner_prefix, "usual": usual_s, "least": least_s, "most": most_s, "now": now},
        )
        return [job_of(row) for row in rows]

    async def photos_in_use(self) -> set[str]:
        """Names of the photo files that waiting or running jobs still need."""
        rows = await self._database.run("SELECT request FROM jobs WHERE status IN ('queued', 'running')")
        return {name for row in rows for name in JobRequest.from_json(row["request"]).photos}


def present(row: sqlite3.Row | None) -> sqlite3.Row:
    assert row is not None  # noqa: S101 - INSERT ... RETURNING always answers a row
    return row


def maybe(row: sqlite3.Row | None) -> Job | None:
    return job_of(row) if row else None


def job_of(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        owner=row["owner"],
        source=row["source"],
        status=JobStatus(row["status"]),
        request=JobRequest.from_json(row["request"]),
        seed=row["seed"],
        reply=json.loads(row["reply"]),
        created_at=row["created_at"],
        parent=row["parent"],
        replaces=row["replaces"],
        attempts=row["attempts"],
        claimed_at=row["claimed_at"],
        finished_at=row["finished_at"],
        delivered_at=row["delivered_at"],
        error_code=row["error_code"],
        result=json.loads(row["result"]),
    )
