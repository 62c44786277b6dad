"""/help: what the bot can do."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Command, Feature
from engine.models import REACTIONS


async def on_help(context: UpdateContext) -> None:
    """Send what the bot can do."""
    keys = ["help", "help-parameters", "help-commands"]
    if REACTIONS.name in context.parts.offers.models:
        keys.insert(1, "help-reactions")
    await context.answer("\n\n".join(context.say(key) for key in keys))


FEATURE = Feature(commands=(Command("help", on_help),))
