"""Text on a sticker: asked for by a button, taken from a reply or from what somebody puts into quotation marks."""

from __future__ import annotations

import asyncio

from bot.delivery.addressee import Addressee, source_of_message
from bot.delivery.places import holder_of
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.questions import ask
from bot.handlers.sticker import buttons_of, draw_again
from bot.words.buttons import Press
from bot.words.captions import lines_of, parse_caption
from engine.fonts import unwritable
from engine.lettering import MAX_CHARS
from storage.records import Job, JobStatus

_SUBJECT = "jobtext"


async def ask_for_text(context: UpdateContext, press: Press) -> str:
    """Ask what should stand on the sticker. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    context.edit(await buttons_of(context, job))
    await ask(context, _SUBJECT, job.id, context.say("text-ask", most=MAX_CHARS))
    return ""


async def remove_text(context: UpdateContext, press: Press) -> str:
    """Replace the sticker by one without text. Raises `NoSuchJob`, and what `submit` raises."""
    job = await context.service.own(context.owner, press.job_id)
    if not job.request.text:
        return context.say("press-same")
    context.edit(await buttons_of(context, job))
    return await draw_again(context, press, text="", replaces=job.id)


async def take_answer(context: UpdateContext, job_id: str, words: str) -> bool:
    """Write words, without quotation marks around them, on a job's sticker. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, job_id)
    text = parse_caption(words).text or lines_of(words)
    if refusal := await refused(context, text):
        await context.reply(refusal)
        return False
    await write(context, job, text)
    return True


async def write(context: UpdateContext, job: Job, text: str) -> None:
    """Write `text` on a job's sticker: on the one to come, or on another one in the place of the one that is there.

    Raises what `service.again` raises.
    """
    service = context.service
    if job.status is JobStatus.QUEUED and await service.change_request(job.id, text=text):
        await context.reply(context.say("text-coming"))
        return
    holder = await holder_of(service, job)
    now = job
    if job.status.is_final and holder is not None:  # it may have been edited since
        now = await service.job(holder.id) or job
    if now.request.text == text:
        await context.reply(context.say("press-same"))
        return
    before = Addressee.of(now)
    to = Addressee(
        context.chat_id,
        context.message.message_id,
        context.first_name,
        context.language,
        before.emoji,
        thread=context.thread,
    )
    source = source_of_message(context.chat_id, context.message.message_id)
    again = await service.again(now, source=source, note=to.to_json(), text=text, replaces=now.id if holder else None)
    if not again.status.is_final:
        context.parts.notifier.announce(again)


async def refused(context: UpdateContext, text: str) -> str | None:
    """Return why a text cannot stand on a sticker, None where it can."""
    if len(text) > MAX_CHARS:
        return context.say("text-too-long", most=MAX_CHARS)
    if missing := await asyncio.to_thread(unwritable, text):
        return context.say("text-unwritable", letters=missing)
    return None


FEATURE = Feature(
    callbacks={"text": Callback(ask_for_text), "notext": Callback(remove_text)}, answers={_SUBJECT: take_answer}
)
