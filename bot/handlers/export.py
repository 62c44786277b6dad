"""/export: a pack as a file for WhatsApp or Signal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.errors import DownloadFailed, DownloadInterrupted
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.handlers.packs import own_pack
from bot.packs.editing import PackContents
from bot.packs.exports import (
    SIGNAL_BYTES,
    WHATSAPP_BYTES,
    WHATSAPP_LEAST,
    ExportedSticker,
    signal_zip,
    square_webp,
    whatsapp_zip,
)
from bot.packs.placement import DEFAULT_EMOJI
from bot.transport.downloads import download
from bot.transport.rate_limits import DELIVERY, DROPPABLE, tell_of_waiting
from bot.transport.telegram_errors import NOBODY_THERE, WILL_PASS, classify
from bot.words.buttons import Press, button
from service.errors import PhotoTooBig
from storage.records import Pack, Sticker


@dataclass(frozen=True, slots=True)
class Service:
    """Another service: its button, the sentence under its file, and its limits."""

    label: str
    caption: str
    most_bytes: int  # of a sticker
    least: int  # stickers
    make_zip: Callable[[str, str, Sequence[ExportedSticker]], bytes]


SERVICES = {
    "whatsapp": Service("button-whatsapp", "export-done-whatsapp", WHATSAPP_BYTES, WHATSAPP_LEAST, whatsapp_zip),
    "signal": Service("button-signal", "export-done-signal", SIGNAL_BYTES, 1, signal_zip),
}
_MOST_PACKS = 50  # to choose from; the newest
_TRIES = 3  # of a download
_PAUSE_S = 0.5  # before another try; it doubles
_NOT_IN_FILE_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


async def on_export(context: UpdateContext) -> None:
    """Ask which pack, where there are several, and for which service. Raises `PackError`."""
    packs = [each for each in await context.parts.sets.editor.overview(context.user_id) if each.stickers]
    if not packs:
        await context.answer(context.say("pack-none"))
    elif len(packs) == 1:
        (one,) = packs
        await context.answer(context.say("export-where", title=one.title), keyboard(context.language, one.pack.id))
    else:
        await context.answer(context.say("export-which"), which_keyboard(packs))


async def choose_service(context: UpdateContext, press: Press) -> str:
    """Ask for which service."""
    pack = await own_pack(context, press.argument)
    if pack is None:
        return context.say("pack-already-deleted")
    context.edit(keyboard(context.language, pack.id), context.say("export-where", title=pack.title))
    return ""


async def export(context: UpdateContext, press: Press) -> str:
    """Pack up a pack and send the file. Raises `PackError`.

    A restart packs it up once more: its press is handled only when the file is sent.
    """
    service, _, number = press.argument.partition("-")
    pack = await own_pack(context, number)
    if pack is None or service not in SERVICES:
        return context.say("pack-already-deleted" if pack is None else "press-stale")
    if context.owner in context.parts.exporting:
        return context.say("export-already")
    context.parts.exporting.add(context.owner)
    try:
        tell_of_waiting()
        async with context.parts.export_slots:
            text = await _export(context, service, pack)
    except TelegramError as error:
        if classify(error) not in WILL_PASS:
            raise
        text = context.say("export-failed")
    finally:
        context.parts.exporting.discard(context.owner)
    context.edit(keyboard(context.language, pack.id), context.say("export-where", title=pack.title))
    return text


def keyboard(language: str, pack_id: int) -> InlineKeyboardMarkup:
    """Return the services a pack can go to."""
    return InlineKeyboardMarkup(
        [
            [
                button(language, service.label, Press("exportto", "", f"{name}-{pack_id}"))
                for name, service in SERVICES.items()
            ]
        ]
    )


def which_keyboard(packs: Sequence[PackContents]) -> InlineKeyboardMarkup:
    """Return a button for each pack."""
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(f"📦 {each.title}", callback_data=Press("export", "", str(each.pack.id)).data())]
            for each in packs[-_MOST_PACKS:]
        ]
    )


async def _export(context: UpdateContext, name: str, pack: Pack) -> str:
    """Send the file; return what hinders it, "" where nothing does."""
    service = SERVICES[name]
    seen = await context.parts.sets.editor.contents(context.user_id, pack)
    total = len(seen.stickers) if seen else 0
    if seen is None or not total:
        return context.say("export-empty" if seen else "pack-already-deleted")
    if total < service.least:
        return context.say("export-few", count=total)
    stickers: list[ExportedSticker] = []
    try:
        async for sticker, picture in _pictures(context, seen.stickers):
            try:
                webp = await asyncio.to_thread(square_webp, picture, service.most_bytes)
            except (OSError, ValueError):  # it moves, or is no picture: put there in the app
                continue
            stickers.append(ExportedSticker(webp, sticker.emoji_list or (DEFAULT_EMOJI,)))
    except DownloadInterrupted:
        return context.say("export-failed")
    if len(stickers) < service.least:
        return context.say("export-few", count=len(stickers)) if stickers else context.say("export-empty")
    publisher = context.bot.first_name
    data = await asyncio.to_thread(service.make_zip, seen.title, publisher, stickers)
    await context.bot.send_document(
        context.chat_id,
        data,
        caption=context.say(service.caption, count=len(stickers), total=total),
        filename=f"{seen.title.translate(_NOT_IN_FILE_NAMES)} {name}.zip",
        message_thread_id=context.thread,
        rate_limit_args=DELIVERY,
    )
    return ""


async def _pictures(context: UpdateContext, stickers: Sequence[Sticker]) -> AsyncIterator[tuple[Sticker, bytes]]:
    """Yield each sticker with its bytes, one at a time, and tell how far it is. Raises `DownloadInterrupted`."""
    for number, sticker in enumerate(stickers):
        if number % 10 == 0:
            await _tell(context, context.say("export-packing", done=number, total=len(stickers)))
        for attempt in range(1, _TRIES + 1):
            try:
                yield sticker, await download(context.bot, sticker.file_id or "")
            except (DownloadFailed, PhotoTooBig):  # taken out a moment ago
                pass
            except DownloadInterrupted:
                if attempt == _TRIES:
                    raise
                await asyncio.sleep(_PAUSE_S * 2**attempt)
                continue
            break


async def _tell(context: UpdateContext, text: str) -> None:
    """Show progress in the message whose button was pressed; its loss does not matter."""
    message = context.query.message
    if message is None or not message.is_accessible:
        return
    try:
        await context.bot.edit_message_text(text, context.chat_id, message.message_id, rate_limit_args=DROPPABLE)
    except TelegramError as error:
        if classify(error) in NOBODY_THERE:
            raise


FEATURE = Feature(
    commands=(Command("export", on_export),),
    callbacks={
        "export": Callback(choose_service, has_job=False, arguments=None),
        "exportto": Callback(export, has_job=False, arguments=None),
    },
)
