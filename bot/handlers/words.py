"""Words after a photo, as a reply to a sticker or in a caption that was edited: they are about that photo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram.ext import filters as only

from bot.delivery.addressee import Addressee, source_of_message
from bot.delivery.places import holder_of
from bot.handlers import text
from bot.handlers.context import UpdateContext, job_of_message
from bot.handlers.feature import PRIVATE, Callback, Feature
from bot.words.assignments import UNKNOWN, Options, WrongAssignment, explain_problems, take_assignments
from bot.words.buttons import Press
from bot.words.captions import ParsedCaption, emoji_in, parse_caption, style_of_words
from bot.words.small_talk import small_talk
from bot.words.translations import style_title
from engine.errors import ParameterRefused
from engine.models import SHEETS
from engine.styles import style
from service.stickers import Submission
from storage.records import Job, JobStatus


async def on_words(context: UpdateContext) -> None:
    """Draw the photo that is meant in the style that is named, give its sticker an emoji, or answer small talk."""
    said = context.message.text or ""
    words = parse_caption(said)
    held = await _held_job(context)
    if held is not None and (words.assignments or words.text or small_talk(said) is None):
        await correct(context, held, words, source_of_message(context.chat_id, context.message.message_id))
        return
    job = await _job_meant(context)
    talk = None if words.text else small_talk(said)
    options, problems = read_for(context, job, words) if job is not None else (Options(), [])
    if job is None and not await _has_stickers(context):
        await context.answer(context.say("send-a-selfie"))
    elif talk is not None:
        await context.reply(context.say(talk.value))
    elif problems:
        await context.reply(explain_problems(context.language, problems))
    elif job is not None and words.text and (refusal := await text.refused(context, words.text)):
        await context.reply(refusal)
    elif job is not None and (options or style_of_words(words)):
        await _draw_as_said(context, job, words, options)
    elif job is not None and words.text:
        if words.emoji:
            await _give_emoji(context, job, words.emoji)
        await text.write(context, job, words.text)
    elif job is not None and words.emoji:
        await context.reply(await _give_emoji(context, job, words.emoji))
    else:
        await context.reply(context.say("words-unused"))


async def on_late_caption(context: UpdateContext, job: Job, caption: ParsedCaption) -> None:
    """Draw the photo of a sticker that is begun or made once more, as its edited caption says; nothing new, nothing."""
    options, _ = read_for(context, job, caption)
    name = options.style or style_of_words(caption)
    if (name and name != job.drawn_style) or replace(options, style=None):
        what = "-".join([name or "", *sorted(caption.assignments.values())])
        source = f"{source_of_message(context.chat_id, context.message.message_id)}:edited:{what}"
        earlier = await context.service.job_from(source)
        if earlier is None:
            await _redraw(context, job, source, options, name, caption)
            return
        job = earlier
    if caption.text and caption.text != job.request.text:
        await text.write(context, job, caption.text)
    if caption.emoji and caption.emoji != Addressee.of(job).emoji:
        await context.reply(await _give_emoji(context, job, caption.emoji))


async def _draw_as_said(context: UpdateContext, job: Job, words: ParsedCaption, options: Options) -> None:
    """Change the request of a job that waits; draw the photo of any other once more."""
    name = options.style or style_of_words(words)
    if job.status is JobStatus.QUEUED:
        request: dict[str, Any] = {"prompt": "", "style": name} if name else {}
        request |= options.request
        request |= {"text": words.text} if words.text else {}
        request |= {"parameters": dict(options.parameters)} if options.parameters else {}
        if await context.service.change_request(job.id, seed=options.seed, **request):
            if words.emoji:
                await context.service.set_note(job.id, emoji=words.emoji)
            title = style_title(context.language, style(name or job.request.style))
            await context.reply(context.say("words-style", style=title))
            return
    source = source_of_message(context.chat_id, context.message.message_id)
    await _redraw(context, job, source, options, name, words)


async def _redraw(
    context: UpdateContext, job: Job, source: str, options: Options, name: str | None, words: ParsedCaption
) -> None:
    """Submit another sticker of the job's photo. Raises what `service.again` raises."""
    to = Addressee(
        context.chat_id,
        context.message.message_id,
        context.first_name,
        context.language,
        words.emoji or Addressee.of(job).emoji,
        thread=context.thread,
    )
    again = await context.service.again(
        job,
        source=source,
        note=to.to_json(),
        style=name,
        shape=options.shape,
        outline=options.outline,
        outline_width=options.outline_width,
        model=options.model or (context.parts.offers.model_for(None) if job.request.model in SHEETS else None),
        parameters=options.parameters,
        seed=options.seed,
        new_seed=name == job.drawn_style,
        text=words.text or None,
    )
    if not again.status.is_final:
        context.parts.notifier.announce(again)


