"""The keywords that find a sticker: asked for by a button, taken from a reply, kept by Telegram and in our rows."""

from __future__ import annotations

import re

from bot.delivery import keyboards
from bot.delivery.places import holder_of
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.questions import ask
from bot.handlers.sticker import buttons_of
from bot.words.buttons import Press
from service.readable import readable
from storage.records import Job

_SUBJECT = "jobwords"
MOST = 20  # Bot API: of one sticker
MOST_CHARS = 64  # of all of them
_SEPARATORS = re.compile(r"[,;،、，\n]+")


async def ask_for_keywords(context: UpdateContext, press: Press) -> str:
    """Ask for the words that should find the sticker. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    context.edit(await buttons_of(context, job))
    await ask(context, _SUBJECT, job.id, context.say("keywords-ask", most=MOST))
    return ""


async def take_answer(context: UpdateContext, job_id: str, text: str) -> bool:
    """Give a job's sticker the keywords in `text`. Raises `NoSuchJob`, `PackError`."""
    job, words = await context.service.own(context.owner, job_id), keywords_of(text)
    if not words:
        await context.reply(context.say("keywords-none"))
        return False
    if not are_few_enough(words):
        await context.reply(context.say("keywords-too-many", most=MOST, chars=MOST_CHARS))
        return False
    await _set(context, job, words)
    keyboard = keyboards.keywords(context.language, job.id)
    await context.reply(context.say("keywords-set", words=", ".join(words)), keyboard)
    return True


async def remove_keywords(context: UpdateContext, press: Press) -> str:
    """Take all keywords from the sticker. Raises `NoSuchJob`, `PackError`."""
    job = await context.service.own(context.owner, press.job_id)
    await _set(context, job, ())
    context.edit(None, context.say("keywords-removed"))
    return ""


async def _set(context: UpdateContext, job: Job, words: tuple[str, ...]) -> None:
    """Give them to the sticker that is now in the job's place. Raises `PackError`."""
    holder = await holder_of(context.service, job)
    await context.parts.sets.set_keywords(context.user_id, holder.id if holder else job.id, words)


def keywords_of(text: str) -> tuple[str, ...]:
    """Return the keywords in a text, each once: between commas where there are any, else its words."""
    parts = _SEPARATORS.split(text)
    if len([part for part in parts if part.strip()]) < 2:
        parts = text.split()
    words = (readable(part).lstrip("#") for part in parts)
    return tuple(dict.fromkeys(word.casefold() for word in words if word))


def are_few_enough(words: tuple[str, ...]) -> bool:
    """Return whether Telegram takes so many keywords."""
    return len(words) <= MOST and sum(map(len, words)) <= MOST_CHARS


FEATURE = Feature(
    callbacks={"keywords": Callback(ask_for_keywords), "nokeywords": Callback(remove_keywords)},
    answers={_SUBJECT: take_answer},
)
