"""`@bot words` in any chat: a person's own stickers by emoji and keyword, newest first. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from telegram import InlineQueryResultCachedSticker, InlineQueryResultsButton
from telegram.error import TelegramError

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Feature
from bot.transport.telegram_errors import TelegramErrorKind, classify
from storage.records import Sticker

RESULTS = 50  # on a page; Bot API: the most
START_PARAMETER = "sticker"
_CACHE_S = 5  # a sticker that was just made is found
_OFFSET_DIGITS = 6
_VARIATION = "\ufe0f"  # of an emoji that is also a sign: keyboards add and drop it


async def on_inline(context: UpdateContext) -> None:
    """Answer with the page of stickers that the words find; with none, the way to make one."""
    try:
        await _answer(context)
    except TelegramError as error:
        match classify(error):
            case TelegramErrorKind.QUERY_EXPIRED:
                return
            case TelegramErrorKind.FILE_REFUSED:  # a file id has changed: a look at the packs learns the new one
                await context.parts.sets.editor.overview(context.user_id)
                await _answer(context)
            case _:
                raise


async def _answer(context: UpdateContext) -> None:
    query = context.inline_query
    own = await context.service.packs.in_packs_of(context.owner)
    found = find(own, query.query)
    is_number = query.offset.isdecimal() and len(query.offset) <= _OFFSET_DIGITS
    first = int(query.offset) if is_number else 0
    page = found[first : first + RESULTS]
    key = "button-inline-new" if page else "button-inline-none" if own else "button-inline-first"
    await context.bot.answer_inline_query(
        query.id,
        [
            InlineQueryResultCachedSticker(each.file_unique_id, each.file_id)
            for each in page
            if each.file_unique_id and each.file_id
        ],
        cache_time=_CACHE_S,
        is_personal=True,
        next_offset=str(first + RESULTS) if len(found) > first + RESULTS else "",
        button=None if first else InlineQueryResultsButton(context.say(key), start_parameter=START_PARAMETER),
    )


def find(stickers: Iterable[Sticker], words: str) -> Sequence[Sticker]:
    """Return the stickers that every word finds, in their order, each once: an emoji, or the beginning of a keyword."""
    wanted = words.replace(_VARIATION, "").casefold().split()
    found = {each.file_unique_id: each for each in stickers if all(_is_found(each, word) for word in wanted)}
    return list(found.values())


def _is_found(sticker: Sticker, word: str) -> bool:
    known = [part for each in sticker.keywords for part in (each.casefold(), *each.casefold().split())]
    if any(each.startswith(word) for each in known):
        return True
    own = "".join(sticker.emoji_list).replace(_VARIATION, "")
    return not word.isascii() and all(character in own for character in word)


FEATURE = Feature(inline=on_inline)
