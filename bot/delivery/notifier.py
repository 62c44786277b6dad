"""Follow what happens to jobs: progress messages while it lasts, the delivery at the end.

The rows are the truth: what this process could not deliver, the next one delivers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.addressee import Addressee
from bot.delivery.deliver import Delivery
from bot.delivery.delivery_queue import DeliveryQueue, mark_blocked
from bot.delivery.groups import GroupDelivery
from bot.delivery.guests import GuestDelivery
from bot.delivery.offers import Offers
from bot.delivery.photos import ALBUM_QUIET_S, PhotoFetcher
from bot.delivery.progress import ProgressBoard
from bot.delivery.reactions import is_batch
from bot.packs.sticker_sets import StickerSets
from bot.transport.keyed_queue import KeyedQueue
from bot.transport.outage import Backoff
from bot.transport.rate_limits import RateLimiter, Urgency
from bot.transport.telegram_errors import NOBODY_THERE, WILL_PASS, classify, retry_after_s
from bot.words.translations import say
from engine.models import SHEETS, STYLES
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.errors import StorageError
from storage.records import Entrance, Job, JobStatus

logger = logging.getLogger(__name__)

_TICK_S = 1.0
_SOON_S = 1.0
DRAFT_S = 2.0  # what is over by then needs no message with a button to stop it
_GRACE_S = 1.5


class Notifier:
    """Tell the owners of Telegram's jobs how their jobs are going, from the photo on. `start`, `run` until `stop`.

    For `draft_s` progress is a draft, 0 for never; then it is a message.
    """

    def __init__(
        self,
        bot: ExtBot[Urgency],
        service: StickerService,
        sets: StickerSets,
        offers: Offers,
        limiter: RateLimiter,
        backoff: Backoff | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        album_quiet_s: float = ALBUM_QUIET_S,
        draft_s: float = DRAFT_S,
    ) -> None:
        self._draft_s = draft_s
        self._service = service
        self._backoff = backoff or Backoff()
        self._board = ProgressBoard(bot, clock)
        self._openings = KeyedQueue()
        self._photos = PhotoFetcher(bot, service, self._board, self._backoff, album_quiet_s=album_quiet_s)
        delivery = Delivery(bot, service, sets, self._board, offers, limiter, self._backoff)
        self._groups, guests = GroupDelivery(bot, service, sets), GuestDelivery(bot, service, sets, offers)
        self._deliveries = DeliveryQueue(service, delivery, self._groups, guests, self._board, self._backoff)
        self._listening = ExitStack()
        self._events: asyncio.Queue[JobEvent] | None = None
        self._places_changed = asyncio.Event()

    async def start(self) -> None:
        """Listen from now on, and take up what the last process left: deliveries and progress messages."""
        self._listen()
        for job in await self._service.undelivered(Entrance.TELEGRAM):
            self._deliveries.put(job)
        for job in await self._service.waiting(Entrance.TELEGRAM):
            self.announce(job)

    async def run(self) -> None:
        """Follow the events until cancelled."""
        events = self._listen()
        beside = [asyncio.create_task(self._show_progress()), asyncio.create_task(self._look_again())]
        try:
            while True:
                event = await events.get()
                try:
                    self._follow(event)
                except Exception:  # one job must not end the deliveries of all others
                    logger.exception("job %s: an event was not followed", event.job.id[:8])
        finally:
            for task in beside:
                task.cancel()

    async def stop(self) -> None:
        """Let deliveries under way end; the rest stays in the rows."""
        self._listening.close()
        await asyncio.gather(self._photos.stop(), self._openings.finish(_GRACE_S), self._deliveries.finish(_GRACE_S))

    def announce(self, job: Job) -> None:
        """Fetch the job's photo where it waits for one, and open its progress message, unless the job ends before."""
        self._photos.put(job)
        self._openings.put(Addressee.of(job).chat, partial(self._open_message, job.id, 0))

    def announce_soon(self, job: Job) -> None:
        """Open the message in a second unless the job has ended by then: who pressed a button has had an answer."""
        self._openings.put_after(
            _SOON_S, Addressee.of(job).chat, partial(self._open_message, job.id, 0, may_draft=False)
        )

    async def stop_adding(self, owner: str, job_id: str | None = None) -> int:
        """Add no more of the owner's many stickers to a pack: of one job, or of all. Return of how many jobs.

        What is in the pack stays; the delivery says how much that is.
        """
        count = 0
        for job in await self._service.undelivered(Entrance.TELEGRAM):
            if job.owner == owner and job_id in (None, job.id) and is_batch(job):
                await self._service.set_note(job.id, is_stopped=True)
                self._deliveries.put(job)  # in case it waits for another attempt
                count += 1
        return count

    async def go_on_adding(self, job: Job) -> None:
        """Add the stickers of a job that was stopped, or broke off, after all."""
        await self._service.set_note(job.id, is_stopped=False)
        await self._service.mark_undelivered(job.id)
        self._deliveries.put(job)

    async def unblock(self, owner: str) -> None:
        """Note that somebody who had blocked the bot is back, and deliver what was drawn for them."""
        await self._service.set_preference(owner, is_blocked=False)
        for job in await self._service.undelivered(Entrance.TELEGRAM):
            if job.owner == owner:
                self._deliveries.put(job)

    async def _look_again(self) -> None:
        """Deliver what ended unheard: in a process that died before it could tell."""
        with self._service.processes.watch() as changed:
            while True:
                await changed.wait()
                changed.clear()
                self._places_changed.set()
                for job in await keep_trying(partial(self._service.undelivered, Entrance.TELEGRAM)):
                    self._deliveries.put(job)

    def _listen(self) -> asyncio.Queue[JobEvent]:
        if self._events is None:
            self._events = self._listening.enter_context(self._service.events.listen(Entrance.TELEGRAM))
        return self._events

    def _follow(self, event: JobEvent) -> None:
        job = event.job
        match event.kind:
            case EventKind.QUEUED:
                self._places_changed.set()
            case EventKind.STARTED:
                self._board.set_text(job.id, _started(job))
                self._board.set_drawing(job.id)
                self._places_changed.set()
            case EventKind.STEP if event.step is not None:
                if job.request.model in SHEETS and event.step.phase == "draw":
                    step = event.step
                    self._board.set_text(job.id, "progress-drawing-all", done=step.done + 1, total=step.total)
                else:
                    self._board.set_text(job.id, f"progress-{event.step.phase}")
                if event.step.preview:
                    self._board.set_preview(job.id, event.step.preview)
            case EventKind.ENDED:
                self._photos.end(job.id)
                if job.status is JobStatus.DONE and job.request.model != STYLES.name:
                    self._board.set_text(job.id, "progress-pack")
                self._places_changed.set()
                self._deliveries.put(job)
            case EventKind.FORGOTTEN:
                self._photos.end(job.id)
                if job.note:  # of one that another process has forgotten nothing is left
                    self._openings.put(Addressee.of(job).chat, partial(self._delete_message, job))

    async def _show_progress(self) -> None:
        """Edit the progress messages every second; everybody waiting is told how many are ahead of them."""
        while True:
            try:
                if self._places_changed.is_set():
                    self._places_changed.clear()
                    await self._set_places()
                await self._board.flush()
            except StorageError as error:
                self._places_changed.set()
                logger.info("no places in the queue: %s", error.code)
            except Exception:  # progress is a courtesy: it must not end the deliveries
                logger.exception("progress could not be shown")
            await asyncio.sleep(_TICK_S)

    async def _set_places(self) -> None:
        if not len(self._board):
            return
        key = "progress-warming-up" if self._service.is_warming_up else "progress-queued"
        if await self._service.operators.is_paused():
            key = "progress-paused"
        running = await self._service.running()
        for job_id, position in (await self._service.positions()).items():
            self._board.set_text(job_id, key, ahead=position - 1 + running)

    async def _open_message(self, job_id: str, failures: int, *, may_draft: bool = True) -> None:
        is_paused = await keep_trying(self._service.operators.is_paused)
        # Nothing is awaited from here until the board knows the message: a job that ends meanwhile would leave one that
        # nobody closes.
        job = await keep_trying(partial(self._service.job, job_id))
        if job is None or job.status.is_final:
            return
        is_draft = self._board.is_draft(job.id)
        if job.id in self._board and not is_draft:
            return
        to = Addressee.of(job)
        if to.is_group:
            await self._groups.acknowledge(job)
        if to.is_elsewhere:
            return
        waiting = "progress-fetching-album" if to.album else "progress-fetching"
        if job.status is JobStatus.QUEUED and is_paused:
            waiting = "progress-paused"
        is_drawn_soon = job.has_photo and waiting != "progress-paused"
        text = say(to.language, _started(job) if is_drawn_soon else waiting)
        try:
            if self._draft_s and may_draft and not is_draft and waiting != "progress-paused":
                if await self._board.draft(job, text):
                    self._places_changed.set()
                    self._openings.put_after(self._draft_s, to.chat, partial(self._open_message, job_id, 0))
                else:
                    await self._open_message(job_id, failures, may_draft=False)
                return
            message_id = await self._board.open(job, text)
        except TelegramError as error:  # the job goes on without, unless nobody is there to see it
            kind = classify(error)
            logger.info("no progress for job %s: %s", job.id[:8], kind)
            if kind in NOBODY_THERE:
                await mark_blocked(self._service, job.owner)
            elif kind in WILL_PASS:
                pause_s = max(retry_after_s(error), self._backoff.pause_s(failures))
                self._openings.put_after(pause_s, to.chat, partial(self._open_message, job_id, failures + 1))
            return
        if message_id is not None and to.progress != message_id:
            await keep_trying(partial(self._service.set_note, job.id, progress=message_id))
        self._places_changed.set()

    async def _delete_message(self, job: Job) -> None:
        if job.id not in self._board:
            return
        try:
            await self._board.close(job, None)
        except TelegramError as error:
            logger.debug("a forgotten job's message stays: %s", classify(error))


def _started(job: Job) -> str:
    return "progress-styles" if job.request.model == STYLES.name else "progress-started"
