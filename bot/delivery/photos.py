"""Fetch the photos of jobs: beside the conversation, fair between people, through outages. Knows no update.

The row says which file it is: whatever ends the process, the next one fetches what is missing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from telegram import Bot

from bot.delivery.addressee import Addressee
from bot.delivery.progress import ProgressBoard
from bot.errors import DownloadFailed, DownloadInterrupted
from bot.transport.downloads import download
from bot.transport.outage import Backoff
from engine.model import FACE
from service.errors import NoSuchJob, PhotoTooBig
from service.fair_semaphore import FairSemaphore
from service.stickers import StickerService
from storage.errors import DatabaseBusy, StorageError
from storage.records import Job

logger = logging.getLogger(__name__)

_AT_ONCE = 32  # files fetched at the same time
_AT_ONCE_OF_ONE = 3  # of one person
_TOLD_AFTER = 2  # failures: one alone is no news
_SAME_LENGTH = 4  # times that a file came with another length than Telegram's: that is its length


class PhotoFetcher:
    """Fetch the photo of each job once, beside each other. `clock` gives seconds on any scale, `sleep` waits."""

    def __init__(
        self,
        bot: Bot,
        service: StickerService,
        board: ProgressBoard,
        backoff: Backoff,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._service = service
        self._board = board
        self._backoff = backoff
        self._clock = clock
        self._sleep = sleep
        self._places = FairSemaphore(_AT_ONCE, _AT_ONCE_OF_ONE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, job: Job) -> None:
        """Fetch the photo of a job that waits for it, unless that is going on."""
        if not job.wants_photo or job.id in self._tasks:
            return
        task = self._tasks[job.id] = asyncio.create_task(self._fetch(job))
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

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
        until, failures, lengths = self._clock() + self._backoff.patience_s, 0, list[int | None]()
        while True:
            least_s = 0.0
            try:
                try:
                    code = await self._attempt(job, _settled(lengths))
                except (NoSuchJob, DownloadInterrupted, StorageError):
                    raise
                except Exception:
                    logger.exception("job %s: its photo", job.id[:8])
                    code = "internal"
                if code is not None:
                    await self._service.fail(job.id, code)
                return
            except NoSuchJob:  # forgotten meanwhile
                return
            except DownloadInterrupted as interrupted:
                code, reason, least_s = DownloadFailed.code, str(interrupted), interrupted.retry_after_s
                lengths.append(interrupted.length)
            except StorageError as error:
                code, reason = error.code, error.code
            pause_s = max(least_s, self._backoff.pause_s(failures))
            failures += 1
            if self._clock() + pause_s > until:
                logger.warning("the photo of job %s is given up: %s", job.id[:8], reason)
                await self._service.fail(job.id, code)
                return
            level = logging.WARNING if failures == 1 else logging.INFO
            logger.log(level, "the photo of job %s, try %d: %s", job.id[:8], failures, reason)
            if failures == _TOLD_AFTER:
                self._board.set_text(job.id, "progress-telegram-slow")
            await self._sleep(pause_s)

    async def _attempt(self, job: Job, length: int | None) -> str | None:
        """Fetch and keep a photo, or return the code of what is wrong with it for good.

        Raises `DownloadInterrupted`, `DatabaseBusy`: later it may work. Raises `NoSuchJob`.
        """
        file_id = Addressee.of(job).photo
        if file_id is None:  # a row of an older version, whose process ended before it had the photo
            return DownloadFailed.code
        async with self._places.hold(job.owner):
            try:
                data = await download(self._bot, file_id, length=length)
                await self._service.attach_inputs(job.id, {FACE: [data]})
            except (PhotoTooBig, DownloadFailed) as error:
                return error.code
            except DatabaseBusy:
                raise
            except StorageError as error:
                logger.warning("the photo of job %s could not be kept: %s", job.id[:8], error.code)
                return error.code
        return None


def _settled(lengths: list[int | None]) -> int | None:
    """Return the length that a file came with again and again; None where there is none."""
    last = lengths[-_SAME_LENGTH:]
    return last[0] if len(last) == _SAME_LENGTH and len(set(last)) == 1 else None
