"""claim -> generate -> finish, a batch per idle engine. The only place where a storage row meets an engine request.

A batch is the front of the queue as far as the engine draws it faster together: nobody is passed over. A job for which
networks must be loaded first lets others pass that need none, for a while: models are not switched for each job.
A job that is tried again is drawn alone, for it may be what took its neighbours down; `storage.jobs.MAX_CRASHES` says
what is given up. Any number of workers may serve one store, each with a pool of engines of its own, in one process or
in several: they hear of waiting, ended and cancelled jobs by events.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from PIL import Image

from engine.errors import Cancelled, EngineDead, EngineError, EngineLost
from engine.model import ResultFile
from engine.runner import Ticket
from engine.types import Outline, OutlineWidth, Shape, Step, StickerRequest, StickerResult
from service.errors import NoSuchJob
from service.events import EventKind, JobEvent
from service.pool import Pool, Runner
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.errors import DatabaseBusy, FileGone, FilesUnreachable, StorageError
from storage.jobs import MAX_ATTEMPTS
from storage.records import Entrance, FileFacts, Job, JobResult, JobStatus

logger = logging.getLogger(__name__)

_POLL_S = 5.0  # a job may have rested after crashes, another process have put one back; of all else events tell
BATCH_WINDOW_S = 0.1  # how long a first job waits for company, where the engine draws several at once
PASS_S = 60.0  # how long a job whose model is not loaded lets others pass, ..
MOST_PASSING = 16  # .. and how many
_LOOKED_AT = 50  # jobs of the queue, for one that may pass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A claimed job on its way through the engine."""

    job: Job
    request: StickerRequest
    ticket: Ticket


