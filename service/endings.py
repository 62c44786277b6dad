"""How a drawing ends: the result is kept and told, a failure is written, tried again or given up."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable

from PIL import Image

from engine.errors import Cancelled, EngineError
from engine.types import StickerResult
from service.errors import NoSuchJob
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from storage.errors import FileGone, StorageError
from storage.jobs import MAX_ATTEMPTS
from storage.records import Job

logger = logging.getLogger(__name__)

STORAGE_PAUSE_S = 2.0  # between tries while the database is busy or the disk full
RESULT_FILES = ("sticker.webp", "picture.png", "cutout.png")


class Endings:
    """Writes how jobs ended. While the store is in trouble it waits by `pause`, until the process is `stopping`."""

    def __init__(
        self, service: StickerService, stopping: asyncio.Event, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._service = service
        self._stopping = stopping
        self._pause = pause

    async def settle(self, job: Job, outcome: StickerResult | Exception, seconds: float) -> None:
        """Keep the result, or write why there is none. Raises nothing: one job must not end the worker."""
        if isinstance(outcome, StickerResult):
            try:
                await self._keep(job, outcome, seconds)
                return
            except Exception as error:
                outcome = error
        await self.ended_badly(job, outcome)

    async def ended_badly(self, job: Job, error: Exception) -> None:
        """Write why the job has no result; it is queued once more where another try may help."""
        if isinstance(error, Cancelled):
            logger.info("job %s cancelled while drawing", job.id[:8])
        elif isinstance(error, EngineError | StorageError):
            await self._failed(job, error.code, is_retryable=error.retryable, error=error)
        else:
            await self._failed(job, "internal", is_retryable=True, error=error)

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
            "emoji": result.emoji,
            "is_safe": result.is_safe,
            "timings": {phase: round(value, 4) for phase, value in result.timings.items()},
            "seconds": round(seconds, 4),
            "files": {kind: _measured(data) for kind, data in zip(RESULT_FILES, contents, strict=True)},
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
        while True:
            try:
                return await self._write_failure(job, code, is_last=not is_retryable or job.attempts >= MAX_ATTEMPTS)
            except NoSuchJob:  # its owner was forgotten
                return None
            except StorageError as trouble:
                logger.error("job %s: its failure could not be written: %s", job.id[:8], trouble.code)
                if self._stopping.is_set():  # the row stays "running"; the next start recovers it
                    return None
                await self._pause(STORAGE_PAUSE_S)

    async def _write_failure(self, job: Job, code: str, *, is_last: bool) -> None:
        if is_last:
            await self._service.fail(job.id, code)
        elif back := await self._service.jobs.hand_back(job.id, counts_as_attempt=True):
            self._service.events.emit(JobEvent(EventKind.QUEUED, back))
            self._service.work_waiting.set()


def _measured(data: bytes) -> dict[str, int]:
    """What a caller is told of a picture without opening it again: bytes, and px from its header."""
    with Image.open(io.BytesIO(data)) as image:
        return {"bytes": len(data), "width": image.width, "height": image.height}
