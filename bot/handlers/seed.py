"""/seed: the same variation every time, or a new one."""

from __future__ import annotations

from bot.handlers.turn import Turn
from service.stickers import parse_seed

_FREE = frozenset(("random", "off", "zufall", "azar", "aleatorio", "випадково", "случайно"))


async def on_seed(turn: Turn) -> None:
    """`/seed 42`, `/seed random`, or bare to see which. Raises `BadSeed`."""
    seed = turn.user.seed
    if turn.args:
        word = " ".join(turn.args).casefold()
        seed = None if word in _FREE else parse_seed(word)
        await turn.parts.service.set_preference(turn.owner, seed=seed)
    if seed is None:
        await turn.answer(turn.say("seed-is-random"))
    else:
        await turn.answer(turn.say("seed-is-fixed", seed=str(seed)))
