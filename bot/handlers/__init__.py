"""The conversation: every handler of the bot, in one list. The first one whose filter fits takes the update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram.ext import Application, CallbackQueryHandler, ChatMemberHandler, CommandHandler
from telegram.ext import MessageHandler as OnMessage
from telegram.ext import filters as only

from bot.delivery.notifier import Notifier
from bot.handlers import admin, jobs, language, membership, packs, privacy, seed, start, strays, style
from bot.handlers.buttons import on_press
from bot.handlers.context import Turns
from bot.handlers.photo import Photos

if TYPE_CHECKING:
    from bot.app import BotParts  # it imports this package

_NEW = only.UpdateType.MESSAGE  # edits of old messages are not new wishes
_EDITED_PRIVATE = only.ChatType.PRIVATE & only.UpdateType.EDITED_MESSAGE
_PRIVATE = only.ChatType.PRIVATE & _NEW
_GROUPS = only.ChatType.GROUPS & _NEW

# Worth a look at the content, which alone decides: senders' apps know HEIC and its kin by many names, or by none.
_PICTURE_FILES = (
    only.Document.IMAGE
    | only.Document.MimeType("application/octet-stream")
    | only.Document.FileExtension("jpg")
    | only.Document.FileExtension("jpeg")
    | only.Document.FileExtension("png")
    | only.Document.FileExtension("webp")
    | only.Document.FileExtension("heic")
    | only.Document.FileExtension("heif")
    | only.Document.FileExtension("avif")
)


def register_all(application: Application[Any, Any, Any, Any, Any, Any], parts: BotParts, notifier: Notifier) -> None:
    """Give `application` every handler. A handler sees an update again after a crash, and must not mind."""
    turns = Turns(application.bot, parts, notifier)
    photos = Photos()
    application.add_handlers(
        [
            CommandHandler("start", turns(start.on_start), _PRIVATE),
            CommandHandler("help", turns(start.on_help), _PRIVATE),
            CommandHandler(["style", "styles"], turns(style.on_style), _PRIVATE),
            CommandHandler("seed", turns(seed.on_seed), _PRIVATE),
            CommandHandler(["pack", "packs"], turns(packs.on_pack), _PRIVATE),
            CommandHandler("queue", turns(jobs.on_queue), _PRIVATE),
            CommandHandler("cancel", turns(jobs.on_cancel), _PRIVATE),
            CommandHandler(["language", "lang"], turns(language.on_language), _PRIVATE),
            CommandHandler("privacy", turns(privacy.on_privacy), _PRIVATE),
            CommandHandler("forget", turns(privacy.on_forget), _PRIVATE),
            CommandHandler("stats", turns(admin.on_stats), _PRIVATE),
            CommandHandler("start", turns(start.on_group_start), _GROUPS),
            OnMessage(_PRIVATE & only.PHOTO, turns(photos.on_photo)),
            OnMessage(_EDITED_PRIVATE & (only.PHOTO | _PICTURE_FILES), turns(photos.on_new_caption)),
            OnMessage(_PRIVATE & (only.ANIMATION | only.VIDEO), turns(strays.on_animation)),
            OnMessage(_PRIVATE & _PICTURE_FILES, turns(photos.on_photo)),
            OnMessage(_PRIVATE & only.Document.ALL, turns(strays.on_document)),
            OnMessage(_PRIVATE & only.Sticker.ALL, turns(strays.on_sticker)),
            OnMessage(_PRIVATE & only.COMMAND, turns(strays.on_unknown_command)),
            OnMessage(_PRIVATE & only.TEXT, turns(strays.on_text)),
            OnMessage(_PRIVATE & ~only.StatusUpdate.ALL, turns(strays.on_anything_else)),
            CallbackQueryHandler(turns(on_press)),
            ChatMemberHandler(turns(membership.on_membership), ChatMemberHandler.MY_CHAT_MEMBER),
        ]
    )
