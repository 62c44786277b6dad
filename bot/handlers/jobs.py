"""/queue, /cancel and the button under a progress message: what is being worked on for this person."""

from __future__ import annotations

from bot.delivery.reactions import is_batch
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press
from engine.models import SHEETS
from storage.records import Entrance, JobStatus


async def on_queue(context: UpdateContext) -> None:
    """Send how far the person's jobs are."""
    jobs = await context.service.jobs_of(context.owner, JobStatus.QUEUED, JobStatus.RUNNING)
    drawn = [job for job in await context.service.undelivered(Entrance.TELEGRAM) if job.owner == context.owner]
    jobs += [job for job in drawn if is_batch(job)]
    waiting = sum(job.status is JobStatus.DONE and not is_batch(job) for job in drawn)
    if not jobs and not waiting:
        await context.answer(context.say("queue-none"))
        return
    positions = await context.service.positions()
    running = await context.service.running()
    lines = []
    for job in jobs:
        if job.status is JobStatus.RUNNING:
            lines.append(context.say("queue-running"))
        elif is_batch(job):
            lines.append(context.say("queue-adding"))
        elif job.id not in positions:
            lines.append(context.say("queue-fetching"))
        else:
            lines.append(context.say("queue-waiting", ahead=positions[job.id] - 1 + running))
    if waiting:
        lines.append(context.say("queue-drawn", count=waiting))
    numbered = [f"{number}. {line}" for number, line in enumerate(lines, 1)] if len(lines) > 1 else lines
    if await context.service.operators.is_paused():
        numbered = [context.say("queue-paused"), *numbered]
    await context.answer("\n".join(numbered))


async def on_cancel(context: UpdateContext) -> None:
    """Cancel all jobs of the person, and say which stickers come nevertheless."""
    cancelled = await context.service.cancel(context.owner)
    is_batch_stopped = await context.parts.notifier.stop_adding(context.owner) > 0
    done = await context.service.jobs_of(context.owner, JobStatus.DONE)
    drawn = [job for job in done if job.delivered_at is None and not is_batch(job)]
    sentences = []
    if is_batch_stopped or any(job.request.model in SHEETS for job in cancelled):
        sentences.append(context.say("press-stopped"))  # of how many stickers, its own message says
    elif cancelled:
        sentences.append(context.say("cancel-done", count=len(cancelled)))
    if drawn:
        sentences.append(context.say("cancel-drawn", count=len(drawn)))
    await context.answer("\n".join(sentences) or context.say("cancel-none"))


async def cancel(context: UpdateContext, press: Press) -> str:
    """Cancel the job of one progress message. Raises `NoSuchJob`."""
    cancelled = await context.service.cancel(context.owner, press.job_id)
    is_stopped = cancelled or await context.parts.notifier.stop_adding(context.owner, press.job_id)
    return context.say("press-stopped" if is_stopped else "press-too-late")


FEATURE = Feature(
    commands=(Command("queue", on_queue), Command("cancel", on_cancel)),
    callbacks={"cancel": Callback(cancel)},
)
