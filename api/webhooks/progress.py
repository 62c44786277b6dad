"""Pixazo's calls between beginning and end: start, output, logs. Best effort, in order, never after the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from api.webhooks.post import Poster
from service.events import EventKind, JobEvent
from storage.records import Job, JobStatus

ATTEMPT_S: Final = 5.0
PAUSE_S: Final = 0.5  # between calls of one job's "output" and "logs"
JOBS: Final = 1000  # followed at the same time; jobs beyond hear only the end

Render = Callable[[Job], bytes]


@dataclass(slots=True)
class _Line:
    """What one job's receiver is still to be told; `tell` is set when there is something."""

    job: Job
    pending: list[str] = field(default_factory=list)
    tell: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Heralds:
    """Follows jobs whose webhook wants more than the end."""

    def __init__(self, poster: Poster, render: Render) -> None:
        self._poster = poster
        self._render = render
        self._lines: dict[str, _Line] = {}

    def hear(self, event: JobEvent) -> None:
        """Note what an event means for the job's receiver."""
        job, webhook = event.job, event.job.note.get("webhook") or {}
        wanted = set(webhook.get("events") or ()) & {"start", "logs"}
        if event.kind is EventKind.FORGOTTEN:
            self._drop(job.id)
        elif wanted and event.kind is EventKind.STARTED:
            self._note(job, "start", wanted)
        elif wanted and event.kind is EventKind.STEP:
            self._note(job, "logs", wanted)

    def _note(self, job: Job, what: str, wanted: set[str]) -> None:
        line = self._lines.get(job.id)
        if line is None:
            if len(self._lines) >= JOBS:
                return
            line = self._lines[job.id] = _Line(job)
            line.task = asyncio.create_task(self._run(line))
        line.job = job
        if what in wanted and what not in line.pending:  # ten steps since the last call are one call
            line.pending.append(what)
            line.tell.set()

    async def _run(self, line: _Line) -> None:
        while True:
            await line.tell.wait()
            while line.pending:
                what = line.pending.pop(0)
                await self._call(line.job)
                if what != "start":
                    await asyncio.sleep(PAUSE_S)
            line.tell.clear()

    async def _call(self, job: Job) -> None:
        await self._poster.post(job.note["webhook"]["url"], self._render(job), {}, ATTEMPT_S)

    async def finish(self, job: Job) -> None:
        """Stop telling, and tell the output if that is wanted; what follows is the end."""
        await self._stop(self._lines.pop(job.id, None))
        if job.status is JobStatus.DONE and "output" in job.note["webhook"]["events"]:
            await self._call(job)

    def _drop(self, job_id: str) -> None:
        if (line := self._lines.pop(job_id, None)) and line.task:
            line.task.cancel()

    async def _stop(self, line: _Line | None) -> None:
        if line and line.task:
            line.task.cancel()
            await asyncio.wait([line.task])  # not awaited itself: our own cancellation must come through

    async def close(self) -> None:
        """Follow nobody any more."""
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            await self._stop(line)
