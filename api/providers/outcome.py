"""What a finished job looks like to its caller: fal's output, Pixazo's prediction, the bodies of their webhooks.

Pure functions of the job's row: asked twice, or after a restart, they say the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from api.answers import fal_answer
from api.jobs.logs import LogLine
from api.jobs.submit import failure_of, request_id_of
from engine.model import ResultFile
from storage.records import Job, JobResult, JobStatus

FilePath = Callable[[Job, str], str]  # (job, kind of result file) -> path within the site "files"

FILES_PREFIX: Final = "/files"


class Outcomes:
    """Renders jobs. `file_path` says where a result file of a job can be fetched."""

    def __init__(self, file_path: FilePath) -> None:
        self._file_path = file_path

    def url(self, job: Job, kind: str) -> str:
        """The absolute address of a result file, under the origin that the caller had used."""
        return f"{job.note['base']}{FILES_PREFIX}{self._file_path(job, kind)}"

    def fal_output(self, job: Job) -> dict[str, Any]:
        """The output of a job that is done, by its model."""
        sticker, cutout = self._image(job, ResultFile.PICTURE), self._image(job, ResultFile.CUTOUT)
        if job.request.model == "ip-adapter-face-id":
            return {"image": sticker, "seed": job.seed}
        if job.request.model == "photomaker":
            return {"images": [sticker], "seed": job.seed}
        is_flagged = not result_of(job).is_safe
        return {
            "images": [sticker, cutout],
            "sticker_image": sticker,
            "sticker_image_background_removed": cutout,
            "seed": job.seed,
            "has_nsfw_concepts": {
                "sticker_image": is_flagged,
                "sticker_image_background_removed": is_flagged,
            },
        }

    def _image(self, job: Job, kind: str) -> dict[str, Any]:
        url = self.url(job, kind)
        facts = result_of(job).files[kind]
        return {
            "url": url,
            "content_type": "image/png",
            "file_name": url.rpartition("/")[2],
            "file_size": facts.bytes,
            "width": facts.width,
            "height": facts.height,
        }

    def fal_result(self, job: Job) -> tuple[int, dict[str, Any]]:
        """(status, body) of an ended job, as the sync call and the result call answer it."""
        failure = failure_of(job)
        return fal_answer(failure) if failure else (200, self.fal_output(job))

    def fal_webhook(self, job: Job) -> dict[str, Any]:
        """What fal's webhook brings at the end."""
        status, payload = self.fal_result(job)
        is_ok = status == 200
        return {
            "request_id": request_id_of(job),
            "gateway_request_id": request_id_of(job),
            "status": "OK" if is_ok else "ERROR",
            "error": None if is_ok else f"Invalid status code: {status}",
            "payload": payload,
        }

    def prediction(self, job: Job, logs: str = "") -> dict[str, Any]:
        """Pixazo's view of a job at any time, in the form of Replicate's predictions."""
        failure = failure_of(job) if job.status.is_final else None
        is_done = job.status is JobStatus.DONE
        return {
            "success": True,
            "request_id": request_id_of(job),
            "status": PREDICTION_STATUS[job.status],
            "input": pixazo_input(job),
            "output": [self.url(job, ResultFile.PICTURE), self.url(job, ResultFile.CUTOUT)] if is_done else None,
            "error": failure.message if failure and job.status is JobStatus.FAILED else None,
            "logs": logs,
            "metrics": {"predict_time": result_of(job).seconds} if is_done else {},
            "created_at": pixazo_time(job.created_at),
            "started_at": pixazo_time(job.claimed_at),
            "completed_at": pixazo_time(job.finished_at),
        }

    def webhook_body(self, job: Job) -> bytes:
        """The body of a webhook that tells how a job stands; of one that has ended, the same bytes every time."""
        is_fal = job.note.get("provider") == "fal"
        body = self.fal_webhook(job) if is_fal else self.prediction(job)
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")


def result_of(job: Job) -> JobResult:
    """Return what a job made that is done."""
    assert job.result is not None  # noqa: S101 - callers have looked at its status
    return job.result


PREDICTION_STATUS: Final = {
    JobStatus.QUEUED: "starting",
    JobStatus.RUNNING: "processing",
    JobStatus.DONE: "succeeded",
    JobStatus.FAILED: "failed",
    JobStatus.CANCELLED: "canceled",
}


def pixazo_input(job: Job) -> dict[str, Any]:
    """The fields as they were read, defaults and the seed filled in, without those of the webhook."""
    values = {**(job.note.get("values") or {}), "seed": job.seed}
    return {name: value for name, value in values.items() if not name.startswith("webhook")}


def pixazo_time(moment: float | None) -> str | None:
    """Unix seconds as "2025-12-30T10:00:00.000Z"."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def joined(lines: Sequence[LogLine]) -> str:
    """Log lines as one text."""
    return "".join(f"{line.message}\n" for line in lines)
