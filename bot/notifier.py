"""Listens to what happens to jobs and brings it to the chats: progress while it lasts, the sticker at the end.

The rows are the truth: what this process could not deliver, the next one delivers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import ExitStack

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.addressee import Addressee, source_of_message
from bot.delivery import ComeBack, Delivery, pause_after
from bot.lanes import Errand, Lanes
from bot.limiter import Urgency
from bot.pack_trouble import UserBlocked
from bot.progress import ProgressBoard
from bot.replies import say
from bot.sticker_sets import StickerSets
from bot.telegram_errors import Refusal, classify, retry_after_s
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Entrance, Job, JobStatus

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_SOON_S = 1.0
_LOST_EVERY_S = 600.0
_STORAGE_PAUSE_S = 5.0
_GRACE_S = 1.5
_NO_ONE_THERE = (Refusal.USER_BLOCKED, Refusal.USER_DEACTIVATED)


class Notifier:
    """Tells the owners of `tg:` jobs how their jobs are going. `start`, then `run` until `stop`."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        service: StickerService,
        sets: StickerSets,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._board = ProgressBoard(bot, clock)
        self._delivery = Delivery(bot, service, sets, self._board)
        self._lanes = Lanes()
        self._listening = ExitStack()
        self._events: asyncio.Queue[JobEvent] | None = None
        self._places_changed = asyncio.Event()
        self._later: set[asyncio.TimerHandle] = set()

    async def start(self) -> None:
        """Listen from now on, and take up what the last process left: deliveries and progress messages."""
        self._listen()
        for job in await self._service.undelivered(Entrance.TELEGRAM):
            self._put(job, self._delivering(job.id))
        for job in await self._service.waiting(Entrance.TELEGRAM):
            if job.has_photo:
                self._put(job, self._opening(job))

    async def run(self) -> None:
        """Follow the events until cancelled."""
        events = self._listen()
        beside = [asyncio.create_task(each) for each in (self._tick(), self._look_for_lost_photos())]
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
        for handle in self._later:
            handle.cancel()
        self._later.clear()
        await self._lanes.finish(_GRACE_S)

    async def give_up_lost_photos(self) -> None:
        """Fail the waiting jobs without a photo whose message is not to be handled any more: none will come."""
        waiting = [job for job in await self._service.waiting(Entrance.TELEGRAM) if job.wants_photo]
        if not waiting:
            return
        to_come = {_source(body) for _, body in await self._service.inbox.open()}
        for job in waiting:
            if job.source not in to_come:
                await self._service.fail(job.id, "download_failed")

    def announce(self, job: Job) -> None:
        """Show the job's progress message, unless the job ends before its turn comes."""
        self._put(job, self._opening(job))

    def announce_soon(self, job: Job) -> None:
        """Show a progress message unless the job has ended by then: who pressed a button has had an answer."""
        self._after(_SOON_S, lambda: self.announce(job))

    async def welcome_back(self, owner: str) -> None:
        """Somebody who had blocked the bot is back: bring what was drawn for them."""
        await self._service.set_preference(owner, is_blocked=False)
        for job in await self._service.undelivered(Entrance.TELEGRAM):
            if job.owner == owner:
                self._put(job, self._delivering(job.id))

    async def shut_out(self, owner: str) -> None:
        """Somebody blocked the bot: nothing more is drawn for them or sent to them."""
        await self._service.set_preference(owner, is_blocked=True)
        await self._service.cancel(owner)
        logger.info("%s blocked the bot", owner)

    # --- events ---------------------------------------------------------------------------------------------------

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
                self._board.want(job.id, "progress-started")
                self._board.drawing(job.id)
                self._places_changed.set()
            case EventKind.STEP if event.step is not None:
                self._board.want(job.id, f"progress-{event.step.phase}")
                if event.step.preview:
                    self._board.preview(job.id, event.step.preview)
            case EventKind.ENDED:
                if job.status is JobStatus.DONE:
                    self._board.want(job.id, "progress-pack")
                self._places_changed.set()
                self._put(job, self._delivering(job.id))
            case EventKind.FORGOTTEN:
                self._put(job, self._dropping(job))

    async def _tick(self) -> None:
        while True:
            try:
                if self._places_changed.is_set():
                    self._places_changed.clear()
                    await self._place()
                await self._board.look()
            except Exception:  # progress is a courtesy: it must not end the deliveries
                logger.exception("progress could not be shown")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _look_for_lost_photos(self) -> None:
        while True:
            try:
                await self.give_up_lost_photos()
            except StorageError as error:
                logger.warning("looking for lost photos: %s", error.code)
            await asyncio.sleep(_LOST_EVERY_S)

    async def _place(self) -> None:
        """Tell everybody waiting how many are ahead of them."""
        if not len(self._board):
            return
        key = "progress-warming-up" if self._service.is_warming_up else "progress-queued"
        drawing = await self._service.running()
        for job_id, position in (await self._service.positions()).items():
            self._board.want(job_id, key, ahead=position - 1 + drawing)

    # --- errands --------------------------------------------------------------------------------------------------

    def _put(self, job: Job, errand: Errand) -> None:
        self._lanes.put(Addressee.of(job).chat, errand)

    def _opening(self, job: Job) -> Errand:
        async def open_message() -> None:
            now = await self._service.job(job.id)
            if now is None or now.status.is_final or job.id in self._board:
                return
            language = Addressee.of(now).language
            key = "progress-started" if now.has_photo else "progress-fetching"
            try:
                message_id = await self._board.open(now, say(language, key))
            except TelegramError as error:
                await self._unsendable(now, error)
                return
            if Addressee.of(now).progress != message_id:
                await self._service.set_note(job.id, progress=message_id)
            self._places_changed.set()

        return open_message

    async def _unsendable(self, job: Job, error: TelegramError) -> None:
        """No progress message: the job goes on without, unless nobody is there to see it."""
        logger.info("no progress for job %s: %s", job.id[:8], classify(error))
        if classify(error) in _NO_ONE_THERE:
            await self.shut_out(job.owner)

    def _delivering(self, job_id: str, attempt: int = 1) -> Errand:
        async def deliver() -> None:
            job = await self._service.job(job_id)
            if job is None or job.delivered_at is not None:
                return
            if (await self._service.preferences(job.owner)).is_blocked:
                self._board.forget(job_id)
                return
            try:
                await self._delivery.deliver(job_id)
            except UserBlocked:
                self._board.forget(job_id)
                await self.shut_out(job.owner)
            except ComeBack as later:
                self._again(job, later.seconds, attempt)
            except TelegramError as error:
                await self._undeliverable(job, error, attempt)
            except StorageError as error:
                logger.warning("delivery of job %s: %s", job_id[:8], error.code)
                self._again(job, _STORAGE_PAUSE_S, attempt)

        return deliver

    async def _undeliverable(self, job: Job, error: TelegramError, attempt: int) -> None:
        refusal = classify(error)
        logger.warning("delivery of job %s, try %d: %s", job.id[:8], attempt, refusal)
        pause_s = pause_after(error, attempt)
        if refusal in _NO_ONE_THERE:
            await self.shut_out(job.owner)
        elif pause_s is not None:
            self._again(job, max(pause_s, retry_after_s(error)), attempt)
        else:
            self._board.forget(job.id)
            await self._service.mark_delivered(job.id)  # the same answer would come every time

    def _again(self, job: Job, seconds: float, attempt: int) -> None:
        self._after(seconds, lambda: self._put(job, self._delivering(job.id, attempt + 1)))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        def run() -> None:
            self._later.discard(handle)
            act()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._later.add(handle)

    def _dropping(self, job: Job) -> Errand:
        async def drop() -> None:
            if job.id not in self._board:
                return
            try:
                await self._board.close(job, None)
            except TelegramError as error:
                logger.debug("a forgotten job's message stays: %s", classify(error))

        return drop


def _source(body: str) -> str:
    """The source of the job that this stored update makes, or has made."""
    message = json.loads(body).get("message") or {}
    return source_of_message(message.get("chat", {}).get("id", 0), message.get("message_id", 0))
