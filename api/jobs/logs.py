"""Log lines and previews of jobs, as status calls show them. In memory only: lost on restart. Knows no provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.cache import LruCache
from service.events import EventKind, JobEvent
from storage.records import Job

KEPT_JOBS = 2000  # the oldest go first; a job has about 25 lines
KEPT_LINES = 200


@dataclass(frozen=True, slots=True)
class LogLine:
    """`at` is Unix seconds."""

    message: str
    at: float
    level: str = "INFO"


@dataclass(slots=True)
class _Entry:
    lines: list[LogLine] = field(default_factory=list)
    preview: bytes = b""


class JobLogs:
    """The lines and the newest preview of the latest jobs."""

    def __init__(self) -> None:
        self._jobs: LruCache[str, _Entry] = LruCache(KEPT_JOBS)

    def add(self, job_id: str, message: str, at: float, level: str = "INFO") -> None:
        """Write one line; beyond `KEPT_LINES` a job's own first ones stay and later ones are dropped."""
        lines = self._jobs.get(job_id, _Entry).lines
        if len(lines) < KEPT_LINES:
            lines.append(LogLine(message, at, level))

    def record(self, event: JobEvent) -> None:
        """Write a line for an event of the service."""
        job, at = event.job, event.at
        if event.kind is EventKind.QUEUED:
            self.add(job.id, "Waiting in the queue", at)
        elif event.kind is EventKind.STARTED:
            self.add(job.id, "Started", at)
        elif event.kind is EventKind.STEP and event.step is not None:
            self.add(job.id, f"{event.step.phase} {event.step.done}/{event.step.total}", at)
            if event.step.preview:
                self._jobs.get(job.id, _Entry).preview = event.step.preview
        elif event.kind is EventKind.ENDED:
            self.add(job.id, f"Ended: {job.status}", at, "INFO" if job.error_code is None else "ERROR")
            self._jobs.get(job.id, _Entry).preview = b""
        elif event.kind is EventKind.FORGOTTEN:
            self._jobs.drop(job.id)

    def lines(self, job: Job) -> Sequence[LogLine]:
        """Return the job's lines so far; none of before a restart."""
        entry = self._jobs.find(job.id)
        return tuple(entry.lines) if entry else ()

    def text(self, job: Job) -> str:
        """Return the job's lines as one text."""
        return "".join(f"{line.message}\n" for line in self.lines(job))

    def preview(self, job_id: str) -> bytes:
        """Return the newest small JPEG of a job that is being drawn; empty where there is none."""
        entry = self._jobs.find(job_id)
        return entry.preview if entry else b""
