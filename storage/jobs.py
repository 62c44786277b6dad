"""The jobs table: submit, claim, finish, deliver, and every question about jobs. Changes a job's status; knows no note.

The only place that changes a job's status.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from storage.database import Database, Row, record_of
from storage.records import DayFigures, Job, JobRequest, JobResult, JobStatus
from storage.users import ADD_OWNER

MAX_ATTEMPTS = 2  # of a drawing that fails
# A process that ends while it draws does not say why: the photo, another job's, the operator or the machine. So a crash
# counts for every job that it was drawing, not for what others draw, and from then on such a job is drawn while its
# process draws nothing else: another job's drawing is counted against it once at most. Kills from outside come when
# they come, a photo that takes the process down does it each time: after the third crash a job rests, after the fourth
# it rests longer, others are served meanwhile, and at the fifth it is given up.
MAX_CRASHES = 5
CRASH_REST_S = 15.0  # after the third crash; four times as long after the fourth

LOW_YIELDS_S = 600.0  # a job of low priority lets others pass for so long, then it is like any other

# The order in which waiting jobs will start: everybody's first job before anybody's second, and among those the owner
# who was served longest ago; last what rests after crashes. `claim` takes the first row of the same order.
ORDER = """
    SELECT id, owner, rests, ROW_NUMBER() OVER (ORDER BY rests, yields, turn, served_at, created_at, id) AS position
    FROM (
        SELECT id, owner, created_at, yields, rests,
               ROW_NUMBER() OVER (PARTITION BY owner ORDER BY rests, yields, created_at, id) AS turn,
               COALESCE((SELECT MAX(claimed_at) FROM jobs AS earlier WHERE earlier.owner = waiting.owner), 0)
                   AS served_at
        FROM (SELECT *, CASE WHEN is_low = 1 AND created_at > :low_since THEN 1 ELSE 0 END AS yields,
                     CASE WHEN crashes < 3 THEN 0
                          WHEN COALESCE(claimed_at, 0) + :rest * CASE crashes WHEN 3 THEN 1 ELSE 4 END > :now THEN 1
                          ELSE 0 END AS rests
              FROM jobs WHERE status = 'queued' AND is_ready = 1) AS waiting
    ) AS turns
"""

# What was being drawn or decoded by a process that is gone.
_ORPHANED = """status IN ('queued', 'running') AND (status = 'running' OR is_decoding = 1)
               AND claimed_by NOT IN (SELECT id FROM processes)"""


@dataclass(frozen=True, slots=True)
class NewJob:
    """What `Jobs.add` needs; the rest of a `Job` is the store's. `is_decoding`: its photo is decoded next."""

    owner: str
    source: str
    request: JobRequest
    seed: int
    note: Mapping[str, Any]
    parent: str | None = None
    replaces: str | None = None
    is_low: bool = False
    lifetime_s: float | None = None
    is_decoding: bool = False


