"""Deliver jobs of people who called the bot into a chat that it is not in: one answer to their query, a sticker.

Telegram takes such an answer by file id only, so the sticker is uploaded first; that works for people who have opened
the bot. The others get a button that gives them the sticker. Safe to repeat: a query is answered once.
"""

from __future__ import annotations

import logging

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedSticker,
    InputTextMessageContent,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.addressee import Addressee
from bot.delivery.deliver import emoji_of
from bot.delivery.groups import add_link, into_pack
from bot.errors import PackError
from bot.packs.sticker_sets import StickerSets
from bot.transport.rate_limits import DELIVERY, Urgency
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.sentences import explain
from bot.words.translations import say
from engine.model import ResultFile
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Entrance, Job, JobStatus

logger = logging.getLogger(__name__)

_AGAIN = (TelegramErrorKind.WAIT, TelegramErrorKind.AMBIGUOUS)


async def answer_in_words(
    bot: ExtBot[Urgency], query_id: str, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Answer a guest query with a sentence. Raises `TelegramError`."""
    result = InlineQueryResultArticle("1", text[:60], InputTextMessageContent(text), reply_markup=keyboard)
    await answer(bot, query_id, result)


async def answer(bot: ExtBot[Urgency], query_id: str, result: InlineQueryResult) -> None:
    """Answer a guest query, unless it was answered or has expired. Raises `TelegramError`."""
    try:
        await bot.answer_guest_query(query_id, result, rate_limit_args=DELIVERY)
    except TelegramError as error:
        if classify(error) is not TelegramErrorKind.QUERY_EXPIRED:
            raise
        logger.info("a guest query was answered before, or has expired")


class GuestDelivery:
    """Deliver the jobs of guest queries, one call per job."""

    def __init__(self, bot: ExtBot[Urgency], service: StickerService, sets: StickerSets) -> None:
        self._bot = bot
        self._service = service
        self._sets = sets

    async def deliver(self, job: Job) -> None:
        """Answer with what an ended job made, or why it made nothing. Raises `TelegramError`, `StorageError`."""
        to = Addressee.of(job)
        try:
            if job.status is JobStatus.DONE and job.result is not None and job.result.is_safe:
                await self._send_sticker(job, await self._service.result_file(job, ResultFile.STICKER))
            elif job.status is JobStatus.DONE:
                await self._say(to, say(to.language, "note-flagged"))
            elif job.status is JobStatus.CANCELLED:
                await self._say(to, say(to.language, "cancelled"))
            else:
                await self._say(to, explain(to.language, job.error_code or "internal", reference=job.id))
        except FileGone as gone:
            await self._say(to, explain(to.language, gone.code))
        except TelegramError as error:
            if classify(error) in _AGAIN:
                raise
            logger.warning("job %s: its guest query takes no answer: %s", job.id[:8], classify(error))

    async def _send_sticker(self, job: Job, webp: bytes) -> None:
        to, user_id = Addressee.of(job), int(Entrance.TELEGRAM.id_of(job.owner))
        add = InlineKeyboardButton(say(to.language, "button-add-to-pack"), url=add_link(self._bot.username, job.id))
        keyboard = None if to.is_others else InlineKeyboardMarkup([[add]])
        try:
            upload_id = await self._sets.upload(user_id, to.first_name, job.id, webp, (emoji_of(job),))
            if await into_pack(self._service, self._sets, job, webp):
                keyboard = None
            await answer(
                self._bot, to.guest or "", InlineQueryResultCachedSticker("1", upload_id, reply_markup=keyboard)
            )
            return
        except PackError as error:  # they never opened the bot: nothing can be uploaded in their name
            logger.info("job %s: no sticker for its guest query: %s", job.id[:8], error.code)
        except TelegramError as error:
            if classify(error) is not TelegramErrorKind.FILE_REFUSED:
                raise
        fetch = InlineKeyboardButton(say(to.language, "button-fetch"), url=add_link(self._bot.username, job.id))
        await self._say(to, say(to.language, "guest-fetch"), InlineKeyboardMarkup([[fetch]]))

    async def _say(self, to: Addressee, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await answer_in_words(self._bot, to.guest or "", text, keyboard)
