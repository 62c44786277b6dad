"""Job ids as callers write them: UUIDs with dashes."""

from __future__ import annotations

import re

from storage.records import Job

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def request_id_of(job: Job) -> str:
    """Return the job's id with dashes."""
    return "-".join((job.id[:8], job.id[8:12], job.id[12:16], job.id[16:20], job.id[20:]))


def job_id_of(request_id: str) -> str:
    """Return the job id of a request id with or without dashes; what is no id becomes "", which no job has."""
    job_id = request_id.replace("-", "")
    return job_id if _ID.fullmatch(job_id) else ""
