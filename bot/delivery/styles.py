"""Deliver a photo in every style: one picture of them all, whose buttons make a sticker of the style that is pressed.

Nothing goes into a pack before one is pressed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.addressee import Addressee
from bot.delivery.places import holder_of
from bot.delivery.progress import ProgressBoard
from bot.transport.rate_limits import DELIVERY, Urgency
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.buttons import Press, button, choice
from bot.words.sentences import explain
from bot.words.translations import say, style_title
from engine.errors import UnknownStyle
from engine.sheet import contact_sheet
from engine.styles import Style, style
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Job

logger = logging.getLogger(__name__)

ADD, SWAP = "add", "swap"  # what a press on a style does: another sticker, or in the place of the one there is
CAPTIONS = {ADD: "styles-add", SWAP: "styles-swap"}
_OTHERWISE = {ADD: "button-styles-add", SWAP: "button-styles-swap"}
PER_PAGE = 12
_NUMBERS = 4  # in a row
_SHEET_NOT_TAKEN = (TelegramErrorKind.FILE_REFUSED, TelegramErrorKind.FILE_TOO_BIG, TelegramErrorKind.OTHER)


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One page of the styles, from 1, and what a press on one of them does."""

    number: int = 1
    mode: str = ADD

    def argument(self) -> str:
        """Return it as the argument of a button."""
        return f"{self.mode}-{self.number}"

    @classmethod
    def parse(cls, argument: str) -> SheetPage | None:
        """Return what a button's argument says; None where it is none of ours."""
        mode, _, number = argument.partition("-")
        is_ours = mode in (ADD, SWAP) and number.isascii() and number.isdigit() and 0 < len(number) < 3 and int(number)
        return cls(int(number), mode) if is_ours else None


class StylesDelivery:
    """Deliver the jobs of all styles, one call per job."""

    def __init__(self, bot: ExtBot[Urgency], service: StickerService, board: ProgressBoard) -> None:
        self._bot = bot
        self._service = service
        self._board = board

    async def deliver(self, job: Job) -> None:
        """Send the picture of all styles, unless an earlier attempt has; the progress message goes.

        Raises `TelegramError`, `StorageError`: then it is not delivered.
        """
        to = Addressee.of(job)
        if to.sheet is None:
            try:
                sheet = await draw_page(self._service, job, SheetPage(), to.language)
            except FileGone as gone:
                await self._board.end_with(job, explain(to.language, gone.code))
                return
            caption, keyboard = say(to.language, CAPTIONS[ADD]), await page_keyboard(self._service, job, SheetPage())
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
                    filename="styles.jpg",
                )
            except TelegramError as error:
                if classify(error) not in _SHEET_NOT_TAKEN:
                    raise
                logger.info("job %s: the picture of the styles was not taken: %s", job.id[:8], classify(error))
                names = await page_keyboard(self._service, job, SheetPage(), is_named=True)
                await self._board.end_with(job, caption, names)
                return
            await self._service.set_note(job.id, sheet=sent.message_id)
        await self._board.close(job, None)


async def draw_page(service: StickerService, job: Job, page: SheetPage, language: str) -> bytes:
    """Return one page of a job's styles as a JPEG, each numbered and named. Raises `FileGone`."""
    styles = _drawn(job)
    first = (page.number - 1) * PER_PAGE
    shown = styles[first : first + PER_PAGE]
    tiles = [await service.result_file(job, f"{each.name}.webp") for each in shown]
    if not tiles:
        raise FileGone(job.id)
    names = [style_title(language, each) for each in shown]
    return await asyncio.to_thread(contact_sheet, tiles, names, first + 1)


async def page_keyboard(
    service: StickerService, job: Job, page: SheetPage, language: str | None = None, *, is_named: bool = False
) -> InlineKeyboardMarkup:
    """Return the buttons under one page of a job's styles; `is_named`: there is no picture to say what they are."""
    parent = await service.job(job.parent) if job.parent else None
    holder = await holder_of(service, parent) if parent else None
    return keyboard(
        language or Addressee.of(job).language,
        job.id,
        job.parent or "",
        _drawn(job),
        page,
        current=job.drawn_style,
        can_swap=holder is not None,
        is_named=is_named,
    )


def keyboard(
    language: str,
    sheet_id: str,
    sticker_id: str,
    styles: Sequence[Style],
    page: SheetPage,
    *,
    current: str,
    can_swap: bool,
    is_named: bool = False,
) -> InlineKeyboardMarkup:
    """Return the number of each style of a page, the sticker's own marked; then what else there is.

    `can_swap`: there is a sticker whose place another one can take.
    """
    first = (page.number - 1) * PER_PAGE
    operation = "restyle" if page.mode == ADD else "swap"
    buttons = [
        choice(
            f"{number} {style_title(language, each)}" if is_named else str(number),
            Press(operation, sticker_id, each.name),
            is_current=each.name == current,
        )
        for number, each in enumerate(styles[first : first + PER_PAGE], first + 1)
    ]
    in_a_row = 2 if is_named else _NUMBERS
    rows = [buttons[at : at + in_a_row] for at in range(0, len(buttons), in_a_row)]
    pages = -(-len(styles) // PER_PAGE)
    turns = [(number, "‹" if number < page.number else "›") for number in (page.number - 1, page.number + 1)]
    turning = [
        InlineKeyboardButton(
            f"{sign} {number}/{pages}",
            callback_data=Press("stylepage", sheet_id, SheetPage(number, page.mode).argument()).data(),
        )
        for number, sign in turns
        if 1 <= number <= pages
    ]
    if turning:
        rows.append(turning)
    if can_swap:
        other = SWAP if page.mode == ADD else ADD
        press = Press("stylemode", sheet_id, SheetPage(page.number, other).argument())
        rows.append([button(language, _OTHERWISE[other], press)])
    return InlineKeyboardMarkup(rows)


def _drawn(job: Job) -> list[Style]:
    """Return the styles that a job drew, in order, without those that there are no more."""
    drawn = []
    for name in job.result.files if job.result else ():
        try:
            drawn.append(style(name.removesuffix(".webp")))
        except UnknownStyle:
            continue
    return drawn
