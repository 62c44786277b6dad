"""The messages that say how far a sticker is: one per job, edited seldom, never after the end.

Nothing here is needed for a delivery: every edit may be lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.addressee import Addressee
from bot.transport.rate_limits import DROPPABLE, Urgency
from bot.transport.telegram_errors import Refusal, classify
from bot.words import buttons as keyboards
from bot.words.translations import say
from storage.records import Job

logger = logging.getLogger(__name__)

EDIT_EVERY_S = 3.0  # Telegram counts edits as messages: about one a second in a chat
ACTION_EVERY_S = 4.5  # an action is shown for 5 s
_EDITS_A_LOOK = 10  # with a long queue everybody's place changes at every end


@dataclass(slots=True)
class _Line:
    """One progress message. The lock keeps an edit under way from overtaking the last one.

    `preview` is the newest picture that was not shown yet; with the first one the message becomes a photo, and its text
    a caption. A chat or a server that does not take one gets no other.
    """

    to: Addressee
    text: str
    wanted: str
    edited_at: float
    preview: bytes = b""
    is_photo: bool = False
    takes_previews: bool = True
    is_drawing: bool = False
    action_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ProgressBoard:
    """The progress messages of all jobs under way. `clock` gives seconds on any scale."""

    def __init__(self, bot: ExtBot[Urgency], clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._clock = clock
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._lines

    async def open(self, job: Job, text: str) -> int:
        """Send the job's progress message, or take over the one it has; returns its id. Raises `TelegramError`."""
        to = Addressee.of(job)
        message_id = to.progress
        shown = ""
        if message_id is None:
            message = await self._bot.send_message(
                to.chat,
                text,
                reply_to_message_id=to.message,
                allow_sending_without_reply=True,
                reply_markup=keyboards.cancel(to.language, job.id),
            )
            message_id, shown = message.message_id, text
        self._lines[job.id] = _Line(_at(to, message_id), shown, text, self._clock())
        return message_id

    def want(self, job_id: str, key: str, **variables: int) -> None:
        """What the message should say at the next look."""
        if line := self._lines.get(job_id):
            line.wanted = say(line.to.language, key, **variables)

    def preview(self, job_id: str, picture: bytes) -> None:
        """What the drawing looks like so far, a small JPEG; a newer one takes its place until it is shown."""
        if (line := self._lines.get(job_id)) and line.takes_previews:
            line.preview = picture

    def drawing(self, job_id: str) -> None:
        """From now on the chat shows that something is being chosen for it."""
        if line := self._lines.get(job_id):
            line.is_drawing = True

    async def look(self) -> None:
        """Make the edits and actions that are due."""
        now = self._clock()
        due = [
            (job_id, line)
            for job_id, line in self._lines.items()
            if (line.wanted != line.text or line.preview) and now - line.edited_at >= EDIT_EVERY_S
        ]
        for job_id, line in due[:_EDITS_A_LOOK]:
            await self._edit(job_id, line)
        for line in list(self._lines.values()):
            if line.is_drawing and now - line.action_at >= ACTION_EVERY_S:
                line.action_at = now
                await self._act(line)

    async def close(self, job: Job, text: str | None, keyboard: InlineKeyboardMarkup | None = None) -> bool:
        """The last change of a job's message: `text`, or its deletion. False where there was none to change.

        Raises `TelegramError` where the last text could not be shown.
        """
        line = self._lines.pop(job.id, None)
        to = line.to if line else Addressee.of(job)
        if to.progress is None:
            return False
        if line:
            async with line.lock:
                return await self._last(to.chat, to.progress, text, keyboard, is_photo=line.is_photo)
        return await self._last(to.chat, to.progress, text, keyboard)

    def forget(self, job_id: str) -> None:
        """Follow this job no more; its message stays as it is."""
        self._lines.pop(job_id, None)

    async def show_now(self, job: Job, text: str) -> bool:
        """An important change, edited at once; the message stays open."""
        line = self._lines.get(job.id)
        if line is None:
            return await self.close(job, text)
        line.wanted = text
        async with line.lock:
            line.text, line.edited_at, line.is_drawing = text, self._clock(), False
            return await self._last(line.to.chat, line.to.progress or 0, text, None, is_photo=line.is_photo)

    async def _last(
        self,
        chat: int,
        message_id: int,
        text: str | None,
        keyboard: InlineKeyboardMarkup | None,
        *,
        is_photo: bool = False,
    ) -> bool:
        try:
            if text is None:
                await self._bot.delete_message(chat, message_id)
            elif is_photo:
                await self._bot.edit_message_caption(chat, message_id, caption=text, reply_markup=keyboard)
            else:
                await self._bot.edit_message_text(text, chat, message_id, reply_markup=keyboard)
        except TelegramError as error:
            match classify(error):
                case Refusal.NOT_MODIFIED:
                    return True
                case Refusal.HAS_NO_TEXT if not is_photo:  # the last process had shown a preview in it
                    return await self._last(chat, message_id, text, keyboard, is_photo=True)
                case Refusal.MESSAGE_GONE | Refusal.OTHER:
                    return False
            raise
        return True

    async def _edit(self, job_id: str, line: _Line) -> None:
        async with line.lock:
            if job_id not in self._lines or (line.wanted == line.text and not line.preview):
                return
            line.text, line.edited_at = line.wanted, self._clock()
            try:
                await self._show(job_id, line)
            except TelegramError as error:
                refusal = classify(error)
                if refusal is Refusal.HAS_NO_TEXT:  # an earlier process had shown a preview in it
                    line.is_photo, line.text = True, ""
                logger.debug("progress of job %s: %s", job_id[:8], refusal)

    async def _show(self, job_id: str, line: _Line) -> None:
        """Edit the text, the caption, or the picture with its caption."""
        keyboard = keyboards.cancel(line.to.language, job_id)
        chat, message_id = line.to.chat, line.to.progress
        if line.preview:
            picture, line.preview = line.preview, b""
            if await self._show_preview(line, picture, keyboard):
                return
        if line.is_photo:
            await self._bot.edit_message_caption(
                chat, message_id, caption=line.text, reply_markup=keyboard, rate_limit_args=DROPPABLE
            )
        else:
            await self._bot.edit_message_text(
                line.text, chat, message_id, reply_markup=keyboard, rate_limit_args=DROPPABLE
            )

    async def _show_preview(self, line: _Line, picture: bytes, keyboard: InlineKeyboardMarkup) -> bool:
        """Whether the picture stands there now. Without it everything works: it is tried once and never insisted on."""
        media = InputMediaPhoto(picture, caption=line.text, filename="preview.jpg")
        try:
            answer = await self._bot.edit_message_media(
                media, line.to.chat, line.to.progress, reply_markup=keyboard, rate_limit_args=DROPPABLE
            )
        except TelegramError as error:
            line.takes_previews = classify(error) in (Refusal.WAIT, Refusal.AMBIGUOUS)
            logger.debug("a preview was not taken: %s", classify(error))
            return False
        was_sent = isinstance(answer, Message)  # a droppable call that had to wait was not
        line.is_photo = line.is_photo or was_sent
        return was_sent

    async def _act(self, line: _Line) -> None:
        try:
            await self._bot.send_chat_action(line.to.chat, ChatAction.CHOOSE_STICKER, rate_limit_args=DROPPABLE)
        except TelegramError as error:
            logger.debug("chat action: %s", classify(error))


def _at(to: Addressee, message_id: int) -> Addressee:
    return Addressee(to.chat, to.message, to.first_name, to.language, to.emoji, message_id)
