"""Around every handler: who writes and in which language before, errors into sentences after. Knows no feature."""

from __future__ import annotations

import contextlib
import logging

from telegram import Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.delivery.delivery_queue import mark_blocked
from bot.handlers.context import BotParts, UpdateContext, job_of_message
from bot.handlers.feature import Handler
from bot.transport.telegram_errors import NOBODY_THERE, TelegramErrorKind, classify
from bot.words.buttons import PRESS_ANSWER_CHARS, parse_press
from bot.words.sentences import explain_error
from bot.words.translations import language_of, say
from service.store_retry import keep_trying
from storage.errors import DatabaseBusy, StorageError
from storage.records import Entrance

logger = logging.getLogger(__name__)


async def handle(parts: BotParts, handler: Handler, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Run `handler` on an update, again as long as the database does not answer, unless somebody pressed a button.

    Raises nothing: the person gets a sentence, the log the rest.
    """
    person, chat = update.effective_user, update.effective_chat
    if person is None or (person.is_bot and not _is_of_a_group(update)):
        return
    language = language_of(person.language_code)
    if chat is None and update.inline_query is None:  # what was sent through the bot elsewhere has no buttons of ours
        if update.callback_query is not None:
            with contextlib.suppress(TelegramError):
                await update.callback_query.answer(say(language, "press-stale"))
        return
    owner = Entrance.TELEGRAM.owner(person.id)
    is_private = chat is not None and chat.type == ChatType.PRIVATE
    is_told = False

    async def attempt() -> None:
        nonlocal language, is_told
        try:
            user = await parts.service.preferences(owner)
            language = user.language or language
            if await _is_banned(parts, update, owner, language):
                return
            if user.is_blocked and is_private and update.my_chat_member is None:
                await parts.notifier.unblock(owner)
            await handler(UpdateContext(update, parts, user, language, tuple(context.args or ())))
            if user.app_language != (app_language := language_of(person.language_code)):
                await parts.service.note_app_language(owner, app_language)
        except DatabaseBusy:
            if update.message is not None and is_private and not is_told:
                is_told = True
                with contextlib.suppress(TelegramError):
                    await parts.bot.send_message(person.id, say(language, "not-stored-yet"))
            raise

    try:
        if update.callback_query is None and update.inline_query is None:
            await keep_trying(attempt, None, DatabaseBusy)
        else:  # whoever pressed waits for an answer, and can press again
            await attempt()
    except TelegramError as error:
        await _unanswered(parts, update, owner, error)
    except Exception as error:
        text = explain_error(language, error, await _job_of(parts, update))
        try:
            if update.callback_query is not None:
                await update.callback_query.answer(text[:PRESS_ANSWER_CHARS], show_alert=True)
            elif update.message is not None and chat is not None:
                await parts.bot.send_message(chat.id, text)
        except TelegramError as unsaid:
            await _unanswered(parts, update, owner, unsaid)


def _is_of_a_group(update: Update) -> bool:
    """Return whether a message is an anonymous administrator's or a channel's: a bot of Telegram's stands for them."""
    message = update.message
    return message is not None and message.sender_chat is not None and message.chat.type != ChatType.PRIVATE


async def _is_banned(parts: BotParts, update: Update, owner: str, language: str) -> bool:
    """Return whether nothing is done for this person; they are told once. Raises `TelegramError`."""
    ban = await parts.service.operators.ban_of(owner)
    if ban is None:
        return False
    if update.callback_query is not None:
        await update.callback_query.answer()
    if ban.told_at is None and update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE:
        await parts.bot.send_message(update.effective_chat.id, say(language, "banned"))
        await parts.service.operators.mark_told(owner)
    return True


async def _job_of(parts: BotParts, update: Update) -> str:
    """Return the id of the job that an update is about; "" where there is none."""
    if update.callback_query is not None:
        press = parse_press(update.callback_query.data)
        return press.job_id if press else ""
    if update.message is None:
        return ""
    try:
        job = await job_of_message(parts.service, update.message)
    except StorageError:
        return ""
    return job.id if job else ""


async def _unanswered(parts: BotParts, update: Update, owner: str, error: TelegramError) -> None:
    kind = classify(error)
    if kind in NOBODY_THERE:
        if update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE:
            await mark_blocked(parts.service, owner)
        return
    is_ours = kind is TelegramErrorKind.OTHER
    logger.log(
        logging.ERROR if is_ours else logging.WARNING,
        "update %d was not answered: %s",
        update.update_id,
        kind,
        exc_info=error if is_ours else None,
    )