class Worker:
    """Takes waiting jobs until it is stopped."""

    def __init__(
        self,
        service: StickerService,
        pool: Pool,
        *,
        step_timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._jobs = service._store.jobs
        self._files = service._store.files
        self._pool = pool
        self._step_timeout_s = step_timeout_s
        self._clock = clock
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._running: dict[str, Ticket] = {}  # by the job's id
        self._busy: dict[Runner, Sequence[ClaimedJob]] = {}  # those that can take no batch now, and what they draw
        self._in_hand: Counter[Runner] = Counter()  # their batches, those too that are finished beside the next one
        self._passing_since: float | None = None  # when a job first let another pass
        self._passed = 0  # jobs that have passed since
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self) -> None:
        """Make the engines ready, then work until `stop`.

        Raises `EngineUnavailable`, and `EngineDead` where the process must be restarted.
        """
        self._pool.listen(self._wake.set)
        with self._service.events.listen() as events:
            work = (self._work(), self._load(), self._listen(events), self._look_again())
            parts = [asyncio.create_task(part) for part in work]
            try:
                done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
                for part in done:
                    part.result()
            except EngineDead:
                with contextlib.suppress(StorageError):
                    await self._service.operators.note_engine_death()
                raise
            finally:
                for part in parts:
                    part.cancel()
                await asyncio.gather(*parts, return_exceptions=True)

    async def _load(self) -> None:
        """Wait for an engine, and again whenever all are lost: people are told meanwhile that it warms up."""
        while True:
            with self._service.engine_loading():
                await self._pool.load()
            await self._pool.lost_all()
            self._service.engine_lost()

    async def stop(self, grace_s: float) -> None:
        """Take no more jobs; let the running ones finish within `grace_s`, else hand them back untouched."""
        self._stopping.set()
        self._wake.set()
        try:
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        except TimeoutError:
            for job_id, ticket in list(self._running.items()):
                await self._hand_back(job_id)
                ticket.cancel()

    async def _listen(self, events: asyncio.Queue[JobEvent]) -> None:
        """Wake up for waiting jobs; stop drawing jobs that ended otherwise: cancelled, or their owner forgotten.

        Where a job ends, one that must be drawn alone may be next.
        """
        while True:
            event = await events.get()
            is_over = event.kind in (EventKind.ENDED, EventKind.FORGOTTEN)
            if is_over or event.kind is EventKind.QUEUED:
                self._wake.set()
            if is_over and event.job.id in self._running:
                self._running[event.job.id].cancel()

    async def _look_again(self) -> None:
        """Where events may have been missed, stop drawing what is not this process's any more, and look for work."""
        with self._service.processes.watch() as changed:
            while True:
                await changed.wait()
                changed.clear()
                self._wake.set()
                tickets = dict(self._running)
                try:
                    jobs = await self._jobs.by_ids(tickets)
                except StorageError as error:  # what is drawn for nobody is thrown away at its end
                    logger.warning("what is being drawn could not be looked up: %s", error.code)
                    continue
                for job_id, ticket in tickets.items():
                    job = jobs.get(job_id)
                    if job is None or job.status is not JobStatus.RUNNING or job.claimed_by != self._jobs.process:
                        ticket.cancel()

    async def _work(self) -> None:
        batches: set[asyncio.Task[None]] = set()  # those that are drawn, and those that are finished beside them
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                batches = _still_running(batches)
                idle = self._idle_runners()
                try:
                    claimed = await keep_trying(lambda: self._claim(idle), self._stopping) if idle else None  # noqa: B023
                except StorageError:  # stopping
                    break
                if claimed is None:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_POLL_S):
                            await self._wake.wait()
                    continue
                job, runner = claimed
                if self._stopping.is_set():  # it came while the claim was under way
                    await self._hand_back(job.id)
                    break
                self._idle.clear()
                batches.add(self._draw(await self._collect(job, runner, len(idle)), runner))
            while batches:
                await asyncio.wait(batches, return_when=asyncio.FIRST_COMPLETED)
                batches = _still_running(batches)
        finally:
            for task in batches:
                task.cancel()
            self._running.clear()
            self._idle.set()

    def _idle_runners(self) -> list[Runner]:
        """Return the engines that can take a batch, those first that finish none beside it."""
        idle = [runner for runner in self._pool.runners if runner not in self._busy]
        return sorted(idle, key=lambda runner: self._in_hand[runner])

    async def _next(self, idle: Sequence[Runner]) -> tuple[Job | None, Runner, bool]:
        """Return the job that should start next, on which engine, and whether it passes the first of the queue.

        An engine that has the job's networks goes before one that has to load them; a job that needs loading on every
        idle one lets others pass.
        """
        first = next(iter(await self._jobs.next_waiting()), None)
        if first is None:
            return None, idle[0], False
        if runner := self._at_hand(first, idle):
            return first, runner, False
        passing_s = 0.0 if self._passing_since is None else self._clock() - self._passing_since
        if passing_s >= PASS_S or self._passed >= MOST_PASSING:
            return first, idle[0], False
        for job in await self._jobs.next_waiting(_LOOKED_AT):
            if runner := self._at_hand(job, idle):
                return job, runner, True
        return first, idle[0], False

    async def _claim(self, idle: Sequence[Runner]) -> tuple[Job, Runner] | None:
        """Start the next job on one of the engines; None where nothing waits, or the operators want nothing drawn."""
        if await self._service.operators.is_paused():
            return None
        job, runner, is_passing = await self._next(idle)
        claimed = await self._claim_this(job, runner, is_passing) if job else None
        if claimed is None and not (self._pool.is_isolated and self._in_hand[runner]):
            # Another worker was faster, or the queue has moved.
            claimed = await self._jobs.claim(is_isolated=self._pool.is_isolated)
        return (claimed, runner) if claimed else None

    async def _claim_this(self, job: Job, runner: Runner, is_passing: bool) -> Job | None:
        if self._waits_for_neighbours(job, runner):
            return None
        needs_loading = not self._is_at_hand(job, runner)
        claimed = await self._jobs.claim(job.id, out_of_turn=is_passing, is_isolated=self._pool.is_isolated)
        if claimed is not None and is_passing:
            self._passed += 1
            self._passing_since = self._clock() if self._passing_since is None else self._passing_since
        elif claimed is not None and needs_loading:  # the model is switched: from now on others let pass
            self._passing_since, self._passed = None, 0
        return claimed

    def _waits_for_neighbours(self, job: Job, runner: Runner) -> bool:
        """Return whether the job is to be drawn alone and the engine still finishes others."""
        return self._pool.is_isolated and job.crashes > 0 and self._in_hand[runner] > 0

    def _at_hand(self, job: Job, idle: Sequence[Runner]) -> Runner | None:
        return next((runner for runner in idle if self._is_at_hand(job, runner)), None)

    def _is_at_hand(self, job: Job, runner: Runner) -> bool:
        return runner.is_at_hand(_request(job, _placeholders(job)))

    def _draw(self, batch: Sequence[ClaimedJob], runner: Runner) -> asyncio.Task[None]:
        """Draw a batch in a task; the engine is idle again once it can take another, its stickers made or not."""
        is_alone = any(claimed.job.crashes for claimed in batch)

        def free() -> None:
            if self._busy.get(runner) is batch:  # else it draws the next one already
                del self._busy[runner]

        def drawn() -> None:
            if not is_alone:
                free()
                self._wake.set()

        def ended(_: asyncio.Task[None]) -> None:
            free()
            self._in_hand[runner] -= 1
            self._in_hand += Counter()  # forgets those that have none
            self._wake.set()  # what it raises is met at once
            for claimed in batch:
                if self._running.get(claimed.job.id) is claimed.ticket:  # one that is tried again has another by now
                    del self._running[claimed.job.id]
            if not self._running:
                self._idle.set()

        self._busy[runner] = batch
        self._in_hand[runner] += 1
        task = asyncio.create_task(self._complete(batch, runner, drawn))
        task.add_done_callback(ended)
        return task

    async def _hand_back(self, job_id: str) -> None:
        """Hand a job back at the end of the process; what cannot be written now is recovered by another or the next."""
        try:
            if back := await self._jobs.hand_back(job_id, counts_as_attempt=False):
                self._service.events.emit(JobEvent(EventKind.QUEUED, back))
            logger.info("job %s handed back", job_id[:8])
        except StorageError as error:
            logger.warning("job %s could not be handed back: %s", job_id[:8], error.code)

    # --- a batch ------------------------------------------------------------------------------------------------------

    async def _collect(self, first: Job, runner: Runner, idle: int) -> list[ClaimedJob]:
        """Start `first` and what stands behind it in the queue and can be drawn with it; waits a moment for more.

        Where several engines are idle they share what waits, and none waits for more.
        """
        batch = await self._start(first)
        most = 1 if first.attempts > 1 or first.crashes else runner.max_batch
        if most > 1 and idle > 1:
            most = min(most, -(-(await self._service.queued() + 1) // idle))
        until = asyncio.get_running_loop().time() + (BATCH_WINDOW_S if idle == 1 else 0.0)
        while batch and len(batch) < most:
            job = await self._claim_companion(batch[0].request, runner, until)
            if job is None:
                break
            batch += await self._start(job)
        return batch

    async def _start(self, job: Job) -> list[ClaimedJob]:
        """Publish that the job has started and read its photos: one claimed job, none where that failed."""
        ticket = self._running[job.id] = Ticket()  # before the photo is read: it may be cancelled meanwhile
        self._service.events.emit(JobEvent(EventKind.STARTED, job))
        try:
            drawn = await self._drawn(job)
            try:
                photos = await self._photos(job)
            except FileGone:
                if not drawn:
                    raise
                photos = {}
            return [ClaimedJob(job, replace(_request(job, photos), drawn=drawn), ticket)]
        except Exception as error:  # one job must not end the worker
            del self._running[job.id]
            await self._failed(job, error)
            return []

    async def _photos(self, job: Job) -> dict[str, tuple[bytes, ...]]:
        return {
            name: tuple([await self._reach(partial(self._files.photo, job.owner, file)) for file in files])
            for name, files in job.request.inputs.items()
        }

    async def _drawn(self, job: Job) -> bytes:
        """Return the kept drawing that the job finishes again, b"" where it has to be drawn."""
        if not job.request.finishes:
            return b""
        try:
            read = partial(self._files.result, job.owner, job.request.finishes, ResultFile.CUTOUT)
            return await self._reach(read)
        except FileGone:
            return b""

    async def _reach(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns, waiting while the files are not reachable: what is drawn is not thrown away."""
        return await keep_trying(work, self._stopping, FilesUnreachable)

    async def _claim_companion(self, request: StickerRequest, runner: Runner, until: float) -> Job | None:
        """Claim the next job if it can be drawn with `request`; wait for one until the loop's time `until`."""
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                job, _, is_passing = await self._next([runner])
                if job is not None:
                    fits = runner.can_batch(request, _request(job, _placeholders(job)))
                    if job.attempts or job.crashes or not fits:
                        return None
                    return await self._claim_this(job, runner, is_passing)
                async with asyncio.timeout_at(until):
                    await self._wake.wait()
        except (TimeoutError, StorageError):  # what is wrong with the next job or the store is met by the next claim
            return None
        return None

    async def _complete(self, batch: Sequence[ClaimedJob], runner: Runner, on_drawn: Callable[[], None]) -> None:
        """Draw a batch to the end of each of its jobs. Raises `EngineDead`."""
        if not batch:
            return
        started = self._clock()
        outcomes: Sequence[StickerResult | Exception]
        try:
            outcomes = await self._generate(batch, runner, on_drawn)
        except EngineDead:  # the rows stay "running": the next start counts it as the crash that it is
            raise
        except EngineLost as error:
            logger.warning("%s; its jobs: %s", error, ", ".join(claimed.job.id[:8] for claimed in batch))
            await self._lost(batch)
            return
        except Exception as error:  # one batch must not end the worker
            outcomes = [error] * len(batch)
        seconds = self._clock() - started
        for claimed, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, StickerResult):
                try:
                    await self._finish(claimed.job, outcome, seconds)
                except Exception as error:  # one job must not end the worker
                    await self._failed(claimed.job, error)
            else:
                await self._failed(claimed.job, outcome)

    async def _generate(
        self, batch: Sequence[ClaimedJob], runner: Runner, on_drawn: Callable[[], None]
    ) -> Sequence[StickerResult | EngineError]:
        """Draw, with a timeout for every step.

        Raises `EngineDead` or `EngineLost` where the engine is silent for too long; slow steps alone end nothing.
        """
        limit_s = self._step_timeout_s * len(batch)
        requests = [claimed.request for claimed in batch]
        tickets = [claimed.ticket for claimed in batch]
        silence = asyncio.timeout(limit_s)

        def on_step(index: int, step: Step) -> None:
            with contextlib.suppress(RuntimeError):  # the silence was too long already
                silence.reschedule(asyncio.get_running_loop().time() + limit_s)
            if not batch[index].ticket.is_cancelled:  # its end has been published
                self._service.events.emit(JobEvent(EventKind.STEP, batch[index].job, step))

        try:
            async with silence:
                return await runner.generate_batch(requests, tickets, on_step, on_drawn)
        except TimeoutError as error:
            for ticket in tickets:
                ticket.cancel()
            problem = f"no step within {limit_s:.0f} s"
            try:
                await self._pool.give_up(runner)
            except EngineDead:
                raise EngineDead(problem) from error
            raise EngineLost(problem) from error

    # --- how a drawing ends -------------------------------------------------------------------------------------------

    async def _lost(self, batch: Sequence[ClaimedJob]) -> None:
        """Queue the jobs of an engine that is gone once more, a crash counted; at a stop hand them back."""
        job_ids = [claimed.job.id for claimed in batch]
        if self._stopping.is_set():
            for job_id in job_ids:
                await self._hand_back(job_id)
            return
        with contextlib.suppress(StorageError):  # stopping: the next start recovers them
            await keep_trying(lambda: self._service.engine_crashed(job_ids), self._stopping)

    async def _finish(self, job: Job, result: StickerResult, seconds: float) -> None:
        """Write files first, then the row that says done: a crash in between draws the sticker once more."""
        faces_photo = ""
        if result.faces_picture:
            save = partial(self._files.save_photo, job.owner, result.faces_picture, ".jpg", job.id)
            faces_photo = await self._reach(save)
        for name, data in result.files.items():
            await self._reach(partial(self._files.save_result, job.owner, job.id, name, data))
        row = JobResult(
            style=result.style,
            shape=result.shape.value,
            files={name: _measured(data) for name, data in result.files.items()},
            seconds=round(seconds, 4),
            notes=tuple(note.value for note in result.notes),
            emoji=result.emoji,
            stickers=dict(result.stickers),
            is_safe=result.is_safe,
            faces=result.faces,
            faces_photo=faces_photo,
            photos_used=result.photos_used,
            likeness=result.likeness,
            timings={phase: round(value, 4) for phase, value in result.timings.items()},
        )
        # A database that does not answer is no reason to draw once more.
        done = await keep_trying(partial(self._jobs.finish, job.id, row), self._stopping, DatabaseBusy)
        if done is None:  # it ended otherwise while its result was written, or is not this process's any more
            now = await self._jobs.get(job.id)
            if now is None:  # forgotten: the owner's folder must not come back
                await self._files.delete_owner(job.owner)
            elif now.status in (JobStatus.CANCELLED, JobStatus.FAILED):  # else the files are another drawing's, too
                for name in result.files:
                    await self._files.delete_result(job.owner, job.id, name)
            return
        likeness = "" if result.likeness is None else f", likeness {result.likeness:.2f}"
        told = (job.id[:8], seconds, result.style, result.shape.value, likeness)
        logger.info("job %s done in %.2f s: %s, %s%s", *told)
        self._service.events.emit(JobEvent(EventKind.ENDED, done))

    async def _failed(self, job: Job, error: Exception) -> None:
        """Write why the job has no result; it is queued once more where a retry may help."""
        if isinstance(error, Cancelled):
            logger.info("job %s cancelled while drawing", job.id[:8])
            return
        code, is_retryable = "internal", True
        if isinstance(error, EngineError | StorageError):
            code, is_retryable = error.code, error.retryable
        if isinstance(error, FileGone):
            code = "photo_gone"
        is_unreachable = isinstance(error, FilesUnreachable)  # at the stop: the job has done nothing
        is_expected = isinstance(error, EngineError) and not is_retryable
        logger.log(
            logging.INFO if is_expected else logging.ERROR,
            "job %s attempt %d: %s",
            job.id[:8],
            job.attempts,
            code,
            exc_info=None if is_expected else error,
        )

        async def write() -> None:
            if not is_unreachable and (not is_retryable or job.attempts >= MAX_ATTEMPTS):
                await self._service.fail(job.id, code)
            elif back := await self._jobs.hand_back(job.id, counts_as_attempt=not is_unreachable):
                self._service.events.emit(JobEvent(EventKind.QUEUED, back))

        try:
            await keep_trying(write, self._stopping)
        except NoSuchJob:  # its owner was forgotten
            return
        except StorageError:  # stopping: the row stays "running", and the next start recovers it
            return


def _still_running(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Return those of `tasks` that have not ended; raise what one of the others raised."""
    for task in tasks:
        if task.done():
            task.result()
    return {task for task in tasks if not task.done()}


def _request(job: Job, photos: Mapping[str, tuple[bytes, ...]]) -> StickerRequest:
    return StickerRequest(
        inputs=photos,
        style=job.request.style,
        seed=job.seed,
        prompt=job.request.prompt,
        shape=Shape(job.request.shape),
        model=job.request.model,
        parameters=job.request.parameters,
        only_stickers=job.request.only_stickers,
        text=job.request.text,
        outline=Outline(job.request.outline),
        outline_width=OutlineWidth(job.request.outline_width),
        wants_faces_picture=job.entrance == Entrance.TELEGRAM,  # others choose a face by its index
    )


def _placeholders(job: Job) -> dict[str, tuple[bytes, ...]]:
    """Return as many empty photos as the job has: whether two jobs can be batched depends on their number alone."""
    return {name: (b"",) * len(files) for name, files in job.request.inputs.items()}


def _measured(data: bytes) -> FileFacts:
    """Read px from a picture's header."""
    with Image.open(io.BytesIO(data)) as image:
        return FileFacts(len(data), image.width, image.height)
