"""What happened to a job, line by line, as status calls show it. In memory: rows are the truth, lines are comfort."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

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

    def as_fal(self) -> dict[str, str]:
        """As fal's status has it."""
        stamp = datetime.fromtimestamp(self.at, UTC).isoformat()
        return {"message": self.message, "level": self.level, "source": "USER", "timestamp": stamp}


@dataclass(slots=True)
class _Entry:
    lines: list[LogLine] = field(default_factory=list)
    preview: bytes = b""


class JobLogs:
    """The lines and the newest preview of the jobs of late."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, _Entry] = OrderedDict()

    def add(self, job_id: str, message: str, at: float, level: str = "INFO") -> None:
        """Write one line; beyond `KEPT_LINES` a job's own first ones stay and later ones are dropped."""
        lines = self._entry(job_id).lines
        if len(lines) < KEPT_LINES:
            lines.append(LogLine(message, at, level))

    def hear(self, event: JobEvent, at: float) -> None:
        """Write what an event of the service says."""
        job = event.job
        if event.kind is EventKind.QUEUED:
            self.add(job.id, "Waiting in the queue", at)
        elif event.kind is EventKind.STARTED:
            self.add(job.id, "Started", at)
        elif event.kind is EventKind.STEP and event.step is not None:
            self.add(job.id, f"{event.step.phase} {event.step.done}/{event.step.total}", at)
            if event.step.preview:
                self._entry(job.id).preview = event.step.preview
        elif event.kind is EventKind.ENDED:
            self.add(job.id, f"Ended: {job.status}", at, "INFO" if job.error_code is None else "ERROR")
            self._entry(job.id).preview = b""
        elif event.kind is EventKind.FORGOTTEN:
            self._jobs.pop(job.id, None)

    def lines(self, job: Job) -> Sequence[LogLine]:
        """The job's lines so far; none of before a restart."""
        entry = self._jobs.get(job.id)
        return tuple(entry.lines) if entry else ()

    def preview(self, job_id: str) -> bytes:
        """The newest small JPEG of a job that is being drawn; empty where there is none."""
        entry = self._jobs.get(job_id)
        return entry.preview if entry else b""

    def _entry(self, job_id: str) -> _Entry:
        entry = self._jobs.setdefault(job_id, _Entry())
        self._jobs.move_to_end(job_id)
        while len(self._jobs) > KEPT_JOBS:
            self._jobs.popitem(last=False)
        return entry
