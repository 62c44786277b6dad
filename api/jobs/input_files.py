"""Input files of jobs: out of the request itself or fetched from an address, and deleted when the job has ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from api.answers import INTERNAL
from api.errors import InputRefused
from api.inputs.archive import read_archive
from api.inputs.fetch import MAX_ARCHIVE_BYTES, Fetcher, decode_inline, is_inline
from api.inputs.table import ARCHIVE
from engine.model import FACE
from service.errors import NoSuchJob, PhotoRefused
from service.fair_semaphore import FairSemaphore
from service.limits import MAX_PHOTO_BYTES
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.errors import StorageError
from storage.records import Job, JobStatus

logger = logging.getLogger(__name__)

FETCHES: Final = 64  # at the same time; a server that never answers holds its place for half a minute
FETCHES_PER_OWNER: Final = 8
RETRY_PAUSES_S: Final = (0.0, 2.0, 10.0, 60.0)  # before each try to keep a photo that was fetched


class InputLoader:
    """Gives jobs their photos. `inputs` are what a request gives, by input: addresses, or the files."""

    def __init__(self, service: StickerService, fetcher: Fetcher) -> None:
        self._service = service
        self._fetcher = fetcher
        self._fetching = FairSemaphore(FETCHES, FETCHES_PER_OWNER)

    async def load(self, job: Job, inputs: Mapping[str, str], *, is_at_hand: bool = False) -> Job:
        """Load the files and attach them to the job; what cannot be had ends it. Raises `NoSuchJob`, `StorageError`.

        `is_at_hand`: the job was submitted so a moment ago.
        """
        try:
            photos: dict[str, list[bytes]] = {}
            for name, source in inputs.items():
                photos.setdefault(FACE if name == ARCHIVE else name, []).extend(await self._photos(job, name, source))
            if is_at_hand:
                return await self._service.attach_at_once(job, photos)
            return await self._service.attach_inputs(job.id, photos, is_alone=True)
        except (InputRefused, PhotoRefused) as refused:
            return await self._service.fail(job.id, refused.code)

    async def _photos(self, job: Job, name: str, source: str) -> list[bytes]:
        most_bytes = MAX_ARCHIVE_BYTES if name == ARCHIVE else MAX_PHOTO_BYTES
        if is_inline(source):
            data = decode_inline(source, most_bytes)
        else:
            async with self._fetching.hold(job.owner):
                if (await self._service.own(job.owner, job.id)).status is not JobStatus.QUEUED:
                    raise NoSuchJob(job.id)  # it ended before its turn to be fetched came
                data = await self._fetcher.fetch(source, max_bytes=most_bytes)
        return await asyncio.to_thread(read_archive, data) if name == ARCHIVE else [data]

    async def load_in_background(self, job: Job, inputs: Mapping[str, str]) -> None:
        """Load with retries, for a task of its own: the job gets its photos, or ends. Only a restart comes between."""
        code = INTERNAL
        for pause_s in RETRY_PAUSES_S:
            await asyncio.sleep(pause_s)
            try:
                await self.load(job, inputs)
                return
            except StorageError as error:
                logger.warning("job %s has no photo yet: %s", job.id[:8], error.code)
                code = error.code
            except NoSuchJob:  # ended or forgotten meanwhile
                return
            except Exception:  # the outermost of its task; the job must not wait for ever
                logger.exception("job %s: its photo could not be fetched", job.id[:8])
                break
        await self.give_up(job, code)

    async def give_up(self, job: Job, code: str) -> None:
        """End a job that gets no photo, however long the disk is full: its caller would ask for ever."""
        with contextlib.suppress(NoSuchJob):  # forgotten meanwhile
            await keep_trying(partial(self._service.fail, job.id, code))

    async def delete(self, job: Job) -> None:
        """Delete the photos of a job that has ended: a face is kept no longer than it takes to draw it."""
        try:
            await self._service.delete_photos(job)
        except StorageError as error:  # the sweep takes them later
            logger.warning("photos of job %s stay for now: %s", job.id[:8], error.code)
