"""The conversation: every feature of the bot, one file each. A handler sees an update again after a crash."""

from __future__ import annotations

from functools import partial
from typing import Any

from telegram.ext import Application, BaseHandler, CallbackQueryHandler, ChatMemberHandler, CommandHandler
from telegram.ext import MessageHandler as OnMessage

from bot.handlers import (
    face,
    groups,
    guests,
    help,
    jobs,
    language,
    membership,
    no_face,
    packs,
    photo,
    privacy,
    reactions,
    seed,
    settings,
    shape,
    start,
    stats,
    sticker,
    style,
    unknown,
    words,
)
from bot.handlers.context import BotParts
from bot.handlers.feature import Callback, Feature, Handler
from bot.handlers.middleware import handle
from bot.handlers.presses import on_press

# Commands stand in the menu in this order; of the messages' filters the first one that fits takes the message.
FEATURES: tuple[Feature, ...] = (
    start.FEATURE,
    style.FEATURE,
    seed.FEATURE,
    packs.FEATURE,
    jobs.FEATURE,
    settings.FEATURE,
    language.FEATURE,
    privacy.FEATURE,
    help.FEATURE,
    stats.FEATURE,
    sticker.FEATURE,
    shape.FEATURE,
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
MENU: tuple[str, ...] = tuple(command.name for feature in FEATURES for command in feature.commands if command.in_menu)
GROUP_MENU = ("sticker",)
CALLBACKS: dict[str, Callback] = {
    operation: callback for feature in FEATURES for operation, callback in feature.callbacks.items()
}


def register_all(application: Application[Any, Any, Any, Any, Any, Any], parts: BotParts) -> None:
    """Give `application` a handler for everything that the features handle."""

    def wrap(handler: Handler) -> Any:  # a callback of python-telegram-bot's
        return partial(handle, parts, handler)

    handlers: list[BaseHandler[Any, Any, Any]] = [
        CommandHandler([command.name, *command.aliases], wrap(command.handle), command.filters)
        for feature in FEATURES
        for command in feature.commands
    ]
    for feature in FEATURES:
        handlers += [OnMessage(filters, wrap(each)) for filters, each in feature.messages]
        if feature.membership:
            handlers.append(ChatMemberHandler(wrap(feature.membership), ChatMemberHandler.MY_CHAT_MEMBER))
    handlers.append(CallbackQueryHandler(wrap(partial(on_press, CALLBACKS))))
    application.add_handlers(handlers)
