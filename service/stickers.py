"""The one door: every entrance submits, cancels, watches and forgets here. Knows no chat, no HTTP, no engine."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import UnknownStyle
from engine.levels import parameters_of
from engine.model import ResultFile
from engine.models import DEFAULT_MODEL
from engine.styles import DEFAULT_STYLE, is_style
from engine.types import OutlineWidth
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
from service.inbox import Inbox
from service.keys import ApiKeys
from service.limits import MAX_SEED, Lifetimes, Limits
from service.operators import Operators
from service.packs import PackRegistry
from service.person_settings import CHOICES, PersonSettings
from service.photos import read_photo
from service.processes import Processes
from service.uploads import Uploads
from storage.backup import finish_restore
from storage.errors import FileGone, StorageError
from storage.jobs import NewJob
from storage.processes import pids_at_work
from storage.records import Entrance, Job, JobRequest, JobStatus, User
from storage.store import DATABASE_NAME, LOCKS_NAME, Store, inspect_database, open_files

logger = logging.getLogger(__name__)

_DECODERS = 2  # photos decoded at the same time: each may take 200 MB while it lasts
_DAY_S = 86_400.0
_UNDELIVERED_S = 600.0  # photos that nobody wants kept go with the delivery; what is left is of one that failed
_INBOX_S = 2 * _DAY_S  # Telegram repeats an update for at most a day
POLL_S = 10.0  # a command (`keys revoke --forget`) deletes rows, too, and its events are not heard here


@dataclass(frozen=True, slots=True)
class Submission:
    """What an entrance asks for. `style`, `seed`, `shape` and `outline` None mean the owner's own choice, or the
    default.

    `parameters` go before those that the owner's own levels stand for.
    `source` names the message it came from: the same source is the same job, however often it is submitted.
    `note` is kept with the job for the entrance alone. `is_low` lets others pass for a while. `jobs_waiting` is this
    owner's own limit, where it is not everybody's. `lifetime_s` is how long its files should be kept. `only_stickers`
    spares the PNGs of the pictures. `has_photos_at_hand`: `attach_at_once` follows.
    """

    owner: str
    source: str
    prompt: str = ""
    style: str | None = None
    seed: int | None = None
    shape: str | None = None
    model: str = DEFAULT_MODEL
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)
    is_low: bool = False
    jobs_waiting: int | None = None
    lifetime_s: float | None = None
    only_stickers: bool = False
    text: str = ""
    outline: str | None = None
    outline_width: str = OutlineWidth.NORMAL
    has_photos_at_hand: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of an owner was deleted: jobs, photo files, stickers we knew of."""

    jobs: int
    photos: int
    stickers: int


def parse_seed(text: str) -> int:
    """Parse a seed as a person types it. Raises `BadSeed`."""
    if not text.isascii() or not text.isdigit() or int(text[:12]) > MAX_SEED or len(text) > 12:
        raise BadSeed(text[:20])
    return int(text)


