"""/seed: the same variation every time, or a new one."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Command, Feature
from service.stickers import parse_seed

_RANDOM_WORDS = frozenset(
    ("random", "off", "zufall", "azar", "aleatorio", "випадково", "случайно", "aleatório", "随机", "عشوائي")
)


async def on_seed(context: UpdateContext) -> None:
    """Handle `/seed 42`, `/seed random`, or bare to see which. Raises `BadSeed`."""
    seed = context.user.seed
    if context.args:
        word = " ".join(context.args).casefold()
        seed = None if word in _RANDOM_WORDS else parse_seed(word)
        await context.service.set_preference(context.owner, seed=seed)
    if seed is None:
        await context.answer(context.say("seed-is-random"))
    else:
        await context.answer(context.say("seed-is-fixed", seed=str(seed)))


FEATURE = Feature(commands=(Command("seed", on_seed),))
