"""A photo, or a picture sent as a file, becomes a job: its row is all that is written here, nothing is fetched."""

from __future__ import annotations

import time

from telegram import Message
from telegram.ext import filters as only

from bot.delivery.addressee import Addressee, source_of_message
from bot.handlers.context import PhotosNotTaken, UpdateContext
from bot.handlers.feature import EDITED_PRIVATE, PRIVATE, Feature
from bot.handlers.words import on_late_caption
from bot.words.captions import parse_caption
from bot.words.sentences import explain_error
from engine.styles import DEFAULT_STYLE
from service.errors import DailyLimitReached, PhotoTooBig, QueueFull, TooManyJobs
from service.limits import MAX_PHOTO_BYTES
from service.stickers import Submission
from storage.records import JobStatus

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
    source = source_of_message(context.chat_id, context.message.message_id)
    caption = parse_caption(_caption(context))
    file = context.message.photo[-1] if context.message.photo else context.message.document
    assert file is not None  # noqa: S101 - the filters let only photos and documents through
    to = Addressee(
        context.chat_id,
        context.message.message_id,
        context.first_name,
        context.language,
        caption.emoji,
        thread=context.thread,
        photo=file.file_id,
    )
    submission = Submission(context.owner, source, caption.prompt, caption.style, note=to.to_json())
    try:
        job = await context.service.submit(submission)
    except (TooManyJobs, QueueFull, DailyLimitReached) as refusal:
        await _refuse(context, explain_error(context.language, refusal))
        return
    if not job.wants_photo:
        return  # this message came a second time
    if (file.file_size or 0) > MAX_PHOTO_BYTES:
        await context.service.fail(job.id, PhotoTooBig.code)
        return
    context.parts.notifier.announce(job)


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
    job = await service.job_from(source_of_message(context.chat_id, context.message.message_id))
    if job is None:
        return
    caption = parse_caption(_caption(context))
    style = caption.style or context.user.style or DEFAULT_STYLE
    if job.status is JobStatus.QUEUED and await service.change_request(job.id, prompt=caption.prompt, style=style):
        if caption.emoji:
            await service.set_note(job.id, emoji=caption.emoji)
    elif job.has_photo:
        await on_late_caption(context, job, caption)


def _caption(context: UpdateContext) -> str:
    """Return the photo's own caption, or its album's: that stands under one of the photos, usually the first."""
    caption, album = context.message.caption or "", context.message.media_group_id
    if album is None:
        return caption
    if caption:
        context.parts.album_captions.put(album, caption)
    return caption or context.parts.album_captions.find(album) or ""


FEATURE = Feature(
    messages=(
        (PRIVATE & (only.PHOTO | _FILES), on_photo),
        (EDITED_PRIVATE & (only.PHOTO | _FILES), on_new_caption),
    ),
)
