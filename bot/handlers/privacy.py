"""/privacy and /forget."""

from __future__ import annotations

from bot.handlers.context import Turn
from bot.words import buttons as keyboards


async def on_privacy(turn: Turn) -> None:
    lifetimes = turn.parts.service.lifetimes
    hours, days = lifetimes.photos_s / 3600, lifetimes.results_s / 86_400
    await turn.answer(turn.say("privacy", hours=max(1, round(hours)), days=max(1, round(days))))


async def on_forget(turn: Turn) -> None:
    """Ask first; the buttons do it."""
    has_packs = bool(await turn.parts.service.packs.of_owner(turn.owner))
    await turn.answer(turn.say("forget-ask"), keyboards.forget(turn.language, has_packs=has_packs))


async def forget(turn: Turn, *, with_packs: bool) -> str:
    """Delete everything; returns what to say. Raises `PackTrouble` before anything else is deleted."""
    if with_packs:
        # First: the names of the packs are among what is forgotten.
        await turn.parts.sets.delete_all(turn.user_id)
    await turn.parts.service.forget(turn.owner)
    return turn.say("forget-done-packs" if with_packs else "forget-done")
