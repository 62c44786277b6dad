"""/queue and /cancel: what is being worked on for this person."""

from __future__ import annotations

from bot.handlers.turn import Turn
from storage.records import Job, JobStatus


async def on_queue(turn: Turn) -> None:
    service = turn.parts.service
    mine = await service.jobs_of(turn.owner, JobStatus.QUEUED, JobStatus.RUNNING)
    if not mine:
        await turn.answer(turn.say("queue-none"))
        return
    positions = await service.positions()
    drawing = await service.running()
    lines = [_line(turn, job, positions, drawing) for job in mine]
    numbered = [f"{number}. {line}" for number, line in enumerate(lines, 1)] if len(lines) > 1 else lines
    await turn.answer("\n".join(numbered))


def _line(turn: Turn, job: Job, positions: dict[str, int], drawing: int) -> str:
    if job.status is JobStatus.RUNNING:
        return turn.say("queue-running")
    if job.id not in positions:
        return turn.say("queue-fetching")
    return turn.say("queue-waiting", ahead=positions[job.id] - 1 + drawing)


async def on_cancel(turn: Turn) -> None:
    cancelled = await turn.parts.service.cancel(turn.owner)
    if cancelled:
        await turn.answer(turn.say("cancel-done", count=len(cancelled)))
    else:
        await turn.answer(turn.say("cancel-none"))
