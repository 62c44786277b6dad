"""A job's life as the HTTP API sees it: written first, then fed with its photos, then rendered by whoever asks.

The job's row is the only state. What a restart needs stands in `Job.note`: addresses still to be fetched, the moment
until which it must have started, the webhook. A data URI is never kept: its photo is on disk before the caller hears.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.access.fair_semaphore import patiently
from api.answers import INTERNAL, Failure
from api.errors import ApiError, KeyReused
from api.inputs.fetch import Fetcher, is_inline
from api.inputs.table import Problem, Reading
from api.jobs.input_files import Feeder
from api.jobs.logs import JobLogs
from engine.runner import EngineRunner
from engine.styles import HOSTED_STYLE
from service.errors import NoSuchJob, ServiceError
from service.events import EventKind
from service.stickers import StickerService, Submission
from storage.errors import StorageError
from storage.records import ApiKey, Entrance, Job, JobStatus

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)

POSITIONS_S = 0.25  # how old the queue's order may be when it is told
SHOWN_CHARS = 80  # of a data URI's head
ECHOED_CHARS = 2000  # of a text that an answer repeats; a data URI is not repeated


_STARTED_OR_OVER = (EventKind.STARTED, EventKind.ENDED, EventKind.FORGOTTEN)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a picture. `base` is where addresses in its answers begin, also in a webhook hours later."""

    key: ApiKey
    reading: Reading
    base: str
    body_hash: str
    webhook: Mapping[str, Any] | None = None
    is_low: bool = False
    start_within_s: float | None = None
    lifetime_s: float | None = None
    idempotency_key: str | None = None


