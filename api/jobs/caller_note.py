"""What this entrance keeps with a job, as JSON in the job's row. Knows no provider's protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from api.answers import INTERNAL, Failure
from api.inputs.table import Problem
from storage.records import Job, JobStatus

COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """A caller's server that is to be called. `events` are words of `api.inputs.table.EVENTS`.

    `attempts` to tell it the end have failed so far; the next is due at `next_at`, in Unix seconds.
    """

    url: str
    provider: str
    events: tuple[str, ...] = (COMPLETED,)
    attempts: int = 0
    next_at: float = 0.0

    @classmethod
    def of(cls, job: Job) -> WebhookTarget | None:
        """Return the job's webhook, None where there is none."""
        kept = job.note.get("webhook")
        # Notes of before this version name no events: the end alone.
        return cls(**{**kept, "events": tuple(kept["events"]) or (COMPLETED,)}) if kept else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNote:
    """What a restart and every answer need to know of a request beyond the service's own columns.

    `provider` and `path` name its table, `base` is where addresses in its answers begin, also in a webhook hours
    later, `body_hash` tells a repeated submission from another one. `start_by` is the moment, in Unix seconds, until
    which it must have started. `inputs` are the addresses to be fetched and `field_names` the provider's names of what
    was given, both by the model's input. `values` are the fields as they were read, without data URIs; without
    `keeps_fields` they go when the job has ended.
    """

    provider: str = ""
    path: str = ""
    base: str = ""
    body_hash: str = ""
    webhook: WebhookTarget | None = None
    start_by: float | None = None
    problems: tuple[Problem, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    field_names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    keeps_fields: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the note as it is kept with its job."""
        kept = {name: getattr(self, name) for name in _NAMES}
        webhook = asdict(self.webhook) if self.webhook else None
        return kept | {"webhook": webhook, "problems": [asdict(each) for each in self.problems]}

    @classmethod
    def of(cls, job: Job) -> CallerNote:
        """Return the note of a job of this entrance."""
        kept = {name: job.note[name] for name in _NAMES if name in job.note}
        problems = tuple(Problem(**{**each, "path": tuple(each["path"])}) for each in kept.get("problems", ()))
        return cls(**{**kept, "problems": problems, "webhook": WebhookTarget.of(job)})


_NAMES = [each.name for each in fields(CallerNote)]


def failure_of(job: Job) -> Failure | None:
    """Return why an ended job gave no picture; None where it gave one."""
    if job.status is JobStatus.DONE:
        return None
    note = CallerNote.of(job)
    return Failure(job.error_code or INTERNAL, note.problems, note.field_names)
