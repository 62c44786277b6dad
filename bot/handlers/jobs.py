"""/queue, /cancel and the button under a progress message: what is being worked on for this person."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press
from storage.records import JobStatus


async def on_queue(context: UpdateContext) -> None:
    """Send how far the person's jobs are."""
    jobs = await context.service.jobs_of(context.owner, JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.DONE)
    drawn = [job for job in jobs if job.status is JobStatus.DONE and job.delivered_at is None]
    jobs = [job for job in jobs if not job.status.is_final]
    if not jobs and not drawn:
        await context.answer(context.say("queue-none"))
        return
    positions = await context.service.positions()
    running = await context.service.running()
    lines = []
    for job in jobs:
        if job.status is JobStatus.RUNNING:
            lines.append(context.say("queue-running"))
        elif job.id not in positions:
            lines.append(context.say("queue-fetching"))
        else:
            lines.append(context.say("queue-waiting", ahead=positions[job.id] - 1 + running))
    if drawn:
        lines.append(context.say("queue-drawn", count=len(drawn)))
    numbered = [f"{number}. {line}" for number, line in enumerate(lines, 1)] if len(lines) > 1 else lines
    await context.answer("\n".join(numbered))


async def on_cancel(context: UpdateContext) -> None:
    """Cancel all jobs of the person."""
    cancelled = await context.service.cancel(context.owner)
    if cancelled:
        await context.answer(context.say("cancel-done", count=len(cancelled)))
    else:
        await context.answer(context.say("cancel-none"))


async def cancel(context: UpdateContext, press: Press) -> str:
    """Cancel the job of one progress message. Raises `NoSuchJob`."""
    cancelled = await context.service.cancel(context.owner, press.job_id)
    return context.say("press-stopped" if cancelled else "press-too-late")


FEATURE = Feature(
    commands=(Command("queue", on_queue), Command("cancel", on_cancel)),
    callbacks={"cancel": Callback(cancel)},
)
