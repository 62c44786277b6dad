"""/stats: jobs by status, for the people who run the bot."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Command, Feature
from storage.records import JobStatus


async def on_stats(context: UpdateContext) -> None:
    """Send the counts. To anybody else this command does not exist."""
    if context.user_id not in context.parts.admin_ids:
        await context.answer(context.say("unknown-command"))
        return
    counts = await context.service.counts()
    await context.answer("\n".join(f"{status.value}: {counts.get(status, 0)}" for status in JobStatus))


FEATURE = Feature(commands=(Command("stats", on_stats, in_menu=False),))
