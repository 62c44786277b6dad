"""claim -> generate -> finish, one job at a time. The only place where a storage row meets an engine request."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from engine.errors import Cancelled, EngineDead, EngineError
from engine.runner import EngineRunner, Ticket
from engine.types import Shape, Step, StickerRequest, StickerResult
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from storage.errors import FileGone, StorageError
from storage.jobs import MAX_ATTEMPTS
from storage.records import Job

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 30.0  # another process may have put a job back; in this one `work_waiting` tells
_STORAGE_PAUSE_S = 2.0  # between tries to claim while the database is busy or the disk full
RESULT_FILES = ("sticker.webp", "picture.png", "cutout.png")


class Worker:
    """Takes waiting jobs until it is stopped."""

    def __init__(
        self,
        service: StickerService,
        runner: EngineRunner,
        *,
        job_timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._runner = runner
        self._job_timeout_s = job_timeout_s
        self._clock = clock
        self._stopping = asyncio.Event()
        self._running: tuple[Job, Ticket] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        service.on_cancel(self._cancel)

    async def recover(self) -> None:
        """After a start: jobs that were being drawn when the last process ended go back, or are given up."""
        back, given_up = await self._service.jobs.recover()
        for job in back:
            logger.info("job %s was interrupted, attempt %d: queued again", job.id[:8], job.attempts)
        for job in given_up:
            logger.warning("job %s ended the process %d times: given up", job.id[:8], job.attempts)
            self._service.events.emit(JobEvent(EventKind.ENDED, job))

    async def run(self) -> None:
        """Work until `stop`. Raises `EngineDead` where the process must be restarted."""
        while not self._stopping.is_set():
            job = await self._claim()
            if job is None:
                await self._wait_for_work()
                continue
            if self._stopping.is_set():  # it came while the claim was under way
                await self._service.jobs.hand_back(job.id, counts_as_attempt=False)
                return
            self._idle.clear()
            try:
                await self._work(job)
            finally:
                self._running = None
                self._idle.set()

    async def stop(self, grace_s: float) -> None:
        """Take no more jobs; let the running one finish within `grace_s`, else hand it back untouched."""
        self._stopping.set()
        self._service.work_waiting.set()
        try:
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        except TimeoutError:
            if self._running is not None:
                job, ticket = self._running
                await self._service.jobs.hand_back(job.id, counts_as_attempt=False)
                ticket.cancel()
                logger.info("job %s handed back for the next start", job.id[:8])

    async def _claim(self) -> Job | None:
        self._service.work_waiting.clear()
        try:
            return await self._service.jobs.claim()
        except StorageError as error:
            logger.warning("cannot take a job: %s (%s)", error.code, error)
            await self._pause(_STORAGE_PAUSE_S)
            return None

    async def _wait_for_work(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self._service.work_waiting.wait()
        except TimeoutError:
            return

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
        finally:
            self._service.work_waiting.set()

    def _cancel(self, job_id: str) -> None:
        if self._running is not None and self._running[0].id == job_id:
            self._running[1].cancel()

    async def _work(self, job: Job) -> None:
        started = self._clock()
        self._service.events.emit(JobEvent(EventKind.STARTED, job))
        try:
            result = await self._generate(job)
            await self._keep(job, result, self._clock() - started)
        except Cancelled:
            logger.info("job %s cancelled while drawing", job.id[:8])
        except EngineDead:
            await self._service.jobs.hand_back(job.id, counts_as_attempt=True)
            raise
        except (EngineError, StorageError) as error:
            await self._failed(job, error.code, is_retryable=error.retryable, error=error)
        except Exception as error:  # one job must not end the worker
            await self._failed(job, "internal", is_retryable=True, error=error)

    async def _generate(self, job: Job) -> StickerResult:
        ticket = Ticket()
        self._running = (job, ticket)
        request = await self._request(job)

        def on_step(step: Step) -> None:
            self._service.events.emit(JobEvent(EventKind.STEP, job, step))

        try:
            async with asyncio.timeout(self._job_timeout_s):
                return await self._runner.generate(request, ticket, on_step)
        except TimeoutError as error:
            ticket.cancel()
            # A thread cannot be ended from outside: only a new process gets the engine back.
            raise EngineDead(f"no result within {self._job_timeout_s:.0f} s") from error

    async def _request(self, job: Job) -> StickerRequest:
        photos = [await self._service.files.photo(job.owner, name) for name in job.request.photos]
        return StickerRequest(
            photos=tuple(photos),
            style=job.request.style,
            seed=job.seed,
            prompt=job.request.prompt,
            shape=Shape(job.request.shape),
            model=job.request.model,
            parameters=job.request.parameters,
        )

    async def _keep(self, job: Job, result: StickerResult, seconds: float) -> None:
        """Files first, then the row that says done: a crash in between draws the sticker once more."""
        files = self._service.files
        contents = (result.webp, result.picture, result.cutout)
        for kind, data in zip(RESULT_FILES, contents, strict=True):
            await files.save_result(job.owner, job.id, kind, data)
        facts = {
            "style": result.style,
            "shape": result.shape.value,
            "notes": [note.value for note in result.notes],
            "is_safe": result.is_safe,
            "timings": {phase: round(value, 4) for phase, value in result.timings.items()},
            "seconds": round(seconds, 4),
        }
        done = await self._service.jobs.finish(job.id, facts)
        if done is None:
            await self._throw_away(job)
            return
        logger.info("job %s done in %.2f s: %s, %s", job.id[:8], seconds, result.style, result.shape.value)
        self._service.events.emit(JobEvent(EventKind.ENDED, done))

    async def _throw_away(self, job: Job) -> None:
        """Cancelled while its result was written; a forgotten owner's folder must not come back."""
        if await self._service.jobs.get(job.id) is None:
            await self._service.files.delete_owner(job.owner)

    async def _failed(self, job: Job, code: str, *, is_retryable: bool, error: Exception) -> None:
        code = "photo_gone" if isinstance(error, FileGone) else code
        is_expected = isinstance(error, EngineError) and not is_retryable
        logger.log(
            logging.INFO if is_expected else logging.ERROR,
            "job %s attempt %d: %s",
            job.id[:8],
            job.attempts,
            code,
            exc_info=None if is_expected else error,
        )
        try:
            if is_retryable and job.attempts < MAX_ATTEMPTS:
                if back := await self._service.jobs.hand_back(job.id, counts_as_attempt=True):
                    self._service.events.emit(JobEvent(EventKind.QUEUED, back))
                    self._service.work_waiting.set()
                return
            await self._service.fail(job.id, code)
        except StorageError as trouble:
            # The row stays "running"; the next start recovers it.
            logger.error("job %s: its failure could not be written: %s", job.id[:8], trouble.code)
