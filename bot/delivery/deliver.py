"""Deliver one ended job: the sticker into the pack and into the chat, or why there is none. Safe to repeat.

A crash after the send and before its note in the row sends the sticker to the chat a second time (at-least-once); into
the pack it never goes twice (`bot/packs/placement.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from telegram import InlineKeyboardMarkup, Message
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery import keyboards
from bot.delivery.addressee import Addressee
from bot.delivery.offers import Offers
from bot.delivery.places import holder_of
from bot.delivery.progress import ProgressBoard
from bot.delivery.reactions import ReactionsDelivery, is_batch
from bot.delivery.styles import StylesDelivery
from bot.errors import DeliverLater, PackError, PackFailed, PackWait, TelegramDown, UserBlocked
from bot.packs.placement import DEFAULT_EMOJI
from bot.packs.sticker_sets import StickerSets
from bot.transport.keyed_queue import QueuedTask
from bot.transport.outage import Backoff
from bot.transport.rate_limits import DELIVERY, PROGRESS, Priority, RateLimiter, Urgency
from bot.transport.telegram_errors import WILL_PASS, TelegramErrorKind, classify, retry_after_s
from bot.words.assignments import explain_problems, take_assignments
from bot.words.captions import describes, emoji_in
from bot.words.sentences import explain
from bot.words.small_talk import small_talk
from bot.words.translations import say
from engine.cache import LruCache
from engine.errors import NoFace, ParameterRefused, UnknownStyle
from engine.model import FACE, ResultFile
from engine.models import DEFAULT_MODEL, STYLES
from engine.styles import style
from engine.types import Note, Shape
from service.person_settings import PersonSettings
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Entrance, Job, JobResult, JobStatus, Sticker, StickerState

logger = logging.getLogger(__name__)

ANOTHER = "again"  # what the button for another variation asks for, and the sources of its jobs say
WELCOMED = "welcomed"  # the hint of who has pressed START: their first sticker says what to try next
_OWNERS_KEPT = 1000
_TIDYING = Urgency(priority=Priority.DELIVERY)  # what remains to be done in the chat lasts as long as an outage
_BLIP_S = 2.0  # what fails for a shorter time is over before it is read
_STICKER_NOT_TAKEN = (
    TelegramErrorKind.FILE_REFUSED,
    TelegramErrorKind.STICKER_GONE,
    TelegramErrorKind.SET_GONE,
    TelegramErrorKind.OTHER,
)
_NOTES = {
    Note.NO_FACE: "note-no-face",
    Note.SEVERAL_FACES: "note-several-faces",
    Note.BADGE_FALLBACK: "note-badge-fallback",
    Note.PROMPT_AS_STYLE: "note-prompt-as-style",
    Note.PROMPT_IGNORED: "note-prompt-ignored",
}
NEWS = {
    "first_pack": "news-first-pack",
    "new_pack_after_deletion": "news-new-pack",
    "next_pack": "news-next-pack",
    "planned_pack": "news-planned-pack",
}


@dataclass(frozen=True, slots=True)
class _StickerMessage:
    """What goes into the chat: the sticker in its pack, or the bytes where there is no pack to be had.

    `sentences` stand in the progress message afterwards. `replaced` is the sticker whose place it took.
    """

    sticker: str | bytes
    keyboard: InlineKeyboardMarkup
    sentences: list[str]
    replaced: Sticker | None = None


class Delivery:
    """Deliver ended jobs, one call per job. `clock` gives the time of day in seconds."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        service: StickerService,
        sets: StickerSets,
        board: ProgressBoard,
        offers: Offers,
        limiter: RateLimiter,
        backoff: Backoff,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._backoff = backoff
        self._clock = clock
        self._bot = bot
        self._service = service
        self._sets = sets
        self._board = board
        self._offers = offers
        self._unused_words: LruCache[str, str] = LruCache(_OWNERS_KEPT)  # what was said to change nothing, by owner
        self._reactions = ReactionsDelivery(bot, service, sets, board, limiter)
        self._styles = StylesDelivery(bot, service, board)

    async def deliver(self, job: Job) -> QueuedTask | None:
        """Send what an ended job made, or why it made nothing, and mark it delivered; return what is left to tidy up.

        Raises `DeliverLater`, `UserBlocked`, `TelegramError`, `StorageError`: then it is not marked.
        """
        language = Addressee.of(job).language
        sent: _StickerMessage | None = None
        if job.status is JobStatus.CANCELLED:
            await self._board.close(job, say(language, "cancelled"))
        elif job.status is not JobStatus.DONE:
            is_single = job.request.model == DEFAULT_MODEL
            is_offered = is_single and job.error_code == NoFace.code and self._offers.no_face
            keyboard = keyboards.no_face(language, job.id) if is_offered else None
            text = explain(language, job.error_code or "internal", reference=job.id)
            if (wrong := Addressee.of(job).wrong) and job.error_code == ParameterRefused.code:
                _, problems = self._offers.read(take_assignments(wrong)[1], job.request.model)
                text, keyboard = explain_problems(language, problems), keyboards.without(language, job.id)
            await self._board.end_with(job, text, keyboard)
        elif job.result and not job.result.is_safe:  # what the safety checker flagged is never sent
            await self._board.end_with(job, say(language, "note-flagged"))
        elif job.request.model == STYLES.name:
            await self._styles.deliver(job)
        elif Addressee.of(job).is_file:
            await self._send_file(job)
        elif is_batch(job):
            await self._reactions.deliver(job, await self._notes(job))
        else:
            try:
                webp = await self._service.result_file(job, ResultFile.STICKER)
            except FileGone as gone:
                await self._board.end_with(job, explain(language, gone.code))
            else:
                sent = await self._send_sticker(job, webp)
        await self._service.mark_delivered(job.id)
        if sent is None and not (is_batch(job) and _has_faces(job)):
            return None
        return partial(self._clean_up, job, sent)

    async def apologise(self, job: Job) -> None:
        """Say that an ended job cannot be delivered. Raises `TelegramError`."""
        await self._board.end_with(job, explain(Addressee.of(job).language, "internal", reference=job.id))

    async def _send_sticker(self, job: Job, webp: bytes) -> _StickerMessage:
        """Put the sticker into the pack and send it, unless an earlier attempt has sent it."""
        row = await self._service.packs.sticker(job.id)
        message = await self._into_pack(job, webp)
        if row is None or row.message_id is None:
            try:
                sent = await self._send(job, message.sticker, message.keyboard)
            except TelegramError as error:
                kind = classify(error)
                if kind in WILL_PASS and self._waited_s(job) > _BLIP_S:
                    language, is_wait = Addressee.of(job).language, kind is TelegramErrorKind.WAIT
                    slow = say(language, "progress-send-slow")
                    text = _asked_to_wait(language, retry_after_s(error)) if is_wait else slow
                    await self._tell_why_it_waits(job, text)
                if kind not in _STICKER_NOT_TAKEN:
                    raise
                # Deleted from its pack a moment ago: the bytes are here still.
                sent = await self._send(job, webp, message.keyboard)
            await self._service.packs.change(job.id, message_id=sent.message_id)
        return message

    async def _into_pack(self, job: Job, webp: bytes) -> _StickerMessage:
        """Put the sticker into the pack; where that fails it is sent without one."""
        to, user_id = Addressee.of(job), int(Entrance.TELEGRAM.id_of(job.owner))
        emoji_list = emoji_of(job)
        keywords: tuple[str, ...] = ()
        user = await self._service.preferences(job.owner)
        old = await holder_of(self._service, job) if job.replaces else None
        if not (PersonSettings.of(user).adds_to_pack or old):
            row = await self._service.packs.begin(job.id, job.owner, emoji_list)
            if row.state is StickerState.MADE:  # not one that was added before this attempt
                await self._service.packs.mark_loose(job.id)
            keyboard = keyboards.loose(to.language, job.id, is_wanted=False)
            return _StickerMessage(webp, keyboard, await self._notes(job))
        try:
            if job.replaces:
                old = old if old and old.id != job.id else await self._service.packs.sticker(job.replaces)
                if old is not None:
                    emoji_list, keywords = old.emoji_list or emoji_list, old.keywords
                old_id = old.id if old else job.replaces
                in_pack = await self._sets.replace(user_id, to.first_name, old_id, job.id, webp, emoji_list, keywords)
            else:
                in_pack = await self._sets.add(user_id, to.first_name, job.id, webp, emoji_list)
        except UserBlocked:
            raise
        except PackError as error:
            await self._wait_if_that_helps(job, error)
            unexpected = error if type(error) is PackFailed else None
            logger.warning("job %s goes out without a pack: %s", job.id[:8], error.code, exc_info=unexpected)
            await self._service.packs.begin(job.id, job.owner, emoji_list)
            await self._service.packs.mark_loose(job.id)
            sentences = [say(to.language, "pack-loose"), *await self._notes(job)]
            return _StickerMessage(webp, keyboards.loose(to.language, job.id), sentences)
        sentences = await self._notes(job)
        if job.replaces and await self._service.show_hint_once(job.owner, "replaced"):
            sentences.append(say(to.language, "note-replaced"))
        # Nobody reads two lines above a sticker; of their first pack people were told at the photo.
        if in_pack.news and not (sentences and in_pack.news == "first_pack"):
            sentences.append(say(to.language, NEWS[in_pack.news]))
        keyboard = in_pack_keyboard(to.language, job, in_pack.url, self._offers)
        is_new_here = WELCOMED in user.hints_shown
        if job.result and is_new_here and not await self._service.packs.has_others(job.owner, job.id):
            has_reactions = self._offers.has_reactions(job.result)
            keyboard = keyboards.first(to.language, job.id, has_reactions=has_reactions)
        return _StickerMessage(in_pack.file_id, keyboard, sentences, old)

    async def _wait_if_that_helps(self, job: Job, error: PackError) -> None:
        """Tell why the sticker is not there yet and raise `DeliverLater`; return where waiting will not help."""
        language = Addressee.of(job).language
        if self._waited_s(job) > self._backoff.patience_s:
            return
        match error:
            case PackWait() if error.retry_after_s <= self._backoff.patience_s:
                text = _asked_to_wait(language, error.retry_after_s)
                later_s = error.retry_after_s
            case TelegramDown():
                text, later_s = say(language, "progress-pack-slow"), 0.0
            case _:
                return
        await self._tell_why_it_waits(job, text)
        raise DeliverLater(later_s) from error

    def _waited_s(self, job: Job) -> float:
        """Return for how long the job has been drawn."""
        now = self._clock()
        return now - (job.finished_at or now)

    async def _tell_why_it_waits(self, job: Job, text: str) -> None:
        """Show `text` in the progress message, or in a new one; an outage may swallow it."""
        try:
            if not await self._board.show_now(job, text):  # it was drawn so fast that there is no message yet
                to = Addressee.of(job)
                sent = await self._bot.send_message(
                    to.chat,
                    text,
                    reply_to_message_id=to.reply_to,
                    allow_sending_without_reply=True,
                    message_thread_id=to.thread,
                    rate_limit_args=PROGRESS,
                )
                await self._service.set_note(job.id, progress=sent.message_id)
        except TelegramError as unsaid:
            logger.info("job %s: not told why it waits: %s", job.id[:8], classify(unsaid))

    async def _notes(self, job: Job) -> list[str]:
        """Return what the engine did that the person does not know yet."""
        if job.result is None:
            return []
        notes = [Note(each) for each in job.result.notes]
        if Note.NO_FACE in notes:  # the badge is explained by that, too
            notes = [note for note in notes if note is not Note.BADGE_FALLBACK]
        parent = await self._service.job(job.parent) if job.parent else None
        told = parent.result.notes if parent and parent.result else ()
        to, given = Addressee.of(job), len(job.request.inputs.get(FACE, ()))
        sent, used = max(len(to.album), given), job.result.photos_used or given
        keeps_photo = PersonSettings.of(await self._service.preferences(job.owner)).photo != "none"
        sentences = []
        if Note.BEST_PHOTO in notes:
            if Note.BEST_PHOTO not in told:
                sentences.append(say(to.language, "note-best-photo", total=sent))
        elif used < sent and parent is None:
            sentences.append(say(to.language, "note-photos-used", used=used, total=sent))
        for note in notes:
            if note is Note.SEVERAL_FACES and _has_faces(job) and keeps_photo:
                continue  # the numbered photo says so
            if note not in told and (key := await self._key_of(job, job.result, note)):
                sentences.append(say(to.language, key))
        return sentences

    async def _key_of(self, job: Job, result: JobResult, note: Note) -> str | None:
        """Return the sentence for a note, None where it is known or says nothing of use."""
        match note:
            case Note.PROMPT_AS_STYLE:
                return _NOTES[note] if await self._service.show_hint_once(job.owner, note.value) else None
            case Note.PROMPT_IGNORED:
                words = job.request.prompt
                is_said_beside = Addressee.of(job).emoji and not describes(words)  # "🚀 ready for launch"
                if small_talk(words) or is_said_beside:
                    return None
                if self._unused_words.find(job.owner) == words:  # of the same album
                    return None
                self._unused_words.put(job.owner, words)
                is_first = await self._service.show_hint_once(job.owner, note.value)
                return _NOTES[note] if is_first else "note-prompt-unused"
            case Note.NO_FACE if result.shape == Shape.BADGE:
                return "note-no-face-badge"
        return _NOTES.get(note)  # what is missing is told by how many photos were used

    async def _send(self, job: Job, sticker: str | bytes, keyboard: InlineKeyboardMarkup) -> Message:
        to = Addressee.of(job)
        return await self._bot.send_sticker(
            to.chat,
            sticker,
            reply_to_message_id=to.reply_to,
            allow_sending_without_reply=True,
            message_thread_id=to.thread,
            reply_markup=keyboard,
            rate_limit_args=DELIVERY,
        )

    async def _send_file(self, job: Job) -> None:
        """Send the sticker as a file that no app makes smaller, unless an earlier attempt has."""
        to = Addressee.of(job)
        if to.document is None:
            try:
                png = await self._service.result_file(job, ResultFile.CUTOUT)
            except FileGone as gone:
                await self._board.end_with(job, explain(to.language, gone.code))
                return
            sent = await self._bot.send_document(
                to.chat,
                png,
                filename="sticker.png",
                disable_content_type_detection=True,
                reply_to_message_id=to.reply_to,
                allow_sending_without_reply=True,
                message_thread_id=to.thread,
                rate_limit_args=DELIVERY,
            )
            await self._service.set_note(job.id, document=sent.message_id)
        await self._board.close(job, None)

    async def _clean_up(self, job: Job, sent: _StickerMessage | None) -> None:
        """Delete the progress message, or write the sentences into it, and let the person choose among several faces.

        What was made is delivered if this fails, too.
        """
        try:
            if _has_faces(job):
                await self._send_faces(job)
            if sent is None:
                return
            if sent.sentences:
                await self._board.end_with(job, "\n".join(sent.sentences), urgency=_TIDYING)
            else:
                await self._board.close(job, None, urgency=_TIDYING)
            old = sent.replaced
            if old is not None and old.message_id is not None:  # keep only the buttons that still mean something
                to = Addressee.of(job)
                await self._bot.edit_message_reply_markup(
                    to.chat,
                    old.message_id,
                    reply_markup=keyboards.replaced(to.language, old.id),
                    rate_limit_args=_TIDYING,
                )
        except TelegramError as error:
            logger.info("after job %s: %s", job.id[:8], classify(error))

    async def _send_faces(self, job: Job) -> None:
        """Send the photo with its faces numbered, unless it is gone: it is kept as long as photos are."""
        to = Addressee.of(job)
        try:
            photo = await self._service.faces_photo(job)
        except FileGone:
            return
        await self._bot.send_photo(
            to.chat,
            photo,
            caption=say(to.language, "note-choose-face"),
            reply_to_message_id=to.reply_to,
            allow_sending_without_reply=True,
            message_thread_id=to.thread,
            reply_markup=keyboards.faces(job.id, job.result.faces if job.result else 0),
            rate_limit_args=_TIDYING,
            filename="faces.jpg",
        )


def _asked_to_wait(language: str, seconds: float) -> str:
    return say(language, "progress-wait", seconds=max(1, round(seconds)))


def _has_faces(job: Job) -> bool:
    """Return whether there are faces to choose among that the person has not seen numbered yet."""
    return job.parent is None and job.result is not None and bool(job.result.faces_photo)


def in_pack_keyboard(language: str, job: Job, pack_url: str, offers: Offers) -> InlineKeyboardMarkup:
    """Return the buttons under a job's sticker in its pack."""
    has_reactions = job.result is not None and offers.has_reactions(job.result)
    is_variation = f":{ANOTHER}:" in job.source
    return keyboards.in_pack(language, job.id, pack_url, has_reactions=has_reactions, is_variation=is_variation)


def emoji_of(job: Job) -> tuple[str, ...]:
    """Return the sticker's emoji: the person's, that of the face's expression, or that of the style that was drawn."""
    if chosen := emoji_in(Addressee.of(job).emoji or ""):
        return chosen
    if job.result is not None and job.result.emoji:
        return (job.result.emoji,)
    try:
        return (style(job.drawn_style).emoji,)
    except UnknownStyle:
        return (DEFAULT_EMOJI,)
