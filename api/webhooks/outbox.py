"""The end of a job is told to its caller's server until that says yes, or long enough.

The outbox is the jobs table itself: a job that has ended and is not delivered. A restart goes on where the last
process stopped; a crash between the call and its mark calls once more, with the same body.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from api.access.fair_semaphore import Turns, patiently
from api.jobs.submit import request_id_of
from api.webhooks.post import Poster
from api.webhooks.progress import Heralds, Render
from api.webhooks.signing import SigningKeys
from service.events import EventKind
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Entrance, Job

logger = logging.getLogger(__name__)

# Seconds before each further attempt: fal's ten over two hours; Pixazo's, the last about a minute after the end.
PAUSES_S: Final = {
    "fal": (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 2180.0),
    "pixazo": (1.0, 2.0, 4.0, 8.0, 16.0, 30.0),
}
CALLS: Final = 32  # at the same time
CALLS_PER_OWNER: Final = 4

Count = Callable[[str, str], None]  # (provider, "delivered" | "failed" | "given_up")


class Outbox:
    """Delivers what has ended. `render` gives the body, the same bytes every time."""

    def __init__(
        self,
        service: StickerService,
        *,
        render: Render,
        signing: SigningKeys,
        poster: Poster,
        heralds: Heralds,
        count: Count,
    ) -> None:
        self._service = service
        self._render = render
        self._signing = signing
        self._poster = poster
        self._heralds = heralds
        self._count = count
        self._calls = Turns(CALLS, CALLS_PER_OWNER)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        with self._service.events.listen(Entrance.HTTP) as events:
            try:
                await patiently(self._resume)
                while True:
                    event = await events.get()
                    self._heralds.hear(event)
                    if event.kind is EventKind.ENDED:
                        self._begin(event.job)
                    elif event.kind is EventKind.FORGOTTEN and event.job.id in self._tasks:
                        self._tasks[event.job.id].cancel()
            finally:
                await self._close()

    async def _resume(self) -> None:
        for job in await self._service.undelivered(Entrance.HTTP):
            self._begin(job)

    async def _close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._heralds.close()

    def _begin(self, job: Job) -> None:
        if job.id in self._tasks:
            return
        task = asyncio.create_task(self._deliver(job))
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

    async def _deliver(self, job: Job) -> None:
        """Call until the receiver says yes or the attempts are used up; then mark."""
        try:
            webhook = job.note.get("webhook")
            if webhook:
                await self._send_output_event(job, webhook)
            if webhook and _wants_completed(webhook):
                await self._call_until_taken(job, webhook)
            await patiently(partial(self._service.mark_delivered, job.id))
        except Exception:  # the outermost of its task: the next start tries again
            logger.exception("webhook of job %s", job.id[:8])

    async def _send_output_event(self, job: Job, webhook: dict[str, Any]) -> None:
        """Stop the events of a running job, and post its output if that was asked for."""
        if webhook["provider"] != "pixazo" or webhook.get("attempts"):
            return  # an earlier process has told the output, and the end once
        async with self._calls.of(job.owner):
            await self._heralds.finish(job)

    async def _call_until_taken(self, job: Job, webhook: dict[str, Any]) -> None:
        provider, pauses = webhook["provider"], PAUSES_S[webhook["provider"]]
        attempts, next_at = int(webhook.get("attempts", 0)), float(webhook.get("next_at", 0.0))
        body = self._render(job)
        while True:
            await asyncio.sleep(max(0.0, next_at - time.time()))
            if await self._call(job, webhook["url"], body, provider):
                self._count(provider, "delivered")
                return
            attempts += 1
            if attempts > len(pauses):
                self._count(provider, "given_up")
                logger.warning("job %s: its webhook was not taken in %d attempts", job.id[:8], attempts)
                return
            self._count(provider, "failed")
            next_at = time.time() + pauses[attempts - 1]
            await self._note(job, attempts, next_at)

    async def _note(self, job: Job, attempts: int, next_at: float) -> None:
        """For the next process; without the note it would begin to count anew."""
        try:
            await self._service.set_note(job.id, webhook={"attempts": attempts, "next_at": next_at})
        except StorageError as error:
            logger.warning("job %s: an attempt could not be noted: %s", job.id[:8], error.code)

    async def _call(self, job: Job, url: str, body: bytes, provider: str) -> bool:
        async with self._calls.of(job.owner):
            headers: dict[str, str] = {}
            if provider == "fal":
                user_id = Entrance.HTTP.id_of(job.owner)
                headers = self._signing.headers(request_id_of(job), user_id, body)
            return await self._poster.post(url, body, headers)


def _wants_completed(webhook: dict[str, Any]) -> bool:
    return webhook["provider"] != "pixazo" or "completed" in webhook["events"]
