"""Words after a photo, as a reply to a sticker or in a caption that was edited: they are about that photo."""

from __future__ import annotations

from telegram.ext import filters as only

from bot.delivery.addressee import Addressee, source_of_message
from bot.handlers.context import UpdateContext, job_of_message
from bot.handlers.feature import PRIVATE, Feature
from bot.words.captions import ParsedCaption, parse_caption, style_of_words
from bot.words.small_talk import small_talk
from bot.words.translations import style_title
from engine.models import REACTIONS
from engine.styles import style
from storage.records import Job, JobStatus


async def on_words(context: UpdateContext) -> None:
    """Draw the photo that is meant in the style that is named, give its sticker an emoji, or answer small talk."""
    text = context.message.text or ""
    words = parse_caption(text)
    job = await _job_meant(context)
    talk = small_talk(text)
    if job is None and not await _has_stickers(context):
        await context.answer(context.say("send-a-selfie"))
    elif talk is not None:
        await context.reply(context.say(talk.value))
    elif job is not None and (name := style_of_words(words)):
        await _draw_in_style(context, job, words, name)
    elif job is not None and words.emoji:
        await context.reply(await _give_emoji(context, job, words.emoji))
    else:
        await context.reply(context.say("words-unused"))


async def on_late_caption(context: UpdateContext, job: Job, caption: ParsedCaption) -> None:
    """Draw the photo of a sticker that is begun or made once more, as its edited caption says; nothing new, nothing."""
    name = style_of_words(caption)
    if name and name != job.drawn_style:
        source = f"{source_of_message(context.chat_id, context.message.message_id)}:edited:{name}"
        earlier = await context.service.job_from(source)
        if earlier is None:
            await _redraw(context, job, source, name, caption.emoji)
            return
        job = earlier
    if caption.emoji and caption.emoji != Addressee.of(job).emoji:
        await context.reply(await _give_emoji(context, job, caption.emoji))


async def _draw_in_style(context: UpdateContext, job: Job, words: ParsedCaption, name: str) -> None:
    """Change the request of a job that waits; draw the photo of any other once more."""
    if job.status is JobStatus.QUEUED and await context.service.change_request(job.id, prompt="", style=name):
        if words.emoji:
            await context.service.set_note(job.id, emoji=words.emoji)
        await context.reply(context.say("words-style", style=style_title(context.language, style(name))))
        return
    await _redraw(context, job, source_of_message(context.chat_id, context.message.message_id), name, words.emoji)


async def _redraw(context: UpdateContext, job: Job, source: str, name: str, emoji: str | None) -> None:
    """Submit another sticker of the job's photo. Raises what `service.again` raises."""
    to = Addressee(
        context.chat_id,
        context.message.message_id,
        context.first_name,
        context.language,
        emoji or Addressee.of(job).emoji,
        thread=context.thread,
    )
    again = await context.service.again(
        job,
        source=source,
        note=to.to_json(),
        style=name,
        model=context.parts.offers.model_for(None) if job.request.model == REACTIONS.name else None,
        new_seed=name == job.drawn_style,
    )
    if not again.status.is_final:
        context.parts.notifier.announce(again)


async def _give_emoji(context: UpdateContext, job: Job, emoji: str) -> str:
    """Give the job's sticker, or all of them, another emoji, in its pack too. Raises `PackError`."""
    rows = await context.service.packs.stickers_of(job.id)
    for sticker_id in [row.id for row in rows] or [job.id]:
        if not await context.parts.sets.set_emoji(context.user_id, sticker_id, (emoji,)):
            return context.say("words-emoji-refused", emoji=emoji)
    await context.service.set_note(job.id, emoji=emoji)
    return context.say("words-emoji", emoji=emoji)


async def _job_meant(context: UpdateContext) -> Job | None:
    """Return the job of the message that is replied to, else the topic's last; None where it has no photo to draw."""
    job = await _job_of_reply(context)
    if job is None:
        jobs = [each for each in await context.service.jobs_of(context.owner) if each.has_photo or each.wants_photo]
        here = [each for each in jobs if Addressee.of(each).thread == context.thread]
        job = next(reversed(here or jobs), None)
    if job is not None and job.request.model == REACTIONS.name and job.parent:
        job = await context.service.job(job.parent) or job
    return job if job is not None and (job.has_photo or job.wants_photo) else None


async def _job_of_reply(context: UpdateContext) -> Job | None:
    """Return the job whose photo, sticker or progress message is replied to. Raises `NoSuchJob` for a lost one."""
    replied = context.message.reply_to_message
    if replied is None:
        return None
    service = context.service
    job = await job_of_message(service, replied)
    if job is not None:
        return job
    sticker = await service.packs.sticker_in_message(context.owner, replied.message_id)
    if sticker is not None:
        return await service.own(context.owner, sticker.id.partition("-")[0])
    jobs = await service.jobs_of(context.owner)
    own = [(each, Addressee.of(each)) for each in jobs]
    return next((each for each, to in own if replied.message_id in (to.progress, to.sheet)), None)


async def _has_stickers(context: UpdateContext) -> bool:
    if await context.service.packs.of_owner(context.owner):
        return True
    return bool(await context.service.jobs_of(context.owner, JobStatus.DONE))


FEATURE = Feature(messages=((PRIVATE & only.TEXT & ~only.COMMAND, on_words),))
