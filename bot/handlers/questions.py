"""Questions that a person answers by a reply. The job's row knows them, so an answer is understood after a restart."""

from __future__ import annotations

from telegram import ForceReply

from bot.delivery.addressee import Addressee
from bot.handlers.context import UpdateContext
from storage.records import Job


async def ask(context: UpdateContext, job: Job, what: str, sentence: str) -> None:
    """Ask for `what` about a job's sticker."""
    sticker = await context.service.packs.sticker(job.id)
    sent = await context.bot.send_message(
        context.chat_id,
        sentence,
        reply_to_message_id=sticker.message_id if sticker else None,
        allow_sending_without_reply=True,
        message_thread_id=context.thread,
        reply_markup=ForceReply(),
    )
    await context.service.set_note(job.id, questions={str(sent.message_id): what})


async def question_answered(context: UpdateContext) -> tuple[Job, str] | None:
    """Return the job and what was asked about it, where the message is a reply to a question."""
    replied = context.message.reply_to_message
    if replied is None:
        return None
    for job in reversed(await context.service.jobs_of(context.owner)):
        if what := Addressee.of(job).questions.get(str(replied.message_id)):
            return job, what
    return None
