"""How many jobs are ahead of one: the queue's order, cached for all who ask at the same time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from service.stickers import StickerService
from storage.records import Job

POSITIONS_S = 0.25  # how old the queue's order may be when it is told


class QueueOrder:
    """Counts the whole queue at most a few times a second: every client that waits asks ten times a second.

    A job that came since is placed behind everybody's jobs of its turn: a first job before anybody's second.
    """

    def __init__(self, service: StickerService) -> None:
        self._service = service
        self._counted_at = float("-inf")
        self._counting = asyncio.Lock()
        self._places: dict[str, int] = {}  # by the job's id, from 0
        self._jobs_of: Counter[str] = Counter()  # by owner
        self._at_turn: Counter[int] = Counter()  # how many owners have so many jobs or more

    async def ahead_of(self, job: Job) -> int:
        """Return how many waiting jobs will start before this one. Raises `StorageError`."""
        if not self._is_fresh():
            async with self._counting:  # once for all who wait here, not once for each
                if not self._is_fresh():
                    await self._count()
        if not job.has_photo:  # it is still being fetched: behind everybody
            return len(self._places)
        place = self._places.get(job.id)
        if place is None:
            place = self._places[job.id] = self._ahead_of_next(job.owner)
        return place

    def moved(self) -> None:
        """Count again for the next one who asks: a job has left the queue."""
        self._counted_at = float("-inf")

    async def _count(self) -> None:
        queue = await self._service.queue()
        self._places = {job_id: place for place, (job_id, _) in enumerate(queue)}
        self._jobs_of, self._at_turn = Counter(), Counter()
        for _, owner in queue:
            self._jobs_of[owner] += 1
            self._at_turn[self._jobs_of[owner]] += 1
        self._counted_at = time.monotonic()

    def _ahead_of_next(self, owner: str) -> int:
        """Count one more job of the owner; return how many of everybody's have its turn or one before."""
        self._jobs_of[owner] += 1
        turn = self._jobs_of[owner]
        ahead = sum(self._at_turn[each] for each in range(1, turn + 1))
        self._at_turn[turn] += 1
        return ahead

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._counted_at <= POSITIONS_S
