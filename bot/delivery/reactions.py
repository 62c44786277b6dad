"""Deliver a job of many stickers: into the pack one after the other, then one message with the sheet of them all.

Slow where the pack is there already: Telegram counts two calls for each sticker, about twenty of a person in a minute.
Nothing waits for it: it holds no lock while it waits, and leaves some calls of each minute to the person's single
stickers. The rows say how far it is; a restart goes on there.
"""

from __future__ import annotations

import logging
import math

from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery import keyboards
from bot.delivery.addressee import Addressee
from bot.delivery.progress import ProgressBoard
from bot.errors import DeliverLater, PackError, PackFailed, PackWait, PictureRefused, TelegramDown, UserBlocked
from bot.packs.names import set_link
from bot.packs.sticker_sets import BatchProgress, News, NewSticker, StickerSets
from bot.transport.rate_limits import DELIVERY, RateLimiter, Urgency
from bot.transport.telegram_errors import NOBODY_THERE, TelegramErrorKind, classify
from bot.words.captions import emoji_in
from bot.words.sentences import explain
from bot.words.translations import say
from engine.model import ResultFile
from engine.models import REACTIONS
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Entrance, Job, JobStatus, Sticker, StickerState

logger = logging.getLogger(__name__)

SPARE_CALLS = 3  # of a minute, for the person's single stickers: an upload, an add or a replacement
_LOOK_EVERY_S = 1.0  # while waiting: whether it was stopped, and what to show
_SLOW_S = 10.0  # more than that is told
_AGAIN_S = 30.0  # after Telegram did not answer
_SHEET_NOT_TAKEN = (TelegramErrorKind.FILE_REFUSED, TelegramErrorKind.FILE_TOO_BIG, TelegramErrorKind.OTHER)
_NEWS: dict[News, str] = {
    "first_pack": "news-first-pack-of-all",
    "new_pack_after_deletion": "news-new-pack",
    "next_pack": "news-next-pack",
    "planned_pack": "news-planned-pack",
}


def is_batch(job: Job) -> bool:
    """Return whether a job made many stickers, which go into the pack and not into the chat."""
    return job.status is JobStatus.DONE and job.result is not None and bool(job.result.stickers)


