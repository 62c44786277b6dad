"""Gives jobs their photos: out of the request itself, or fetched from where it says, and takes them away again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from functools import partial

from api.access.fair_semaphore import Turns, patiently
from api.answers import INTERNAL
from api.errors import InputRefused
from api.inputs.archive import read_archive
from api.inputs.fetch import MAX_ARCHIVE_BYTES, Fetcher, decode_inline, is_inline
from engine.model import FACE
from service.errors import NoSuchJob, PhotoRefused
from service.limits import MAX_PHOTO_BYTES
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Job, JobStatus

logger = logging.getLogger(__name__)

FETCHES = 64  # at the same time; a server that never answers holds its place for half a minute
FETCHES_PER_OWNER = 8
FEED_PAUSES_S = (0.0, 2.0, 10.0, 60.0)  # before each try to keep a photo that was fetched
_MOST_BYTES = {"photo": MAX_PHOTO_BYTES, "archive": MAX_ARCHIVE_BYTES}


class Feeder:
    """`sources` are what a request names by kind, "photo" and "archive": addresses, or the files themselves."""

    def __init__(self, service: StickerService, fetcher: Fetcher) -> None:
        self._service = service
        self._fetcher = fetcher
        self._fetching = Turns(FETCHES, FETCHES_PER_OWNER)

    async def feed(self, job: Job, sources: Mapping[str, str]) -> Job:
        """Fetch the photos and give them to the job; what cannot be had ends it. Raises `NoSuchJob`, `StorageError`."""
        try:
            photos = [photo for kind, source in sources.items() for photo in await self._photos(job, kind, source)]
            return await self._service.attach_inputs(job.id, {FACE: photos}, is_alone=True)
        except (InputRefused, PhotoRefused) as refused:
            return await self._service.fail(job.id, refused.code)

    async def _photos(self, job: Job, kind: str, source: str) -> list[bytes]:
        if is_inline(source):
            data = decode_inline(source, _MOST_BYTES[kind])
        else:
            async with self._fetching.of(job.owner):
                if (await self._service.own(job.owner, job.id)).status is not JobStatus.QUEUED:
                    raise NoSuchJob(job.id)  # it ended before its turn to be fetched came
                data = await self._fetcher.fetch(source, max_bytes=_MOST_BYTES[kind])
        return [data] if kind == "photo" else await asyncio.to_thread(read_archive, data)

    async def feed_later(self, job: Job, sources: Mapping[str, str]) -> None:
        """Behind the caller's back: the job gets its photo, or ends; only the end of this process comes in between."""
        code = INTERNAL
        for pause_s in FEED_PAUSES_S:
            await asyncio.sleep(pause_s)
            try:
                await self.feed(job, sources)
                return
            except StorageError as error:
                logger.warning("job %s has no photo yet: %s", job.id[:8], error.code)
                code = error.code
            except NoSuchJob:  # ended or forgotten meanwhile
                return
            except Exception:  # the outermost of its task; the job must not wait for ever
                logger.exception("job %s: its photo could not be fetched", job.id[:8])
                break
        await self.end(job, code)

    async def end(self, job: Job, code: str) -> None:
        """End a job that gets no photo, however long the disk is full: its caller would ask for ever."""
        with contextlib.suppress(NoSuchJob):  # forgotten meanwhile
            await patiently(partial(self._service.fail, job.id, code))

    async def drop(self, job: Job) -> None:
        """A face is kept no longer than it takes to draw it."""
        try:
            await self._service.delete_photos(job)
        except StorageError as error:  # the sweep takes them later
            logger.warning("photos of job %s stay for now: %s", job.id[:8], error.code)
