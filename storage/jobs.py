"""The jobs table: submit, claim, finish, deliver. The one place that changes a job's status."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.job_lists import ORDER, JobLists, job_of, maybe, present
from storage.records import Job, JobRequest, JobStatus

MAX_ATTEMPTS = 2  # a photo that takes the process down twice is given up


@dataclass(frozen=True, slots=True)
class NewJob:
    """What `Jobs.add` needs; the rest of a `Job` is the store's."""

    owner: str
    source: str
    request: JobRequest
    seed: int
    reply: Mapping[str, Any]
    parent: str | None = None
    replaces: str | None = None
    is_low: bool = False


class Jobs(JobLists):
    """The store of jobs."""

    async def add(self, new: NewJob, limit: int) -> tuple[Job | None, bool]:
        """Write the job unless its source is known: (the job of that source, whether it is new).

        (None, False) where the owner already has `limit` jobs waiting or running.
        """
        async with self._database.transaction() as transaction:
            known = await transaction.one("SELECT * FROM jobs WHERE source = :source", {"source": new.source})
            if known:
                return job_of(known), False
            active = await transaction.one(
                "SELECT COUNT(*) AS n FROM jobs WHERE owner = :owner AND status IN ('queued', 'running')",
                {"owner": new.owner},
            )
            if active and active["n"] >= limit:
                return None, False
            await transaction.run(
                "INSERT INTO users (owner, created_at) VALUES (:owner, :now) ON CONFLICT (owner) DO NOTHING",
                {"owner": new.owner, "now": self._clock()},
            )
            row = await transaction.one(
                """INSERT INTO jobs
                   (id, owner, source, status, request, seed, reply, parent, replaces, is_ready, is_low, created_at)
                   VALUES (:id, :owner, :source, 'queued', :request, :seed, :reply, :parent, :replaces, :is_ready,
                           :is_low, :now)
                   RETURNING *""",
                {
                    "id": uuid.uuid4().hex,
                    "owner": new.owner,
                    "source": new.source,
                    "request": new.request.to_json(),
                    "seed": new.seed,
                    "reply": json.dumps(dict(new.reply)),
                    "parent": new.parent,
                    "replaces": new.replaces,
                    "is_ready": bool(new.request.photos),
                    "is_low": new.is_low,
                    "now": self._clock(),
                },
            )
            return job_of(present(row)), True

    async def set_request(self, job_id: str, request: JobRequest) -> Job | None:
        """Replace the request of a waiting job; it is ready once it has a photo. None if it is not waiting."""
        row = await self._database.one(
            "UPDATE jobs SET request = :request, is_ready = :ready WHERE id = :id AND status = 'queued' RETURNING *",
            {"id": job_id, "request": request.to_json(), "ready": bool(request.photos)},
        )
        return maybe(row)

    async def set_reply(self, job_id: str, **facts: Any) -> Job | None:
        """Merge facts into the entrance's note on where the answer goes."""
        row = await self._database.one(
            "UPDATE jobs SET reply = json_patch(reply, :facts) WHERE id = :id RETURNING *",
            {"id": job_id, "facts": json.dumps(facts)},
        )
        return maybe(row)

    async def claim(self, only: str | None = None) -> Job | None:
        """Start the next waiting job: one statement, so two workers never start the same one.

        With `only`, start it if that is its id, and else nothing: the queue has moved since somebody looked.
        """
        row = await self._database.one(
            f"""UPDATE jobs SET status = 'running', attempts = attempts + 1, claimed_at = :now
                WHERE status = 'queued' AND id = (SELECT id FROM ({ORDER}) ORDER BY position LIMIT 1)
                AND id = COALESCE(:only, id)
                RETURNING *""",  # noqa: S608 - a constant of job_lists
            {"now": self._clock(), "only": only, **self.low_since()},
        )
        return maybe(row)

    async def finish(self, job_id: str, result: Mapping[str, Any]) -> Job | None:
        """running -> done. None where it is not running any more (cancelled, or its owner was forgotten)."""
        return await self._end(job_id, JobStatus.DONE, result=result)

    async def fail(self, job_id: str, error_code: str) -> Job | None:
        """queued or running -> failed, with the code the entrances translate."""
        return await self._end(job_id, JobStatus.FAILED, error_code=error_code)

    async def expire(self, job_id: str, error_code: str) -> Job | None:
        """queued -> failed: it did not start in time. None where it has started, though it may wait again."""
        row = await self._database.one(
            """UPDATE jobs SET status = 'failed', error_code = :code, finished_at = :now
               WHERE id = :id AND status = 'queued' AND claimed_at IS NULL RETURNING *""",
            {"id": job_id, "code": error_code, "now": self._clock()},
        )
        return maybe(row)

    async def cancel(self, job_id: str) -> Job | None:
        """queued or running -> cancelled. None where it had already ended."""
        return await self._end(job_id, JobStatus.CANCELLED, error_code="cancelled")

    async def _end(
        self,
        job_id: str,
        status: JobStatus,
        *,
        result: Mapping[str, Any] | None = None,
        error_code: str | None = None,
    ) -> Job | None:
        allowed = "('running')" if status is JobStatus.DONE else "('queued', 'running')"
        row = await self._database.one(
            f"""UPDATE jobs SET status = :status, result = :result, error_code = :error_code, finished_at = :now
                WHERE id = :id AND status IN {allowed} RETURNING *""",  # noqa: S608 - constants
            {
                "id": job_id,
                "status": status.value,
                "result": json.dumps(dict(result or {})),
                "error_code": error_code,
                "now": self._clock(),
            },
        )
        return maybe(row)

    async def hand_back(self, job_id: str, *, counts_as_attempt: bool) -> Job | None:
        """running -> queued: the process is stopping (the attempt is given back) or the job is tried once more."""
        row = await self._database.one(
            """UPDATE jobs SET status = 'queued', attempts = attempts - :refund
               WHERE id = :id AND status = 'running' RETURNING *""",
            {"id": job_id, "refund": 0 if counts_as_attempt else 1},
        )
        return maybe(row)

    async def recover(self) -> tuple[list[Job], list[Job]]:
        """After a crash: (running jobs put back in the queue, jobs given up after `MAX_ATTEMPTS`)."""
        given_up = await self._database.run(
            """UPDATE jobs SET status = 'failed', error_code = 'crashed', finished_at = :now
               WHERE status = 'running' AND attempts >= :most RETURNING *""",
            {"now": self._clock(), "most": MAX_ATTEMPTS},
        )
        back = await self._database.run("UPDATE jobs SET status = 'queued' WHERE status = 'running' RETURNING *")
        return [job_of(row) for row in back], [job_of(row) for row in given_up]

    async def mark_delivered(self, job_id: str) -> None:
        """The owner has what the job made, or knows that it failed."""
        await self._database.run(
            "UPDATE jobs SET delivered_at = :now WHERE id = :id AND delivered_at IS NULL",
            {"id": job_id, "now": self._clock()},
        )

    async def delete_finished_before(self, moment: float) -> int:
        """Forget jobs that ended and were delivered before `moment`; returns how many."""
        rows = await self._database.run(
            "DELETE FROM jobs WHERE finished_at < :moment AND delivered_at IS NOT NULL RETURNING id",
            {"moment": moment},
        )
        return len(rows)

    async def delete_without_files(self, owner_prefix: str, moment: float) -> None:
        """Forget this entrance's jobs that ended before `moment` and whose files are gone."""
        await self._database.run(
            """DELETE FROM jobs WHERE finished_at <= :moment AND substr(owner, 1, length(:prefix)) = :prefix
               AND json_extract(reply, '$.are_files_gone')""",
            {"moment": moment, "prefix": owner_prefix},
        )
