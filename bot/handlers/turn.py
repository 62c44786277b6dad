"""One update as the handlers see it: who writes, in which language, and how to answer.

The outermost handler is here too: refusals of the service become sentences, anything else a short reference.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from telegram import Bot, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.addressee import owner_of
from bot.errors import explain
from bot.notifier import Notifier
from bot.pack_trouble import PackTrouble, PackWait
from bot.replies import language_of, say
from bot.telegram_errors import Refusal, classify
from service.errors import DailyLimitReached, ServiceError, TooManyJobs
from storage.errors import StorageError
from storage.records import User

if TYPE_CHECKING:
    from bot.app import BotParts  # it imports the handlers

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """An update of a person in their private chat with the bot (in groups, only `on_group_start` gets one)."""

    update: Update
    parts: BotParts
    notifier: Notifier
    bot: Bot
    user: User
    language: str
    args: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        return self.user.owner

    @property
    def user_id(self) -> int:
        assert self.update.effective_user is not None  # noqa: S101 - `turn_of` makes none without
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
    def message(self) -> Message:
        assert self.update.effective_message is not None  # noqa: S101 - the filters let only messages through
        return self.update.effective_message

    def say(self, key: str, **variables: str | int) -> str:
        return say(self.language, key, **variables)

    def speaking(self, language: str) -> Turn:
        return replace(self, language=language)

    async def answer(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
        """Send a message to the chat."""
        return await self.bot.send_message(self.chat_id, text, reply_markup=keyboard)

    async def reply(self, text: str) -> Message:
        """Send a message that points at the person's own."""
        return await self.bot.send_message(
            self.chat_id,
            text,
            reply_to_message_id=self.message.message_id,
            allow_sending_without_reply=True,
        )


OnTurn = Callable[[Turn], Awaitable[None]]
Callback = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]


class Turns:
    """Makes python-telegram-bot's callbacks out of functions that take a `Turn`."""

    def __init__(self, bot: Bot, parts: BotParts, notifier: Notifier) -> None:
        self._bot = bot
        self._parts = parts
        self._notifier = notifier

    def __call__(self, on_turn: OnTurn) -> Callback:
        async def callback(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            await self._take(on_turn, update, tuple(context.args or ()))

        return callback

    async def _take(self, on_turn: OnTurn, update: Update, args: tuple[str, ...]) -> None:
        person, chat = update.effective_user, update.effective_chat
        if person is None or chat is None or person.is_bot:
            return
        language = language_of(person.language_code)
        try:
            user = await self._parts.service.preferences(owner_of(person.id))
            language = user.language or language
            turn = Turn(update, self._parts, self._notifier, self._bot, user, language, args)
            if user.is_blocked and chat.type == ChatType.PRIVATE and update.my_chat_member is None:
                await self._notifier.welcome_back(user.owner)
            await on_turn(turn)
        except TelegramError as error:
            await self._unsaid(update, error)
        except Exception as error:  # the outermost handler: the person gets a sentence, the log the rest
            await self._apologise(update, language, explain_refusal(language, error))

    async def _unsaid(self, update: Update, error: TelegramError) -> None:
        refusal = classify(error)
        if refusal in (Refusal.USER_BLOCKED, Refusal.USER_DEACTIVATED) and update.effective_user:
            await self._notifier.shut_out(owner_of(update.effective_user.id))
            return
        logger.log(
            logging.ERROR if refusal is Refusal.OTHER else logging.WARNING,
            "update %d was not answered: %s",
            update.update_id,
            refusal,
            exc_info=error if refusal is Refusal.OTHER else None,
        )

    async def _apologise(self, update: Update, language: str, text: str) -> None:
        assert update.effective_chat is not None  # noqa: S101 - checked by the caller
        try:
            if update.callback_query is not None:
                await update.callback_query.answer(text[:200], show_alert=True)
            elif update.message is not None:
                await self._bot.send_message(update.effective_chat.id, text)
        except TelegramError as error:
            await self._unsaid(update, error)


def explain_refusal(language: str, error: Exception) -> str:
    """The sentence for anything a handler may raise; what nobody expected is logged under its reference."""
    match error:
        case TooManyJobs() | DailyLimitReached():
            return explain(language, error.code, limit=error.limit)
        case PackWait():
            return explain(language, error.code, seconds=max(1, round(error.retry_after_s)))
        case PackTrouble() | ServiceError():
            return explain(language, error.code)
        case StorageError():
            logger.warning("storage: %s (%s)", error.code, error)
            return explain(language, error.code)
    reference = secrets.token_hex(3)
    logger.error("%s: a handler failed", reference, exc_info=error)
    return explain(language, "internal", reference=reference)
