"""How long result files live, and the sweep that deletes them after: faces are kept no longer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from service.processes import Duty
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.records import Entrance, Job

LEAST_LIFETIME_S: Final = 3600.0
ROWS_S: Final = 86_400.0  # a result can be asked for a day, whatever became of its pictures
SWEEP_S: Final = 600.0


class FileLifetimes:
    """`usual_s` is for callers that do not say; nothing lives longer than the service keeps results."""

    def __init__(self, service: StickerService, usual_s: float, clock: Callable[[], float] = time.time) -> None:
        self._service = service
        self._usual_s = usual_s
        self.clock = clock

    def bounded_s(self, asked_s: float | None) -> float:
        """Return how long a file lives, in seconds, whose caller asked for `asked_s`, None for nothing."""
        if asked_s is None:
            return self._usual_s
        return min(max(asked_s, LEAST_LIFETIME_S), self._service.lifetimes.results_s)

    def left_s(self, job: Job) -> float:
        """Return how many seconds the files of a job that is done still live; negative once they are over."""
        return (job.finished_at or 0.0) + self.bounded_s(job.lifetime_s) - self.clock()

    async def run(self) -> None:
        """Delete what is past its lifetime, now and every few minutes, until cancelled; of several processes one."""
        while True:
            if self._service.processes.is_on_duty(Duty.HTTP_FILES):
                await keep_trying(self.sweep)
            await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> None:
        """Delete files past their lifetime, and a day after its end at the earliest their request."""
        await self._service.sweep_results(Entrance.HTTP, self._usual_s, LEAST_LIFETIME_S, ROWS_S)
