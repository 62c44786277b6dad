"""Cog's prediction: how Replicate, and others after it, show a job. Knows no path."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from api.docs.schemas import NULL, TEXT, Json
from api.files.public import PublicFiles
from api.jobs.caller_note import CallerNote, failure_of
from engine.model import ResultFile
from storage.records import Job, JobStatus

STATUS_WORDS: Final = {
    JobStatus.QUEUED: "starting",
    JobStatus.RUNNING: "processing",
    JobStatus.DONE: "succeeded",
    JobStatus.FAILED: "failed",
    JobStatus.CANCELLED: "canceled",
}
NULLABLE_TEXT: Final[Json] = {"anyOf": [TEXT, NULL]}
SCHEMA: Final[Json] = {
    "status": {"type": "string", "enum": list(STATUS_WORDS.values())},
    "input": {"type": "object"},
    "output": {"anyOf": [{"type": "array", "items": TEXT}, NULL]},
    "error": NULLABLE_TEXT,
    "logs": TEXT,
    "metrics": {"type": "object"},
    "created_at": NULLABLE_TEXT,
    "started_at": NULLABLE_TEXT,
    "completed_at": NULLABLE_TEXT,
}


def prediction(job: Job, files: PublicFiles, logs: str = "") -> dict[str, Any]:
    """Return how a job stands, at any time; of one that has ended, always the same but for `logs`."""
    failure = failure_of(job) if job.status.is_final else None
    names = (ResultFile.PICTURE, ResultFile.CUTOUT)
    return {
        "status": STATUS_WORDS[job.status],
        "input": input_of(job),
        "output": [files.result_url(job, name) for name in names] if job.result else None,
        "error": failure.message if failure and job.status is JobStatus.FAILED else None,
        "logs": logs,
        "metrics": {"predict_time": job.result.seconds} if job.result else {},
        "created_at": timestamp(job.created_at),
        "started_at": timestamp(job.claimed_at),
        "completed_at": timestamp(job.finished_at),
    }


def input_of(job: Job) -> dict[str, Any]:
    """Return the fields as they were read, defaults and the seed filled in, without those of the webhook."""
    values = {**CallerNote.of(job).values, "seed": job.seed}
    return {name: value for name, value in values.items() if not name.startswith("webhook")}


def timestamp(moment: float | None) -> str | None:
    """Return Unix seconds as "2025-12-30T10:00:00.000Z"."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