class Orders:
    """Submits, feeds and watches the API's jobs."""

    def __init__(
        self,
        service: StickerService,
        fetcher: Fetcher,
        runner: EngineRunner,
        logs: JobLogs,
    ) -> None:
        self._service = service
        self._feeder = Feeder(service, fetcher)
        self._runner = runner
        self._logs = logs
        self._began_at = time.time()
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun: set[str] = set()  # jobs of this process that were neither started nor ended yet
        self._deadlines: dict[str, asyncio.Task[None]] = {}
        self._positions: Mapping[str, int] = {}
        self._positions_at = float("-inf")
        self._counting = asyncio.Lock()

    async def submit(self, ask: Ask) -> Job:
        """Write the job and answer it; the same idempotency key with the same body is the same job.

        A request that cannot work is a job that has failed. A caller that hangs up meanwhile leaves no half of one.
        Raises `KeyReused`, and what `StickerService.submit` raises.
        """
        return await asyncio.shield(self._submit(ask))

    async def draw(self, ask: Ask) -> Job:
        """Submit and wait: the job once it has ended.

        A caller that goes away takes its job along, unless an idempotency key says that it will ask again.
        """
        if ask.idempotency_key:
            return await self._service.wait((await self.submit(ask)).id)
        submitting = asyncio.create_task(self._submit(ask))
        try:
            job = await asyncio.shield(submitting)
        except asyncio.CancelledError:
            self._spawn(self._cancel_submitted(submitting))
            raise
        return await self._wait(job)

    async def _wait(self, job: Job) -> Job:
        try:
            return await self._service.wait(job.id)
        except asyncio.CancelledError:
            with contextlib.suppress(ServiceError, StorageError):
                await asyncio.shield(self._service.cancel(job.owner, job.id))
            raise

    async def _cancel_submitted(self, submitting: asyncio.Task[Job]) -> None:
        with contextlib.suppress(ApiError, ServiceError, StorageError):
            job = await submitting
            await self._service.cancel(job.owner, job.id)

    async def _submit(self, ask: Ask) -> Job:
        source = f"{ask.key.owner}:{ask.idempotency_key or uuid.uuid4().hex}"
        reading = ask.reading
        job = await self._service.submit(
            Submission(
                owner=ask.key.owner,
                source=source,
                prompt=reading.prompt,
                style=HOSTED_STYLE,
                seed=reading.seed,
                model=reading.table.model,
                parameters={} if reading.problems else reading.parameters,
                note=self._note_of(ask),
                is_low=ask.is_low,
                lifetime_s=ask.lifetime_s,
                jobs_waiting=ask.key.jobs_waiting,
            )
        )
        if (job.note.get("path"), job.note.get("body_hash")) != (reading.table.path, ask.body_hash):
            raise KeyReused
        if not job.wants_photo or job.id in self._begun:
            return job
        self._begun.add(job.id)  # the same submission again, a moment later, begins nothing
        return await self._begin(job, reading)

    def _note_of(self, ask: Ask) -> dict[str, Any]:
        """What the row must know beyond the service's own fields."""
        reading, table = ask.reading, ask.reading.table
        waits_for = {"photo": reading.photo, "archive": reading.archive}
        return {
            "provider": table.provider,
            "path": table.path,
            "base": ask.base,
            "body_hash": ask.body_hash,
            "webhook": dict(ask.webhook) if ask.webhook else None,
            "start_by": None if ask.start_within_s is None else time.time() + ask.start_within_s,
            "problems": [problem.to_json() for problem in reading.problems],
            "inputs": {kind: source for kind, source in waits_for.items() if source and not is_inline(source)},
            "fields": {kind: name for kind, name in table.input_fields.items() if waits_for[kind]},
            "values": {name: _echoed(value) for name, value in reading.values.items()},
        }

    async def _begin(self, job: Job, reading: Reading) -> Job:
        """Refuse what cannot work, take in what is here, and fetch the rest behind the caller's back."""
        if reading.problems:
            return await self._service.fail(job.id, "bad_input")
        if job.request.model not in self._runner.models:
            return await self._service.fail(job.id, "unsupported_model")
        self._note_unused(job, reading)
        self._watch_start(job)
        sources = {kind: source for kind, source in (("photo", reading.photo), ("archive", reading.archive)) if source}
        if all(is_inline(source) for source in sources.values()):
            try:
                return await self._feeder.feed(job, sources)
            except StorageError as error:  # told to the caller; no job stays behind without its photo
                self._spawn(self._feeder.end(job, error.code))
                raise
        self._spawn(self._feeder.feed_later(job, sources))
        return job

    def _note_unused(self, job: Job, reading: Reading) -> None:
        unused = sorted(name for name in reading.given_parameters if name not in self._runner.parameters)
        if unused:
            self._logs.add(
                job.id,
                f"Not used by the {self._runner.engine_name} engine: {', '.join(unused)}",
                time.time(),
                "WARN",
            )

    # --- a running server ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Go on with what the last process left, then keep the logs and clear away used photos, until cancelled."""
        with self._service.events.listen(Entrance.HTTP) as events:
            await patiently(self._resume)
            while True:
                event = await events.get()
                self._logs.hear(event, time.time())
                if event.kind in _STARTED_OR_OVER:
                    self._begun.discard(event.job.id)
                    if deadline := self._deadlines.pop(event.job.id, None):
                        deadline.cancel()
                if event.kind is EventKind.ENDED:
                    self._spawn(self._feeder.drop(event.job))

    async def stop(self) -> None:
        """End what is under way; the next start resumes it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _resume(self) -> None:
        waiting = await self._service.waiting(Entrance.HTTP)
        for job in waiting:
            # One of this process: somebody called before this ran.
            if not job.wants_photo or job.created_at >= self._began_at:
                continue
            sources = job.note.get("inputs") or {}
            if sources:
                self._spawn(self._feeder.feed_later(job, sources))
            else:  # its caller never heard of it: the process ended between the row and the photo
                with contextlib.suppress(NoSuchJob):  # forgotten meanwhile
                    await self._service.fail(job.id, "crashed")
        for job in waiting:
            self._watch_start(job)

    def _watch_start(self, job: Job) -> None:
        start_by = job.note.get("start_by")
        if start_by is not None:
            self._deadlines[job.id] = self._spawn(self._expire(job, float(start_by)))

    async def _expire(self, job: Job, start_by: float) -> None:
        await asyncio.sleep(max(0.0, start_by - time.time()))
        await patiently(partial(self._service.expire, job.id, "start_timeout"))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- asking -------------------------------------------------------------------------------------------------------

    async def ahead_of(self, job: Job) -> int:
        """How many waiting jobs will start before this one; asked ten times a second by every client that waits."""
        if not self._is_placed(job):
            async with self._counting:  # the whole queue is counted: once for all who wait here, not once for each
                if not self._is_placed(job):
                    self._positions = await self._service.positions()
                    self._positions_at = time.monotonic()
        # One whose photo is still being fetched has no place yet: it will be behind everybody.
        return self._positions.get(job.id, len(self._positions) + 1) - 1

    def _is_placed(self, job: Job) -> bool:
        """Whether the order as it was last counted says all there is to say of this job."""
        is_fresh = time.monotonic() - self._positions_at <= POSITIONS_S
        return is_fresh and (job.id in self._positions or not job.has_photo)

    async def own(self, key: ApiKey, request_id: str, path: str | None = None) -> Job:
        """The key's job of that id, asked for under `path` if one is given. Raises `NoSuchJob`."""
        job = await self._service.own(key.owner, job_id_of(request_id))
        if path is not None and job.note.get("path") != path:
            raise NoSuchJob(request_id)
        return job


def failure_of(job: Job) -> Failure | None:
    """Why an ended job gave no picture; None where it gave one."""
    if job.status is JobStatus.DONE:
        return None
    problems = tuple(Problem.from_json(entry) for entry in job.note.get("problems") or ())
    return Failure(job.error_code or INTERNAL, problems, job.note.get("fields") or {})


def request_id_of(job: Job) -> str:
    """The job's id as the clients know ids: with dashes."""
    return str(uuid.UUID(job.id))


def job_id_of(request_id: str) -> str:
    """The other way round; with or without dashes. What is no id becomes one that nobody has."""
    job_id = request_id.replace("-", "")
    return job_id if _ID.fullmatch(job_id) else ""


def _echoed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value[:5].lower() == "data:":
        return value.partition(",")[0][:SHOWN_CHARS] + ",…"
    return value[:ECHOED_CHARS]
