"""Deliver jobs that were asked for in a group: a reaction while it lasts, then the sticker as a reply, or one sentence.

The sticker is sent as a loose file: through one of a pack everybody in the group would come to its owner's other
stickers. Safe to repeat, as `deliver` is.
"""

from __future__ import annotations

import logging

from telegram import InlineKeyboardMarkup
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.addressee import CONSENT, Addressee
from bot.delivery.deliver import emoji_of
from bot.errors import PackError
from bot.packs.sticker_sets import StickerSets
from bot.transport.rate_limits import DELIVERY, Priority, Urgency
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.buttons import Press, button, link
from bot.words.sentences import explain
from bot.words.translations import say
from engine.model import ResultFile
from service.person_settings import PersonSettings
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Entrance, Job, JobStatus, Pack, StickerState

logger = logging.getLogger(__name__)

WORKING = "👀"
_SOON = Urgency(max_wait_s=5.0, patience_s=0.0, priority=Priority.PROGRESS)  # else not at all
ADD_LATER = "add_"  # what a deep link's payload begins with, before the job's id


def add_link(username: str, job_id: str) -> str:
    """Return the address by which a job's owner opens the bot and has the sticker put into the pack."""
    return f"https://t.me/{username}?start={ADD_LATER}{job_id}"


def keyboard(language: str, job: Job, username: str, *, is_in_pack: bool) -> InlineKeyboardMarkup:
    """Return the buttons under a job's sticker in a group."""
    to = Addressee.of(job)
    remove = button(language, "button-remove", Press("remove", job.id))
    if to.is_others:
        agree = [[button(language, "button-agree", Press("agree", job.id))]] if to.author else []
        return InlineKeyboardMarkup([*agree, [remove]])
    add = link(language, "button-add-to-pack", add_link(username, job.id))
    another = [button(language, "button-another", Press("groupagain", job.id))] if to.author is None else []
    return InlineKeyboardMarkup([*([] if is_in_pack else [[add]]), [*another, remove]])


async def into_pack(service: StickerService, sets: StickerSets, job: Job, webp: bytes) -> Pack | None:
    """Put the sticker into its owner's pack where they want that; return the pack it is in. Safe to repeat.

    Whoever never opened the bot, or blocked it, has none: the button under the sticker adds it later.
    """
    if Addressee.of(job).is_others or not PersonSettings.of(await service.preferences(job.owner)).adds_to_pack:
        return await pack_of(service, job)
    user_id = int(Entrance.TELEGRAM.id_of(job.owner))
    try:
        return (await sets.add(user_id, Addressee.of(job).first_name, job.id, webp, emoji_of(job))).pack
    except PackError as error:
        logger.info("job %s goes out without a pack: %s", job.id[:8], error.code)
        await service.packs.begin(job.id, job.owner, emoji_of(job))
        await service.packs.mark_loose(job.id)
        return None


async def pack_of(service: StickerService, job: Job) -> Pack | None:
    """Return the pack that a job's sticker is in."""
    row = await service.packs.sticker(job.id)
    if row is None or row.state is not StickerState.IN_PACK or row.pack_id is None:
        return None
    return await service.packs.get(row.pack_id)


async def say_what_is_public(bot: ExtBot[Urgency], service: StickerService, job: Job) -> None:
    """Tell a person whose first sticker this is, in private, what others can see; a loss changes nothing."""
    if not await service.show_hint_once(job.owner, CONSENT):
        return
    try:
        text = say(Addressee.of(job).language, CONSENT)
        await bot.send_message(int(Entrance.TELEGRAM.id_of(job.owner)), text, rate_limit_args=DELIVERY)
    except TelegramError as error:
        logger.info("job %s: not told what is public: %s", job.id[:8], classify(error))


class GroupDelivery:
    """Deliver the jobs of groups, one call per job."""

    def __init__(self, bot: ExtBot[Urgency], service: StickerService, sets: StickerSets) -> None:
        self._bot = bot
        self._service = service
        self._sets = sets

    async def acknowledge(self, job: Job) -> None:
        """React to the message that asked; where reactions are off, show for a moment that a sticker is being chosen.

        Its loss changes nothing that matters.
        """
        to = Addressee.of(job)
        try:
            if to.message:
                await self._bot.set_message_reaction(to.chat, to.message, WORKING, rate_limit_args=_SOON)
        except TelegramError as error:
            logger.debug("no reaction for job %s: %s", job.id[:8], classify(error))
            try:
                await self._bot.send_chat_action(
                    to.chat, ChatAction.CHOOSE_STICKER, message_thread_id=to.thread, rate_limit_args=_SOON
                )
            except TelegramError as again:
                logger.debug("nor a chat action: %s", classify(again))

    async def deliver(self, job: Job) -> None:
        """Send what an ended job made, or why it made nothing. Raises `TelegramError`, `StorageError`."""
        to = Addressee.of(job)
        if job.status is JobStatus.DONE and job.result is not None and job.result.is_safe:
            try:
                webp = await self._service.result_file(job, ResultFile.STICKER)
            except FileGone as gone:
                await self._say(to, explain(to.language, gone.code))
            else:
                await self._send_sticker(job, webp)
        elif job.status is JobStatus.DONE:
            await self._say(to, say(to.language, "note-flagged"))
        elif job.status is not JobStatus.CANCELLED:
            await self._say(to, explain(to.language, job.error_code or "internal", reference=job.id))
        await self._take_reaction_back(to)

    async def _send_sticker(self, job: Job, webp: bytes) -> None:
        to = Addressee.of(job)
        is_in_pack = await into_pack(self._service, self._sets, job, webp) is not None
        if to.sticker is not None:
            return
        try:
            sent = await self._bot.send_sticker(
                to.chat,
                webp,
                emoji=emoji_of(job)[0],
                reply_to_message_id=to.message or None,
                allow_sending_without_reply=True,
                message_thread_id=to.thread,
                reply_markup=keyboard(to.language, job, self._bot.username, is_in_pack=is_in_pack),
                rate_limit_args=DELIVERY,
            )
        except TelegramError as error:
            if classify(error) is not TelegramErrorKind.NO_RIGHTS:
                raise
            await self._say(to, say(to.language, "group-no-stickers"))
            return
        await self._service.set_note(job.id, sticker=sent.message_id)
        if is_in_pack:
            await say_what_is_public(self._bot, self._service, job)

    async def _say(self, to: Addressee, text: str) -> None:
        try:
            await self._bot.send_message(
                to.chat,
                text,
                reply_to_message_id=to.message or None,
                allow_sending_without_reply=True,
                message_thread_id=to.thread,
                rate_limit_args=DELIVERY,
            )
        except TelegramError as error:
            if classify(error) is not TelegramErrorKind.NO_RIGHTS:
                raise
            logger.info("a group takes no text: nothing was said")

    async def _take_reaction_back(self, to: Addressee) -> None:
        try:
            if to.message:
                await self._bot.set_message_reaction(to.chat, to.message, [], rate_limit_args=_SOON)
        except TelegramError as error:
            logger.debug("a reaction stays: %s", classify(error))
