"""/privacy and /forget."""

from __future__ import annotations

from bot import keyboards
from bot.handlers.turn import Turn


async def on_privacy(turn: Turn) -> None:
    await turn.answer(turn.say("privacy"))


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
