"""A sticker as a mosaic of custom emoji: made by a button of its menu, sent as a message, deleted again."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity
from telegram.error import BadRequest, TelegramError

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.own_sticker import of_own_sticker
from bot.handlers.packs import own_pack
from bot.packs.mosaic import SIDE, Mosaic
from bot.packs.names import set_title
from bot.packs.placement import DEFAULT_EMOJI
from bot.transport.telegram_errors import NOBODY_THERE, TelegramErrorKind, classify
from bot.words.buttons import Press, button
from bot.words.translations import say
from storage.records import Sticker


async def make_mosaic(context: UpdateContext, sticker: Sticker) -> str:
    """Send a sticker as emoji. Raises `PackError`."""
    title = set_title(context.first_name, 1)
    mosaic = await context.parts.sets.mosaics.make(context.user_id, sticker, title)
    if mosaic is None:
        return context.say("sticker-not-there")
    await _send(context, mosaic, sticker.emoji or DEFAULT_EMOJI)
    return ""


async def delete_mosaic(context: UpdateContext, press: Press) -> str:
    """Delete an emoji set. Raises `PackError`."""
    pack = await own_pack(context, press.argument, is_mosaic=True)
    if pack is None:
        return context.say("mosaic-deleted")
    await context.parts.sets.editor.delete(context.user_id, pack)
    context.edit(None, context.say("mosaic-deleted"))
    return context.say("mosaic-deleted")


def keyboard(language: str, url: str, pack_id: int) -> InlineKeyboardMarkup:
    """Return the buttons under a mosaic."""
    opened = InlineKeyboardButton(say(language, "button-open-emoji"), url=url)
    return InlineKeyboardMarkup(
        [[opened, button(language, "button-delete-emoji", Press("mosaicgone", "", str(pack_id)))]]
    )


def rows_of(emoji_ids: Sequence[str], emoji: str) -> tuple[str, list[MessageEntity]]:
    """Return a mosaic as text, `emoji` in place of each piece, and the entities that put the pieces there."""
    units = len(emoji.encode("utf-16-le")) // 2
    text, entities, offset = "", [], 0
    for number, emoji_id in enumerate(emoji_ids):
        if number and number % SIDE == 0:
            text += "\n"
            offset += 1
        entities.append(MessageEntity(MessageEntity.CUSTOM_EMOJI, offset, units, custom_emoji_id=emoji_id))
        text += emoji
        offset += units
    return text, entities


async def _send(context: UpdateContext, mosaic: Mosaic, emoji: str) -> None:
    """Send the emoji themselves; where the bot may not write custom emoji, the way to them.

    Telegram lets only some bots: those whose owner has Premium, or that bought a name. From the others it takes the
    message and leaves the entities out.
    """
    markup = keyboard(context.language, mosaic.url, mosaic.pack.id)
    text, entities = rows_of(mosaic.emoji_ids, emoji)
    done = context.say("mosaic-done", count=len(mosaic.emoji_ids))
    try:
        sent: Message = await context.bot.send_message(
            context.chat_id, text, entities=entities, message_thread_id=context.thread, reply_markup=markup
        )
    except BadRequest as error:
        if classify(error) is not TelegramErrorKind.OTHER:
            raise
        await context.answer(done, markup)
        return
    if sum(each.type == MessageEntity.CUSTOM_EMOJI for each in sent.entities) < len(entities):
        try:
            await context.bot.edit_message_text(done, context.chat_id, sent.message_id, reply_markup=markup)
        except TelegramError as error:
            if classify(error) in NOBODY_THERE:
                raise


FEATURE = Feature(
    callbacks={
        "ownmosaic": of_own_sticker(make_mosaic),
        "mosaicgone": Callback(delete_mosaic, has_job=False, arguments=None),
    }
)