class ReactionsDelivery:
    """Deliver the jobs of many stickers, one call per job."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        service: StickerService,
        sets: StickerSets,
        board: ProgressBoard,
        limiter: RateLimiter,
    ) -> None:
        self._bot = bot
        self._service = service
        self._sets = sets
        self._board = board
        self._limiter = limiter

    async def deliver(self, job: Job, notes: list[str]) -> None:
        """Put a job's stickers into the pack, and send the sheet, with `notes` under it, or what came in between.

        Raises `DeliverLater`, `UserBlocked`, `TelegramError`, `StorageError`: then it is not delivered.
        """
        language = Addressee.of(job).language
        try:
            stickers = await self._stickers(job)
            sheet = await self._service.result_file(job, ResultFile.SHEET)
        except FileGone as gone:
            await self._board.end_with(job, explain(language, gone.code))
            return
        await self._open_progress(job)
        news, error = await self._add_all(job, stickers)
        now = await self._service.job(job.id)
        if now is None:  # forgotten meanwhile
            self._board.forget(job.id)
            return
        rows = await self._service.packs.stickers_of(job.id)
        there = [row for row in rows if row.state is StickerState.IN_PACK]
        # What the person took out meanwhile is not missing.
        is_complete = all(row.state in (StickerState.IN_PACK, StickerState.REMOVED) for row in rows)
        done, total = len(there), len(rows)
        if Addressee.of(now).is_stopped and not is_complete:
            text = say(language, "reactions-stopped", done=done, total=total)
            await self._board.end_with(now, text, await self._keyboard(now, there))
        elif not there:
            await self._board.end_with(now, explain(language, (error or PackFailed()).code))
        else:
            if is_complete:
                is_mood = job.request.model == REACTIONS.name
                sentences = [say(language, "reactions-added" if is_mood else "stickers-added", total=done)]
            else:
                sentences = [say(language, "reactions-partly-added", done=done, total=total)]
            if news is not None:
                sentences.append(say(language, _NEWS[news]))
            sentences += notes
            await self._send_sheet(now, sheet, "\n".join(sentences), there)

    async def _stickers(self, job: Job) -> list[NewSticker]:
        """Read the stickers a job made, in order."""
        assert job.result is not None  # noqa: S101 - a job that is done has one
        return [
            NewSticker(
                f"{job.id}-{name.removesuffix('.webp')}",
                await self._service.result_file(job, name),
                (emoji,) if job.request.model == REACTIONS.name else emoji_in(Addressee.of(job).emoji or emoji),
            )
            for name, emoji in job.result.stickers.items()
        ]

    async def _open_progress(self, job: Job) -> None:
        """See that the job has a progress message, with a button to stop: a restart has none open."""
        if job.id in self._board and not self._board.is_draft(job.id):
            return
        to = Addressee.of(job)
        try:
            message_id = await self._board.open(job, say(to.language, "progress-pack-all"))
        except TelegramError as error:
            if classify(error) in NOBODY_THERE:
                raise
            logger.info("no progress for job %s: %s", job.id[:8], classify(error))
            return
        if message_id is not None and to.progress != message_id:
            await self._service.set_note(job.id, progress=message_id)

    async def _add_all(self, job: Job, stickers: list[NewSticker]) -> tuple[News | None, PackError | None]:
        """Add until all are in, somebody says stop, or Telegram does not take them: what is news, and why it ended."""
        user_id, first_name = int(Entrance.TELEGRAM.id_of(job.owner)), Addressee.of(job).first_name
        news: News | None = None
        while True:
            try:
                async for progress in self._sets.add_all(user_id, first_name, stickers):
                    news = progress.news or news
                    if not await self._wait(job, user_id, progress):
                        return news, None
                return news, None
            except UserBlocked:
                raise
            except PackWait as wait:
                if not await self._wait_out(job, wait.retry_after_s):
                    return news, None
            except TelegramDown as down:
                raise DeliverLater(_AGAIN_S) from down
            except PictureRefused as refused:
                refused_id = await self._first_waiting(job)
                if refused_id is None:
                    return news, refused
                await self._service.packs.mark_loose(refused_id)
            except PackError as error:
                logger.warning("job %s: not all stickers got into the pack: %s", job.id[:8], error.code)
                return news, error

    async def _wait(self, job: Job, user_id: int, progress: BatchProgress) -> bool:
        """Show how far it is; return when Telegram takes the next call, and whether to go on: nobody said stop."""
        while True:
            now = await self._service.job(job.id)
            if now is None or Addressee.of(now).is_stopped:
                return False
            left_s = self._limiter.sets_free_in_s(user_id, progress.calls_left, spare=0)
            if left_s > 0:  # not even with the spare ones all at once
                left_s = self._limiter.sets_free_in_s(user_id, progress.calls_left, SPARE_CALLS)
            variables = {"done": progress.done, "total": progress.total}
            if left_s > _SLOW_S:
                minutes = math.ceil(left_s / 60)
                self._board.set_text(job.id, "progress-adding-slowly", **variables, minutes=minutes)
            else:
                self._board.set_text(job.id, "progress-adding", **variables)
            wait_s = self._limiter.sets_free_in_s(user_id, min(1, progress.calls_left), SPARE_CALLS)
            if left_s <= 0 or wait_s <= 0:
                return True
            await self._limiter.sleep(min(wait_s, _LOOK_EVERY_S))

    async def _wait_out(self, job: Job, seconds: float) -> bool:
        """Wait as long as Telegram asks for; return whether to go on."""
        while seconds > 0:
            now = await self._service.job(job.id)
            if now is None or Addressee.of(now).is_stopped:
                return False
            self._board.set_text(job.id, "progress-wait-all", minutes=math.ceil(seconds / 60))
            await self._limiter.sleep(min(seconds, _LOOK_EVERY_S))
            seconds -= _LOOK_EVERY_S
        return True

    async def _first_waiting(self, job: Job) -> str | None:
        waiting = (StickerState.MADE, StickerState.UPLOADED)
        rows = [row.id for row in await self._service.packs.stickers_of(job.id) if row.state in waiting]
        return rows[0] if rows else None

    async def _keyboard(self, job: Job, rows: list[Sticker]) -> InlineKeyboardMarkup | None:
        """Return the buttons of stickers that are in a pack; that of the last one is opened."""
        pack = await self._service.packs.get(rows[-1].pack_id) if rows and rows[-1].pack_id else None
        if pack is None:
            return None
        is_mood = job.request.model == REACTIONS.name
        language, url = Addressee.of(job).language, set_link(pack.name)
        return keyboards.all_in_pack(language, job.id, url, has_another=not is_mood)

    async def _send_sheet(self, job: Job, sheet: bytes, caption: str, rows: list[Sticker]) -> None:
        """Send the picture of all stickers, unless an earlier attempt has; the progress message goes."""
        to, keyboard = Addressee.of(job), await self._keyboard(job, rows)
        if to.sheet is None:
            try:
                sent = await self._bot.send_photo(
                    to.chat,
                    sheet,
                    caption=caption,
                    reply_to_message_id=to.reply_to,
                    allow_sending_without_reply=True,
                    message_thread_id=to.thread,
                    reply_markup=keyboard,
                    rate_limit_args=DELIVERY,
                    filename="stickers.png",
                )
            except TelegramError as error:
                if classify(error) not in _SHEET_NOT_TAKEN:
                    raise
                await self._board.end_with(job, caption, keyboard)  # the stickers are there without it
                return
            await self._service.set_note(job.id, sheet=sent.message_id)
        await self._board.close(job, None)
