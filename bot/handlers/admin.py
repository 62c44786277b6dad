"""/stats, for the people who run the bot."""

from __future__ import annotations

from bot.handlers.strays import on_unknown_command
from bot.handlers.turn import Turn
from storage.records import JobStatus


async def on_stats(turn: Turn) -> None:
    """Jobs by state. To anybody else this command does not exist."""
    if turn.user_id not in turn.parts.admin_ids:
        await on_unknown_command(turn)
        return
    counts = await turn.parts.service.counts()
    await turn.answer("\n".join(f"{status.value}: {counts.get(status, 0)}" for status in JobStatus))
