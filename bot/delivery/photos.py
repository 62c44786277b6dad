"""Fetch the photos of jobs: beside the conversation, fair between people, through outages. Knows no update.

The photos of an album come one message at a time and are one job, which is complete when no more have come for a while.
The row says which file it is: whatever ends the process, the next one fetches what is missing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from telegram import Bot

from bot.delivery.addressee import Addressee
from bot.delivery.progress import ProgressBoard
from bot.errors import DownloadFailed, DownloadInterrupted
from bot.transport.downloads import download
from bot.transport.outage import Backoff
from engine.errors import ParameterRefused
from engine.model import FACE
from service.errors import NoSuchJob, PhotoRefused, PhotoTooBig
from service.fair_semaphore import FairSemaphore
from service.stickers import StickerService
from storage.errors import DatabaseBusy, FilesUnreachable, StorageError
from storage.records import Job

logger = logging.getLogger(__name__)

ALBUM_QUIET_S = 2.5  # after the last photo of an album; they come up to 2 s apart
MOST_IN_ALBUM = 10  # Telegram's limit
_AT_ONCE = 32  # files fetched at the same time
_AT_ONCE_OF_ONE = 3  # of one person
_TOLD_AFTER = 2  # failures: one alone is no news
_SAME_LENGTH = 4  # times that a file came with another length than Telegram's: that is its length


@dataclass
class _Growth:
    """When the last photo of an album came, by the monotonic clock; `is_new` until it is looked at."""

    at: float = 0.0
    is_new: asyncio.Event = field(default_factory=asyncio.Event)


class PhotoFetcher:
    """Fetch the photo of each job once, beside each other."""

    def __init__(
        self,
        bot: Bot,
        service: StickerService,
        board: ProgressBoard,
        backoff: Backoff,
        *,
        album_quiet_s: float = ALBUM_QUIET_S,
    ) -> None:
        self._bot = bot
        self._service = service
        self._board = board
        self._backoff = backoff
        self._album_quiet_s = album_quiet_s
        self._growing: dict[str, _Growth] = {}  # albums, by job
        self._places = FairSemaphore(_AT_ONCE, _AT_ONCE_OF_ONE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, job: Job) -> None:
        """Fetch the photo of a job that waits for it, unless that is going on; an album has grown by one."""
        if not job.wants_photo:
            return
        if Addressee.of(job).album:
            growth = self._growing.setdefault(job.id, _Growth())
            growth.at = time.monotonic()
            growth.is_new.set()
        if job.id in self._tasks:
            return
        task = self._tasks[job.id] = asyncio.create_task(self._fetch(job))
        task.add_done_callback(lambda _: (self._tasks.pop(job.id, None), self._growing.pop(job.id, None)))

    def end(self, job_id: str) -> None:
        """Fetch this job's photo no longer: it has ended, or is forgotten."""
        if task := self._tasks.get(job_id):
            task.cancel()

    async def stop(self) -> None:
        """Stop fetching; the next process goes on."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _fetch(self, job: Job) -> None:
        """Fetch until there is a photo, or no hope of one."""
        to = Addressee.of(job)
        try:
            code: str | None
            if to.wrong and not to.album:  # the last process ended before it said so
                code = ParameterRefused.code
            elif to.album:
                code = await self._keep_trying(job, partial(self._gather_album, job, {}, {}))
            else:

                async def attach(data: bytes) -> None:
                    await self._service.attach_inputs(job.id, {FACE: [data]})

                code = await self._keep_trying(job, partial(self._attempt, job, to.photo, attach))
            if code is not None:
                await self._keep_trying(job, lambda _: self._fail(job, code))
        except NoSuchJob:  # forgotten meanwhile
            return

    async def _keep_trying(self, job: Job, work: Callable[[int | None], Awaitable[str | None]]) -> str | None:
        """Do `work` until it can be done, with backoff; return its code, or that of why there is no hope.

        It is given the length of a file that came again and again. Raises `NoSuchJob`.
        """
        until, failures, lengths = time.monotonic() + self._backoff.patience_s, 0, list[int | None]()
        while True:
            least_s = 0.0
            try:
                return await work(_settled(lengths))
            except NoSuchJob:
                raise
            except DownloadInterrupted as interrupted:
                code, reason, least_s = DownloadFailed.code, str(interrupted), interrupted.retry_after_s
                lengths.append(interrupted.length)
            except StorageError as error:
                code, reason = error.code, error.code
            except Exception:
                logger.exception("job %s: its photo", job.id[:8])
                return "internal"
            pause_s = max(least_s, self._backoff.pause_s(failures))
            failures += 1
            if time.monotonic() + pause_s > until:
                logger.warning("the photo of job %s is given up: %s", job.id[:8], reason)
                return code
            level = logging.WARNING if failures == 1 else logging.INFO
            logger.log(level, "the photo of job %s, try %d: %s", job.id[:8], failures, reason)
            if failures >= _TOLD_AFTER:  # again and again: its message may not have been there yet
                self._board.set_text(job.id, "progress-telegram-slow")
            await asyncio.sleep(pause_s)

    async def _attempt(
        self, job: Job, file_id: str | None, keep: Callable[[bytes], Awaitable[None]], length: int | None
    ) -> str | None:
        """Fetch a photo and `keep` it, or return the code of what is wrong with it for good.

        Raises `DownloadInterrupted`, `DatabaseBusy`, `FilesUnreachable`: later it may work. Raises `NoSuchJob`.
        """
        if file_id is None:  # a row of an older version, whose process ended before it had the photo
            return DownloadFailed.code
        async with self._places.hold(job.owner):
            try:
                await keep(await download(self._bot, file_id, length=length))
            except (PhotoRefused, DownloadFailed) as error:
                return error.code
            except (DatabaseBusy, FilesUnreachable):
                raise
            except StorageError as error:
                logger.warning("the photo of job %s could not be kept: %s", job.id[:8], error.code)
                return error.code
        return None

    async def _gather_album(self, job: Job, names: dict[str, str], codes: dict[str, str], _: int | None) -> str | None:
        """Keep the photos of an album as they come, and attach them once no more come.

        `names` are those of the files that are kept, `codes` say what is wrong with the others, by message. Returns a
        code where no photo is of use. Raises `NoSuchJob`, `StorageError`: then it goes on with what is in both.
        """
        growth = self._growing[job.id]
        while True:
            growth.is_new.clear()
            row = await self._service.job(job.id)
            if row is None:
                raise NoSuchJob(job.id)
            to = Addressee.of(row)
            new = [message for message in to.album if message not in names | codes]
            await asyncio.gather(*(self._fetch_one(job, message, to.album[message], names, codes) for message in new))
            if to.is_closed:
                break
            try:
                quiet_s = 0.0 if len(to.album) >= MOST_IN_ALBUM else self._album_quiet_s
                async with asyncio.timeout(growth.at + quiet_s - time.monotonic()):
                    await growth.is_new.wait()
            except TimeoutError:
                await self._service.set_note(job.id, is_closed=True)  # from here on a photo is none of this job's
        if not names:
            return codes[min(codes, key=int)]
        if to.wrong:  # its caption asks for what cannot be had; a corrected one fetches the photos again
            return ParameterRefused.code
        in_order = [names[message] for message in sorted(names, key=int)]
        await self._service.attach_kept(job.id, {FACE: tuple(in_order)})
        return None

    async def _fetch_one(
        self, job: Job, message: str, file_id: str, names: dict[str, str], codes: dict[str, str]
    ) -> None:
        """Keep the photo of one message of an album. Raises `NoSuchJob`."""

        async def keep(data: bytes) -> None:
            names[message] = await self._service.keep_photo(job.id, data)

        code = await self._keep_trying(job, partial(self._attempt, job, file_id, keep)) if file_id else PhotoTooBig.code
        if code is not None:
            logger.info("job %s goes on without a photo of its album: %s", job.id[:8], code)
            codes[message] = code

    async def _fail(self, job: Job, code: str) -> None:
        await self._service.fail(job.id, code)


def _settled(lengths: list[int | None]) -> int | None:
    """Return the length that a file came with again and again; None where there is none."""
    last = lengths[-_SAME_LENGTH:]
    return last[0] if len(last) == _SAME_LENGTH and len(set(last)) == 1 else None
