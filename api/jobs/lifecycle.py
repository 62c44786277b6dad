"""What follows jobs while the server runs: resume after a restart, log lines, deadlines, deletion of photos."""

from __future__ import annotations

import contextlib
import time

from api.jobs.background import BackgroundTasks
from api.jobs.caller_note import CallerNote
from api.jobs.input_files import InputLoader
from api.jobs.logs import JobLogs
from api.jobs.start_deadlines import StartDeadlines
from api.jobs.submit import Submitter
from service.errors import NoSuchJob
from service.events import EventKind
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.records import Entrance

_STARTED_OR_OVER = (EventKind.STARTED, EventKind.ENDED, EventKind.FORGOTTEN)


class JobLifecycle:
    """Listens to the service's events of this entrance's jobs."""

    def __init__(
        self,
        service: StickerService,
        submitter: Submitter,
        loader: InputLoader,
        deadlines: StartDeadlines,
        logs: JobLogs,
        tasks: BackgroundTasks,
    ) -> None:
        self._service = service
        self._submitter = submitter
        self._loader = loader
        self._deadlines = deadlines
        self._logs = logs
        self._tasks = tasks
        self._began_at = time.time()

    async def run(self) -> None:
        """Resume what the last process left, then follow events, until cancelled."""
        with self._service.events.listen(Entrance.HTTP) as events:
            await keep_trying(self._resume)
            while True:
                event = await events.get()
                self._logs.record(event, time.time())
                if event.kind in _STARTED_OR_OVER:
                    self._submitter.release(event.job.id)
                    self._deadlines.release(event.job.id)
                if event.kind is EventKind.ENDED:
                    self._tasks.spawn(self._loader.delete(event.job))

    async def _resume(self) -> None:
        waiting = await self._service.waiting(Entrance.HTTP)
        for job in waiting:
            # One of this process: somebody called before this ran.
            if not job.wants_photo or job.created_at >= self._began_at:
                continue
            if inputs := CallerNote.of(job).inputs:
                self._tasks.spawn(self._loader.load_in_background(job, inputs))
            else:  # its caller never heard of it: the process ended between the row and the photo
                with contextlib.suppress(NoSuchJob):  # forgotten meanwhile
                    await self._service.fail(job.id, "crashed")
        for job in waiting:
            self._deadlines.watch(job)
