"""Submission: the job's row is written first, then it gets its photos. Idempotent by the caller's key.

While the server runs it follows its jobs, too: resume after a restart, log lines, deadlines, deletion of photos. The
row is the only state; what a restart needs stands in its `CallerNote`. A data URI is never kept there: its photo
is on disk before the caller gets an answer. Knows no provider.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any, Final

from api.access.rate_limits import RateLimits
from api.errors import ApiError, KeyReused, RateLimited
from api.inputs.fetch import is_inline
from api.inputs.table import Reading
from api.jobs.background import BackgroundTasks
from api.jobs.caller_note import CallerNote
from api.jobs.ids import job_id_of
from api.jobs.input_files import InputLoader
from api.jobs.logs import JobLogs
from api.jobs.queue_order import QueueOrder
from api.jobs.request import PictureRequest
from api.jobs.start_deadlines import StartDeadlines
from engine.styles import HOSTED_STYLE
from service.engines import EngineAbilities
from service.errors import NoSuchJob, ServiceError
from service.events import EventKind
from service.processes import Duty
from service.stickers import StickerService, Submission
from service.store_retry import keep_trying
from storage.errors import StorageError
from storage.records import ApiKey, Entrance, Job

SHOWN_CHARS: Final = 80  # of a data URI's head
ECHOED_CHARS: Final = 2000  # of a text that an answer repeats; a data URI is not repeated
_STARTED_OR_OVER = (EventKind.STARTED, EventKind.ENDED, EventKind.FORGOTTEN)


class Submitter:
    """Submits requests, waits for their jobs, and follows this entrance's jobs while the server runs."""

    def __init__(
        self,
        service: StickerService,
        engine: EngineAbilities,
        rate_limits: RateLimits,
        loader: InputLoader,
        deadlines: StartDeadlines,
        logs: JobLogs,
        queue_order: QueueOrder,
        tasks: BackgroundTasks,
    ) -> None:
        self._service = service
        self._engine = engine
        self._rate_limits = rate_limits
        self._loader = loader
        self._deadlines = deadlines
        self._logs = logs
        self._queue_order = queue_order
        self._tasks = tasks
        self._began_at = time.time()
        self._begun: set[str] = set()  # jobs of this process that were neither started nor ended yet

    async def admit(self, key: ApiKey, idempotency_key: str | None) -> None:
        """Count a submission before its body is read. Raises `RateLimited`, `TooManyJobs`, `DailyLimitReached`,
        `QueueFull`."""
        self._rate_limits.submit(key)
        has_others = self._service.processes.count_on(Duty.WEBHOOKS) > 1  # and what they take counts, too
        if has_others and (wait_s := await self._service.until_below(key.owner, key.per_minute)):
            raise RateLimited(wait_s)
        source = f"{key.owner}:{idempotency_key}" if idempotency_key else None
        await self._service.check_limits(key.owner, source, key.jobs_waiting)

    async def submit(self, request: PictureRequest) -> Job:
        """Write the job and return it; the same idempotency key with the same body is the same job.

        A request that cannot work is a job that has failed. A caller that hangs up meanwhile leaves no half of one.
        Raises `KeyReused`, and what `StickerService.submit` raises.
        """
        return await asyncio.shield(self._submit(request))

    async def draw(self, request: PictureRequest) -> Job:
        """Submit and wait; return the job once it has ended. Raises what `drawing` raises, and `NoSuchJob`."""
        async with self.drawing(request) as job:
            return await self._service.wait(job.id)

    @contextlib.asynccontextmanager
    async def drawing(self, request: PictureRequest) -> AsyncIterator[Job]:
        """Submit, and yield the job while its caller waits for it. Raises what `submit` raises.

        A caller that goes away within the block takes its job along, unless an idempotency key says that it will ask
        again.
        """
        submitting = asyncio.create_task(self._submit(request))
        try:
            yield await asyncio.shield(submitting)
        except (asyncio.CancelledError, ConnectionError):
            if not request.body.idempotency_key:
                cancelling = self._tasks.spawn(self._cancel(submitting))
                if submitting.done():
                    await asyncio.shield(cancelling)
            raise

    async def _cancel(self, submitting: asyncio.Task[Job]) -> None:
        with contextlib.suppress(ApiError, ServiceError, StorageError):
            job = await submitting
            await self._service.cancel(job.owner, job.id)

    async def own(self, key: ApiKey, request_id: str, path: str | None = None) -> Job:
        """Return the key's job of that id, asked for under `path` if one is given. Raises `NoSuchJob`."""
        job = await self._service.own(key.owner, job_id_of(request_id))
        if path is not None and CallerNote.of(job).path != path:
            raise NoSuchJob(request_id)
        return job

    async def run(self) -> None:
        """Resume what the last process left, then follow events, until cancelled."""
        with self._service.events.listen(Entrance.HTTP) as events:
            await keep_trying(self._resume)
            self._tasks.spawn(self._look_again())
            while True:
                event = await events.get()
                self._logs.record(event)
                if event.kind in _STARTED_OR_OVER:
                    self._begun.discard(event.job.id)
                    self._deadlines.release(event.job.id)
                    self._queue_order.moved()
                if event.kind is EventKind.ENDED:
                    self._tasks.spawn(self._loader.delete(event.job))

    async def _look_again(self) -> None:
        """Resume what a process left that died."""
        with self._service.processes.watch() as changed:
            while True:
                await changed.wait()
                changed.clear()
                await keep_trying(self._resume)

    async def _resume(self) -> None:
        waiting = await self._service.waiting(Entrance.HTTP)
        for job in waiting:
            if not job.wants_photo or not await self._is_orphaned(job):
                continue
            if inputs := CallerNote.of(job).inputs:
                self._tasks.spawn(self._loader.load_in_background(job, inputs))
            else:  # its caller never heard of it: the process ended between the row and the photo
                with contextlib.suppress(NoSuchJob):  # forgotten meanwhile
                    await self._service.fail(job.id, "crashed")
        for job in waiting:
            self._deadlines.watch(job)

    async def _is_orphaned(self, job: Job) -> bool:
        """Return whether nobody has the files of a waiting job in hand; then it is this process that has them now."""
        if self._service.processes.id == job.claimed_by:  # somebody called before `run`, or it is from before a restart
            return not job.claimed_by and job.created_at < self._began_at
        return await self._service.adopt(job)

    async def _submit(self, request: PictureRequest) -> Job:
        try:
            return await self._write(request)
        finally:
            request.body.forget()

    async def _write(self, request: PictureRequest) -> Job:
        body, reading = request.body, request.body.reading
        job = await self._service.submit(
            Submission(
                owner=request.key.owner,
                source=f"{request.key.owner}:{body.idempotency_key or uuid.uuid4().hex}",
                prompt=reading.prompt,
                style=HOSTED_STYLE,
                seed=reading.seed,
                model=reading.table.model,
                parameters={} if reading.problems else reading.parameters,
                note=_note(request).to_json(),
                lifetime_s=request.lifetime_s,
                is_low=request.is_low,
                jobs_waiting=request.key.jobs_waiting,
                has_photos_at_hand=_is_inline(reading),
            )
        )
        note = CallerNote.of(job)  # of the first submission, where this is not the first
        if (note.path, note.body_hash) != (reading.table.path, body.hash):
            raise KeyReused
        if not job.wants_photo or job.id in self._begun:
            return job
        if job.claimed_by != self._service.processes.id and not await self._service.adopt(job):
            return job  # another process has begun
        self._begun.add(job.id)  # the same submission again, a moment later, begins nothing
        return await self._begin(job, reading)

    async def _begin(self, job: Job, reading: Reading) -> Job:
        """End what cannot work, attach the files that came with the request, fetch the others in the background."""
        if reading.problems:
            return await self._service.fail(job.id, "bad_input")
        if self._engine.models and job.request.model not in self._engine.models:  # none: not known yet
            return await self._service.fail(job.id, "unsupported_model")
        if self._engine.models and (unused := sorted(reading.given_parameters - self._engine.parameters)):
            message = f"Not used by the {self._engine.engine_name} engine: {', '.join(unused)}"
            self._logs.add(job.id, message, time.time(), "WARN")
        self._deadlines.watch(job)
        if _is_inline(reading):
            try:
                return await self._loader.load(job, reading.inputs, is_at_hand=True)
            except StorageError as error:  # told to the caller; no job stays behind without its photo
                self._tasks.spawn(self._loader.give_up(job, error.code))
                raise
        self._tasks.spawn(self._loader.load_in_background(job, reading.inputs))
        return job


def _is_inline(reading: Reading) -> bool:
    """Return whether the files came with the request."""
    return all(is_inline(source) for source in reading.inputs.values())


def _note(request: PictureRequest) -> CallerNote:
    reading, table = request.body.reading, request.body.reading.table
    return CallerNote(
        provider=table.provider,
        path=table.path,
        base=request.body.base,
        body_hash=request.body.hash,
        webhook=request.webhook,
        start_by=None if request.start_within_s is None else time.time() + request.start_within_s,
        problems=reading.problems,
        inputs={name: source for name, source in reading.inputs.items() if not is_inline(source)},
        field_names={name: table.input_fields[name] for name in reading.inputs},
        values={name: _echoed(value) for name, value in reading.values.items()},
        keeps_fields=request.keeps_fields,
    )


def _echoed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value[:5].lower() == "data:":
        return value.partition(",")[0][:SHOWN_CHARS] + ",…"
    return value[:ECHOED_CHARS]
