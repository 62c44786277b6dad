"""The emoji of a sticker: some that fit its face are offered under it, any other comes as a reply."""

from __future__ import annotations

import emoji

from bot.delivery import keyboards
from bot.delivery.deliver import emoji_of
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.words.buttons import Press, emoji_from
from service.errors import NoSuchJob
from storage.records import Job, Sticker

MOST = 20  # Bot API: of one sticker
_OFFERED = 15
# What goes with the expression of a face; the first of each is what the engine says of it.
_FITTING = (
    "😀😄😂🤣🥳🎉👍",
    "🙂😊😌👍🤗☺️",
    "😊☺️🥰😌🤗💛",
    "😆😂🤣😹🎉",
    "😉😏😜😎👌",
    "😎🔥😏👌🆒💪",
    "😮😲🤯😱👀‼️",
    "🙁😢😭😔💔🥺",
    "😴💤🥱😪🛌",
)
_ALWAYS = "❤️👍😂😍🔥🎉😎🤔😱😭😡👋🙏💪👀"


async def show_emojis(context: UpdateContext, press: Press) -> str:
    """Show emoji that fit in place of the sticker's other buttons. Raises `NoSuchJob`."""
    job, sticker = await _sticker(context, press)
    _show(context, job, sticker.emoji_list)
    return context.say("press-emoji")


async def add_emoji(context: UpdateContext, press: Press) -> str:
    """Give the sticker one more emoji. Raises `NoSuchJob`, `PackError`."""
    job, sticker = await _sticker(context, press)
    chosen = emoji_from(press.argument)
    if not emoji.is_emoji(chosen):
        return context.say("press-stale")
    if chosen in sticker.emoji_list:
        _show(context, job, sticker.emoji_list)
        return ""
    return await _set(context, job, (*sticker.emoji_list, chosen)[-MOST:])


async def remove_emoji(context: UpdateContext, press: Press) -> str:
    """Take one emoji from the sticker, which keeps at least one. Raises `NoSuchJob`, `PackError`."""
    job, sticker = await _sticker(context, press)
    left = tuple(each for each in sticker.emoji_list if each != emoji_from(press.argument))
    if not left:
        return context.say("press-last-emoji")
    return await _set(context, job, left)


async def _set(context: UpdateContext, job: Job, emoji_list: tuple[str, ...]) -> str:
    """Give a job's sticker these emoji. Raises `PackError`."""
    if not await context.parts.sets.set_emoji(context.user_id, job.id, emoji_list):
        return context.say("words-emoji-refused", emoji=emoji_list[-1])
    await context.service.set_note(job.id, emoji="".join(emoji_list))
    _show(context, job, emoji_list)
    return ""


def _show(context: UpdateContext, job: Job, current: tuple[str, ...]) -> None:
    context.edit(keyboards.emojis(context.language, job.id, offered(job, current), current))


def offered(job: Job, current: tuple[str, ...]) -> list[str]:
    """Return emoji to choose from: those that the sticker has, those that go with its face, and some of everything."""
    guess = job.result.emoji if job.result else ""
    fitting = next((each for each in _FITTING if guess and each.startswith(guess)), "")
    listed = [str(each["emoji"]) for each in emoji.emoji_list(fitting + _ALWAYS)]
    known = dict.fromkeys([*current, *([guess] if guess else []), *emoji_of(job), *listed])
    return list(known)[: max(_OFFERED, len(current))]


async def _sticker(context: UpdateContext, press: Press) -> tuple[Job, Sticker]:
    """Return the job and its sticker. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    sticker = await context.service.packs.sticker(job.id)
    if sticker is None:
        raise NoSuchJob(job.id)
    return job, sticker


FEATURE = Feature(
    callbacks={
        "emojis": Callback(show_emojis),
        "emoji": Callback(add_emoji, arguments=None),
        "noemoji": Callback(remove_emoji, arguments=None),
    }
)
