"""Keeps photos and results only as long as the operator said."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from service.limits import Lifetimes
from storage.errors import StorageError
from storage.files import Files
from storage.inbox import Inbox
from storage.jobs import Jobs
from storage.uploads import Uploads

logger = logging.getLogger(__name__)

_EVERY_S = 3600.0
_INBOX_S = 2 * 86_400.0  # Telegram repeats an update for at most a day


class Retention:
    """Deletes what is past its lifetime, now and every hour."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        files: Files,
        inbox: Inbox,
        uploads: Uploads,
        lifetimes: Lifetimes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._jobs = jobs
        self._files = files
        self._inbox = inbox
        self._uploads = uploads
        self._lifetimes = lifetimes
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except StorageError as error:
                logger.warning("sweep: %s (%s)", error.code, error)
            await asyncio.sleep(_EVERY_S)

    async def sweep(self) -> int:
        """Delete what is due; returns how many files went."""
        now = self._clock()
        results_before = now - self._lifetimes.results_s
        await self._jobs.delete_finished_before(results_before)
        await self._inbox.delete_handled_before(now - _INBOX_S)
        for upload in await self._uploads.take_expired():
            await self._files.delete_upload(upload.owner, upload.id)
        keep = await self._jobs.photos_in_use()
        return await self._files.sweep(now - self._lifetimes.photos_s, results_before, keep)
