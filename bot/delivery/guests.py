"""Deliver jobs of people who called the bot into a chat that it is not in: one answer to their query, a sticker.

Telegram takes such an answer by file id only, so the sticker is sent to the person's own chat with the bot first. Who
never opened that gets a button by which to fetch the sticker. Safe to repeat: a query is answered once.
"""

from __future__ import annotations

import logging

from telegram import (
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedSticker,
    InputTextMessageContent,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery import keyboards
from bot.delivery.addressee import Addressee
from bot.delivery.deliver import emoji_of, in_pack_keyboard
from bot.delivery.groups import add_link, into_pack, say_what_is_public
from bot.delivery.offers import Offers
from bot.packs.names import set_link
from bot.packs.sticker_sets import StickerSets
from bot.transport.rate_limits import DELIVERY, Urgency
from bot.transport.telegram_errors import NOBODY_THERE, TelegramErrorKind, classify
from bot.words.buttons import link
from bot.words.sentences import explain
from bot.words.translations import say
from engine.model import ResultFile
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Entrance, Job, JobStatus

logger = logging.getLogger(__name__)

_AGAIN = (TelegramErrorKind.WAIT, TelegramErrorKind.AMBIGUOUS)
_NO_FILE_ID = (
    *NOBODY_THERE,
    TelegramErrorKind.USER_UNREACHABLE,
    TelegramErrorKind.FILE_REFUSED,
)


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

    def __init__(self, bot: ExtBot[Urgency], service: StickerService, sets: StickerSets, offers: Offers) -> None:
        self._bot = bot
        self._service = service
        self._sets = sets
        self._offers = offers

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
        to = Addressee.of(job)
        try:
            file_id = to.file or await self._send_to_person(job, webp)
            await answer(self._bot, to.guest or "", InlineQueryResultCachedSticker("1", file_id))
        except TelegramError as error:
            if classify(error) not in _NO_FILE_ID:
                raise
            fetch = link(to.language, "button-fetch", add_link(self._bot.username, job.id))
            await self._say(to, say(to.language, "guest-fetch"), InlineKeyboardMarkup([[fetch]]))
            return
        if to.is_others:  # it was only sent for its file id
            await self._take_back(job)

    async def _send_to_person(self, job: Job, webp: bytes) -> str:
        """Send the sticker to the person, without a sound; return its file id. Raises `TelegramError`."""
        to, user_id = Addressee.of(job), int(Entrance.TELEGRAM.id_of(job.owner))
        pack = await into_pack(self._service, self._sets, job, webp)
        keyboard = None
        if not to.is_others:
            keyboard = (
                in_pack_keyboard(to.language, job, set_link(pack.name), self._offers)
                if pack
                else keyboards.loose(to.language, job.id)
            )
        sent = await self._bot.send_sticker(
            user_id,
            webp,
            emoji=emoji_of(job)[0],
            disable_notification=True,
            reply_markup=keyboard,
            rate_limit_args=DELIVERY,
        )
        file_id = sent.sticker.file_id if sent.sticker else ""
        # From here on it is one of that chat's, as are the buttons under it.
        await self._service.set_note(job.id, chat=user_id, message=sent.message_id, thread=None, file=file_id)
        if pack:
            await self._service.packs.change(job.id, message_id=sent.message_id)
            await say_what_is_public(self._bot, self._service, job)
        return file_id

    async def _take_back(self, job: Job) -> None:
        now = await self._service.job(job.id)
        if now is None or (to := Addressee.of(now)).file is None:
            return
        try:
            await self._bot.delete_message(to.chat, to.message, rate_limit_args=DELIVERY)
        except TelegramError as error:
            logger.info("job %s: a copy stays with who asked: %s", job.id[:8], classify(error))

    async def _say(self, to: Addressee, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await answer_in_words(self._bot, to.guest or "", text, keyboard)
