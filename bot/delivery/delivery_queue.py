"""Deliver ended jobs in order within a chat, with retry and backoff. The rows are the outbox: nothing else is kept."""

from __future__ import annotations

import logging
from functools import partial

from telegram.error import TelegramError

from bot.delivery.addressee import Addressee
from bot.delivery.deliver import Delivery
from bot.delivery.progress import ProgressBoard
from bot.delivery.reactions import is_batch
from bot.errors import DeliverLater, UserBlocked
from bot.transport.keyed_queue import KeyedQueue
from bot.transport.telegram_errors import NOBODY_THERE, TelegramErrorKind, classify, retry_after_s
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Job

logger = logging.getLogger(__name__)

_STORAGE_PAUSE_S = 5.0
_MAX_BACKOFF_S = 300.0


class DeliveryQueue:
    """Deliver through `delivery` until each job is marked delivered.

    `chats` keeps the order within a chat. Jobs of many stickers take minutes: they wait for their turn in it, and are
    then delivered beside it, one at a time for a chat.
    """

    def __init__(self, service: StickerService, delivery: Delivery, board: ProgressBoard, chats: KeyedQueue) -> None:
        self._service = service
        self._delivery = delivery
        self._board = board
        self._chats = chats
        self._beside = KeyedQueue()

    def put(self, job: Job) -> None:
        """Deliver `job` after everything that its chat is to get before."""
        self._chats.put(Addressee.of(job).chat, partial(self._deliver, job.id, 1))

    async def finish(self, timeout_s: float) -> None:
        """Let what is delivered beside the chats' queue end within `timeout_s`; the rest stays in the rows."""
        await self._beside.finish(timeout_s)

    async def _deliver(self, job_id: str, attempt: int) -> None:
        job = await self._service.job(job_id)
        if job is not None and is_batch(job):
            self._beside.put(Addressee.of(job).chat, partial(self._attempt, job_id, attempt))
        else:
            await self._attempt(job_id, attempt)

    async def _attempt(self, job_id: str, attempt: int) -> None:
        job = await self._service.job(job_id)
        if job is None or job.delivered_at is not None or not job.status.is_final:
            return
        if (await self._service.preferences(job.owner)).is_blocked:
            self._board.forget(job.id)
            return
        try:
            await self._delivery.deliver(job)
        except UserBlocked:
            self._board.forget(job.id)
            await mark_blocked(self._service, job.owner)
        except DeliverLater as later:
            self._retry(job, later.seconds, attempt)
        except StorageError as error:
            logger.warning("delivery of job %s: %s", job.id[:8], error.code)
            self._retry(job, _STORAGE_PAUSE_S, attempt)
        except TelegramError as error:
            kind = classify(error)
            unexpected = error if kind is TelegramErrorKind.OTHER else None
            logger.warning("delivery of job %s, try %d: %s", job.id[:8], attempt, kind, exc_info=unexpected)
            if kind in NOBODY_THERE:
                await mark_blocked(self._service, job.owner)
            elif kind in (TelegramErrorKind.WAIT, TelegramErrorKind.AMBIGUOUS):
                backoff_s = min(_MAX_BACKOFF_S, 2.0 ** min(attempt, 9))
                self._retry(job, max(backoff_s, retry_after_s(error)), attempt)
            else:
                self._board.forget(job.id)
                await self._service.mark_delivered(job.id)  # the same answer would come every time

        except Exception:  # ours; the row stays, and the next start tries again
            self._board.forget(job.id)
            logger.exception("delivery of job %s failed", job.id[:8])

    def _retry(self, job: Job, pause_s: float, attempt: int) -> None:
        self._chats.put_after(pause_s, Addressee.of(job).chat, partial(self._deliver, job.id, attempt + 1))


async def mark_blocked(service: StickerService, owner: str) -> None:
    """Note that somebody blocked the bot: nothing more is drawn for them or sent to them."""
    await service.set_preference(owner, is_blocked=True)
    cancelled = await service.cancel(owner)
    logger.info("somebody blocked the bot; %d jobs of theirs are cancelled", len(cancelled))
