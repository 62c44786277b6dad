"""Progress messages: one per job, edited seldom, never after the end. Knows no queue, no event.

What is over soon needs no message: its progress is a draft (`sendMessageDraft`), which costs no limit, makes no sound
and is gone by itself when the sticker comes. A draft cannot have buttons: a job that lasts longer gets its message with
the button that stops it. Never both: Telegram drops a draft when the bot sends a message to that chat.

Nothing here is needed for a delivery: every edit may be lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery import keyboards
from bot.delivery.addressee import CONSENT, Addressee
from bot.transport.rate_limits import DELIVERY, DROPPABLE, PROGRESS, Priority, Urgency
from bot.transport.telegram_errors import NOBODY_THERE, WILL_PASS, TelegramErrorKind, classify
from bot.words.translations import say
from storage.records import Job

logger = logging.getLogger(__name__)

EDIT_EVERY_S = 3.0  # Telegram counts edits as messages: about one a second in a chat
ACTION_EVERY_S = 4.5  # an action is shown for 5 s
_DRAFT = Urgency(max_wait_s=1.0, patience_s=0.0, priority=Priority.PROGRESS)  # else a message
_MAX_EDITS = 5  # in one flush: with a long queue everybody's place changes at every end


@dataclass(slots=True)
class _ProgressMessage:
    """One message. The lock keeps an edit under way from overtaking the last one.

    `preview` is the newest picture that was not shown yet; with the first one the message becomes a photo, and its text
    a caption. A chat or a server that does not take one gets no other. `to.progress` None: it is being sent, or with a
    `draft_id` it is a draft so far.
    """

    to: Addressee
    shown: str
    text: str
    edited_at: float
    preview: bytes = b""
    is_photo: bool = False
    takes_previews: bool = True
    is_drawing: bool = False
    draft_id: int = 0
    action_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def message_id(self) -> int:
        assert self.to.progress is not None  # noqa: S101 - `open` sends the message first
        return self.to.progress


class ProgressBoard:
    """Keep the progress messages of all jobs under way. `clock` gives seconds on any scale."""

    def __init__(self, bot: ExtBot[Urgency], clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._clock = clock
        self._messages: dict[str, _ProgressMessage] = {}
        self._takes_drafts = True  # until the server says otherwise

    def __len__(self) -> int:
        return len(self._messages)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._messages

    def is_draft(self, job_id: str) -> bool:
        """Return whether the job's progress is shown as a draft, and not as a message yet."""
        message = self._messages.get(job_id)
        return message is not None and message.draft_id != 0

    async def draft(self, job: Job, text: str) -> bool:
        """Show the job's progress as a draft until `open` sends its message; False where that has to be now.

        A chat has one draft at a time, a person's first photo none: what others can see is told by a message. Raises
        `TelegramError` where nobody is there.
        """
        to = Addressee.of(job)
        is_taken = any(each.draft_id and each.to.chat == to.chat for each in self._messages.values())
        if not self._takes_drafts or is_taken or to.is_first or to.progress is not None:
            return False
        draft_id = int(job.id[:7], 16) or 1
        message = self._messages[job.id] = _ProgressMessage(to, "", text, self._clock(), draft_id=draft_id)
        try:
            await self._send_draft(message, _DRAFT)
        except TelegramError as error:
            kind = classify(error)
            if self._messages.get(job.id) is message:
                del self._messages[job.id]
            if kind in NOBODY_THERE:
                raise
            if kind in (TelegramErrorKind.OTHER, TelegramErrorKind.TOKEN_REJECTED):  # 404 reads like a rejected token
                self._takes_drafts = False
                logger.info("this server takes no drafts: progress is shown by messages")
            return False
        return True

    async def _send_draft(self, message: _ProgressMessage, urgency: Urgency) -> None:
        message.shown = message.text
        await self._bot.send_message_draft(
            message.to.chat,
            message.draft_id,
            message.shown,
            message_thread_id=message.to.thread,
            rate_limit_args=urgency,
        )

    async def open(self, job: Job, text: str) -> int | None:
        """Send the job's progress message, or take over the one it has; return its id.

        None where the job was closed before the message was there: then it is deleted. Raises `TelegramError`.
        """
        to = Addressee.of(job)
        text = _with_consent(to, text)
        draft = self._messages.get(job.id)
        if draft is not None and draft.draft_id:  # it lasts: say what the draft says now
            text = draft.text
        message = self._messages[job.id] = _ProgressMessage(to, "", text, self._clock())
        if draft is not None:
            message.is_drawing, message.action_at = draft.is_drawing, draft.action_at
        if to.progress is not None:
            return to.progress
        try:
            sent = await self._bot.send_message(
                to.chat,
                text,
                reply_to_message_id=to.reply_to,
                allow_sending_without_reply=True,
                message_thread_id=to.thread,
                reply_markup=keyboards.progress(to.language, job.id),
                rate_limit_args=PROGRESS,
            )
        except BaseException:
            if self._messages.get(job.id) is message:
                del self._messages[job.id]
            raise
        if self._messages.get(job.id) is not message:
            await self._bot.delete_message(to.chat, sent.message_id)
            return None
        message.to, message.shown, message.edited_at = replace(to, progress=sent.message_id), text, self._clock()
        return sent.message_id

    def set_text(self, job_id: str, key: str, **variables: int) -> None:
        """Set what the message says from the next flush on."""
        if message := self._messages.get(job_id):
            message.text = _with_consent(message.to, say(message.to.language, key, **variables))

    def set_preview(self, job_id: str, picture: bytes) -> None:
        """Set what the sticker looks like so far, a small JPEG; a newer one takes its place until it is shown."""
        if (message := self._messages.get(job_id)) and message.takes_previews:
            message.preview = picture

    def set_drawing(self, job_id: str) -> None:
        """Show in the chat, from the next flush on, that a sticker is being chosen for it."""
        if message := self._messages.get(job_id):
            message.is_drawing = True

    async def flush(self) -> None:
        """Make the edits and chat actions that are due."""
        now = self._clock()
        due = [
            (job_id, message)
            for job_id, message in self._messages.items()
            if message.to.progress is not None
            and (message.text != message.shown or message.preview)
            and now - message.edited_at >= EDIT_EVERY_S
        ]
        await asyncio.gather(*(self._edit(job_id, message) for job_id, message in due[:_MAX_EDITS]))
        for message in list(self._messages.values()):
            if message.draft_id and message.text != message.shown:
                try:
                    await self._send_draft(message, DROPPABLE)
                except TelegramError as error:
                    logger.debug("a draft was not shown: %s", classify(error))
        for message in list(self._messages.values()):
            if message.is_drawing and now - message.action_at >= ACTION_EVERY_S:
                message.action_at = now
                try:
                    await self._bot.send_chat_action(
                        message.to.chat,
                        ChatAction.CHOOSE_STICKER,
                        message_thread_id=message.to.thread,
                        rate_limit_args=DROPPABLE,
                    )
                except TelegramError as error:
                    logger.debug("chat action: %s", classify(error))

    async def show_now(self, job: Job, text: str) -> bool:
        """Edit at once, once; the message stays open. False where there is no message. Raises `TelegramError`."""
        message = self._messages.get(job.id)
        if message is None:
            return await self.close(job, text)
        if message.draft_id:  # this is to stay
            del self._messages[job.id]
            return False
        if message.to.progress is None or message.shown == text:
            message.text = text
            return True
        message.text = text
        async with message.lock:
            message.shown, message.edited_at, message.is_drawing = text, self._clock(), False
            try:
                return await self._set_last(
                    message.to.chat, message.message_id, text, None, DELIVERY, is_photo=message.is_photo
                )
            except TelegramError:
                message.shown = ""
                raise

    async def close(
        self,
        job: Job,
        text: str | None,
        keyboard: InlineKeyboardMarkup | None = None,
        urgency: Urgency = DELIVERY,
    ) -> bool:
        """Make the last change of a job's message: `text`, or its deletion. False where there was none to change.

        Raises `TelegramError` where the last text could not be shown.
        """
        message = self._messages.pop(job.id, None)
        to = message.to if message else Addressee.of(job)
        if to.progress is None:
            return False
        if message is None:
            return await self._set_last(to.chat, to.progress, text, keyboard, urgency, is_photo=False)
        async with message.lock:
            return await self._set_last(to.chat, to.progress, text, keyboard, urgency, is_photo=message.is_photo)

    async def end_with(
        self,
        job: Job,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        urgency: Urgency = DELIVERY,
    ) -> None:
        """Make `text` the last change of a job's message; where that is gone, send a new one.

        Raises `TelegramError`.
        """
        if not await self.close(job, text, keyboard, urgency):
            to = Addressee.of(job)
            await self._bot.send_message(
                to.chat,
                text,
                reply_to_message_id=to.reply_to,
                allow_sending_without_reply=True,
                message_thread_id=to.thread,
                reply_markup=keyboard,
                rate_limit_args=urgency,
            )

    def forget(self, job_id: str) -> None:
        """Follow this job no more; its message stays as it is."""
        self._messages.pop(job_id, None)

    async def _set_last(
        self,
        chat: int,
        message_id: int,
        text: str | None,
        keyboard: InlineKeyboardMarkup | None,
        urgency: Urgency,
        *,
        is_photo: bool,
    ) -> bool:
        """Delete the message, or leave it with `text` and these buttons."""
        try:
            if text is None:
                await self._bot.delete_message(chat, message_id, rate_limit_args=urgency)
            elif is_photo:
                await self._bot.edit_message_caption(
                    chat, message_id, caption=text, reply_markup=keyboard, rate_limit_args=urgency
                )
            else:
                await self._bot.edit_message_text(
                    text, chat, message_id, reply_markup=keyboard, rate_limit_args=urgency
                )
        except TelegramError as error:
            match classify(error):
                case TelegramErrorKind.NOT_MODIFIED:
                    return True
                case TelegramErrorKind.HAS_NO_TEXT if not is_photo:  # the last process had shown a preview in it
                    return await self._set_last(chat, message_id, text, keyboard, urgency, is_photo=True)
                case TelegramErrorKind.MESSAGE_GONE | TelegramErrorKind.OTHER:
                    return False
            raise
        return True

    async def _edit(self, job_id: str, message: _ProgressMessage) -> None:
        """Edit the text, the caption, or the picture with its caption."""
        async with message.lock:
            if job_id not in self._messages or (message.text == message.shown and not message.preview):
                return
            message.shown, message.edited_at = message.text, self._clock()
            keyboard = keyboards.progress(message.to.language, job_id)
            chat, message_id = message.to.chat, message.message_id
            try:
                if message.preview and await self._show_preview(message, keyboard):
                    return
                if message.is_photo:
                    answer = await self._bot.edit_message_caption(
                        chat, message_id, caption=message.shown, reply_markup=keyboard, rate_limit_args=DROPPABLE
                    )
                else:
                    answer = await self._bot.edit_message_text(
                        message.shown, chat, message_id, reply_markup=keyboard, rate_limit_args=DROPPABLE
                    )
                if not isinstance(answer, Message):  # dropped: it would have had to wait
                    message.shown = ""
            except TelegramError as error:
                kind = classify(error)
                if kind is TelegramErrorKind.HAS_NO_TEXT:  # an earlier process had shown a preview in it
                    message.is_photo, message.shown = True, ""
                elif kind in WILL_PASS:
                    message.shown = ""
                logger.debug("progress of job %s: %s", job_id[:8], kind)

    async def _show_preview(self, message: _ProgressMessage, keyboard: InlineKeyboardMarkup) -> bool:
        """Show the newest picture, once; return whether it stands there now. Without it everything works."""
        media = InputMediaPhoto(message.preview, caption=message.shown, filename="preview.jpg")
        message.preview = b""
        try:
            answer = await self._bot.edit_message_media(
                media, message.to.chat, message.message_id, reply_markup=keyboard, rate_limit_args=DROPPABLE
            )
        except TelegramError as error:
            message.takes_previews = classify(error) in (TelegramErrorKind.WAIT, TelegramErrorKind.AMBIGUOUS)
            logger.debug("a preview was not taken: %s", classify(error))
            return False
        was_sent = isinstance(answer, Message)  # a droppable call that had to wait was not
        message.is_photo = message.is_photo or was_sent
        return was_sent


def _with_consent(to: Addressee, text: str) -> str:
    """Return `text`, at a person's first photo below what others will be able to see."""
    return f"{say(to.language, CONSENT)}\n{text}" if to.is_first else text
