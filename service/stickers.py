"""The one door: every entrance submits, cancels, watches and forgets here. Knows no chat, no HTTP, no engine."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.styles import DEFAULT_STYLE
from service.errors import (
    BadSeed,
    DailyLimitReached,
    NoSuchJob,
    PhotoGone,
    PhotoRefused,
    QueueFull,
    TooManyJobs,
)
from service.events import EventKind, Events, JobEvent
from service.limits import MAX_PROMPT_CHARS, MAX_SEED, Lifetimes, Limits
from service.photos import read_photo
from storage.files import Files
from storage.jobs import Jobs, NewJob
from storage.packs import Packs
from storage.records import Job, JobRequest, JobStatus
from storage.users import Users

logger = logging.getLogger(__name__)

_DECODERS = 2  # photos decoded at the same time: each may take 200 MB while it lasts
_DAY_S = 86_400.0
LOOK_AGAIN_S = 10.0  # another process (`keys revoke --forget`) deletes rows, too, and tells nobody here


@dataclass(frozen=True, slots=True)
class Submission:
    """One wish for a sticker. `style` and `seed` None mean the owner's own choice, or the default.

    `source` names the message it came from: the same source is the same job, however often it is submitted.
    `is_low` lets others pass for a while. `jobs_waiting` is this owner's own limit, where it is not everybody's.
    """

    owner: str
    source: str
    prompt: str = ""
    style: str | None = None
    seed: int | None = None
    shape: str = "auto"
    model: str = "face-to-sticker"
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    reply: Mapping[str, Any] = field(default_factory=dict)
    is_low: bool = False
    jobs_waiting: int | None = None


def parse_seed(text: str) -> int:
    """A seed as a person types it. Raises `BadSeed`."""
    if not text.isascii() or not text.isdigit() or int(text[:12]) > MAX_SEED or len(text) > 12:
        raise BadSeed(text[:20])
    return int(text)


class StickerService:
    """Jobs from the wish to the finished sticker. `users`, `packs` and `files` are the stores, for reading choices
    and for an entrance's own delivery."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        users: Users,
        packs: Packs,
        files: Files,
        limits: Limits,
        lifetimes: Lifetimes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.jobs = jobs
        self.users = users
        self.packs = packs
        self.files = files
        self.limits = limits
        self.lifetimes = lifetimes or Lifetimes()
        self.events = Events()
        self.work_waiting = asyncio.Event()
        self.is_warming_up = False  # said by the worker: jobs are taken, and wait for the engine
        self._clock = clock
        self._decoding = asyncio.Semaphore(_DECODERS)
        self._cancel_running: Callable[[str], None] = lambda job_id: None

    def on_cancel(self, cancel_running: Callable[[str], None]) -> None:
        """The worker's way to hear that a running job should stop."""
        self._cancel_running = cancel_running

    # --- submit ---------------------------------------------------------------------------------------------------

    async def submit(self, wish: Submission) -> Job:
        """Write the job; `attach_photo` makes it ready to start. A known source answers the job it already has.

        Raises `TooManyJobs`, `DailyLimitReached`, `QueueFull`.
        """
        user = await self.users.get(wish.owner)
        request = JobRequest(
            style=wish.style or user.style or DEFAULT_STYLE,
            prompt=wish.prompt[:MAX_PROMPT_CHARS],
            shape=wish.shape,
            model=wish.model,
            parameters=dict(wish.parameters),
        )
        new = NewJob(
            owner=wish.owner,
            source=wish.source,
            request=request,
            seed=self._seed(wish.seed if wish.seed is not None else user.seed),
            reply=wish.reply,
            is_low=wish.is_low,
        )
        return await self._add(new, wish.jobs_waiting)

    async def attach_photo(self, job_id: str, data: bytes) -> Job:
        """Give a waiting job its photo. A file that is no usable photo ends the job with the refusal's code.

        Raises `NoSuchJob` where the job is not waiting any more.
        """
        return await self.attach_photos(job_id, [data])

    async def attach_photos(self, job_id: str, files: Sequence[bytes], *, is_alone: bool = False) -> Job:
        """Give a waiting job its photos, all at once; the first that is no usable photo ends the job.

        With `is_alone` the files are of this job only, and may be deleted with it. Raises `NoSuchJob` where the job is
        not waiting any more.
        """
        job = await self._existing(job_id)
        if job.has_photo or job.status is not JobStatus.QUEUED:
            return job
        try:
            names = [await self._keep_photo(job.owner, data, job.id if is_alone else "") for data in files]
        except PhotoRefused as refusal:
            return await self.fail(job_id, refusal.code)
        ready = await self.jobs.set_request(job_id, replace(job.request, photos=tuple(names)))
        if ready is None:  # cancelled or forgotten meanwhile: nobody else will delete what came too late
            for name in names if is_alone else ():
                await self.files.delete_photo(job.owner, name)
            return await self._existing(job_id)
        self._queued(ready)
        return ready

    async def _keep_photo(self, owner: str, data: bytes, salt: str) -> str:
        async with self._decoding:
            photo = await asyncio.to_thread(read_photo, data)
        return await self.files.save_photo(owner, photo.data, photo.suffix, salt)

    async def again(
        self,
        parent: Job,
        *,
        source: str,
        reply: Mapping[str, Any],
        style: str | None = None,
        shape: str | None = None,
        new_seed: bool = False,
        replaces: str | None = None,
    ) -> Job:
        """Another sticker from the same photo: with a new seed, another style, or another shape.

        Raises `PhotoGone`, and what `submit` raises.
        """
        known = await self.jobs.by_source(source)
        if known is not None:
            return known
        if not parent.has_photo or not await self.files.has_photo(parent.owner, parent.request.photos[0]):
            raise PhotoGone
        drawn = str(parent.result.get("style") or parent.request.style)
        request = replace(
            parent.request,
            style=style or drawn,
            shape=shape or parent.request.shape,
            # A style chosen by hand wins over words of the old caption that had chosen another.
            prompt="" if style else parent.request.prompt,
        )
        seed = self._seed(None if new_seed else parent.seed)
        return await self._add(NewJob(parent.owner, source, request, seed, reply, parent.id, replaces))

    @staticmethod
    def _seed(chosen: int | None) -> int:
        return chosen if chosen is not None else secrets.randbelow(MAX_SEED + 1)

    async def _add(self, new: NewJob, jobs_waiting: int | None = None) -> Job:
        known = await self.jobs.by_source(new.source)
        if known is not None:
            return known
        await self._check_queue(new.owner)
        limit = jobs_waiting or self.limits.jobs_per_owner
        job, is_new = await self.jobs.add(new, limit)
        if job is None:
            raise TooManyJobs(limit)
        if is_new and job.has_photo:
            self._queued(job)
        return job

    async def _check_queue(self, owner: str) -> None:
        if await self.jobs.count(JobStatus.QUEUED) >= self.limits.queue_length:
            raise QueueFull
        if self.limits.jobs_per_day:
            today = await self.jobs.count_since(owner, self._clock() - _DAY_S)
            if today >= self.limits.jobs_per_day:
                raise DailyLimitReached(self.limits.jobs_per_day)

    def _queued(self, job: Job) -> None:
        self.events.emit(JobEvent(EventKind.QUEUED, job))
        self.work_waiting.set()

    # --- end ------------------------------------------------------------------------------------------------------

    async def fail(self, job_id: str, code: str) -> Job:
        """End a waiting or running job with an error code."""
        ended = await self.jobs.fail(job_id, code)
        if ended is None:
            return await self._existing(job_id)
        logger.info("job %s failed: %s", ended.id[:8], code)
        self.events.emit(JobEvent(EventKind.ENDED, ended))
        return ended

    async def expire(self, job_id: str, code: str) -> Job | None:
        """End a job that has not started yet with an error code; None where it has."""
        ended = await self.jobs.expire(job_id, code)
        if ended is not None:
            logger.info("job %s did not start in time", ended.id[:8])
            self.events.emit(JobEvent(EventKind.ENDED, ended))
        return ended

    async def cancel(self, owner: str, job_id: str | None = None) -> list[Job]:
        """Cancel one job, or all waiting and running ones of the owner; returns those that were still going.

        Raises `NoSuchJob`.
        """
        if job_id is not None:
            jobs = [await self.own(owner, job_id)]
        else:
            jobs = await self.jobs.of_owner(owner, JobStatus.QUEUED, JobStatus.RUNNING)
        cancelled = []
        for job in jobs:
            if ended := await self.jobs.cancel(job.id):  # the row first: a drawing must not stop without an end
                self._cancel_running(job.id)
                cancelled.append(ended)
                self.events.emit(JobEvent(EventKind.ENDED, ended))
        return cancelled

    async def forget(self, owner: str) -> None:
        """Delete every row and file of the owner; what is being drawn for them is thrown away."""
        jobs = await self.jobs.of_owner(owner)
        await self.users.forget(owner)
        for job in jobs:
            self._cancel_running(job.id)
            self.events.emit(JobEvent(EventKind.FORGOTTEN, job))
        await self.files.delete_owner(owner)

    # --- watch ----------------------------------------------------------------------------------------------------

    async def wait(self, job_id: str) -> Job:
        """The job once it has ended. Raises `NoSuchJob`."""
        with self.events.listen() as events:
            job = await self._existing(job_id)
            while not job.status.is_final:
                try:
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        job = await self._end_of(job_id, events)
                except TimeoutError:
                    job = await self._existing(job_id)
            return job

    @staticmethod
    async def _end_of(job_id: str, events: asyncio.Queue[JobEvent]) -> Job:
        while True:
            event = await events.get()
            if event.job.id == job_id and event.kind is EventKind.ENDED:
                return event.job
            if event.job.id == job_id and event.kind is EventKind.FORGOTTEN:
                raise NoSuchJob(job_id)

    async def own(self, owner: str, job_id: str) -> Job:
        """The owner's job of that id. Raises `NoSuchJob` for unknown ids and other people's alike."""
        job = await self._existing(job_id)
        if job.owner != owner:
            raise NoSuchJob(job_id)
        return job

    async def _existing(self, job_id: str) -> Job:
        job = await self.jobs.get(job_id)
        if job is None:
            raise NoSuchJob(job_id)
        return job
