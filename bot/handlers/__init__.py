"""The conversation: every feature of the bot, one file each. A handler sees an update again after a crash."""

from __future__ import annotations

from functools import partial
from typing import Any

from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
)
from telegram.ext import MessageHandler as OnMessage

from bot.handlers import (
    broadcast,
    edit,
    emojis,
    export,
    face,
    groups,
    guests,
    help,
    inline,
    jobs,
    keywords,
    language,
    membership,
    mosaic,
    no_face,
    operators,
    outline,
    own_sticker,
    packs,
    photo,
    privacy,
    reactions,
    seed,
    settings,
    shape,
    start,
    sticker,
    style,
    style_sheet,
    text,
    unknown,
    words,
)
from bot.handlers.context import BotParts, UpdateContext
from bot.handlers.feature import AnswerHandler, Callback, Feature, Handler
from bot.handlers.middleware import handle
from bot.handlers.presses import on_press
from bot.handlers.questions import take_answer

# Commands stand in the menu in this order; of the messages' filters the first one that fits takes the message.
FEATURES: tuple[Feature, ...] = (
    start.FEATURE,
    style.FEATURE,
    seed.FEATURE,
    packs.FEATURE,
    own_sticker.FEATURE,
    mosaic.FEATURE,
    inline.FEATURE,
    export.FEATURE,
    jobs.FEATURE,
    settings.FEATURE,
    language.FEATURE,
    privacy.FEATURE,
    help.FEATURE,
    operators.FEATURE,
    broadcast.FEATURE,
    sticker.FEATURE,
    edit.FEATURE,
    text.FEATURE,
    outline.FEATURE,
    shape.FEATURE,
    emojis.FEATURE,
    keywords.FEATURE,
    style_sheet.FEATURE,
    reactions.FEATURE,
    face.FEATURE,
    no_face.FEATURE,
    groups.FEATURE,
    guests.FEATURE,
    photo.FEATURE,
    words.FEATURE,
    membership.FEATURE,
    unknown.FEATURE,
)
_MENU = [command for feature in FEATURES for command in feature.commands if command.in_menu]
MENU: tuple[str, ...] = tuple(command.name for command in _MENU if not command.is_for_operators)
GROUP_MENU = ("sticker",)
OPERATORS_MENU: tuple[str, ...] = tuple(command.name for command in _MENU if command.is_for_operators)
CALLBACKS: dict[str, Callback] = {
    operation: callback for feature in FEATURES for operation, callback in feature.callbacks.items()
}
ANSWERS: dict[str, AnswerHandler] = {
    subject: answer for feature in FEATURES for subject, answer in feature.answers.items()
}


def register_all(application: Application[Any, Any, Any, Any, Any, Any], parts: BotParts) -> None:
    """Give `application` a handler for everything that the features handle."""

    def wrap(handler: Handler) -> Any:  # a callback of python-telegram-bot's
        return partial(handle, parts, handler)

    handlers: list[BaseHandler[Any, Any, Any]] = [
        CommandHandler(
            [command.name, *command.aliases],
            wrap(partial(_for_operators, command.handle) if command.is_for_operators else command.handle),
            command.filters,
        )
        for feature in FEATURES
        for command in feature.commands
    ]
    for feature in FEATURES:
        handlers += [
            OnMessage(filters, wrap(partial(take_answer, ANSWERS, each))) for filters, each in feature.messages
        ]
        if feature.inline:
            handlers.append(InlineQueryHandler(wrap(feature.inline)))
        if feature.membership:
            handlers.append(ChatMemberHandler(wrap(feature.membership), ChatMemberHandler.MY_CHAT_MEMBER))
    handlers.append(CallbackQueryHandler(wrap(partial(on_press, CALLBACKS))))
    application.add_handlers(handlers)


async def _for_operators(handler: Handler, context: UpdateContext) -> None:
    """Run a command of the operators; to anybody else it does not exist."""
    await (handler if context.user_id in context.parts.admin_ids else unknown.on_unknown_command)(context)
