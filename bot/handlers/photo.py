"""A photo, a picture sent as a file, or an album of them becomes a job: only its row is written, nothing fetched."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram import Document, Message, PhotoSize
from telegram.ext import filters as only

from bot.delivery.addressee import CONSENT, Addressee, source_of_album, source_of_message
from bot.handlers import text
from bot.handlers.context import PhotosNotTaken, UpdateContext, job_of_message
from bot.handlers.feature import EDITED_PRIVATE, PRIVATE, Feature
from bot.handlers.words import correct, is_held, on_late_caption, read_for
from bot.words.assignments import WrongAssignment, explain_problems, join_assignments, take_assignments
from bot.words.captions import ParsedCaption, parse_caption
from bot.words.sentences import explain_error
from engine.errors import ParameterRefused
from engine.styles import DEFAULT_STYLE
from engine.types import OutlineWidth
from service.errors import DailyLimitReached, PhotoTooBig, QueueFull, TooManyJobs
from service.limits import MAX_PHOTO_BYTES
from service.person_settings import PersonSettings
from service.stickers import Submission
from storage.records import Job, JobStatus

NO_ALBUM: Mapping[str, str] = {}
_BURST_S = 1.0  # one refusal stands for all photos that follow each other within this time


class _BigFile(only.MessageFilter):
    """A file that cannot be looked into and does not call itself a picture."""

    def filter(self, message: Message) -> bool:
        file = message.document
        is_picture = file is not None and (file.mime_type or "").startswith("image/")
        return file is not None and not is_picture and (file.file_size or 0) > MAX_PHOTO_BYTES


# The content alone decides: senders' apps know pictures by many names and types, or by none. Animations are documents,
# too; they are told apart in `unknown`.
_FILES = only.Document.ALL & ~(only.ANIMATION | only.VIDEO) & ~_BigFile()


async def on_photo(context: UpdateContext) -> None:
    """Submit a job that knows which file its photo is; what takes time goes on beside the conversation."""
    album = context.message.media_group_id
    if album is not None:
        await _on_album(context, album)
        return
    source = source_of_message(context.chat_id, context.message.message_id)
    job = await _submit(context, source, await _caption(context), photo=_file(context).file_id)
    if job is None or not job.wants_photo:  # refused, or this message came a second time
        return
    if (_file(context).file_size or 0) > MAX_PHOTO_BYTES:
        await context.service.fail(job.id, PhotoTooBig.code)
        return
    if Addressee.of(job).wrong:
        await context.service.fail(job.id, ParameterRefused.code)
        return
    context.parts.notifier.announce(job)


async def _on_album(context: UpdateContext, album: str) -> None:
    """Add a photo to the job of its album: the first one to come begins it, in whatever order they come.

    A photo that comes when the album is complete is a job of its own.
    """
    service, file, message = context.service, _file(context), str(context.message.message_id)
    file_id = "" if (file.file_size or 0) > MAX_PHOTO_BYTES else file.file_id
    caption = context.message.caption or ""
    job = await service.job_from(source_of_album(context.chat_id, album))
    if job is None:
        if context.parts.refused_albums.find(album):
            return
        captioned = context.message.message_id if caption else None
        job = await _submit(
            context,
            source_of_album(context.chat_id, album),
            await _caption(context),
            album={message: file_id},
            captioned=captioned,
        )
        if job is None:
            context.parts.refused_albums.put(album, True)
    elif message not in Addressee.of(job).album:
        job = await _join(context, job, message, file_id)
    if job is None or not job.wants_photo:
        return
    first = Addressee.of(job).captioned
    if caption and (first is None or context.message.message_id < first):  # of several captions the first one counts
        words = await _caption(context)
        _, problems = await _change_request(context, job, words)
        wrong = join_assignments(words.assignments) if problems else None
        await service.set_note(job.id, captioned=context.message.message_id, emoji=words.emoji, wrong=wrong)
    context.parts.notifier.announce(job)


async def _join(context: UpdateContext, job: Job, message: str, file_id: str) -> Job | None:
    """Write into the row of an album that it has another photo; return the job of that photo."""
    if job.wants_photo and not Addressee.of(job).is_closed:
        joined = await context.service.set_note(job.id, album={message: file_id})
        if joined is not None and joined.wants_photo and not Addressee.of(joined).is_closed:
            return joined
        await context.service.set_note(job.id, album={message: None})  # it was completed at that moment
    if job.status is JobStatus.CANCELLED:
        return None
    words = await _caption(context)
    if not context.message.caption:
        to = Addressee.of(job)
        wrong = take_assignments(to.wrong or "")[1]
        words = ParsedCaption(job.request.prompt, to.emoji, job.request.style, wrong, job.request.text)
    return await _submit(
        context, source_of_message(context.chat_id, context.message.message_id), words, photo=file_id or None
    )


async def _submit(
    context: UpdateContext,
    source: str,
    caption: ParsedCaption,
    *,
    photo: str | None = None,
    album: Mapping[str, str] = NO_ALBUM,
    captioned: int | None = None,
) -> Job | None:
    """Submit a job; None, once the person has been told, where it is refused."""
    model = context.parts.offers.model_for(context.user.model)
    options, problems = context.parts.offers.read(caption.assignments, model)
    to = Addressee(
        context.chat_id,
        context.message.message_id,
        context.first_name,
        context.language,
        caption.emoji,
        thread=context.thread,
        photo=photo,
        album=album,
        captioned=captioned,
        wrong=join_assignments(caption.assignments) if problems else None,
        is_first=CONSENT not in context.user.hints_shown and PersonSettings.of(context.user).adds_to_pack,
    )
    try:
        job = await context.service.submit(
            Submission(
                context.owner,
                source,
                caption.prompt,
                options.style or caption.style,
                options.seed,
                model=options.model or model,
                parameters=options.parameters,
                note=to.to_json(),
                only_stickers=True,
                text=caption.text,
                shape=options.shape,
                outline=options.outline,
                outline_width=options.outline_width or OutlineWidth.NORMAL,
            )
        )
    except (TooManyJobs, QueueFull, DailyLimitReached) as refusal:
        await _refuse(context, explain_error(context.language, refusal))
        return None
    if to.is_first:
        await context.service.show_hint_once(context.owner, CONSENT)
    return job


async def _caption(context: UpdateContext) -> ParsedCaption:
    """Parse the caption of the message; a text that cannot stand on a sticker is left out, and the person told."""
    caption = parse_caption(context.message.caption or "")
    if caption.text and (refusal := await text.refused(context, caption.text)):
        await context.reply(refusal)
        return replace(caption, text="")
    return caption


def _file(context: UpdateContext) -> PhotoSize | Document:
    file = context.message.photo[-1] if context.message.photo else context.message.document
    assert file is not None  # noqa: S101 - the filters let only photos and documents through
    return file


async def _refuse(context: UpdateContext, sentence: str) -> None:
    """Say it once for all photos that were sent before it stood there, and for what follows them closely."""
    refusals, chat_id = context.parts.refusals, context.chat_id
    last = refusals.find(chat_id)
    if last is not None and (
        last.message_id is None or context.message.message_id < last.message_id or time.monotonic() - last.at < _BURST_S
    ):
        refusals.put(chat_id, PhotosNotTaken(last.message_id, time.monotonic()))
        return
    refusals.put(chat_id, PhotosNotTaken(None, time.monotonic()))
    try:
        message_id = (await context.reply(sentence)).message_id
    except BaseException:
        refusals.drop(chat_id)
        raise
    refusals.put(chat_id, PhotosNotTaken(message_id, time.monotonic()))


async def on_new_caption(context: UpdateContext) -> None:
    """Change the request of a job that waits; what is begun or made is drawn once more as the new caption says."""
    service = context.service
    job = await job_of_message(service, context.message)
    if job is None:
        return
    caption = await _caption(context)
    if is_held(job):
        digest = hashlib.sha256((context.message.caption or "").encode()).hexdigest()[:16]
        await correct(context, job, caption, f"{job.source}:edited:{digest}")
        return
    _, problems = read_for(context, job, caption)
    if problems:
        await context.reply(explain_problems(context.language, problems))
        return
    changed, _ = await _change_request(context, job, caption) if job.status is JobStatus.QUEUED else (None, [])
    if changed is not None:
        if caption.emoji:
            await service.set_note(job.id, emoji=caption.emoji)
    elif job.has_photo:
        await on_late_caption(context, job, caption)


async def _change_request(
    context: UpdateContext, job: Job, caption: ParsedCaption
) -> tuple[Job | None, list[WrongAssignment]]:
    """Change what a waiting job asks for; return it, None where it does not wait any more, and what is wrong."""
    options, problems = read_for(context, job, caption)
    style = options.style or caption.style or context.user.style or DEFAULT_STYLE
    request: dict[str, Any] = {"prompt": caption.prompt, "style": style, "parameters": dict(options.parameters)}
    request["text"] = caption.text
    request |= options.request | ({"model": options.model} if options.model else {})
    return await context.service.change_request(job.id, seed=options.seed, **request), problems


FEATURE = Feature(
    messages=(
        (PRIVATE & (only.PHOTO | _FILES), on_photo),
        (EDITED_PRIVATE & (only.PHOTO | _FILES), on_new_caption),
    ),
)
