"""What happens to jobs, published to whoever listens. The rows are the truth.

Other processes on the same store hear of it by `relay`, and what happens there is delivered here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from engine.types import Step
from storage.records import Entrance, Job


class EventKind(StrEnum):
    """What happened to a job."""

    QUEUED = "queued"  # waiting, its photo is here (again after a hand-back)
    STARTED = "started"
    STEP = "step"  # `step` says how far
    ENDED = "ended"  # done, failed or cancelled: see `job.status`
    FORGOTTEN = "forgotten"  # the owner is gone; nothing may be sent any more


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One thing that happened to one job `at` a time in Unix seconds; `job` as it is afterwards."""

    kind: EventKind
    job: Job
    step: Step | None = None
    at: float = field(default_factory=time.time, compare=False)


MOST_WAITING = 500  # events that wait for a listener, beyond which it is sent only beginnings and ends


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    queue: asyncio.Queue[JobEvent]
    entrance: Entrance | None
    job_id: str | None

    def wants(self, event: JobEvent) -> bool:
        if self.entrance is not None and event.job.entrance != self.entrance:
            return False
        if self.job_id is not None and event.job.id != self.job_id:
            return False
        # Steps carry pictures: a reader that has stopped reading must not collect everybody's.
        return event.kind is not EventKind.STEP or self.queue.qsize() < MOST_WAITING


class Events:
    """Publish and subscribe. Every listener has its own queue; a slow one holds nobody up and misses steps."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self.relay: Callable[[JobEvent], None] | None = None  # to other processes

    def emit(self, event: JobEvent) -> None:
        """Publish what happened in this process."""
        self.deliver(event)
        if self.relay is not None:
            self.relay(event)

    def deliver(self, event: JobEvent) -> None:
        """Put the event into the queue of everybody in this process who wants it."""
        for listener in self._listeners:
            if listener.wants(event):
                listener.queue.put_nowait(event)

    @contextmanager
    def listen(
        self, entrance: Entrance | None = None, *, job_id: str | None = None
    ) -> Iterator[asyncio.Queue[JobEvent]]:
        """Yield a queue that receives the events until the block ends: all, or an entrance's, or one job's."""
        listener = _Listener(asyncio.Queue(), entrance, job_id)
        self._listeners.add(listener)
        try:
            yield listener.queue
        finally:
            self._listeners.discard(listener)
