"""What the people who run the bot do in their own chat with it: /stats, /pause, /resume, /ban, /unban, /job.

To anybody else these commands do not exist. What is written to everybody is in `broadcast`.
"""

from __future__ import annotations

import asyncio

from telegram.constants import MessageLimit

from bot.handlers.chart import draw_chart
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Command, Feature
from bot.words.sentences import explain
from service.job_report import life_of, parse_reference
from storage.records import Entrance, Job, JobStatus

_DAYS = 14  # of the chart


async def on_stats(context: UpdateContext) -> None:
    """Send jobs by status, and the last days as a chart."""
    service = context.service
    counts, days = await service.counts(), await service.operators.days(_DAYS)
    lines = [f"{status.value}: {counts.get(status, 0)}" for status in JobStatus]
    if await service.operators.is_paused():
        lines.insert(0, context.say("operators-is-paused"))
    caption = "\n".join([*lines, context.say("operators-chart", days=_DAYS)])
    picture = await asyncio.to_thread(draw_chart, days)
    await context.bot.send_photo(
        context.chat_id, picture, caption=caption, message_thread_id=context.thread, filename="stats.png"
    )


async def on_pause(context: UpdateContext) -> None:
    """Draw nothing new; photos are taken, and wait."""
    is_new = await context.service.operators.pause()
    await context.answer(context.say("operators-paused" if is_new else "operators-is-paused"))


async def on_resume(context: UpdateContext) -> None:
    """Draw again."""
    is_new = await context.service.operators.resume()
    await context.answer(context.say("operators-resumed" if is_new else "operators-not-paused"))


async def on_ban(context: UpdateContext) -> None:
    """Ban the person of `/ban 1234`, or of the job that a message or the log names: `/ban job 3f9a1c`."""
    owner = await _owner_meant(context)
    if owner is None:
        return
    if int(Entrance.TELEGRAM.id_of(owner)) in context.parts.admin_ids:
        await context.answer(context.say("operators-no-ban"))
        return
    await context.parts.notifier.stop_adding(owner)
    cancelled = await context.service.ban(owner)
    await context.answer(context.say("operators-banned", person=Entrance.TELEGRAM.id_of(owner), count=len(cancelled)))


async def on_unban(context: UpdateContext) -> None:
    """Lift a ban."""
    owner = await _owner_meant(context)
    if owner is None:
        return
    was_banned = await context.service.operators.unban(owner)
    key = "operators-unbanned" if was_banned else "operators-not-banned"
    await context.answer(context.say(key, person=Entrance.TELEGRAM.id_of(owner)))


async def on_job(context: UpdateContext) -> None:
    """Send what became of a job, as `stickerface job` does."""
    jobs = await _jobs_meant(context, " ".join(context.args))
    if jobs:
        lives = [await life_of(context.service, job, lambda code: explain(context.language, code)) for job in jobs]
        await context.answer("\n\n".join(lives)[: MessageLimit.MAX_TEXT_LENGTH])


async def _owner_meant(context: UpdateContext) -> str | None:
    """Return whom a command is about; None once the operator has been told how to say it."""
    match context.args:
        case [number] if number.isascii() and number.isdigit() and len(number) <= 20:
            return Entrance.TELEGRAM.owner(int(number))
        case ["job", reference]:
            owners = {job.owner for job in await _jobs_meant(context, reference) if job.entrance == Entrance.TELEGRAM}
            if len(owners) == 1:
                return owners.pop()
            if not owners:
                return None
    await context.answer(context.say("operators-whom"))
    return None


async def _jobs_meant(context: UpdateContext, text: str) -> list[Job]:
    """Return the jobs that a reference may mean; none once the operator has been told that there are none."""
    reference = parse_reference(text)
    jobs = await context.service.jobs_by_reference(reference) if reference else []
    if not jobs:
        await context.answer(context.say("operators-no-job"))
    return jobs


FEATURE = Feature(
    commands=(
        Command("stats", on_stats, is_for_operators=True),
        Command("pause", on_pause, is_for_operators=True),
        Command("resume", on_resume, is_for_operators=True),
        Command("ban", on_ban, is_for_operators=True),
        Command("unban", on_unban, is_for_operators=True),
        Command("job", on_job, is_for_operators=True),
    )
)
