"""claim -> generate -> finish, a batch at a time. The only place where a storage row meets an engine request.

A batch is the front of the queue as far as the engine draws it faster together: nobody is passed over. A job that is
tried again is drawn alone, for it may be what took its neighbours down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.errors import EngineDead, EngineError
from engine.runner import EngineRunner, Ticket
from engine.types import Shape, Step, StickerRequest, StickerResult
from service.endings import STORAGE_PAUSE_S, Endings
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Job

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 30.0  # another process may have put a job back; in this one `work_waiting` tells
BATCH_WINDOW_S = 0.1  # how long a first job waits for company, where the engine draws several at once


@dataclass(frozen=True, slots=True)
class Drawing:
    """A claimed job on its way through the engine."""

    job: Job
    request: StickerRequest
    ticket: Ticket


class Worker:
    """Takes waiting jobs until it is stopped."""

    def __init__(
        self,
        service: StickerService,
        runner: EngineRunner,
        *,
        step_timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._runner = runner
        self._step_timeout_s = step_timeout_s
        self._clock = clock
        self._stopping = asyncio.Event()
        self._endings = Endings(service, self._stopping, self._pause)
        self._running: dict[str, Ticket] = {}  # by the job's id
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
        """Make the engine ready, then work until `stop`.

        Raises `EngineUnavailable`, and `EngineDead` where the process must be restarted.
        """
        if not self._runner.is_ready:
            await self._warm_up()
        while not self._stopping.is_set():
            job = await self._claim()
            if job is None:
                await self._wait_for_work()
                continue
            if self._stopping.is_set():  # it came while the claim was under way
                await self._hand_back(job.id, counts_as_attempt=False)
                return
            self._idle.clear()
            try:
                await self._draw(await self._collect(job))
            finally:
                self._running.clear()
                self._idle.set()

    async def _warm_up(self) -> None:
        self._service.is_warming_up = True
        try:
            await self._runner.load()
        finally:
            self._service.is_warming_up = False

    async def stop(self, grace_s: float) -> None:
        """Take no more jobs; let the running ones finish within `grace_s`, else hand them back untouched."""
        self._stopping.set()
        self._service.work_waiting.set()
        try:
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        except TimeoutError:
            for job_id, ticket in list(self._running.items()):
                await self._hand_back(job_id, counts_as_attempt=False)
                ticket.cancel()

    async def _hand_back(self, job_id: str, *, counts_as_attempt: bool) -> None:
        """At the end of the process: what cannot be written now is put right by the next start."""
        try:
            await self._service.jobs.hand_back(job_id, counts_as_attempt=counts_as_attempt)
            logger.info("job %s handed back for the next start", job_id[:8])
        except StorageError as error:
            logger.warning("job %s could not be handed back: %s", job_id[:8], error.code)

    async def _claim(self) -> Job | None:
        self._service.work_waiting.clear()
        try:
            return await self._service.jobs.claim()
        except StorageError as error:
            logger.warning("cannot take a job: %s (%s)", error.code, error)
            await self._pause(STORAGE_PAUSE_S)
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
        if job_id in self._running:
            self._running[job_id].cancel()

    async def _collect(self, first: Job) -> list[Drawing]:
        """Start `first` and what stands behind it in the queue and can be drawn with it; waits a moment for more."""
        drawings = await self._start(first)
        until = asyncio.get_running_loop().time() + BATCH_WINDOW_S
        while drawings and first.attempts == 1 and len(drawings) < self._runner.max_batch:
            job = await self._claim_like(drawings[0].request, until)
            if job is None:
                break
            drawings += await self._start(job)
        return drawings

    async def _start(self, job: Job) -> list[Drawing]:
        """Tell that the job has started and fetch what it is drawn from: one drawing, none where that failed."""
        ticket = self._running[job.id] = Ticket()  # before the photo is read: it may be cancelled meanwhile
        self._service.events.emit(JobEvent(EventKind.STARTED, job))
        try:
            return [Drawing(job, await self._request(job), ticket)]
        except Exception as error:  # one job must not end the worker
            del self._running[job.id]
            await self._endings.ended_badly(job, error)
            return []

    async def _claim_like(self, request: StickerRequest, until: float) -> Job | None:
        """Claim the next job if it can be drawn with `request`; wait for one until the loop's time `until`."""
        try:
            while not self._stopping.is_set():
                self._service.work_waiting.clear()
                job = await self._service.jobs.next_waiting()
                if job is not None:
                    return await self._claim_if_like(job, request)
                async with asyncio.timeout_at(until):
                    await self._service.work_waiting.wait()
        except (TimeoutError, StorageError):  # what is wrong with the next job or the store is met by the next claim
            return None
        return None

    async def _claim_if_like(self, job: Job, request: StickerRequest) -> Job | None:
        if job.attempts or not self._runner.can_batch(request, await self._request(job)):
            return None
        return await self._service.jobs.claim(only=job.id)

    async def _draw(self, drawings: Sequence[Drawing]) -> None:
        if not drawings:
            return
        started = self._clock()
        outcomes: Sequence[StickerResult | Exception]
        try:
            outcomes = await self._generate(drawings)
        except EngineDead:
            for drawing in drawings:
                await self._hand_back(drawing.job.id, counts_as_attempt=True)
            raise
        except Exception as error:  # one batch must not end the worker
            outcomes = [error] * len(drawings)
        seconds = self._clock() - started
        for drawing, outcome in zip(drawings, outcomes, strict=True):
            await self._endings.settle(drawing.job, outcome, seconds)

    async def _generate(self, drawings: Sequence[Drawing]) -> Sequence[StickerResult | EngineError]:
        """Raises `EngineDead` where the engine is silent for too long; slow steps alone end nothing."""
        limit_s = self._step_timeout_s * len(drawings)
        requests = [drawing.request for drawing in drawings]
        tickets = [drawing.ticket for drawing in drawings]
        silence = asyncio.timeout(limit_s)

        def on_step(index: int, step: Step) -> None:
            with contextlib.suppress(RuntimeError):  # the silence was too long already
                silence.reschedule(asyncio.get_running_loop().time() + limit_s)
            if not drawings[index].ticket.is_cancelled:  # the end has been told; nothing comes after it
                self._service.events.emit(JobEvent(EventKind.STEP, drawings[index].job, step))

        try:
            async with silence:
                return await self._runner.generate_batch(requests, tickets, on_step)
        except TimeoutError as error:
            for ticket in tickets:
                ticket.cancel()
            # A thread cannot be ended from outside: only a new process gets the engine back.
            raise EngineDead(f"no step within {limit_s:.0f} s") from error

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
