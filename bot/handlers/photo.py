"""A photo, or a picture sent as a file, becomes a job. The row first, then everything that takes time."""

from __future__ import annotations

import logging
import time

from telegram import Message
from telegram.ext import filters as only

from bot.delivery.addressee import Addressee, source_of_message
from bot.errors import DownloadFailed
from bot.handlers.context import UpdateContext
from bot.handlers.feature import EDITED_PRIVATE, PRIVATE, Feature
from bot.handlers.words import on_late_caption
from bot.transport.downloads import download
from bot.words.captions import parse_caption
from bot.words.sentences import explain_error
from engine.model import FACE
from engine.styles import DEFAULT_STYLE
from service.errors import DailyLimitReached, PhotoTooBig, QueueFull, TooManyJobs
from service.limits import MAX_PHOTO_BYTES
from service.stickers import Submission
from storage.errors import StorageError
from storage.records import Job, JobStatus

logger = logging.getLogger(__name__)

_BURST_S = 10.0  # one refusal stands for all photos that follow each other within this time


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
    """Submit a job, then fetch its photo."""
    source = source_of_message(context.chat_id, context.message.message_id)
    caption = parse_caption(_caption(context))
    to = Addressee(context.chat_id, context.message.message_id, context.first_name, context.language, caption.emoji)
    submission = Submission(context.owner, source, caption.prompt, caption.style, note=to.to_json())
    try:
        job = await context.service.submit(submission)
    except (TooManyJobs, QueueFull, DailyLimitReached) as refusal:  # debounced: one sentence for twenty photos
        now, refused_at = time.monotonic(), context.parts.refused_at
        last = refused_at.find(context.chat_id)
        refused_at.put(context.chat_id, now)
        if last is None or now - last > _BURST_S:
            await context.reply(explain_error(context.language, refusal))
        return
    if not job.wants_photo:
        return  # this message came a second time
    context.parts.notifier.announce(job)
    try:
        await _attach_photo(context, job)
    except StorageError as error:
        logger.warning("job %s: its photo could not be kept: %s", job.id[:8], error.code)
        await context.service.fail(job.id, error.code)


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


async def _attach_photo(context: UpdateContext, job: Job) -> None:
    """Download the photo and give it to the job; what is wrong with it ends the job, and the notifier says so."""
    file = context.message.photo[-1] if context.message.photo else context.message.document
    assert file is not None  # noqa: S101 - the filters let only photos and documents through
    try:
        if (file.file_size or 0) > MAX_PHOTO_BYTES:
            raise PhotoTooBig
        data = await download(context.bot, file.file_id)
    except (PhotoTooBig, DownloadFailed) as error:
        await context.service.fail(job.id, error.code)
        return
    await context.service.attach_inputs(job.id, {FACE: [data]})


FEATURE = Feature(
    messages=(
        (PRIVATE & (only.PHOTO | _FILES), on_photo),
        (EDITED_PRIVATE & (only.PHOTO | _FILES), on_new_caption),
    ),
)
