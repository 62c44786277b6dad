"""How many jobs are ahead of one: the queue's order, cached for all who ask at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from service.stickers import StickerService
from storage.records import Job

POSITIONS_S = 0.25  # how old the queue's order may be when it is told


class QueueOrder:
    """Counts the whole queue at most a few times a second: every client that waits asks ten times a second."""

    def __init__(self, service: StickerService) -> None:
        self._service = service
        self._positions: Mapping[str, int] = {}
        self._counted_at = float("-inf")
        self._counting = asyncio.Lock()

    async def ahead_of(self, job: Job) -> int:
        """Return how many waiting jobs will start before this one. Raises `StorageError`."""
        if not self._is_known(job):
            async with self._counting:  # once for all who wait here, not once for each
                if not self._is_known(job):
                    self._positions = await self._service.positions()
                    self._counted_at = time.monotonic()
        # One whose photo is still being fetched has no place yet: it will be behind everybody.
        return self._positions.get(job.id, len(self._positions) + 1) - 1

    def _is_known(self, job: Job) -> bool:
        """Return whether the order as it was last counted is fresh and says all there is to say of this job."""
        is_fresh = time.monotonic() - self._counted_at <= POSITIONS_S
        return is_fresh and (job.id in self._positions or not job.has_photo)
