"""A sticker's own menu: its place in the pack, emoji, keywords, the pack's icon, out of the pack. Opened from /pack, or
by sending a sticker of one's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError
from telegram.ext import filters as only

from bot.handlers.context import UpdateContext
from bot.handlers.feature import PRIVATE, Callback, Feature
from bot.handlers.keywords import MOST, MOST_CHARS, are_few_enough, keywords_of
from bot.handlers.questions import ask
from bot.packs.editing import Step
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.buttons import Press, button
from bot.words.captions import emoji_in
from storage.records import PackState, Sticker, StickerState

OwnStickerHandler = Callable[[UpdateContext, Sticker], Awaitable[str]]


async def on_sticker(context: UpdateContext) -> None:
    """Open the menu of a sticker of one's own pack; say of any other what it is. Raises `PackError`."""
    sent = context.message.sticker
    assert sent is not None  # noqa: S101 - the filter lets only stickers through
    pack = await context.service.packs.by_name(context.owner, sent.set_name) if sent.set_name else None
    if pack is None or pack.state is PackState.GONE or pack.mosaic_of is not None:
        if sent.is_animated or sent.is_video:
            await context.reply(context.say("is-animation"))
        else:
            await context.reply(context.say("is-foreign-sticker" if sent.set_name else "is-sticker"))
        return
    sticker = await context.service.packs.sticker_by_unique_id(context.owner, sent.file_unique_id)
    if sticker is None or sticker.state is not StickerState.IN_PACK:
        await context.parts.sets.editor.contents(context.user_id, pack)  # put there in the app
        sticker = await context.service.packs.sticker_by_unique_id(context.owner, sent.file_unique_id)
    if sticker is None or sticker.state is not StickerState.IN_PACK:
        await context.reply(context.say("sticker-not-there"))
        return
    await context.bot.send_message(
        context.chat_id,
        await _about(context, sticker),
        reply_to_message_id=context.message.message_id,
        allow_sending_without_reply=True,
        message_thread_id=context.thread,
        reply_markup=menu(context.language, sticker.file_unique_id or ""),
    )


def of_own_sticker(handle: OwnStickerHandler) -> Callback:
    """Return the callback that gives `handle` the sticker of a press: the person's own, and still in a pack."""

    async def on_button(context: UpdateContext, press: Press) -> str:
        unique_id = press.argument
        sticker = await context.service.packs.sticker_by_unique_id(context.owner, unique_id)
        if sticker is None or sticker.state is not StickerState.IN_PACK:
            return context.say("sticker-not-there")
        return await handle(context, sticker)

    return Callback(on_button, has_job=False, arguments=None)


async def open_menu(context: UpdateContext, sticker: Sticker) -> str:
    """Send a sticker with its menu."""
    try:
        await context.bot.send_sticker(
            context.chat_id,
            sticker.file_id or "",
            message_thread_id=context.thread,
            reply_markup=menu(context.language, sticker.file_unique_id or ""),
        )
    except TelegramError as error:
        if classify(error) not in (TelegramErrorKind.FILE_REFUSED, TelegramErrorKind.STICKER_GONE):
            raise
        return context.say("sticker-not-there")
    return ""


async def show_menu(context: UpdateContext, sticker: Sticker) -> str:
    """Show the menu again."""
    context.edit(menu(context.language, sticker.file_unique_id or ""))
    return ""


def move(step: Step) -> OwnStickerHandler:
    """Return what moves a sticker within its pack. Raises `PackError`."""

    async def on_button(context: UpdateContext, sticker: Sticker) -> str:
        place = await context.parts.sets.editor.move(context.user_id, sticker, step)
        return context.say("sticker-place", place=place[0], total=place[1]) if place else _not_there(context)

    return on_button


async def ask_emoji(context: UpdateContext, sticker: Sticker) -> str:
    """Ask for other emoji."""
    text = context.say("sticker-ask-emoji", emoji="".join(sticker.emoji_list))
    await ask(context, "emoji", sticker.id, text)
    return ""


async def ask_keywords(context: UpdateContext, sticker: Sticker) -> str:
    """Ask for other keywords."""
    await ask(context, "keywords", sticker.id, context.say("keywords-ask", most=MOST), ", ".join(sticker.keywords))
    return ""


async def make_icon(context: UpdateContext, sticker: Sticker) -> str:
    """Make a sticker its pack's icon. Raises `PackError`."""
    is_set = await context.parts.sets.editor.set_icon(context.user_id, sticker)
    return context.say("sticker-is-icon") if is_set else _not_there(context)