class Jobs:
    """The store of jobs. `process` is the id of this process among those on the store, "" where it has not joined."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self.process = ""

    # --- change -------------------------------------------------------------------------------------------------------

    async def add(self, new: NewJob, limit: int, most_waiting: int = 2**31) -> tuple[Job | None, bool]:
        """Write the job unless its source is known: (the job of that source, whether it is new).

        (None, False) where the owner already has `limit` jobs waiting or running, or `most_waiting` of everybody wait.
        """
        now = self._clock()
        _, added = await self._database.run_all(
            (ADD_OWNER, {"owner": new.owner, "now": now}),
            (
                """INSERT INTO jobs
                   (id, owner, entrance, source, status, request, seed, note, parent, replaces, is_ready, is_decoding,
                    is_low, lifetime_s, created_at, claimed_by)
                   SELECT :id, :owner, :entrance, :source, 'queued', :request, :seed, :note, :parent, :replaces,
                          :is_ready, :is_decoding, :is_low, :lifetime_s, :now, :process
                   WHERE :limit > (SELECT COUNT(*) FROM jobs WHERE owner = :owner AND status IN ('queued', 'running'))
                   AND :most_waiting > (SELECT COUNT(*) FROM jobs WHERE status = 'queued')
                   ON CONFLICT (source) DO NOTHING RETURNING *""",
                {
                    "id": uuid.uuid4().hex,
                    "owner": new.owner,
                    "entrance": new.owner.partition(":")[0],
                    "source": new.source,
                    "request": new.request.to_json(),
                    "seed": new.seed,
                    "note": json.dumps(dict(new.note)),
                    "parent": new.parent,
                    "replaces": new.replaces,
                    "is_ready": int(bool(new.request.photos)),
                    "is_decoding": int(new.is_decoding),
                    "is_low": int(new.is_low),
                    "lifetime_s": new.lifetime_s,
                    "now": now,
                    "process": self.process,
                    "limit": limit,
                    "most_waiting": most_waiting,
                },
            ),
            lock=new.owner,
        )
        return (_job_of(added[0]), True) if added else (await self.by_source(new.source), False)

    async def attach(self, job_id: str, inputs: Mapping[str, tuple[str, ...]]) -> Job | None:
        """Give a waiting job its photos, with which it is ready. None if it is not waiting."""
        row = await self._database.one(
            """UPDATE jobs SET request = json_patch(json_patch(request, '{"inputs": null}'), :inputs),
                   is_ready = :ready, is_decoding = 0
               WHERE id = :id AND status = 'queued' RETURNING *""",
            {"id": job_id, "inputs": json.dumps({"inputs": inputs}), "ready": int(any(inputs.values()))},
        )
        return _maybe(row)

    async def change_request(self, job_id: str, changes: Mapping[str, Any], seed: int | None = None) -> Job | None:
        """Merge `changes` into a waiting job's request, objects within it too. None if it is not waiting."""
        row = await self._database.one(
            """UPDATE jobs SET request = json_patch(request, :changes), seed = COALESCE(:seed, seed)
               WHERE id = :id AND status = 'queued' RETURNING *""",
            {"id": job_id, "changes": json.dumps(dict(changes)), "seed": seed},
        )
        return _maybe(row)

    async def mark_decoding(self, job_id: str, is_decoding: bool) -> None:
        """Note whether the photo of a waiting job is being decoded, which may end the process."""
        await self._database.run(
            """UPDATE jobs SET is_decoding = :now, claimed_by = :process
               WHERE id = :id AND status = 'queued' AND is_ready = 0""",
            {"id": job_id, "now": int(is_decoding), "process": self.process},
        )

    async def adopt(self, job: Job) -> bool:
        """Take a waiting job into this process's hands; False where its own lives, or another was faster."""
        return bool(
            await self._database.run(
                """UPDATE jobs SET claimed_by = :process
                   WHERE id = :id AND status = 'queued' AND claimed_by = :before
                   AND claimed_by NOT IN (SELECT id FROM processes) RETURNING id""",
                {"id": job.id, "process": self.process, "before": job.claimed_by},
            )
        )

    async def set_note(self, job_id: str, **facts: Any) -> Job | None:
        """Merge facts into the entrance's note, objects within it too."""
        row = await self._database.one(
            "UPDATE jobs SET note = json_patch(note, :facts) WHERE id = :id RETURNING *",
            {"id": job_id, "facts": json.dumps(facts)},
        )
        return _maybe(row)

    async def claim(
        self, only: str | None = None, *, out_of_turn: bool = False, is_isolated: bool = False
    ) -> Job | None:
        """Start the next waiting job: one claim at a time, so two workers never start the same one.

        None while this process draws a job that a crash interrupted, and where the next one is such a job and it draws
        any. With `only`, start it if that is its id, and else nothing: the queue has moved since somebody looked.
        `out_of_turn` starts that job wherever in the queue it waits. `is_isolated`: each engine has a process of its
        own, and the caller sees to it that a job that a crash interrupted is alone there.
        """
        # The time is read once nobody else claims: one who waited would note a moment that has passed, and whom it
        # serves would seem to have waited longer than others.
        async with self._database.transaction(lock="claim") as transaction:
            row = await transaction.one(
                f"""UPDATE jobs
                    SET status = 'running', attempts = attempts + 1, claimed_at = :now, claimed_by = :process
                    WHERE status = 'queued' AND is_ready = 1
                    AND (:out_of_turn = 1
                         OR id = (SELECT id FROM ({ORDER}) AS places WHERE rests = 0 ORDER BY position LIMIT 1))
                    AND id = COALESCE(:only, id)
                    AND (:is_isolated = 1
                         OR NOT EXISTS (SELECT 1 FROM jobs AS other
                                        WHERE other.status = 'running' AND other.claimed_by = :process
                                        AND (other.crashes > 0 OR jobs.crashes > 0)))
                    RETURNING *""",  # noqa: S608 - a constant
                {
                    "only": only,
                    "out_of_turn": int(out_of_turn),
                    "is_isolated": int(is_isolated),
                    "process": self.process,
                    **self._moments(),
                },
            )
        return _maybe(row)

    async def finish(self, job_id: str, result: JobResult) -> Job | None:
        """Change running to done.

        Returns None where this process draws it no more: cancelled, its owner forgotten, or another process has it.
        """
        return await self._end(job_id, JobStatus.DONE, result=result)

    async def fail(self, job_id: str, error_code: str) -> Job | None:
        """Change queued, or running in this process, to failed, with the code the entrances translate."""
        return await self._end(job_id, JobStatus.FAILED, error_code=error_code)

    async def expire(self, job_id: str, error_code: str) -> Job | None:
        """Change queued to failed: it did not start in time.

        Returns None where it has started, though it may wait again.
        """
        row = await self._database.one(
            """UPDATE jobs SET status = 'failed', error_code = :code, finished_at = :now
               WHERE id = :id AND status = 'queued' AND claimed_at IS NULL RETURNING *""",
            {"id": job_id, "code": error_code, "now": self._clock()},
        )
        return _maybe(row)

    async def cancel(self, job_id: str) -> Job | None:
        """Change queued or running to cancelled. Returns None where it had already ended."""
        return await self._end(job_id, JobStatus.CANCELLED, error_code="cancelled")

    async def _end(
        self,
        job_id: str,
        status: JobStatus,
        *,
        result: JobResult | None = None,
        error_code: str | None = None,
    ) -> Job | None:
        allowed = {
            JobStatus.DONE: "status = 'running' AND claimed_by = :process",
            JobStatus.FAILED: "(status = 'queued' OR (status = 'running' AND claimed_by = :process))",
            JobStatus.CANCELLED: "status IN ('queued', 'running')",
        }
        row = await self._database.one(
            f"""UPDATE jobs SET status = :status, result = :result, error_code = :error_code, finished_at = :now
                WHERE id = :id AND {allowed[status]} RETURNING *""",  # noqa: S608 - constants
            {
                "id": job_id,
                "status": status.value,
                "result": result.to_json() if result else "{}",
                "error_code": error_code,
                "now": self._clock(),
                "process": self.process,
            },
        )
        return _maybe(row)

    async def hand_back(self, job_id: str, *, counts_as_attempt: bool) -> Job | None:
        """Change running to queued: the process stops (and gives the attempt back), or the job is tried once more.

        One that is tried once more has been drawn to an end: it is not what ended the process before.
        """
        row = await self._database.one(
            """UPDATE jobs SET status = 'queued', attempts = attempts - :refund, crashes = crashes * :refund
               WHERE id = :id AND status = 'running' AND claimed_by = :process RETURNING *""",
            {"id": job_id, "refund": 0 if counts_as_attempt else 1, "process": self.process},
        )
        return _maybe(row)

    async def recover(self) -> tuple[list[Job], list[Job]]:
        """Count a crash for the jobs that processes were drawing or decoding which are gone, and put them back.

        Gone is who has no row among the processes. The attempt is given back. Returns (those, the ones given up after
        `MAX_CRASHES`).
        """
        return await self._count_crash(_ORPHANED, {})

    async def crashed(self, job_ids: Collection[str]) -> tuple[list[Job], list[Job]]:
        """Do as `recover` with jobs of this process whose engine is gone while the process lives on."""
        names, ids = _names_of(job_ids)
        where = f"status = 'running' AND claimed_by = :process AND id IN ({names})"
        return await self._count_crash(where, {"process": self.process, **ids})

    async def _count_crash(self, where: str, parameters: Mapping[str, Any]) -> tuple[list[Job], list[Job]]:
        rows = await self._database.run(
            f"""UPDATE jobs SET crashes = crashes + 1, is_decoding = 0,
                    status = CASE WHEN crashes + 1 >= :most THEN 'failed' ELSE 'queued' END,
                    error_code = CASE WHEN crashes + 1 >= :most THEN 'crashed' ELSE error_code END,
                    finished_at = CASE WHEN crashes + 1 >= :most THEN :now ELSE finished_at END,
                    attempts = attempts - CASE WHEN status = 'running' AND crashes + 1 < :most THEN 1 ELSE 0 END
                WHERE {where} RETURNING *""",  # noqa: S608 - constants
            {"now": self._clock(), "most": MAX_CRASHES, **parameters},
            lock="claim",  # a claim that this waited for may be of a process that it does not see yet
        )
        jobs = [_job_of(row) for row in rows]
        waiting = [job for job in jobs if job.status is JobStatus.QUEUED]
        return waiting, [job for job in jobs if job.status is not JobStatus.QUEUED]

    async def mark_delivered(self, job_id: str) -> None:
        """Note that the owner has what the job made, or knows that it failed."""
        await self._database.run(
            "UPDATE jobs SET delivered_at = :now WHERE id = :id AND delivered_at IS NULL",
            {"id": job_id, "now": self._clock()},
        )

    async def forget_request(self, job_id: str) -> None:
        """Delete the words and numbers that an ended job was asked for; its style and model stay."""
        await self._database.run(
            """UPDATE jobs SET request = json_patch(json_patch(request, '{"parameters": null}'),
                                                    '{"prompt": "", "text": "", "parameters": {}}')
               WHERE id = :id AND finished_at IS NOT NULL""",
            {"id": job_id},
        )

    async def mark_undelivered(self, job_id: str) -> None:
        """Take back that the owner has everything."""
        await self._database.run("UPDATE jobs SET delivered_at = NULL WHERE id = :id", {"id": job_id})

    async def delete_finished_before(self, moment: float) -> int:
        """Forget jobs that ended before `moment` and were delivered; returns how many.

        A thousand at a time: the connection is everybody's, and nobody is to wait for a year's rows.
        """
        total = 0
        while deleted := await self._database.run(
            """DELETE FROM jobs WHERE id IN (
                   SELECT id FROM jobs WHERE finished_at < :moment AND delivered_at IS NOT NULL LIMIT 1000)
               RETURNING id""",
            {"moment": moment},
        ):
            total += len(deleted)
        return total

    async def mark_files_gone(self, job_id: str) -> None:
        """Note that the result files of a job were deleted."""
        await self._database.run(
            "UPDATE jobs SET files_gone_at = :now WHERE id = :id", {"id": job_id, "now": self._clock()}
        )

    async def delete_without_files(self, entrance: str, moment: float) -> None:
        """Delete this entrance's jobs that ended before `moment` and whose files are gone."""
        while await self._database.run(
            """DELETE FROM jobs WHERE id IN (
                   SELECT id FROM jobs WHERE entrance = :entrance AND finished_at <= :moment
                   AND files_gone_at IS NOT NULL LIMIT 1000)
               RETURNING id""",
            {"moment": moment, "entrance": entrance},
        ):
            pass

    # --- read ---------------------------------------------------------------------------------------------------------

    async def get(self, job_id: str) -> Job | None:
        return _maybe(await self._database.one("SELECT * FROM jobs WHERE id = :id", {"id": job_id}))

    async def by_ids(self, job_ids: Collection[str]) -> dict[str, Job]:
        """Return the jobs of these ids that there are, by id."""
        names, ids = _names_of(job_ids)
        rows = await self._database.run(f"SELECT * FROM jobs WHERE id IN ({names})", ids)  # noqa: S608 - numbers
        return {row["id"]: _job_of(row) for row in rows}

    async def by_reference(self, reference: str) -> list[Job]:
        """Return the jobs whose id begins so, oldest first, at most 20."""
        rows = await self._database.run(
            "SELECT * FROM jobs WHERE id >= :start AND id < :start || '~' ORDER BY created_at, id LIMIT 20",
            {"start": reference},
        )
        return [_job_of(row) for row in rows]

    async def by_source(self, source: str) -> Job | None:
        return _maybe(await self._database.one("SELECT * FROM jobs WHERE source = :source", {"source": source}))

    async def of_owner(self, owner: str, *statuses: JobStatus) -> list[Job]:
        """Return the owner's jobs in the given states (all where none is given), oldest first."""
        wanted = ", ".join(f"'{status.value}'" for status in sorted(statuses or JobStatus))
        rows = await self._database.run(
            f"SELECT * FROM jobs WHERE owner = :owner AND status IN ({wanted}) ORDER BY created_at, id",  # noqa: S608
            {"owner": owner},
        )
        return [_job_of(row) for row in rows]

    async def page_of_owner(self, owner: str, limit: int, before: tuple[float, str] | None = None) -> list[Job]:
        """Return up to `limit` of the owner's jobs, newest first; `before` is (created_at, id) of the last one seen."""
        moment, job_id = before or (float("inf"), "")
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE owner = :owner AND (created_at, id) < (:moment, :id)
               ORDER BY created_at DESC, id DESC LIMIT :limit""",
            {"owner": owner, "moment": moment, "id": job_id, "limit": limit},
        )
        return [_job_of(row) for row in rows]

    async def count_since(self, owner: str, moment: float) -> int:
        """Count the owner's jobs that were submitted since `moment` and not refused or cancelled."""
        row = await self._database.one(
            """SELECT COUNT(*) AS n FROM jobs WHERE owner = :owner AND created_at >= :moment
               AND status IN ('queued', 'running', 'done')""",
            {"owner": owner, "moment": moment},
        )
        return int(row["n"]) if row else 0

    async def nth_since(self, owner: str, moment: float, offset: int) -> float | None:
        """Return when one of the jobs that `count_since` counts was submitted: the oldest, or `offset` after it."""
        row = await self._database.one(
            """SELECT created_at FROM jobs WHERE owner = :owner AND created_at >= :moment
               AND status IN ('queued', 'running', 'done') ORDER BY created_at LIMIT 1 OFFSET :offset""",
            {"owner": owner, "moment": moment, "offset": offset},
        )
        return float(row["created_at"]) if row else None

    async def nth_newest(self, owner: str, number: int) -> float | None:
        """Return when the owner's newest job was submitted, for `number` 1; the one before it, for 2. None for none."""
        row = await self._database.one(
            "SELECT created_at FROM jobs WHERE owner = :owner ORDER BY created_at DESC LIMIT 1 OFFSET :offset",
            {"owner": owner, "offset": number - 1},
        )
        return float(row["created_at"]) if row else None

    async def days(self, first: int, count: int) -> list[DayFigures]:
        """Return what ended on each of `count` days from `first` on, a number of days since 1970 in UTC."""
        # A CAST cuts off in SQLite and rounds in PostgreSQL, and not every SQLite has FLOOR.
        rows = await self._database.run(
            """SELECT day, COUNT(*) AS jobs, SUM(CASE status WHEN 'failed' THEN 1 ELSE 0 END) AS failed,
                      COUNT(DISTINCT owner) AS people,
                      AVG(CASE WHEN status = 'done' AND place IN ((done + 1) / 2, (done + 2) / 2) THEN seconds END)
                          AS median_s
               FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY day, status ORDER BY seconds) AS place,
                            SUM(CASE status WHEN 'done' THEN 1 ELSE 0 END) OVER (PARTITION BY day) AS done
                     FROM (SELECT CAST(ROUND(CAST(finished_at AS NUMERIC) / 86400.0 - 0.5) AS INTEGER) AS day,
                                  status, owner, finished_at - created_at AS seconds
                           FROM jobs WHERE finished_at >= :since AND finished_at < :until) AS ended) AS placed
               GROUP BY day""",
            {"since": first * 86_400.0, "until": (first + count) * 86_400.0},
        )
        found = {row["day"]: record_of(DayFigures, row) for row in rows}
        return [found.get(day, DayFigures(day)) for day in range(first, first + count)]

    async def waiting_and_active(self, owner: str) -> tuple[int, int]:
        """Count everybody's jobs that wait, and the owner's that wait or run."""
        row = await self._database.one(
            """SELECT (SELECT COUNT(*) FROM jobs WHERE status = 'queued') AS waiting,
                      (SELECT COUNT(*) FROM jobs WHERE owner = :owner AND status IN ('queued', 'running')) AS active""",
            {"owner": owner},
        )
        return (int(row["waiting"]), int(row["active"])) if row else (0, 0)

    async def active_child(self, parent: str, source_prefix: str) -> Job | None:
        """Return a waiting or running job made from `parent` whose source starts so: what a second press finds."""
        row = await self._database.one(
            """SELECT * FROM jobs WHERE parent = :parent AND status IN ('queued', 'running')
               AND substr(source, 1, length(:prefix)) = :prefix LIMIT 1""",
            {"parent": parent, "prefix": source_prefix},
        )
        return _maybe(row)

    async def last_child(self, parent: Job, source_prefix: str) -> Job | None:
        """Return the newest job made from `parent` whose source starts so, in whatever state."""
        row = await self._database.one(
            """SELECT * FROM jobs WHERE owner = :owner AND parent = :parent
               AND substr(source, 1, length(:prefix)) = :prefix ORDER BY created_at DESC, rowid DESC LIMIT 1""",
            {"owner": parent.owner, "parent": parent.id, "prefix": source_prefix},
        )
        return _maybe(row)

    async def next_waiting(self, most: int = 1) -> list[Job]:
        """Return the jobs that are next in the queue, in order."""
        rows = await self._database.run(
            f"""SELECT jobs.* FROM jobs JOIN ({ORDER}) AS places ON places.id = jobs.id
                WHERE places.rests = 0 ORDER BY position LIMIT :most""",  # noqa: S608 - a constant
            {"most": most, **self._moments()},
        )
        return [_job_of(row) for row in rows]

    async def undelivered(self, entrance: str) -> list[Job]:
        """Return ended jobs of this entrance whose owner has not been notified, oldest first."""
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE delivered_at IS NULL AND status IN ('done', 'failed', 'cancelled')
               AND entrance = :entrance ORDER BY created_at, id""",
            {"entrance": entrance},
        )
        return [_job_of(row) for row in rows]

    async def count_undelivered(self) -> dict[str, int]:
        """Count the ended jobs whose owner has not been notified, by entrance."""
        rows = await self._database.run(
            """SELECT entrance, COUNT(*) AS n FROM jobs WHERE delivered_at IS NULL
               AND status IN ('done', 'failed', 'cancelled') GROUP BY entrance"""
        )
        return {row["entrance"]: row["n"] for row in rows}

    async def waiting(self, entrance: str) -> list[Job]:
        """Return waiting jobs of this entrance, with and without their photos, oldest first."""
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE status = 'queued'
               AND entrance = :entrance ORDER BY created_at, id""",
            {"entrance": entrance},
        )
        return [_job_of(row) for row in rows]

    async def queue(self) -> list[tuple[str, str]]:
        """Return (id, owner) of every waiting job with a photo, in the order in which they will start."""
        rows = await self._database.run(f"{ORDER} ORDER BY position", self._moments())
        return [(row["id"], row["owner"]) for row in rows]

    async def positions(self) -> dict[str, int]:
        """Return the place in the queue of every waiting job with a photo, from 1, in order."""
        return {job_id: place for place, (job_id, _) in enumerate(await self.queue(), 1)}

    def _moments(self) -> dict[str, float]:
        now = self._clock()
        return {"now": now, "low_since": now - LOW_YIELDS_S, "rest": CRASH_REST_S}

    async def count(self, status: JobStatus) -> int:
        """Count the jobs in this state."""
        # Spelled out, not a parameter: only so a partial index serves it.
        row = await self._database.one(f"SELECT COUNT(*) AS n FROM jobs WHERE status = '{status.value}'")  # noqa: S608
        return int(row["n"]) if row else 0

    async def counts(self) -> dict[str, int]:
        """Count the jobs in each state."""
        rows = await self._database.run("SELECT status, COUNT(*) AS n FROM jobs GROUP BY status")
        return {row["status"]: row["n"] for row in rows}

    async def counts_by_model(self) -> dict[tuple[str, str], int]:
        """Count the jobs that wait or run, by (state, model)."""
        rows = await self._database.run(
            """SELECT status, json_extract(request, '$.model') AS model, COUNT(*) AS n FROM jobs
               WHERE status IN ('queued', 'running') GROUP BY 1, 2"""
        )
        return {(row["status"], row["model"]): row["n"] for row in rows}

    async def oldest_waiting(self) -> float | None:
        """Return when the job was submitted that has been waiting longest; None where nobody waits."""
        row = await self._database.one("SELECT MIN(created_at) AS since FROM jobs WHERE status = 'queued'")
        return row["since"] if row else None

    async def files_due(self, entrance: str, usual_s: float, least_s: float, most_s: float, now: float) -> list[Job]:
        """Return some delivered jobs of this entrance whose files are past their lifetime and still there.

        The lifetime is the job's `lifetime_s` within its bounds, `usual_s` where there is none.
        """
        rows = await self._database.run(
            """SELECT * FROM jobs WHERE delivered_at IS NOT NULL AND finished_at <= :now - :least
               AND entrance = :entrance AND files_gone_at IS NULL
               AND finished_at + CASE WHEN COALESCE(lifetime_s, :usual) < :least THEN :least
                                      WHEN COALESCE(lifetime_s, :usual) > :most THEN :most
                                      ELSE COALESCE(lifetime_s, :usual) END <= :now
               LIMIT 200""",
            {"entrance": entrance, "usual": usual_s, "least": min(least_s, most_s), "most": most_s, "now": now},
        )
        return [_job_of(row) for row in rows]

    async def photos_in_use(self) -> set[str]:
        """Return the names of the photo files that waiting or running jobs still need."""
        rows = await self._database.run("SELECT request FROM jobs WHERE status IN ('queued', 'running')")
        return {name for row in rows for name in JobRequest.from_json(row["request"]).photos}


def _names_of(job_ids: Collection[str]) -> tuple[str, dict[str, str]]:
    """Return what stands in the parentheses of IN, and its parameters."""
    ids = {f"id{number}": job_id for number, job_id in enumerate(job_ids)}
    return ", ".join(f":{name}" for name in ids) or "NULL", ids


def _present(row: Row | None) -> Row:
    assert row is not None  # noqa: S101 - INSERT ... RETURNING always answers a row
    return row


def _maybe(row: Row | None) -> Job | None:
    return _job_of(row) if row else None


def _job_of(row: Row) -> Job:
    return record_of(
        Job,
        row,
        status=JobStatus(row["status"]),
        request=JobRequest.from_json(row["request"]),
        note=json.loads(row["note"]),
        result=JobResult.from_json(row["result"]),
    )
