"""One update as the handlers see it: who writes, in which language, how to answer, and what the bot consists of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from telegram import CallbackQuery, InlineKeyboardMarkup, InlineQuery, Message, Update
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.addressee import source_of_album, source_of_message
from bot.delivery.broadcaster import Broadcaster
from bot.delivery.notifier import Notifier
from bot.delivery.offers import Offers
from bot.handlers.group_memory import GroupMemory
from bot.packs.sticker_sets import StickerSets
from bot.transport.rate_limits import Urgency
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.translations import say
from engine.cache import LruCache
from service.stickers import StickerService
from storage.records import Job, User

_ALBUMS_KEPT = 1000
_CHATS_KEPT = 1000
_EXPORTS = 2  # each may hold 70 MB


@dataclass(frozen=True, slots=True)
class PhotosNotTaken:
    """The bot's message that a photo was not taken, and when it last stood for one; seconds of a monotonic clock.

    Until it is sent, however long that takes, its id is None.
    """

    message_id: int | None
    at: float


@dataclass(frozen=True, slots=True)
class BotParts:
    """What the handlers work with. Short memories: refused albums, the last refusal by chat, and groups.

    `exporting` are the owners whose packs are being packed up, `export_slots` how many at the same time.
    """

    bot: ExtBot[Urgency]
    service: StickerService
    sets: StickerSets
    notifier: Notifier
    offers: Offers
    admin_ids: frozenset[int]
    broadcaster: Broadcaster
    refused_albums: LruCache[str, bool] = field(default_factory=lambda: LruCache(_ALBUMS_KEPT))
    refusals: LruCache[int, PhotosNotTaken] = field(default_factory=lambda: LruCache(_CHATS_KEPT))
    exporting: set[str] = field(default_factory=set)
    export_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_EXPORTS))
    groups: GroupMemory = field(default_factory=GroupMemory)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the message whose button was pressed, or of `message_id` in the same chat."""

    keyboard: InlineKeyboardMarkup | None
    text: str | None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateContext:
    """An update of a person in their private chat with the bot; of groups and guests only what their features take.

    `edits` are what a press changes: made once it is answered.
    """

    update: Update
    parts: BotParts
    user: User
    language: str
    args: tuple[str, ...] = ()
    edits: list[Edit] = field(default_factory=list)

    @property
    def bot(self) -> ExtBot[Urgency]:
        return self.parts.bot

    @property
    def service(self) -> StickerService:
        return self.parts.service

    @property
    def owner(self) -> str:
        """Return the owner of the person's jobs."""
        return self.user.owner

    @property
    def user_id(self) -> int:
        assert self.update.effective_user is not None  # noqa: S101 - the middleware makes no context without
        return self.update.effective_user.id

    @property
    def first_name(self) -> str:
        assert self.update.effective_user is not None  # noqa: S101 - as above
        return self.update.effective_user.first_name

    @property
    def chat_id(self) -> int:
        assert self.update.effective_chat is not None  # noqa: S101 - as above
        return self.update.effective_chat.id

    @property
    def command(self) -> str:
        """Return the command as it was written, slash and all."""
        return (self.message.text or "").split(maxsplit=1)[0]

    @property
    def message(self) -> Message:
        assert self.update.effective_message is not None  # noqa: S101 - the filters let only messages through
        return self.update.effective_message

    @property
    def thread(self) -> int | None:
        """Return the topic that the message, or the pressed button, is in; None outside of topics."""
        message = self.update.effective_message
        is_in_topic = isinstance(message, Message) and message.is_topic_message
        return message.message_thread_id if is_in_topic and isinstance(message, Message) else None

    @property
    def query(self) -> CallbackQuery:
        """Return the press of a button."""
        assert self.update.callback_query is not None  # noqa: S101 - only presses come to callbacks
        return self.update.callback_query

    @property
    def inline_query(self) -> InlineQuery:
        """Return what was typed after `@bot`."""
        assert self.update.inline_query is not None  # noqa: S101 - only inline queries come to their handler
        return self.update.inline_query

    def say(self, key: str, **variables: str | int) -> str:
        """Return the sentence `key` in the person's language."""
        return say(self.language, key, **variables)

    async def say_drawing(self) -> str:
        """Return what answers a press whose job is submitted: on it, or after the break."""
        return self.say("press-paused" if await self.service.operators.is_paused() else "press-drawing")

    def in_language(self, language: str) -> UpdateContext:
        """Return the same context in another language."""
        return replace(self, language=language)

    def with_user(self, user: User) -> UpdateContext:
        """Return the same context after the person chose something, a language too."""
        return replace(self, user=user, language=user.language or self.language)

    async def answer(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
        """Send a message to the chat."""
        return await self.bot.send_message(self.chat_id, text, message_thread_id=self.thread, reply_markup=keyboard)

    async def reply(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
        """Send a message that points at the person's own."""
        return await self.bot.send_message(
            self.chat_id,
            text,
            reply_to_message_id=self.message.message_id,
            allow_sending_without_reply=True,
            message_thread_id=self.thread,
            reply_markup=keyboard,
        )

    def edit(self, keyboard: InlineKeyboardMarkup | None, text: str | None = None) -> None:
        """Change the keyboard, and with `text` the words, of the message whose button was pressed: once it is answered.

        Its loss changes nothing that matters: the message may be gone, or look like that already.
        """
        self.edits.append(Edit(keyboard, text))

    def edit_other(self, message_id: int | None, keyboard: InlineKeyboardMarkup | None) -> None:
        """Change the keyboard of another message of ours in this chat, as `edit` does; None is no message."""
        if message_id is not None:
            self.edits.append(Edit(keyboard, None, message_id))

    async def make_edits(self) -> None:
        """Make the edits of a press that has been answered. Raises `TelegramError`."""
        message = self.query.message
        edits = list(self.edits)
        self.edits.clear()
        for edit in edits:
            try:
                if edit.message_id is not None:
                    await self.bot.edit_message_reply_markup(self.chat_id, edit.message_id, reply_markup=edit.keyboard)
                elif message is None or not message.is_accessible:
                    continue
                elif edit.text is None:
                    await self.bot.edit_message_reply_markup(
                        self.chat_id, message.message_id, reply_markup=edit.keyboard
                    )
                elif isinstance(message, Message) and message.photo:
                    await self.bot.edit_message_caption(
                        self.chat_id, message.message_id, caption=edit.text, reply_markup=edit.keyboard
                    )
                else:
                    await self.bot.edit_message_text(
                        edit.text, self.chat_id, message.message_id, reply_markup=edit.keyboard
                    )
            except TelegramError as error:
                if classify(error) not in (TelegramErrorKind.NOT_MODIFIED, TelegramErrorKind.MESSAGE_GONE):
                    raise


async def job_of_message(service: StickerService, message: Message) -> Job | None:
    """Return the job that a message with a photo became, alone or with its album."""
    job = await service.job_from(source_of_message(message.chat_id, message.message_id))
    if job is None and message.media_group_id is not None:
        job = await service.job_from(source_of_album(message.chat_id, message.media_group_id))
    return job
