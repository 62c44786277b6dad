"""Brings one ended job to its owner: into the pack, into the chat, and marks it delivered. Safe to repeat.

A crash after the send and before its note in the row sends the sticker to the chat a second time; into the pack it
never goes twice (`sticker_sets`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot import keyboards
from bot.addressee import Addressee, user_id_of
from bot.errors import explain
from bot.limiter import Urgency
from bot.pack_trouble import PackTrouble, PackWait, UserBlocked
from bot.progress import ProgressBoard
from bot.replies import say
from bot.sticker_sets import InPack, StickerSets
from bot.telegram_errors import Refusal, classify
from engine.errors import UnknownStyle
from engine.model import ResultFile
from engine.styles import style
from engine.types import Note
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Job, JobStatus

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 180.0  # for the pack, before the sticker is sent without it
_DEFAULT_EMOJI = "🙂"
_STICKER_NOT_TAKEN = (Refusal.FILE_REFUSED, Refusal.STICKER_GONE, Refusal.SET_GONE, Refusal.OTHER)
_NOTES = {
    Note.SEVERAL_FACES: "note-several-faces",
    Note.BADGE_FALLBACK: "note-badge-fallback",
    Note.PROMPT_AS_LOOK: "note-prompt-as-look",
    Note.PROMPT_IGNORED: "note-prompt-ignored",
}
_SAID_ONCE = (Note.PROMPT_AS_LOOK, Note.PROMPT_IGNORED)
_NEWS = {
    "first_pack": "news-first-pack",
    "new_pack_after_deletion": "news-new-pack",
    "next_pack": "news-next-pack",
}


class ComeBack(Exception):
    """The job cannot be delivered now; try again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Sent:
    """What goes into the chat: the sticker in its pack, or the bytes where there is no pack to be had."""

    sticker: str | bytes
    keyboard: InlineKeyboardMarkup
    sentences: list[str]
    message_id: int | None = None


