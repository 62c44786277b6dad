"""Deliver ended jobs in order within a chat, with retry and backoff. The rows are the outbox: nothing else is kept."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial

from telegram.error import ChatMigrated, TelegramError

from bot.delivery.addressee import Addressee
from bot.delivery.deliver import Delivery
from bot.delivery.groups import GroupDelivery
from bot.delivery.guests import GuestDelivery
from bot.delivery.progress import ProgressBoard
from bot.delivery.reactions import is_batch
from bot.errors import DeliverLater, UserBlocked
from bot.transport.keyed_queue import KeyedQueue
from bot.transport.outage import Backoff
from bot.transport.telegram_errors import NOBODY_THERE, WILL_PASS, TelegramErrorKind, classify, retry_after_s
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.errors import StorageError
from storage.records import Job

logger = logging.getLogger(__name__)

_STORAGE_PAUSE_S = 5.0


class DeliveryQueue:
    """Deliver through `delivery` until each job is marked delivered, in order within a chat.

    What waits for Telegram lets the chat's other jobs pass. Jobs of many stickers take minutes: they wait for their
    turn, and are then delivered beside the others, one at a time for a chat.
    """

    def __init__(
        self,
        service: StickerService,
        delivery: Delivery,
        groups: GroupDelivery,
        guests: GuestDelivery,
        board: ProgressBoard,
        backoff: Backoff,
    ) -> None:
        self._service = service
        self._delivery = delivery
        self._groups = groups
        self._guests = guests
        self._board = board
        self._backoff = backoff
        self._chats = KeyedQueue()
        self._beside = KeyedQueue()
        self._tidying = KeyedQueue()  # by job: an old message that cannot be deleted holds up no sticker

    def put(self, job: Job) -> None:
        """Deliver `job` after everything that its chat is to get before."""
        self._chats.put(Addressee.of(job).chat, partial(self._deliver, job.id, 1))

    async def finish(self, timeout_s: float) -> None:
        """Let deliveries under way end within `timeout_s`; the rest stays in the rows."""
        await asyncio.gather(self._chats.finish(timeout_s), self._beside.finish(timeout_s))
        await self._tidying.finish(timeout_s / 2)

    async def _deliver(self, job_id: str, attempt: int) -> None:
        job = await keep_trying(partial(self._service.job, job_id))
        if job is not None and is_batch(job):
            self._beside.put(Addressee.of(job).chat, partial(self._attempt, job_id, attempt))
        else:
            await self._attempt(job_id, attempt)

    async def _deliver_by(self, job: Job, to: Addressee) -> None:
        if not to.is_elsewhere:
            if tidy := await self._delivery.deliver(job):
                self._tidying.put(job.id, tidy)
            return
        await (self._guests if to.guest else self._groups).deliver(job)
        await self._end(job, to)

    async def _end(self, job: Job, to: Addressee) -> None:
        """Note that a job of a group or guest is dealt with: a photo of somebody else's was for this one sticker."""
        await self._service.mark_delivered(job.id, keeps_photo=to.author is None)

    async def _attempt(self, job_id: str, attempt: int) -> None:
        job = await keep_trying(partial(self._service.job, job_id))
        if job is None or job.delivered_at is not None or not job.status.is_final:
            return
        try:
            await self._deliver_or_retry(job, attempt)
        except StorageError as error:
            logger.warning("delivery of job %s: %s", job.id[:8], error.code)
            self._retry(job, _STORAGE_PAUSE_S, attempt)

    async def _deliver_or_retry(self, job: Job, attempt: int) -> None:
        """Deliver the job, or see to what became of it instead. Raises `StorageError`: then it is to be tried again."""
        to = Addressee.of(job)
        if not to.is_elsewhere and (await self._service.preferences(job.owner)).is_blocked:
            self._board.forget(job.id)
            return
        if await self._service.operators.ban_of(job.owner):  # they were told once, and hear nothing more
            with contextlib.suppress(TelegramError):
                await self._board.close(job, None)
            await self._service.mark_delivered(job.id)
            return
        try:
            await self._deliver_by(job, to)
        except UserBlocked:
            self._board.forget(job.id)
            await mark_blocked(self._service, job.owner)
        except DeliverLater as later:
            self._retry(job, later.seconds, attempt)
        except StorageError:
            raise
        except ChatMigrated as moved:  # its old messages have no numbers there
            await self._service.set_note(job.id, chat=moved.new_chat_id, message=0, thread=None)
            self._retry(job, 0.0, attempt)
        except TelegramError as error:
            await self._on_refusal(job, error, attempt)
        except Exception:  # ours; the row stays, and the next start tries again
            self._board.forget(job.id)
            logger.exception("delivery of job %s failed", job.id[:8])

    async def _on_refusal(self, job: Job, error: TelegramError, attempt: int) -> None:
        """Try again where that may help, else see to it that the job is dealt with."""
        kind, to = classify(error), Addressee.of(job)
        unexpected = error if kind is TelegramErrorKind.OTHER else None
        logger.warning("delivery of job %s, try %d: %s", job.id[:8], attempt, kind, exc_info=unexpected)
        if kind in NOBODY_THERE and to.is_elsewhere:  # a group that threw the bot out says nothing of the person
            await self._end(job, to)
        elif kind in NOBODY_THERE:
            await mark_blocked(self._service, job.owner)
        elif kind in WILL_PASS:
            self._retry(job, retry_after_s(error), attempt)
        else:  # the same answer would come every time
            await self._service.mark_delivered(job.id)
            logger.error("job %s cannot be delivered", job.id[:8], exc_info=error)
            with contextlib.suppress(TelegramError):
                await self._delivery.apologise(job)

    def _retry(self, job: Job, least_s: float, attempt: int) -> None:
        pause_s = max(least_s, self._backoff.pause_s(attempt - 1))
        self._chats.put_after(pause_s, Addressee.of(job).chat, partial(self._deliver, job.id, attempt + 1))


async def mark_blocked(service: StickerService, owner: str) -> None:
    """Note that somebody blocked the bot: nothing more is drawn for them or sent to them."""
    await service.set_preference(owner, is_blocked=True)
    cancelled = await service.cancel(owner)
    logger.info("somebody blocked the bot; %d jobs of theirs are cancelled", len(cancelled))
