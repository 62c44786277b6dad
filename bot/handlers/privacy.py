"""/privacy and /forget."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, button


async def on_privacy(context: UpdateContext) -> None:
    """Send what is kept, and for how long."""
    lifetimes = context.service.lifetimes
    hours, days = lifetimes.photos_s / 3600, lifetimes.results_s / 86_400
    await context.answer(context.say("privacy", hours=max(1, round(hours)), days=max(1, round(days))))


async def on_forget(context: UpdateContext) -> None:
    """Ask first; the buttons do it."""
    has_packs = bool(await context.service.packs.of_owner(context.owner))
    await context.answer(context.say("forget-ask"), keyboard(context.language, has_packs=has_packs))


async def forget(context: UpdateContext, press: Press) -> str:
    """Delete everything, or nothing. Raises `PackError` before anything else is deleted."""
    match press.argument:
        case "packs":
            await context.parts.sets.delete_all(context.user_id)  # first: the packs' names are among what is forgotten
            await context.service.forget(context.owner)
            text = context.say("forget-done-packs")
        case "me":
            await context.service.forget(context.owner)
            text = context.say("forget-done")
        case _:
            text = context.say("forget-kept")
    context.edit(None, text)
    return ""


def keyboard(language: str, *, has_packs: bool) -> InlineKeyboardMarkup:
    """Return the second step before everything is deleted."""
    rows = [[button(language, "button-forget", Press("forget", "", "me"))]]
    if has_packs:
        rows.append([button(language, "button-forget-packs", Press("forget", "", "packs"))])
    rows.append([button(language, "button-keep", Press("forget", "", "no"))])
    return InlineKeyboardMarkup(rows)


FEATURE = Feature(
    commands=(Command("privacy", on_privacy), Command("forget", on_forget)),
    callbacks={"forget": Callback(forget, has_job=False, arguments=("me", "packs", "no"))},
)
