"""/privacy and /forget."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, button
from bot.words.translations import listed
from service.person_settings import PersonSettings


async def on_privacy(context: UpdateContext) -> None:
    """Send what is kept, and for how long."""
    days = context.service.lifetimes.results_s / 86_400
    kept = context.say("privacy", hours=_photo_hours(context), days=max(1, round(days)))
    groups = context.say("privacy-groups")
    await context.answer(f"{kept}\n{groups}")


async def on_forget(context: UpdateContext) -> None:
    """Ask first; the buttons do it."""
    packs = context.service.packs
    has_packs = bool(await packs.of_owner(context.owner) or await packs.mosaics_of_owner(context.owner))
    await context.answer(context.say("forget-ask"), keyboard(context.language, has_packs=has_packs))


async def forget(context: UpdateContext, press: Press) -> str:
    """Delete everything, or nothing. Raises `PackError` before anything else is deleted."""
    if press.argument == "no":
        context.edit(None, context.say("forget-kept"))
        return ""
    packs = 0
    if press.argument == "packs":  # first: the packs' names are among what is forgotten
        packs = await context.parts.sets.delete_all(context.user_id)
    gone = await context.service.forget(context.owner)
    counts = {"photos": gone.photos, "stickers": gone.stickers, "requests": gone.jobs, "packs": packs}
    each = (context.say(f"forget-{name}", count=count) for name, count in counts.items() if count)
    what = listed(context.language, each)
    done = context.say("forget-done-packs" if press.argument == "packs" else "forget-done")
    context.edit(None, "\n".join([done, *([context.say("forget-deleted", what=what)] if what else [])]))
    return ""


def _photo_hours(context: UpdateContext) -> int:
    """Return how long this person's photos are kept: hours, 0 for not at all."""
    lifetime_s = PersonSettings.of(context.user).photos_s(context.service.lifetimes.photos_s)
    return max(1, round(lifetime_s / 3600)) if lifetime_s else 0


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
