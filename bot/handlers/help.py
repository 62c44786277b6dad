"""/help: what the bot can do."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Command, Feature


async def on_help(context: UpdateContext) -> None:
    """Send what the bot can do."""
    await context.answer(context.say("help"))


FEATURE = Feature(commands=(Command("help", on_help),))
