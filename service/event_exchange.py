"""Events between the processes on one store: what happens here is written for the others, what they wrote is emitted.

The rows of the jobs are the truth. Beginnings and ends are written until that works; steps may be lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from engine.types import Step
from service.events import EventKind, Events, JobEvent
from service.operators import Operators
from storage.errors import StorageError
from storage.records import Job, JobRequest, JobStatus, StoredEvent
from storage.store import Store

logger = logging.getLogger(__name__)

_OPERATORS, _HELLO = "operators", "hello"  # kinds beside those of jobs
_MOST_STEPS = 200  # not written yet, beyond which steps are dropped
_PAUSE_S = 1.0  # after trouble with the store


class EventExchange:
    """Writes events while `listeners` has somebody, and reads what others wrote while `run` runs.

    `listeners` says of every other process whether it hears steps, `origin` is this one's id. `on_gap` is called where
    events may have been missed, or tell of more than jobs.
    """

    def __init__(self, store: Store, events: Events, operators: Operators, on_gap: Callable[[], None]) -> None:
        self._store = store
        self._events = events
        self._operators = operators
        self._on_gap = on_gap
        self._unwritten: list[StoredEvent] = []
        self._has_unwritten = asyncio.Event()
        self._last_id = 0
        self.origin = ""
        self.listeners: Sequence[bool] = ()

    async def start(self, origin: str) -> None:
        """Tell others from now on, and hear what comes from now on. Raises `StorageError`."""
        self.origin = origin
        self._last_id = await self._store.events.last_id()
        self._events.relay = self._tell_job
        self._operators.relay = self._tell_operators

    def greet(self) -> None:
        """Tell somebody new that this process tells only from now on what happens."""
        self._tell(_HELLO)

    async def run(self) -> None:
        """Write and read until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write())
                group.create_task(self._read())
        finally:
            if not self.listeners:  # nobody is there: who comes next reads the rows
                self._unwritten.clear()

    async def flush(self) -> None:
        """Write what is not written yet. Raises `StorageError`."""
        events, self._unwritten = self._unwritten, []
        try:
            if events:
                await self._store.events.add(events)
        except BaseException:  # stamped anew: what is written after a long outage must not be deleted as old
            now = time.time()
            kept = [replace(event, created_at=now) for event in events if event.kind != EventKind.STEP]
            self._unwritten = kept + self._unwritten
            raise

    def _tell_job(self, event: JobEvent) -> None:
        if event.step is not None:
            if any(self.listeners) and len(self._unwritten) < _MOST_STEPS:
                step = event.step
                facts = {"phase": step.phase, "done": step.done, "total": step.total}
                self._tell(event.kind, event, facts=facts, preview=step.preview)
        else:
            # A forgotten job has no row any more: its entrance is all that listeners need beside its id.
            facts = {"entrance": event.job.entrance} if event.kind is EventKind.FORGOTTEN else {}
            self._tell(event.kind, event, facts=facts)

    def _tell_operators(self) -> None:
        self._tell(_OPERATORS)

    def _tell(
        self, kind: str, event: JobEvent | None = None, *, facts: dict[str, object] | None = None, preview: bytes = b""
    ) -> None:
        if self.listeners:
            job_id, at = (event.job.id, event.at) if event else ("", time.time())
            self._unwritten.append(StoredEvent(self.origin, str(kind), at, job_id, facts or {}, preview))
            self._has_unwritten.set()

    async def _write(self) -> None:
        is_failing = False  # told once, not every second of an outage
        while True:
            await self._has_unwritten.wait()
            self._has_unwritten.clear()
            try:
                await self.flush()
                is_failing = False
            except StorageError as error:
                logger.log(logging.DEBUG if is_failing else logging.WARNING, "events are not told: %s", error.code)
                is_failing = True
                await asyncio.sleep(_PAUSE_S)
                self._has_unwritten.set()

    async def _read(self) -> None:
        is_failing = False
        while True:
            try:
                async with aclosing(self._store.database.changes()) as changes:
                    async for _ in changes:
                        await self._emit_new()
                        is_failing = False
            except StorageError as error:
                logger.log(logging.DEBUG if is_failing else logging.WARNING, "events are not heard: %s", error.code)
                is_failing = True
                await asyncio.sleep(_PAUSE_S)

    async def _emit_new(self) -> None:
        told = await self._store.events.after(self._last_id)
        if not told:
            return
        heard = [event for event in told if event.origin != self.origin]
        jobs = await self._store.jobs.by_ids({event.job_id for event in heard if event.job_id})
        if told[-1].id != self._last_id + len(told):
            self._on_gap()
        self._last_id = told[-1].id
        for event in heard:
            if event.kind in (_HELLO, _OPERATORS):
                self._on_gap()
            elif found := _job_event(event, jobs.get(event.job_id)):
                self._events.deliver(found)


def _job_event(event: StoredEvent, job: Job | None) -> JobEvent | None:
    """Return what another process tells of a job; None where that is over by now."""
    kind = EventKind(event.kind)
    if kind is EventKind.FORGOTTEN:
        return JobEvent(kind, _forgotten(event), at=event.created_at)
    if job is None or (kind is EventKind.ENDED and not job.status.is_final):
        return None
    if kind is EventKind.STEP:
        if job.status is not JobStatus.RUNNING:  # its end has been published, or is about to be
            return None
        facts = event.facts
        step = Step(str(facts["phase"]), int(facts["done"]), int(facts["total"]), event.preview)
        return JobEvent(kind, job, step, at=event.created_at)
    if job.status in (JobStatus.CANCELLED, JobStatus.FAILED) and kind is not EventKind.ENDED:
        return None  # it was ended elsewhere, and that may have been published before
    if job.status is JobStatus.DONE and kind is EventKind.STARTED:  # its end comes from the same process, after this
        job = replace(job, status=JobStatus.RUNNING, result=None, finished_at=None)
    return JobEvent(kind, job, at=event.created_at)


def _forgotten(event: StoredEvent) -> Job:
    entrance = str(event.facts["entrance"])
    return Job(
        id=event.job_id,
        owner=entrance,
        entrance=entrance,
        source="",
        status=JobStatus.CANCELLED,
        request=JobRequest("", ""),
        seed=0,
        note={},
        created_at=0.0,
    )