class StickerService:
    """Jobs from the submission to the delivered sticker, and what entrances keep beside them.

    `packs`, `inbox`, `uploads`, `keys`, `groups`, `operators`, `broadcasts` and `processes` are parts of the door with
    a subject of their own. Every method may raise `StorageError`.
    """

    def __init__(
        self,
        store: Store,
        *,
        limits: Limits,
        lifetimes: Lifetimes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self.packs = PackRegistry(store.database, clock)
        self.inbox = Inbox(store.inbox)
        self.uploads = Uploads(store.uploads, store.files)
        self.keys = ApiKeys(store.keys, clock)
        self.groups = store.groups
        self.broadcasts = store.broadcasts
        self.limits = limits
        self.lifetimes = lifetimes or Lifetimes()
        self.events = Events()
        self.operators = Operators(store, self.events, clock)
        self.processes = Processes(store, self.events, self.operators, self.recover)
        self._clock = clock
        self._decoding = asyncio.Semaphore(_DECODERS)
        self._decoding_alone = asyncio.Lock()
        self._engines_loading = 0
        self._engines_ready = 0

    @classmethod
    async def open(
        cls,
        folder: Path,
        database_url: str = "",
        files_url: str = "",
        *,
        limits: Limits | None = None,
        lifetimes: Lifetimes | None = None,
    ) -> StickerService:
        """Open or create the data in `folder`, but for what is at an address. Raises `StorageError`, OSError."""
        if not database_url:
            await asyncio.to_thread(finish_restore, folder)  # of a backup, that a crash interrupted
        store = await Store.open(folder, database_url, files_url)
        return cls(store, limits=limits or Limits(), lifetimes=lifetimes)

    async def check_files(self) -> None:
        """See that files can be kept at all. Raises `StorageError` with a sentence."""
        await self._store.files.check()

    @staticmethod
    async def check_files_at(folder: Path, files_url: str) -> None:
        """See that files can be kept where `open` would keep them. Raises `StorageError` with a sentence."""
        await open_files(folder, files_url).check()

    @staticmethod
    def database_path(folder: Path) -> Path:
        """Return where `open` keeps the database."""
        return folder / DATABASE_NAME

    @staticmethod
    async def schemas(folder: Path, database_url: str = "") -> tuple[int, int]:
        """Return the schema of the database, 0 where it has no tables, and the one `open` brings it to; change nothing.

        Raises `StorageError`.
        """
        return await inspect_database(folder, database_url)

    @staticmethod
    def pids_at_work(folder: Path) -> list[int]:
        """Return the processes on this machine that work on the data in `folder`, whatever the database says."""
        return pids_at_work(folder / LOCKS_NAME)

    async def close(self) -> None:
        """Leave the other processes, and close the data."""
        await self.processes.leave()
        await self._store.close()

    async def __aenter__(self) -> StickerService:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def check_database(self) -> str:
        """Look for damage: "ok", or what is wrong. Reads the whole database."""
        return await self._store.database.check()

    # --- engines ------------------------------------------------------------------------------------------------------

    @contextmanager
    def engine_loading(self) -> Iterator[None]:
        """Count a worker's engine as loading while the block lasts, and as ready after it."""
        self._engines_loading += 1
        try:
            yield
            self._engines_ready += 1
        finally:
            self._engines_loading -= 1

    def engine_lost(self) -> None:
        """Take back that an engine is ready: its worker has none any more."""
        self._engines_ready -= 1

    @property
    def has_engine(self) -> bool:
        """Whether an engine is ready to draw, here or in another process."""
        return self._engines_ready > 0 or self.processes.engines_elsewhere.is_ready

    @property
    def is_warming_up(self) -> bool:
        """Whether jobs are taken and wait for the first engine to be ready, or for a process that has one."""
        return (self._engines_loading > 0 or self.processes.is_without_engine) and not self.has_engine

    async def recover(self) -> None:
        """Put jobs back that processes had in their hands which are gone, or give them up. Before any worker runs."""
        await self._interrupted(*await self._store.jobs.recover())

    async def engine_crashed(self, job_ids: Collection[str]) -> None:
        """Do so with jobs of this process whose engine is gone."""
        await self._interrupted(*await self._store.jobs.crashed(job_ids))

    async def _interrupted(self, back: Sequence[Job], given_up: Sequence[Job]) -> None:
        for job in back:
            logger.info("job %s was interrupted, %d times so far: queued again", job.id[:8], job.crashes)
            if job.has_photo:
                self._queued(job)
        for job in given_up:
            logger.warning("job %s ended its engine %d times: given up", job.id[:8], job.crashes)
            with suppress(StorageError):  # the sweep takes it later
                await self.delete_photos(job)
            self.events.emit(JobEvent(EventKind.ENDED, job))

    # --- submit -------------------------------------------------------------------------------------------------------

    async def submit(self, submission: Submission) -> Job:
        """Write the job; `attach_inputs` makes it ready to start. Idempotent by `source`.

        Raises `TooManyJobs`, `DailyLimitReached`, `QueueFull`.
        """
        user = await self.preferences(submission.owner)
        settings = PersonSettings.of(user)
        request = JobRequest(
            style=submission.style or user.style or DEFAULT_STYLE,
            model=submission.model,
            prompt=submission.prompt,
            shape=submission.shape or settings.shape,
            parameters={**parameters_of(submission.model, settings.levels), **submission.parameters},
            only_stickers=submission.only_stickers,
            text=submission.text,
            outline=submission.outline or settings.outline,
            outline_width=submission.outline_width,
        )
        new = NewJob(
            owner=submission.owner,
            source=submission.source,
            request=request,
            seed=_seed(submission.seed if submission.seed is not None else user.seed),
            note=submission.note,
            is_low=submission.is_low,
            lifetime_s=submission.lifetime_s,
            is_decoding=submission.has_photos_at_hand,
        )
        return await self._add(new, submission.jobs_waiting)

    async def attach_inputs(self, job_id: str, inputs: Mapping[str, Sequence[bytes]], *, is_alone: bool = False) -> Job:
        """Give a waiting job its photos by the model's input names; the first unusable photo ends the job.

        With `is_alone` the files are of this job only, and may be deleted with it. Raises `NoSuchJob` where the job is
        not waiting any more.
        """
        job = await self._existing(job_id)
        return await self._attach(job, inputs, is_alone, is_marked=False) if job.wants_photo else job

    async def attach_at_once(self, job: Job, inputs: Mapping[str, Sequence[bytes]]) -> Job:
        """Give a job that was just submitted so, `has_photos_at_hand`, files of its own; as `attach_inputs`."""
        return await self._attach(job, inputs, True, is_marked=True)

    async def _attach(self, job: Job, inputs: Mapping[str, Sequence[bytes]], is_alone: bool, *, is_marked: bool) -> Job:
        salt, names = job.id if is_alone else "", {}
        try:
            for name, photos in inputs.items():
                names[name] = tuple([await self._keep_photo(job, data, salt, is_marked=is_marked) for data in photos])
        except PhotoRefused as refusal:
            return await self.fail(job.id, refusal.code)
        except BaseException:  # a stop, a full disk: nothing that the photo did
            with suppress(StorageError):
                await self._store.jobs.mark_decoding(job.id, False)
            raise
        ready = await self._store.jobs.attach(job.id, names)
        if ready is None:  # cancelled or forgotten meanwhile: nobody else will delete what came too late
            if is_alone:
                await self._delete_photos(job.owner, [name for each in names.values() for name in each])
            return await self._existing(job.id)
        self._queued(ready)
        return ready

    async def keep_photo(self, job_id: str, data: bytes) -> str:
        """Keep one of the photos that a job waits for, for `attach_kept`; return the name of its file.

        Raises `PhotoRefused`, `NoSuchJob`.
        """
        try:
            return await self._keep_photo(await self._existing(job_id), data, "")
        finally:
            with suppress(StorageError):
                await self._store.jobs.mark_decoding(job_id, False)

    async def attach_kept(self, job_id: str, inputs: Mapping[str, tuple[str, ...]]) -> Job:
        """Give a waiting job photos that are kept already, by the model's input names. Raises `NoSuchJob`."""
        ready = await self._store.jobs.attach(job_id, inputs)
        if ready is None:
            return await self._existing(job_id)
        self._queued(ready)
        return ready

    async def _keep_photo(self, job: Job, data: bytes, salt: str, *, is_marked: bool = False) -> str:
        """Decode a photo and write it; one whose process has ended before is decoded while no other is."""
        async with AsyncExitStack() as held:
            if job.crashes:
                await held.enter_async_context(self._decoding_alone)
            for _ in range(_DECODERS if job.crashes else 1):
                await held.enter_async_context(self._decoding)
            if not is_marked:
                await self._store.jobs.mark_decoding(job.id, True)
            photo = await asyncio.to_thread(read_photo, data)
        return await self._store.files.save_photo(job.owner, photo.data, photo.suffix, salt)

    async def again(
        self,
        parent: Job,
        *,
        source: str,
        note: Mapping[str, Any],
        style: str | None = None,
        shape: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, str | int | float | bool] | None = None,
        seed: int | None = None,
        new_seed: bool = False,
        text: str | None = None,
        outline: str | None = None,
        outline_width: str | None = None,
        only_stickers: bool | None = None,
        replaces: str | None = None,
        is_low: bool = False,
    ) -> Job:
        """Submit another sticker from the same photo: another seed, style, shape, text or outline, or more parameters.

        Another model gets no parameters and no text of the first one's. `is_low` lets others pass for a while. Where
        only text and outline are others and the drawing is kept, that is finished again.

        Raises `PhotoGone`, `UnknownStyle` where there is no such style any more, and what `submit` raises.
        """
        known = await self._store.jobs.by_source(source)
        if known is not None:  # must not meet PhotoGone
            return known
        name = style or parent.drawn_style
        if not is_style(name):
            raise UnknownStyle(name)
        is_finish = text is not None or outline is not None or outline_width is not None
        is_other = bool(style or shape or model or parameters or new_seed or seed is not None or only_stickers is False)
        finishes = parent.id if is_finish and not is_other and await self._has_cutout(parent) else ""
        if not finishes and not await self.has_photo(parent):
            raise PhotoGone
        request = replace(
            parent.request,
            style=name,
            shape=shape or parent.request.shape,
            model=model or parent.request.model,
            parameters={**(parent.request.parameters if model is None else {}), **(parameters or {})},
            # A style chosen by hand wins over words of the old caption that had chosen another.
            prompt="" if style else parent.request.prompt,
            text=(parent.request.text if model is None else "") if text is None else text,
            outline=outline or parent.request.outline,
            outline_width=outline_width or parent.request.outline_width,
            only_stickers=parent.request.only_stickers if only_stickers is None else only_stickers,
            finishes=finishes,
        )
        if finishes and parent.result is not None:
            request = replace(request, shape=parent.result.shape)
        drawn_seed = _seed(seed if seed is not None else None if new_seed else parent.seed)
        return await self._add(NewJob(parent.owner, source, request, drawn_seed, note, parent.id, replaces, is_low))

    async def _add(self, new: NewJob, jobs_waiting: int | None = None) -> Job:
        try:
            await self._check_day(new.owner)
        except DailyLimitReached:
            if known := await self._store.jobs.by_source(new.source):
                return known
            raise
        limit = jobs_waiting or self.limits.jobs_per_owner
        job, is_new = await self._store.jobs.add(new, limit, self.limits.queue_length)
        if job is None:
            waiting, _ = await self._store.jobs.waiting_and_active(new.owner)
            raise QueueFull if waiting >= self.limits.queue_length else TooManyJobs(limit)
        if is_new and job.has_photo:
            self._queued(job)
        return job

    async def check_limits(self, owner: str, source: str | None, jobs_waiting: int) -> None:
        """Check whether `submit` would take another job of the owner now; one of a known source is always taken.

        Raises `TooManyJobs`, `DailyLimitReached`, `QueueFull`.
        """
        if source is not None and await self._store.jobs.by_source(source) is not None:
            return
        waiting, active = await self._store.jobs.waiting_and_active(owner)
        if waiting >= self.limits.queue_length:
            raise QueueFull
        await self._check_day(owner)
        if active >= jobs_waiting:
            raise TooManyJobs(jobs_waiting)

    async def until_below(self, owner: str, per_minute: int) -> float:
        """Return how many seconds until the owner has submitted fewer than `per_minute` jobs within a minute; 0.0 now.

        Counted over all processes.
        """
        newest = await self._store.jobs.nth_newest(owner, per_minute)
        return 0.0 if newest is None else max(0.0, newest + 60.0 - self._clock())

    async def _check_day(self, owner: str) -> None:
        """Raises `DailyLimitReached`."""
        limit = 0 if owner in self.limits.exempt else self.limits.jobs_per_day
        if limit:
            now = self._clock()
            today = await self._store.jobs.count_since(owner, now - _DAY_S)
            if today >= limit:
                oldest = await self._store.jobs.nth_since(owner, now - _DAY_S, today - limit)
                raise DailyLimitReached(limit, (oldest or now) + _DAY_S - now)

    async def change_request(self, job_id: str, *, seed: int | None = None, **request: Any) -> Job | None:
        """Change some of what a waiting job asks for, parameters one by one; None where it is not waiting any more.

        `request` are fields of `JobRequest`.
        """
        return await self._store.jobs.change_request(job_id, request, seed)

    async def set_note(self, job_id: str, **facts: Any) -> Job | None:
        """Merge facts into the entrance's note; None where the job is gone."""
        return await self._store.jobs.set_note(job_id, **facts)

    def _queued(self, job: Job) -> None:
        self.events.emit(JobEvent(EventKind.QUEUED, job))

    # --- end ----------------------------------------------------------------------------------------------------------

    async def fail(self, job_id: str, code: str) -> Job:
        """End a waiting or running job with an error code. Raises `NoSuchJob`."""
        ended = await self._store.jobs.fail(job_id, code)
        if ended is None:
            return await self._existing(job_id)
        logger.info("job %s failed: %s", ended.id[:8], code)
        self.events.emit(JobEvent(EventKind.ENDED, ended))
        return ended

    async def adopt(self, job: Job) -> bool:
        """Take a job that waits for its photo, and whose process is gone, into this one's hands.

        False where that process lives, or another was faster.
        """
        return await self._store.jobs.adopt(job)

    async def expire(self, job_id: str, code: str) -> Job | None:
        """End a job that has not started yet with an error code; None where it has."""
        ended = await self._store.jobs.expire(job_id, code)
        if ended is not None:
            logger.info("job %s did not start in time", ended.id[:8])
            self.events.emit(JobEvent(EventKind.ENDED, ended))
        return ended

    async def cancel(self, owner: str, job_id: str | None = None) -> list[Job]:
        """Cancel one job, or all waiting and running ones of the owner; return those that were still going.

        A worker that draws one of them hears of it by its ENDED event. Raises `NoSuchJob`.
        """
        if job_id is not None:
            jobs = [await self.own(owner, job_id)]
        else:
            jobs = await self._store.jobs.of_owner(owner, JobStatus.QUEUED, JobStatus.RUNNING)
        cancelled = []
        for job in jobs:
            if ended := await self._store.jobs.cancel(job.id):
                cancelled.append(ended)
                self.events.emit(JobEvent(EventKind.ENDED, ended))
        return cancelled

    async def ban(self, owner: str) -> list[Job]:
        """Draw nothing more for the owner, whatever they send; return the jobs that are cancelled by that."""
        await self._store.bans.add(owner)
        return await self.cancel(owner)

    async def forget(self, owner: str) -> Forgotten:
        """Delete every row and file of the owner, and count them; what is being drawn for them is thrown away."""
        jobs = await self._store.jobs.of_owner(owner)
        photos, stickers = await self._store.files.count_photos(owner), await self.packs.count_stickers(owner)
        await self._store.users.forget(owner)
        await self._store.events.forget([job.id for job in jobs])
        for job in jobs:
            self.events.emit(JobEvent(EventKind.FORGOTTEN, job))
        await self._store.files.delete_owner(owner)
        return Forgotten(len(jobs), photos, stickers)

    async def mark_delivered(self, job_id: str, *, keeps_photo: bool = True) -> None:
        """Note that the owner has what the job made, or knows that it failed. Idempotent.

        Its photos are deleted without `keeps_photo`, and where the owner wants none kept, unless another job still
        needs them.
        """
        await self._store.jobs.mark_delivered(job_id)
        job = await self._store.jobs.get(job_id)
        if job is None:
            return
        if keeps_photo and PersonSettings.of(await self._store.users.get(job.owner)).photo != "none":
            return
        shown = [job.result.faces_photo] if job.result and job.result.faces_photo else []
        needed = await self._store.jobs.photos_in_use()
        await self._delete_photos(job.owner, [name for name in (*job.request.photos, *shown) if name not in needed])

    async def delete_results(self, job: Job) -> None:
        """Delete what a job made before its lifetime ends. Missing files are ignored."""
        for name in job.result.files if job.result else ():
            await self._store.files.delete_result(job.owner, job.id, name)

    async def forget_request(self, job_id: str) -> None:
        """Delete the words and numbers that an ended job was asked for. Idempotent."""
        await self._store.jobs.forget_request(job_id)

    async def mark_undelivered(self, job_id: str) -> None:
        """Take back that the owner has everything the job made: the rest is wanted after all. Idempotent."""
        await self._store.jobs.mark_undelivered(job_id)

    # --- look ---------------------------------------------------------------------------------------------------------

    async def wait(self, job_id: str) -> Job:
        """Wait for the job's end and return it. Raises `NoSuchJob`."""
        with self.events.listen(job_id=job_id) as events:
            job = await self._existing(job_id)
            while not job.status.is_final:
                try:
                    async with asyncio.timeout(POLL_S):
                        event = await events.get()
                except TimeoutError:
                    job = await self._existing(job_id)
                    continue
                if event.kind is EventKind.FORGOTTEN:
                    raise NoSuchJob(job_id)
                job = event.job
            return job

    async def own(self, owner: str, job_id: str) -> Job:
        """Return the owner's job of that id. Raises `NoSuchJob` for unknown ids and other people's alike."""
        job = await self._existing(job_id)
        if job.owner != owner:
            raise NoSuchJob(job_id)
        return job

    async def job(self, job_id: str) -> Job | None:
        """Return the job of that id, whoever owns it."""
        return await self._store.jobs.get(job_id)

    async def jobs_by_reference(self, reference: str) -> list[Job]:
        """Return the jobs that a reference from a message or the log may mean, oldest first: their ids begin so."""
        return await self._store.jobs.by_reference(reference)

    async def has_photo(self, job: Job) -> bool:
        """Return whether the job's photo is still kept."""
        return job.has_photo and await self._store.files.has_photo(job.owner, job.request.photos[0])

    async def job_from(self, source: str) -> Job | None:
        """Return the job that this message became."""
        return await self._store.jobs.by_source(source)

    async def jobs_of(self, owner: str, *statuses: JobStatus) -> list[Job]:
        """Return the owner's jobs in the given states (all where none is given), oldest first."""
        return await self._store.jobs.of_owner(owner, *statuses)

    async def page_of(self, owner: str, limit: int, before: tuple[float, str] | None = None) -> list[Job]:
        """Return up to `limit` of the owner's jobs, newest first; `before` is (created_at, id) of the last one seen."""
        return await self._store.jobs.page_of_owner(owner, limit, before)

    async def active_child(self, parent: Job, source_prefix: str) -> Job | None:
        """Return a waiting or running job made from `parent` whose source starts so."""
        return await self._store.jobs.active_child(parent.id, source_prefix)

    async def last_child(self, parent: Job, source_prefix: str) -> Job | None:
        """Return the newest job made from `parent` whose source starts so, in whatever state."""
        return await self._store.jobs.last_child(parent, source_prefix)

    async def undelivered(self, entrance: Entrance) -> list[Job]:
        """Return the entrance's ended jobs whose owner has not been told, oldest first."""
        return await self._store.jobs.undelivered(entrance)

    async def count_undelivered(self) -> dict[str, int]:
        """Return how many ended jobs wait to be delivered, by entrance."""
        return await self._store.jobs.count_undelivered()

    async def check_room(self) -> None:
        """Check that files can be kept. Raises `DiskFull`, `StorageError`."""
        await self._store.files.check_room()

    async def free_bytes(self) -> int:
        """Return how much room the disk with the database, or that with the files, has left."""
        return await self._store.free_bytes()

    async def waiting(self, entrance: Entrance) -> list[Job]:
        """Return the entrance's waiting jobs, with and without their photos, oldest first."""
        return await self._store.jobs.waiting(entrance)

    async def queue(self) -> list[tuple[str, str]]:
        """Return (id, owner) of every waiting job with a photo, in the order in which they will start."""
        return await self._store.jobs.queue()

    async def positions(self) -> dict[str, int]:
        """Return the place in the queue of every waiting job with a photo, from 1, in order."""
        return await self._store.jobs.positions()

    async def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state; states without jobs are left out."""
        return await self._store.jobs.counts()

    async def queued(self) -> int:
        """Return how many jobs wait."""
        return await self._store.jobs.count(JobStatus.QUEUED)

    async def running(self) -> int:
        """Return how many jobs are being drawn."""
        return await self._store.jobs.count(JobStatus.RUNNING)

    async def counts_by_model(self) -> dict[tuple[str, str], int]:
        """Return how many jobs wait or run, by (state, model)."""
        return await self._store.jobs.counts_by_model()

    async def oldest_waiting(self) -> float | None:
        """Return when the job was submitted that has been waiting longest; None where nobody waits."""
        return await self._store.jobs.oldest_waiting()

    async def queue_age_s(self) -> float:
        """Return how long the oldest job has waited; 0.0 where none waits, or the operators want nothing drawn."""
        oldest = await self.oldest_waiting()
        is_waiting = oldest is not None and not await self.operators.is_paused()
        return self._clock() - oldest if is_waiting and oldest is not None else 0.0

    async def _existing(self, job_id: str) -> Job:
        job = await self._store.jobs.get(job_id)
        if job is None:
            raise NoSuchJob(job_id)
        return job

    # --- people -------------------------------------------------------------------------------------------------------

    async def preferences(self, owner: str) -> User:
        """Return what the owner chose; defaults for somebody new, and for a style that there is no more."""
        user = await self._store.users.get(owner)
        return user if user.style is None or is_style(user.style) else replace(user, style=None)

    async def set_preference(self, owner: str, **columns: str | int | bool | None) -> User:
        """Change some of style, seed, language, model, is_blocked."""
        return await self._store.users.set(owner, **columns)

    async def choose(self, owner: str, **words: str) -> User:
        """Change some of the owner's settings: words of `service.person_settings.CHOICES` by name."""
        for name, word in words.items():
            if word not in CHOICES[name]:
                raise ValueError(f"{name}={word}")
        return await self._store.users.set_settings(owner, words)

    async def note_app_language(self, owner: str, language: str) -> None:
        """Note the language of a person's app: what is written to everybody comes in it."""
        await self._store.users.note_app_language(owner, language)

    async def show_hint_once(self, owner: str, hint: str) -> bool:
        """Return True the first time this owner is to see this hint, and never again."""
        return await self._store.users.show_hint_once(owner, hint)

    # --- files and facts ----------------------------------------------------------------------------------------------

    async def result_file(self, job: Job, name: str) -> bytes:
        """Return one file of a job's result. Raises `FileGone`."""
        return await self._store.files.result(job.owner, job.id, name)

    async def _has_cutout(self, job: Job) -> bool:
        """Return whether what the job drew is kept, cut out."""
        if job.result is None or ResultFile.CUTOUT not in job.result.files:
            return False
        return await self._store.files.has_result(job.owner, job.id, ResultFile.CUTOUT)

    async def faces_photo(self, job: Job) -> bytes:
        """Return the photo of a job with its faces numbered. Raises `FileGone`."""
        if job.result is None or not job.result.faces_photo:
            raise FileGone(job.id)
        return await self._store.files.photo(job.owner, job.result.faces_photo)

    async def delete_photos(self, job: Job) -> None:
        """Delete a job's photos before their lifetime ends. Missing files are ignored."""
        await self._delete_photos(job.owner, job.request.photos)

    async def _delete_photos(self, owner: str, names: Sequence[str]) -> None:
        for name in names:
            await self._store.files.delete_photo(owner, name)

    async def fact(self, name: str) -> str | None:
        """Return a small fact about this installation, such as a secret that was made at the first start."""
        return await self._store.facts.get(name)

    async def set_fact(self, name: str, value: str) -> None:
        """Keep a small fact about this installation."""
        await self._store.facts.set(name, value)

    async def keep_fact(self, name: str, value: str) -> str:
        """Keep a small fact unless it is known, and return what it is: processes that start together agree on one."""
        return await self._store.facts.keep(name, value)

    # --- retention ----------------------------------------------------------------------------------------------------

    async def sweep(self) -> int:
        """Delete everything past its lifetime; return how many files went."""
        now = self._clock()
        results_before = now - self.lifetimes.results_s
        await self._store.jobs.delete_finished_before(results_before)
        await self._store.inbox.delete_handled_before(now - _INBOX_S)
        await self.uploads.sweep()
        photos_before = now - self.lifetimes.photos_s
        return await self._store.files.sweep(photos_before, results_before, self._store.jobs.photos_in_use)

    async def sweep_chosen(self) -> int:
        """Delete the photos of owners who want them kept for a shorter time; return how many files went.

        Only those are looked at who sent something lately: where files are in a bucket, each costs a request.
        """
        now, count = self._clock(), 0
        since = now - self.lifetimes.photos_s - _DAY_S
        for word in CHOICES["photo"][1:]:
            lifetime_s = max(_UNDELIVERED_S, PersonSettings(photo=word).photos_s(self.lifetimes.photos_s))
            for owner in await self._store.users.with_setting("photo", word, since):
                keep = await self._store.jobs.photos_in_use()
                count += await self._store.files.sweep_photos(owner, now - lifetime_s, keep)
        return count

    async def sweep_results(self, entrance: Entrance, usual_s: float, least_s: float, keep_rows_s: float) -> None:
        """Delete an entrance's result files past the lifetime that their callers wished, `usual_s` where they did not.

        Lifetimes are at least `least_s`, at most that of all results. A job's row stays `keep_rows_s` after its end.
        """
        now, jobs = self._clock(), self._store.jobs
        while due := await jobs.files_due(entrance, usual_s, least_s, self.lifetimes.results_s, now):
            for job in due:
                for name in job.result.files if job.result else ():
                    await self._store.files.delete_result(job.owner, job.id, name)
                await jobs.mark_files_gone(job.id)
        await jobs.delete_without_files(entrance, now - keep_rows_s)


def _seed(chosen: int | None) -> int:
    return chosen if chosen is not None else secrets.randbelow(MAX_SEED + 1)
