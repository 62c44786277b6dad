"""Webhooks between beginning and end: start, output, logs. Best effort, in order, never after the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from api.jobs.caller_note import WebhookTarget
from api.webhooks.policy import WebhookPolicy
from api.webhooks.post import Poster
from service.events import EventKind, JobEvent
from storage.records import Job, JobStatus

ATTEMPT_S: Final = 5.0
PAUSE_S: Final = 0.5  # between calls of one job's "output" and "logs"
JOBS: Final = 1000  # followed at the same time; receivers of jobs beyond get only the end
_EVENTS: Final = {EventKind.STARTED: "start", EventKind.STEP: "logs"}


@dataclass(slots=True)
class _Receiver:
    """What one job's receiver is still to be sent; `has_pending` is set when there is something."""

    job: Job
    pending: list[str] = field(default_factory=list)
    has_pending: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class ProgressWebhooks:
    """Follows jobs whose webhook wants more than the end. `policies` are the providers', by name."""

    def __init__(self, poster: Poster, policies: Mapping[str, WebhookPolicy]) -> None:
        self._poster = poster
        self._policies = policies
        self._receivers: dict[str, _Receiver] = {}

    def record(self, event: JobEvent) -> None:
        """Note what an event means for the job's receiver; ten steps since the last call are one call."""
        job = event.job
        if event.kind is EventKind.FORGOTTEN:
            if (dropped := self._receivers.pop(job.id, None)) and dropped.task:
                dropped.task.cancel()
            return
        what, webhook = _EVENTS.get(event.kind), WebhookTarget.of(job)
        if what is None or webhook is None or not {"start", "logs"} & set(webhook.events):
            return
        receiver = self._receivers.get(job.id)
        if receiver is None:
            if len(self._receivers) >= JOBS:
                return
            receiver = self._receivers[job.id] = _Receiver(job)
            receiver.task = asyncio.create_task(self._run(receiver))
        receiver.job = job
        if what in webhook.events and what not in receiver.pending:
            receiver.pending.append(what)
            receiver.has_pending.set()

    async def _run(self, receiver: _Receiver) -> None:
        while True:
            await receiver.has_pending.wait()
            while receiver.pending:
                what = receiver.pending.pop(0)
                await self._post(receiver.job)
                if what != "start":
                    await asyncio.sleep(PAUSE_S)
            receiver.has_pending.clear()

    async def _post(self, job: Job) -> None:
        if webhook := WebhookTarget.of(job):
            policy = self._policies[webhook.provider]
            body = policy.render(job)
            await self._poster.post(webhook.url, body, policy.headers(job, body), ATTEMPT_S)

    async def finish(self, job: Job) -> None:
        """Stop following, and post the output if that is wanted; what comes next is the end."""
        await self._stop(self._receivers.pop(job.id, None))
        webhook = WebhookTarget.of(job)
        if job.status is JobStatus.DONE and webhook and "output" in webhook.events:
            await self._post(job)

    async def _stop(self, receiver: _Receiver | None) -> None:
        if receiver and receiver.task:
            receiver.task.cancel()
            await asyncio.wait([receiver.task])  # not awaited itself: our own cancellation must come through

    async def close(self) -> None:
        """Follow nobody any more."""
        receivers, self._receivers = list(self._receivers.values()), {}
        for receiver in receivers:
            await self._stop(receiver)