class Delivery:
    """Delivers ended jobs, one call per job."""

    def __init__(self, bot: ExtBot[Urgency], service: StickerService, sets: StickerSets, board: ProgressBoard) -> None:
        self._bot = bot
        self._service = service
        self._sets = sets
        self._board = board

    async def deliver(self, job_id: str) -> None:
        """Bring what the job made, or why it made nothing. Raises `ComeBack`, `UserBlocked`, `TelegramError`."""
        job = await self._service.job(job_id)
        if job is None or job.delivered_at is not None or not job.status.is_final:
            return
        match job.status:
            case JobStatus.DONE:
                await self._bring(job)
            case JobStatus.CANCELLED:
                await self._tell(job, say(Addressee.of(job).language, "cancelled"), is_news=False)
            case _:
                await self._tell(job, self._why(job), is_news=True)
        await self._service.mark_delivered(job.id)

    def _why(self, job: Job) -> str:
        return explain(Addressee.of(job).language, job.error_code or "internal", reference=job.id)

    async def _tell(self, job: Job, text: str, *, is_news: bool) -> None:
        """In the progress message; where that is gone, in a new one if it is worth one."""
        if await self._board.close(job, text) or not is_news:
            return
        to = Addressee.of(job)
        await self._bot.send_message(to.chat, text, reply_to_message_id=to.message, allow_sending_without_reply=True)

    async def _bring(self, job: Job) -> None:
        if job.result and not job.result.is_safe:  # what the safety checker flagged is never sent
            await self._tell(job, say(Addressee.of(job).language, "note-flagged"), is_news=True)
            return
        try:
            webp = await self._service.result_file(job, ResultFile.STICKER)
        except FileGone as gone:
            await self._tell(job, explain(Addressee.of(job).language, gone.code), is_news=True)
            return
        sent = await self._prepare(job, webp)
        if sent.message_id is None:
            await self._send(job, sent, webp)
        await self._finish(job, sent)

    async def _prepare(self, job: Job, webp: bytes) -> _Sent:
        to = Addressee.of(job)
        row = await self._service.packs.sticker(job.id)
        known_message = row.message_id if row else None
        try:
            in_pack = await self._into_pack(job, webp)
        except UserBlocked:
            raise
        except PackTrouble as trouble:
            if isinstance(trouble, PackWait) and trouble.retry_after_s <= LONGEST_WAIT_S:
                await self._ask_for_patience(job, trouble.retry_after_s)
            logger.warning("job %s goes out without a pack: %s", job.id[:8], trouble.code)
            await self._note_loose(job)
            keyboard = keyboards.loose(to.language, job.id)
            return _Sent(webp, keyboard, [say(to.language, "pack-loose"), *await self._notes(job)], known_message)
        notes = await self._notes(job)
        if in_pack.news:
            notes.append(say(to.language, _NEWS[in_pack.news]))
        keyboard = keyboards.in_pack(to.language, job.id, job.result.shape if job.result else "", in_pack.url)
        return _Sent(in_pack.file_id, keyboard, notes, known_message)

    async def _into_pack(self, job: Job, webp: bytes) -> InPack:
        to, user_id, emoji = Addressee.of(job), user_id_of(job.owner), emoji_of(job)
        if job.replaces:
            return await self._sets.replace(user_id, to.first_name, job.replaces, job.id, webp, emoji)
        return await self._sets.add(user_id, to.first_name, job.id, webp, emoji)

    async def _ask_for_patience(self, job: Job, seconds: float) -> None:
        text = say(Addressee.of(job).language, "progress-wait", seconds=max(1, round(seconds)))
        await self._board.show_now(job, text)
        raise ComeBack(seconds)

    async def _note_loose(self, job: Job) -> None:
        await self._service.packs.begin(job.id, job.owner, emoji_of(job))
        await self._service.packs.mark_loose(job.id)

    async def _send(self, job: Job, sent: _Sent, webp: bytes) -> None:
        to = Addressee.of(job)
        try:
            message = await self._send_sticker(to, sent.sticker, sent.keyboard)
        except TelegramError as error:
            if classify(error) not in _STICKER_NOT_TAKEN:
                raise
            # Deleted from its pack a moment ago: the bytes are here still.
            message = await self._send_sticker(to, webp, sent.keyboard)
        await self._service.packs.change(job.id, message_id=message.message_id)

    async def _send_sticker(self, to: Addressee, sticker: str | bytes, keyboard: InlineKeyboardMarkup) -> Message:
        return await self._bot.send_sticker(
            to.chat,
            sticker,
            reply_to_message_id=to.message,
            allow_sending_without_reply=True,
            reply_markup=keyboard,
        )

    async def _finish(self, job: Job, sent: _Sent) -> None:
        """What may fail without the sticker being lost: the progress message goes, or becomes the notes."""
        await self._service.mark_delivered(job.id)
        try:
            if sent.sentences:
                await self._tell(job, "\n".join(sent.sentences), is_news=True)
            else:
                await self._board.close(job, None)
            if job.replaces:
                await self._retire(job, job.replaces)
        except TelegramError as error:
            logger.info("after job %s: %s", job.id[:8], classify(error))

    async def _retire(self, job: Job, old_id: str) -> None:
        """The replaced sticker's message keeps only the buttons that still mean something."""
        old = await self._service.packs.sticker(old_id)
        if old is None or old.message_id is None:
            return
        to = Addressee.of(job)
        await self._bot.edit_message_reply_markup(
            to.chat, old.message_id, reply_markup=keyboards.replaced(to.language, old_id)
        )

    async def _notes(self, job: Job) -> list[str]:
        language = Addressee.of(job).language
        sentences = []
        for note in (Note(each) for each in (job.result.notes if job.result else ())):
            if note in _SAID_ONCE and not await self._service.show_hint_once(job.owner, note.value):
                continue
            sentences.append(say(language, _NOTES[note]))
        return sentences


def emoji_of(job: Job) -> str:
    """The sticker's emoji: the person's, or that of the look that was drawn."""
    chosen = Addressee.of(job).emoji
    if chosen:
        return chosen
    try:
        return style(job.drawn_style).emoji
    except UnknownStyle:
        return _DEFAULT_EMOJI


def pause_after(error: TelegramError, attempt: int) -> float | None:
    """Seconds until a delivery that failed with `error` is worth another try; None where none will help."""
    match classify(error):
        case Refusal.WAIT | Refusal.AMBIGUOUS:
            return float(min(300, 2 ** min(attempt, 9)))
        case _:
            return None
