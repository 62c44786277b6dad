"""Start deadlines: a job that has not started in time ends. Knows no header."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from api.jobs.background import BackgroundTasks
from api.jobs.caller_note import CallerNote
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.records import Job


class StartDeadlines:
    """Ends the jobs it watches with "start_timeout", unless they start before."""

    def __init__(self, service: StickerService, tasks: BackgroundTasks) -> None:
        self._service = service
        self._tasks = tasks
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def watch(self, job: Job) -> None:
        """Begin to wait for the job's deadline, if it has one."""
        start_by = CallerNote.of(job).start_by
        if start_by is not None:
            self._waiting[job.id] = self._tasks.spawn(self._expire(job.id, start_by))

    def release(self, job_id: str) -> None:
        """Stop waiting: the job has started, or is over."""
        if waiting := self._waiting.pop(job_id, None):
            waiting.cancel()

    async def _expire(self, job_id: str, start_by: float) -> None:
        await asyncio.sleep(max(0.0, start_by - time.time()))
        await keep_trying(partial(self._service.expire, job_id, "start_timeout"))
