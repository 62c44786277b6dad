"""A photo, or a picture sent as a file, becomes a job. The row first, then everything that takes time."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from bot.addressee import Addressee, source_of_message
from bot.caption import read_caption
from bot.download import DownloadFailed, download
from bot.handlers.turn import Turn, explain_refusal
from engine.model import FACE
from engine.styles import DEFAULT_STYLE
from service.errors import DailyLimitReached, PhotoTooBig, QueueFull, TooManyJobs
from service.limits import MAX_PHOTO_BYTES
from service.stickers import Submission
from storage.errors import StorageError
from storage.records import Job, JobStatus

logger = logging.getLogger(__name__)

_BURST_S = 10.0  # one refusal stands for all photos that follow each other within this time
_ALBUMS_KEPT = 200
_CHATS_KEPT = 1000


class Photos:
    """The photo handler with its short memory: captions of albums, and what was refused a moment ago.

    `clock` gives seconds on any scale.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._captions: OrderedDict[str, str] = OrderedDict()
        self._refused_at: OrderedDict[int, float] = OrderedDict()

    async def on_photo(self, turn: Turn) -> None:
        try:
            job = await turn.parts.service.submit(self._submission(turn))
        except (TooManyJobs, QueueFull, DailyLimitReached) as refusal:
            await self._refuse(turn, refusal)
            return
        if not job.wants_photo:
            return  # this message came a second time
        turn.notifier.announce(job)
        try:
            await _fetch(turn, job)
        except StorageError as error:
            logger.warning("job %s: its photo could not be kept: %s", job.id[:8], error.code)
            await turn.parts.service.fail(job.id, error.code)

    async def on_new_caption(self, turn: Turn) -> None:
        """A caption that is changed before its sticker is begun still counts; afterwards there is "Another"."""
        service = turn.parts.service
        job = await service.job_from(source_of_message(turn.chat_id, turn.message.message_id))
        if job is None or job.status is not JobStatus.QUEUED:
            return
        wish = read_caption(self._caption(turn))
        style = wish.style or turn.user.style or DEFAULT_STYLE
        await service.change_request(job.id, prompt=wish.prompt, style=style)
        if wish.emoji:
            await service.set_note(job.id, emoji=wish.emoji)

    def _submission(self, turn: Turn) -> Submission:
        wish = read_caption(self._caption(turn))
        to = Addressee(turn.chat_id, turn.message.message_id, turn.first_name, turn.language, wish.emoji)
        return Submission(
            owner=turn.owner,
            source=source_of_message(turn.chat_id, turn.message.message_id),
            prompt=wish.prompt,
            style=wish.style,
            note=to.to_json(),
        )

    def _caption(self, turn: Turn) -> str:
        """The photo's own caption, or that of its album: it stands under one of the photos, usually the first."""
        caption, album = turn.message.caption or "", turn.message.media_group_id
        if album is None:
            return caption
        if caption:
            self._captions[album] = caption
            while len(self._captions) > _ALBUMS_KEPT:
                self._captions.popitem(last=False)
        return caption or self._captions.get(album, "")

    async def _refuse(self, turn: Turn, refusal: TooManyJobs | QueueFull | DailyLimitReached) -> None:
        """One sentence for twenty photos, not twenty."""
        now = self._clock()
        last = self._refused_at.get(turn.chat_id)
        self._refused_at[turn.chat_id] = now
        self._refused_at.move_to_end(turn.chat_id)
        while len(self._refused_at) > _CHATS_KEPT:
            self._refused_at.popitem(last=False)
        if last is None or now - last > _BURST_S:
            await turn.reply(explain_refusal(turn.language, refusal))


async def _fetch(turn: Turn, job: Job) -> None:
    """Download the photo and give it to the job; what is wrong with it ends the job, and the notifier says so."""
    service = turn.parts.service
    file_id, size = _file(turn)
    try:
        if size > MAX_PHOTO_BYTES:
            raise PhotoTooBig
        data = await download(turn.bot, file_id)
    except (PhotoTooBig, DownloadFailed) as error:
        await service.fail(job.id, error.code)
        return
    await service.attach_inputs(job.id, {FACE: [data]})


def _file(turn: Turn) -> tuple[str, int]:
    """(file id, bytes as Telegram states them) of the largest version."""
    message = turn.message
    if message.photo:
        return message.photo[-1].file_id, message.photo[-1].file_size or 0
    assert message.document is not None  # noqa: S101 - the filters let only photos and documents through
    return message.document.file_id, message.document.file_size or 0
