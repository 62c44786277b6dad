"""/seed: the same variation every time, or a new one; and the button that keeps the one of a sticker."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, button
from engine.models import SHEETS
from service.stickers import parse_seed
from storage.records import Job

_RANDOM_WORDS = frozenset(
    ("random", "off", "zufall", "azar", "aleatorio", "випадково", "случайно", "aleatório", "随机", "عشوائي")
)
_JOBS_LOOKED_AT = 20  # for the last sticker: others may have come to nothing


async def on_seed(context: UpdateContext) -> None:
    """Handle `/seed 42`, `/seed random`, or bare to see which. Raises `BadSeed`."""
    if context.args:
        word = " ".join(context.args).casefold()
        seed = None if word in _RANDOM_WORDS else parse_seed(word)
        context = context.with_user(await context.service.set_preference(context.owner, seed=seed))
    await context.answer(*await _state(context))


async def keep(context: UpdateContext, press: Press) -> str:
    """Make the seed of a sticker the person's own. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    user = await context.service.set_preference(context.owner, seed=job.seed)
    if press.argument:
        text, buttons = await _state(context.with_user(user))
        context.edit(buttons, text)
    return context.say("press-kept")


async def free(context: UpdateContext, press: Press) -> str:
    """Give every sticker to come a seed of its own."""
    user = await context.service.set_preference(context.owner, seed=None)
    text, buttons = await _state(context.with_user(user))
    context.edit(buttons, text)
    return context.say("press-seed-random")


async def _state(context: UpdateContext) -> tuple[str, InlineKeyboardMarkup | None]:
    """Return what /seed says, and its buttons: of the last sticker where it is another one's."""
    seed, last = context.user.seed, await _last_sticker(context)
    lines = [context.say("seed-is-random") if seed is None else context.say("seed-is-fixed", seed=str(seed))]
    if last is None and seed is None:
        lines.append(context.say("seed-how"))
    elif last is not None and last.seed != seed:
        lines.append(context.say("seed-last", seed=str(last.seed)))
    else:
        last = None
    return "\n".join(lines), keyboard(context.language, last.id if last else None, is_fixed=seed is not None)


async def _last_sticker(context: UpdateContext) -> Job | None:
    jobs = await context.service.page_of(context.owner, _JOBS_LOOKED_AT)
    return next((job for job in jobs if job.result is not None and job.request.model not in SHEETS), None)


def keyboard(language: str, last_id: str | None, *, is_fixed: bool) -> InlineKeyboardMarkup | None:
    """Return the buttons of /seed: keep the last sticker's, where there is one, and a new one each time."""
    rows = []
    if last_id is not None:
        rows.append([button(language, "button-keep-last", Press("keep", last_id, "seed"))])
    if is_fixed:
        rows.append([button(language, "button-seed-random", Press("freeseed"))])
    return InlineKeyboardMarkup(rows) if rows else None


FEATURE = Feature(
    commands=(Command("seed", on_seed),),
    callbacks={"keep": Callback(keep, arguments=("", "seed")), "freeseed": Callback(free, has_job=False)},
)
