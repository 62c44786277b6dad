"""What happens to jobs, told to whoever listens. In this process only; the rows are the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from engine.types import Step
from storage.records import Job


class EventKind(StrEnum):
    QUEUED = "queued"  # waiting, its photo is here (again after a hand-back)
    STARTED = "started"
    STEP = "step"  # `step` says how far
    ENDED = "ended"  # done, failed or cancelled: see `job.status`
    FORGOTTEN = "forgotten"  # the owner is gone; nothing may be sent any more


@dataclass(frozen=True, slots=True)
class JobEvent:
    kind: EventKind
    job: Job
    step: Step | None = None


STEPS_BEHIND = 500  # events that wait for a listener, beyond which it is told only of beginnings and ends


class Events:
    """Every listener has its own queue, so a slow one holds nobody up; one that is far behind misses steps."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[JobEvent]] = set()

    def emit(self, event: JobEvent) -> None:
        for queue in self._queues:
            # Steps carry pictures: a reader that has stopped reading must not collect everybody's.
            if event.kind is not EventKind.STEP or queue.qsize() < STEPS_BEHIND:
                queue.put_nowait(event)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[JobEvent]]:
        """A queue that receives every event until the block ends."""
        queue: asyncio.Queue[JobEvent] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)
