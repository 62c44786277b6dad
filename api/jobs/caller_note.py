"""What this entrance keeps with a job, as JSON in the job's row. Knows no provider's protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.answers import INTERNAL, Failure
from api.inputs.table import Problem
from storage.records import Job, JobStatus

COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A caller's server that is to be called. `events` are words of `api.inputs.table.EVENTS`.

    `attempts` to tell it the end have failed so far; the next is due at `next_at`, in Unix seconds.
    """

    url: str
    provider: str
    events: tuple[str, ...] = (COMPLETED,)
    attempts: int = 0
    next_at: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the webhook as it is kept."""
        return {
            "url": self.url,
            "provider": self.provider,
            "events": list(self.events),
            "attempts": self.attempts,
            "next_at": self.next_at,
        }

    @classmethod
    def of(cls, job: Job) -> Webhook | None:
        """Return the job's webhook, None where there is none."""
        kept = job.note.get("webhook")
        if not kept:
            return None
        return cls(
            url=kept["url"],
            provider=kept["provider"],
            events=tuple(kept.get("events") or (COMPLETED,)),
            attempts=int(kept.get("attempts", 0)),
            next_at=float(kept.get("next_at", 0.0)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNote:
    """What a restart and every answer need to know of a request beyond the service's own columns.

    `provider` and `path` name its table, `base` is where addresses in its answers begin, also in a webhook hours
    later, `body_hash` tells a repeated submission from another one. `start_by` is the moment, in Unix seconds, until
    which it must have started. `inputs` are the addresses to be fetched and `fields` the provider's names of the given
    inputs, both by the model's names. `values` are the fields as they were read, without data URIs.
    """

    provider: str
    path: str
    base: str
    body_hash: str
    webhook: Webhook | None = None
    start_by: float | None = None
    problems: tuple[Problem, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the note as it is kept with its job."""
        return {
            "provider": self.provider,
            "path": self.path,
            "base": self.base,
            "body_hash": self.body_hash,
            "webhook": self.webhook.to_json() if self.webhook else None,
            "start_by": self.start_by,
            "problems": [problem.to_json() for problem in self.problems],
            "inputs": dict(self.inputs),
            "fields": dict(self.fields),
            "values": dict(self.values),
        }

    @classmethod
    def of(cls, job: Job) -> CallerNote:
        """Return the note of a job of this entrance."""
        kept = job.note
        return cls(
            provider=kept.get("provider", ""),
            path=kept.get("path", ""),
            base=kept.get("base", ""),
            body_hash=kept.get("body_hash", ""),
            webhook=Webhook.of(job),
            start_by=kept.get("start_by"),
            problems=tuple(Problem.from_json(entry) for entry in kept.get("problems") or ()),
            inputs=kept.get("inputs") or {},
            fields=kept.get("fields") or {},
            values=kept.get("values") or {},
        )


def failure_of(job: Job) -> Failure | None:
    """Return why an ended job gave no picture; None where it gave one."""
    if job.status is JobStatus.DONE:
        return None
    note = CallerNote.of(job)
    return Failure(job.error_code or INTERNAL, note.problems, note.fields)
