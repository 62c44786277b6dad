"""Everything that is neither a photo nor a known command: each kind has its own hint. The last feature asked."""

from __future__ import annotations

from telegram.ext import filters as only

from bot.handlers.context import UpdateContext
from bot.handlers.feature import PRIVATE, Feature


async def on_animation(context: UpdateContext) -> None:
    """Say that a still photo is needed."""
    await context.reply(context.say("is-animation"))


async def on_document(context: UpdateContext) -> None:
    """Say which files are photos."""
    await context.reply(context.say("is-document"))


async def on_unknown_command(context: UpdateContext) -> None:
    """Point to /help."""
    await context.answer(context.say("unknown-command"))


async def on_anything_else(context: UpdateContext) -> None:
    """Ask for a photo."""
    await context.reply(context.say("send-a-photo"))


FEATURE = Feature(
    messages=(
        (PRIVATE & (only.ANIMATION | only.VIDEO), on_animation),
        (PRIVATE & only.Document.ALL, on_document),
        (PRIVATE & only.COMMAND, on_unknown_command),
        (PRIVATE & ~only.StatusUpdate.ALL, on_anything_else),
    ),
)