def read_for(context: UpdateContext, job: Job, words: ParsedCaption) -> tuple[Options, list[WrongAssignment]]:
    """Read the `key=value` words that are about a job's photo."""
    model = context.parts.offers.model_for(job.request.model)
    return context.parts.offers.read(words.assignments, model)


def is_held(job: Job) -> bool:
    """Return whether a job failed because of wrong `key=value` words: corrected ones draw its photo."""
    return job.error_code == ParameterRefused.code and Addressee.of(job).wrong is not None


async def correct(context: UpdateContext, held: Job, words: ParsedCaption, source: str) -> None:
    """Draw the photo of a held job as the corrected words say; what they leave open is as it was, what was wrong gone.

    A value out of its limits stays wrong until there is another one. Raises what `service.submit` raises.
    """
    to, service, offers = Addressee.of(held), context.service, context.parts.offers
    model = offers.model_for(held.request.model)
    wrong = take_assignments(to.wrong or "")[1]
    _, earlier = offers.read(wrong, model)
    still = {each.name: wrong[each.name] for each in earlier if each.key not in UNKNOWN} if words.assignments else {}
    options, problems = offers.read({**still, **words.assignments}, model)
    if problems:
        await context.reply(explain_problems(context.language, problems))
        return
    note = replace(
        to,
        language=context.language,
        emoji=words.emoji or to.emoji,
        progress=None,
        wrong=None,
        is_closed=bool(to.album),
    )
    job = await service.submit(
        Submission(
            context.owner,
            source,
            words.prompt or held.request.prompt,
            options.style or style_of_words(words) or held.request.style,
            held.seed if options.seed is None else options.seed,
            model=options.model or model,
            parameters={**held.request.parameters, **options.parameters},
            note=note.to_json(),
            only_stickers=True,
            text=words.text or held.request.text,
            shape=options.shape or held.request.shape,
            outline=options.outline or held.request.outline,
            outline_width=options.outline_width or held.request.outline_width,
        )
    )
    if job.wants_photo:
        context.parts.notifier.announce(job)


async def draw_without(context: UpdateContext, press: Press) -> str:
    """Draw the photo of a held job without what was wrong. Raises `NoSuchJob`, and what `service.submit` raises."""
    held = await context.service.own(context.owner, press.job_id)
    if not is_held(held):
        return context.say("press-stale")
    await correct(context, held, ParsedCaption(""), f"{held.source}:without")
    context.edit(None)
    return await context.say_drawing()


async def _held_job(context: UpdateContext) -> Job | None:
    """Return the held job that is replied to, else the person's last one where it is held."""
    job = await _job_of_reply(context)
    if job is None:
        jobs = await context.service.page_of(context.owner, 1)
        job = next(iter(jobs), None)
    return job if job is not None and is_held(job) else None


async def _give_emoji(context: UpdateContext, job: Job, emoji: str) -> str:
    """Give the job's sticker, or all of them, other emoji, in its pack too. Raises `PackError`.

    What counts is the sticker that is now in the job's place; one that takes it later takes over the emoji, too.
    """
    rows = await context.service.packs.stickers_of(job.id)
    holder = await holder_of(context.service, job)
    one = holder.id if holder else job.id
    for sticker_id in [row.id for row in rows] or [one]:
        if not await context.parts.sets.set_emoji(context.user_id, sticker_id, emoji_in(emoji)):
            return context.say("words-emoji-refused", emoji=emoji)
    for job_id in {job.id, one}:
        await context.service.set_note(job_id, emoji=emoji)
    return context.say("words-emoji", emoji=emoji)


async def _job_meant(context: UpdateContext) -> Job | None:
    """Return the job of the message that is replied to, else the topic's last; None where it has no photo to draw."""
    job = await _job_of_reply(context)
    if job is None:
        jobs = [each for each in await context.service.jobs_of(context.owner) if each.has_photo or each.wants_photo]
        notes = [(each, Addressee.of(each)) for each in jobs]
        jobs = [each for each, to in notes if not to.is_file and to.chat == context.chat_id]  # not of a group
        here = [each for each in jobs if Addressee.of(each).thread == context.thread]
        job = next(reversed(here or jobs), None)
    if job is not None and job.request.model in SHEETS and job.parent:
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


FEATURE = Feature(
    messages=((PRIVATE & only.TEXT & ~only.COMMAND, on_words),),
    callbacks={"without": Callback(draw_without)},
)
