"""The end of a job is posted to its caller's server until that says 2xx, or long enough: at least once.

The outbox is the jobs table itself: a job that has ended and is not delivered. Of several processes one delivers. A
restart, or another process, goes on where the last one stopped; a crash between the call and its mark calls once more,
with the same body. Knows no provider.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from api.jobs.caller_note import COMPLETED, CallerNote, WebhookTarget
from api.webhooks.policy import WebhookPolicy
from api.webhooks.post import Poster
from api.webhooks.progress import ProgressWebhooks
from service.events import EventKind
from service.fair_semaphore import FairSemaphore
from service.processes import Duty
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.errors import StorageError
from storage.records import Entrance, Job

logger = logging.getLogger(__name__)

CALLS: Final = 32  # at the same time
CALLS_PER_OWNER: Final = 4

Count = Callable[[str, str], None]  # (provider, "delivered" | "failed" | "given_up")


class Outbox:
    """Delivers what has ended. `policies` are the providers', by name."""

    def __init__(
        self,
        service: StickerService,
        *,
        policies: Mapping[str, WebhookPolicy],
        poster: Poster,
        count: Count,
    ) -> None:
        self._service = service
        self._policies = policies
        self._poster = poster
        self._count = count
        self._progress = ProgressWebhooks(poster, policies)
        self._calls = FairSemaphore(CALLS, CALLS_PER_OWNER)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        with self._service.events.listen(Entrance.HTTP) as events, self._service.processes.watch() as changed:
            changed.set()
            looking = asyncio.create_task(self._look(changed))
            try:
                while True:
                    event = await events.get()
                    if event.kind is EventKind.FORGOTTEN and event.job.id in self._tasks:
                        self._tasks[event.job.id].cancel()
                    if not self._is_on_duty:
                        continue
                    self._progress.record(event)
                    # Another process may tell of an end late, when `_look` has found it in the rows.
                    if event.kind is EventKind.ENDED and event.job.delivered_at is None:
                        self._begin(event.job)
            finally:
                tasks = [looking, *self._tasks.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._progress.close()

    @property
    def _is_on_duty(self) -> bool:
        return self._service.processes.is_on_duty(Duty.WEBHOOKS)

    async def _look(self, changed: asyncio.Event) -> None:
        """Deliver what ended unheard: before the start, and where another process that was to deliver it died."""
        while True:
            await changed.wait()
            changed.clear()
            if self._is_on_duty:
                for job in await keep_trying(partial(self._service.undelivered, Entrance.HTTP)):
                    now = await keep_trying(partial(self._service.job, job.id))
                    if now is not None and now.delivered_at is None:  # its own event may have been faster
                        self._begin(now)

    def _begin(self, job: Job) -> None:
        if job.id in self._tasks:
            return
        task = asyncio.create_task(self._deliver(job))
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

    async def _deliver(self, job: Job) -> None:
        """Post until the receiver says 2xx or the attempts are used up; then forget what is not kept, and mark."""
        try:
            if webhook := WebhookTarget.of(job):
                # After a first attempt to tell the end the output has been posted already, by an earlier process.
                if webhook.events != (COMPLETED,) and not webhook.attempts:
                    async with self._calls.hold(job.owner):
                        await self._progress.finish(job)
                if COMPLETED in webhook.events:
                    await self._send_completed(job, webhook)
            if not CallerNote.of(job).keeps_fields:
                await keep_trying(partial(self._service.set_note, job.id, values=None, inputs=None))
                await keep_trying(partial(self._service.forget_request, job.id))
            await keep_trying(partial(self._service.mark_delivered, job.id))
        except Exception:  # the outermost of its task: the next start tries again
            logger.exception("webhook of job %s", job.id[:8])

    async def _send_completed(self, job: Job, webhook: WebhookTarget) -> None:
        policy, attempts, next_at = self._policies[webhook.provider], webhook.attempts, webhook.next_at
        body = policy.render(job)
        while True:
            await asyncio.sleep(max(0.0, next_at - time.time()))
            async with self._calls.hold(job.owner):
                is_taken = await self._poster.post(webhook.url, body, policy.headers(job, body))
            if is_taken:
                self._count(webhook.provider, "delivered")
                return
            attempts += 1
            if attempts > len(policy.retry_pauses_s):
                self._count(webhook.provider, "given_up")
                logger.warning("job %s: its webhook was not taken in %d attempts", job.id[:8], attempts)
                return
            self._count(webhook.provider, "failed")
            next_at = time.time() + policy.retry_pauses_s[attempts - 1]
            try:  # for the next process; without the note it would begin to count anew
                await self._service.set_note(job.id, webhook={"attempts": attempts, "next_at": next_at})
            except StorageError as error:
                logger.warning("job %s: an attempt could not be noted: %s", job.id[:8], error.code)
