"""/pack: a person's packs and their stickers; a new pack, another title, which one takes the next sticker, deleting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.handlers.questions import ask
from bot.packs.editing import PackContents
from bot.packs.names import TITLE_CHARS
from bot.transport.rate_limits import DELIVERY
from bot.words.buttons import Press, button
from bot.words.translations import say
from service.readable import readable
from storage.records import Pack, PackState

_PACKS = 8  # on a page
_STICKERS = 20  # on a page
_IN_A_ROW = 5
_ID_DIGITS = 18  # more fit into no row


async def on_pack(context: UpdateContext) -> None:
    """Send the person's packs; of a single one its stickers. Raises `PackError`."""
    packs = await context.parts.sets.editor.overview(context.user_id)
    if len(packs) == 1:
        text, keyboard = await _page(context, packs[0], 0, count=1)
        await context.answer(text, keyboard)
    elif packs:
        await context.answer(_list_text(context, packs), list_keyboard(context.language, packs, 0))
    else:
        await context.answer(context.say("pack-none"))


async def show_list(context: UpdateContext, press: Press) -> str:
    """Show all packs in the message of one. Raises `PackError`."""
    packs = await context.parts.sets.editor.overview(context.user_id)
    if not packs:
        context.edit(None, context.say("pack-none"))
        return ""
    page = int(press.argument) if press.argument.isdecimal() else 0
    context.edit(list_keyboard(context.language, packs, page), _list_text(context, packs))
    return ""


async def show_pack(context: UpdateContext, press: Press) -> str:
    """Show a page of a pack's stickers. Raises `PackError`."""
    number, _, page = press.argument.partition("-")
    pack = await own_pack(context, number)
    return await _show(context, pack, int(page) if page.isdecimal() else 0) if pack else _gone(context)


async def show_picture(context: UpdateContext, press: Press) -> str:
    """Send a picture of the stickers on a page, with their numbers. Raises `PackError`."""
    number, _, page = press.argument.partition("-")
    pack = await own_pack(context, number)
    seen = await context.parts.sets.editor.contents(context.user_id, pack) if pack else None
    if seen is None:
        return _gone(context)
    first = (int(page) if page.isdecimal() else 0) * _STICKERS
    shown = seen.stickers[first : first + _STICKERS]
    picture = await context.parts.sets.editor.picture(shown, first + 1, _IN_A_ROW) if shown else None
    if picture is None:
        return context.say("export-empty")
    await context.bot.send_photo(
        context.chat_id,
        picture,
        caption=seen.title,
        message_thread_id=context.thread,
        rate_limit_args=DELIVERY,
        filename="stickers.jpg",
    )
    return ""


async def ask_new(context: UpdateContext, _: Press) -> str:
    """Ask for the title of a new pack."""
    await ask(context, "packtitle", "new", context.say("pack-ask-new"))
    return ""


async def ask_title(context: UpdateContext, press: Press) -> str:
    """Ask for another title."""
    pack = await own_pack(context, press.argument)
    if pack is None:
        return _gone(context)
    await ask(context, "packtitle", str(pack.id), context.say("pack-ask-title", title=pack.title), pack.title)
    return ""


async def choose(context: UpdateContext, press: Press) -> str:
    """Let a pack take the next sticker. Raises `PackError`."""
    pack = await own_pack(context, press.argument)
    if pack is None:
        return _gone(context)
    await context.service.packs.choose(pack)
    await _show(context, pack)
    return context.say("pack-chosen", title=pack.title)


async def ask_delete(context: UpdateContext, press: Press) -> str:
    """Ask before a pack is deleted."""
    pack = await own_pack(context, press.argument)
    if pack is None:
        return _gone(context)
    context.edit(delete_keyboard(context.language, pack.id), context.say("pack-delete-ask", title=pack.title))
    return ""


async def delete(context: UpdateContext, press: Press) -> str:
    """Delete a pack. Raises `PackError`."""
    pack = await own_pack(context, press.argument)
    if pack is None or not await context.parts.sets.editor.delete(context.user_id, pack):
        return _gone(context)
    text = context.say("pack-deleted")
    context.edit(None, text)
    return text


async def take_title(context: UpdateContext, argument: str, words: str) -> bool:
    """Name a pack, or the one that the next sticker begins, as the person says. Raises `PackError`."""
    title = readable(words)
    if not 1 <= len(title) <= TITLE_CHARS:
        await context.reply(context.say("pack-title-refused"))
        return False
    if argument == "new":
        await context.service.packs.plan(context.owner, title)
        await context.reply(context.say("pack-planned", title=title))
        return True
    pack = await own_pack(context, argument)
    outcome = await context.parts.sets.editor.rename(context.user_id, pack, title) if pack else "gone"
    if outcome == "refused":
        await context.reply(context.say("pack-title-refused"))
        return False
    text = context.say("pack-renamed", title=title) if outcome == "done" else context.say("pack-already-deleted")
    await context.reply(text)
    return True


# --- keyboards --------------------------------------------------------------------------------------------------------