async def ask_out(context: UpdateContext, sticker: Sticker) -> str:
    """Ask before a sticker leaves its pack."""
    context.edit(out_keyboard(context.language, sticker.file_unique_id or ""))
    return ""


async def take_out(context: UpdateContext, sticker: Sticker) -> str:
    """Take a sticker out of its pack. Raises `PackError`."""
    was_there = await context.parts.sets.remove(sticker.id)
    context.edit(None)
    return context.say("press-undone" if was_there else "press-already-undone")


def _not_there(context: UpdateContext) -> str:
    context.edit(None)
    return context.say("sticker-not-there")


async def take_emoji(context: UpdateContext, sticker_id: str, words: str) -> bool:
    """Give a sticker the emoji that the person sends. Raises `PackError`."""
    found = emoji_in(words)
    if not found:
        await context.reply(context.say("sticker-no-emoji"))
        return False
    is_taken = await context.parts.sets.set_emoji(context.user_id, sticker_id, found)
    if not await _is_in_pack(context, sticker_id):
        await context.reply(context.say("sticker-not-there"))
        return True
    await context.reply(context.say("words-emoji" if is_taken else "words-emoji-refused", emoji="".join(found)))
    return is_taken


async def take_keywords(context: UpdateContext, sticker_id: str, words: str) -> bool:
    """Give a sticker the keywords that the person sends; a dash is none. Raises `PackError`."""
    found = () if words.strip() in ("-", "–") else keywords_of(words)
    if not are_few_enough(found):
        await context.reply(context.say("keywords-too-many", most=MOST, chars=MOST_CHARS))
        return False
    await context.parts.sets.set_keywords(context.user_id, sticker_id, found)
    if not await _is_in_pack(context, sticker_id):
        await context.reply(context.say("sticker-not-there"))
    elif found:
        await context.reply(context.say("keywords-set", words=", ".join(found)))
    else:
        await context.reply(context.say("keywords-removed"))
    return True


async def _is_in_pack(context: UpdateContext, sticker_id: str) -> bool:
    """Return whether a change has found the sticker in its pack."""
    sticker = await context.service.packs.sticker(sticker_id)
    return sticker is not None and sticker.state is StickerState.IN_PACK


def menu(language: str, unique_id: str) -> InlineKeyboardMarkup:
    """Return what can be done with a sticker of one's own."""
    rows = (
        (
            ("button-first", "ownfirst"),
            ("button-before", "ownback"),
            ("button-after", "ownon"),
            ("button-last", "ownlast"),
        ),
        (("button-own-emoji", "ownemoji"), ("button-own-keywords", "ownwords")),
        (("button-icon", "ownicon"), ("button-mosaic", "ownmosaic")),
        (("button-take-out", "ownout"),),
    )
    return InlineKeyboardMarkup(
        [[button(language, key, Press(operation, "", unique_id)) for key, operation in row] for row in rows]
    )


def out_keyboard(language: str, unique_id: str) -> InlineKeyboardMarkup:
    """Return the second step before a sticker leaves its pack."""
    return InlineKeyboardMarkup(
        [
            [button(language, "button-take-out-really", Press("owngone", "", unique_id))],
            [button(language, "button-back", Press("ownmenu", "", unique_id))],
        ]
    )


async def _about(context: UpdateContext, sticker: Sticker) -> str:
    """Say what a sticker is found by."""
    emoji_list = "".join(sticker.emoji_list)
    if not sticker.keywords:
        return context.say("sticker-about", emoji=emoji_list)
    return context.say("sticker-about-words", emoji=emoji_list, words=", ".join(sticker.keywords))


FEATURE = Feature(
    callbacks={
        "own": of_own_sticker(open_menu),
        "ownmenu": of_own_sticker(show_menu),
        "ownfirst": of_own_sticker(move("first")),
        "ownback": of_own_sticker(move("back")),
        "ownon": of_own_sticker(move("on")),
        "ownlast": of_own_sticker(move("last")),
        "ownemoji": of_own_sticker(ask_emoji),
        "ownwords": of_own_sticker(ask_keywords),
        "ownicon": of_own_sticker(make_icon),
        "ownout": of_own_sticker(ask_out),
        "owngone": of_own_sticker(take_out),
    },
    messages=((PRIVATE & only.Sticker.ALL, on_sticker),),
    answers={"emoji": take_emoji, "keywords": take_keywords},
)