def list_keyboard(language: str, packs: Sequence[PackContents], page: int) -> InlineKeyboardMarkup:
    """Return a button for each pack of a page, and one for a new pack."""
    pages = max(1, -(-len(packs) // _PACKS))
    page = min(page, pages - 1)
    rows = [
        [InlineKeyboardButton(f"📦 {each.title}", callback_data=Press("pack", "", f"{each.pack.id}-0").data())]
        for each in packs[page * _PACKS : (page + 1) * _PACKS]
    ]
    if pages > 1:
        rows.append(_pager(pages, page, lambda number: Press("packs", "", str(number))))
    return InlineKeyboardMarkup([*rows, [button(language, "button-new-pack", Press("packnew"))]])


def pack_keyboard(
    language: str, seen: PackContents, page: int, *, is_next: bool, is_only: bool, can_inline: bool
) -> InlineKeyboardMarkup:
    """Return a button for each sticker of a page, and what can be done with the pack.

    `is_next`: it takes the next sticker. `is_only`: its owner has no other. `can_inline`: people may send its stickers
    by `@bot` from any chat.
    """
    pages = max(1, -(-len(seen.stickers) // _STICKERS))
    page = min(page, pages - 1)
    first = page * _STICKERS
    stickers = [
        InlineKeyboardButton(
            f"{number} {each.emoji}".rstrip(), callback_data=Press("own", "", each.file_unique_id or "").data()
        )
        for number, each in enumerate(seen.stickers[first : first + _STICKERS], first + 1)
    ]
    rows = [stickers[at : at + _IN_A_ROW] for at in range(0, len(stickers), _IN_A_ROW)]
    number = seen.pack.id
    if pages > 1:
        rows.append(_pager(pages, page, lambda other: Press("pack", "", f"{number}-{other}")))
    share = "https://t.me/share/url?" + urlencode({"url": seen.url})
    rows.append(
        [
            InlineKeyboardButton(say(language, "button-open-pack"), url=seen.url),
            InlineKeyboardButton(say(language, "button-share-pack"), url=share),
        ]
    )
    if seen.stickers:
        shown = [button(language, "button-show-pack", Press("packview", "", f"{number}-{page}"))]
        if can_inline:
            shown.append(InlineKeyboardButton(say(language, "button-send-sticker"), switch_inline_query=""))
        rows.append(shown)
    rows.append(
        [
            button(language, "button-rename", Press("packtitle", "", str(number))),
            button(language, "button-delete-pack", Press("packdelete", "", str(number))),
        ]
    )
    if seen.stickers:
        rows.append([button(language, "button-export", Press("export", "", str(number)))])
    if not is_next:
        rows.append([button(language, "button-next-here", Press("packnext", "", str(number)))])
    new = button(language, "button-new-pack", Press("packnew"))
    rows.append([new] if is_only else [new, button(language, "button-all-packs", Press("packs", "", "0"))])
    return InlineKeyboardMarkup(rows)


def delete_keyboard(language: str, pack_id: int) -> InlineKeyboardMarkup:
    """Return the second step before a pack is deleted."""
    return InlineKeyboardMarkup(
        [
            [button(language, "button-delete-really", Press("packgone", "", str(pack_id)))],
            [button(language, "button-back", Press("pack", "", f"{pack_id}-0"))],
        ]
    )


def _pager(pages: int, page: int, press_of: Callable[[int], Press]) -> list[InlineKeyboardButton]:
    """Return the buttons from page to page; beyond the last comes the first."""
    return [
        InlineKeyboardButton(label, callback_data=press_of(number % pages).data())
        for label, number in (("‹", page - 1), (f"{page + 1}/{pages}", page), ("›", page + 1))
    ]


# --- the person's own -------------------------------------------------------------------------------------------------


async def own_pack(context: UpdateContext, number: str, *, is_mosaic: bool = False) -> Pack | None:
    """Return the person's pack of this id, or the emoji set of a mosaic; None where there is none any more.

    The number is a stranger's input.
    """
    pack = await context.service.packs.get(int(number)) if number.isdecimal() and len(number) < _ID_DIGITS else None
    if pack is None or pack.owner != context.owner or pack.state is PackState.GONE:
        return None
    return pack if (pack.mosaic_of is not None) is is_mosaic else None


async def _show(context: UpdateContext, pack: Pack, page: int = 0) -> str:
    seen = await context.parts.sets.editor.contents(context.user_id, pack)
    if seen is None:
        return _gone(context)
    text, keyboard = await _page(context, seen, page)
    context.edit(keyboard, text)
    return ""


def _gone(context: UpdateContext) -> str:
    text = context.say("pack-already-deleted")
    context.edit(None, text)
    return text


def _list_text(context: UpdateContext, packs: Sequence[PackContents]) -> str:
    lines = [context.say("pack-list", count=len(packs))]
    lines += [context.say("pack-line", title=each.title, stickers=len(each.stickers)) for each in packs]
    return "\n".join(lines)


async def _page(
    context: UpdateContext, seen: PackContents, page: int, count: int | None = None
) -> tuple[str, InlineKeyboardMarkup]:
    packs = context.service.packs
    if count is None:
        count = len(await packs.of_owner(context.owner))
    taking = await packs.open_pack(context.owner)
    is_next = taking is not None and taking.id == seen.pack.id
    text = context.say("pack-line", title=seen.title, stickers=len(seen.stickers))
    if is_next and count > 1:
        text += "\n" + context.say("pack-takes-next")
    keyboard = pack_keyboard(
        context.language,
        seen,
        page,
        is_next=is_next,
        is_only=count == 1,
        can_inline=bool(context.bot.bot.supports_inline_queries),
    )
    return text, keyboard


FEATURE = Feature(
    commands=(Command("pack", on_pack, aliases=("packs",)),),
    callbacks={
        "packs": Callback(show_list, has_job=False, arguments=None),
        "pack": Callback(show_pack, has_job=False, arguments=None),
        "packview": Callback(show_picture, has_job=False, arguments=None),
        "packnew": Callback(ask_new, has_job=False),
        "packtitle": Callback(ask_title, has_job=False, arguments=None),
        "packnext": Callback(choose, has_job=False, arguments=None),
        "packdelete": Callback(ask_delete, has_job=False, arguments=None),
        "packgone": Callback(delete, has_job=False, arguments=None),
    },
    answers={"packtitle": take_title},
)
