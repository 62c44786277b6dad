"""Bot API calls on sticker sets that may be repeated at will. Knows no rows.

Sources: core.telegram.org/bots/api#stickers and tdlib/telegram-bot-api. A change of a set (create, add, replace) may
not be repeated, unless a look in between tells that it did not happen: those are made in `placement`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Bot, StickerSet
from telegram.error import TelegramError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.transport.telegram_errors import TelegramErrorKind, classify

T = TypeVar("T")

STICKER_FORMAT = "static"
_TRIES = 4  # of a call that gets no answer
_UPLOAD_TIMEOUT_S = 60.0


class SetCalls:
    """Make the calls of one bot. `backoff_s` is the longest first pause after a lost answer; it doubles."""

    def __init__(self, bot: Bot, *, backoff_s: float, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.bot = bot
        self.sleep = sleep
        self._backoff_s = backoff_s

    async def get_set(self, name: str) -> StickerSet | None:
        """Return the set, None where there is none. The server may answer from a cache 15 minutes old: that a set is
        seen here is no proof that it still exists."""
        try:
            return await self._repeated(lambda: self.bot.get_sticker_set(name))
        except TelegramError as error:
            if classify(error) is TelegramErrorKind.SET_GONE:
                return None
            raise

    async def has_another_username(self) -> bool:
        """Ask Telegram who the bot is; return whether its username has changed. New names end in that one."""
        before = self.bot.username
        await self._repeated(self.bot.get_me)
        return self.bot.username != before

    async def upload(self, user_id: int, picture: bytes) -> str:
        """Upload a WebP or PNG; return a file id that may be added any number of times."""
        file = await self._repeated(
            lambda: self.bot.upload_sticker_file(user_id, picture, STICKER_FORMAT, write_timeout=_UPLOAD_TIMEOUT_S)
        )
        return file.file_id

    async def set_emoji(self, file_id: str, emoji_list: tuple[str, ...]) -> None:
        """Replace the emoji of a sticker, 1 to 20, by its in-set file id. Raises `TelegramError`."""
        await self._repeated(lambda: self.bot.set_sticker_emoji_list(file_id, emoji_list))

    async def set_keywords(self, file_id: str, keywords: tuple[str, ...]) -> None:
        """Replace the keywords of a sticker, at most 20 of 64 characters together, by its in-set file id. Raises
        `TelegramError`."""
        await self._repeated(lambda: self.bot.set_sticker_keywords(file_id, keywords))

    async def set_position(self, file_id: str, position: int) -> None:
        """Move a sticker, by its in-set file id, to a place counted from 0. Raises `TelegramError`."""
        try:
            await self._repeated(lambda: self.bot.set_sticker_position_in_set(file_id, position))
        except TelegramError as error:
            if classify(error) is not TelegramErrorKind.NOT_MODIFIED:
                raise

    async def set_title(self, name: str, title: str) -> None:
        """Replace the title of a set. Raises `TelegramError`."""
        await self._repeated(lambda: self.bot.set_sticker_set_title(name, title))

    async def set_icon(self, name: str, user_id: int, icon: bytes) -> None:
        """Replace the icon of a set by a PNG of 100 x 100 px. Raises `TelegramError`."""
        await self._repeated(lambda: self.bot.set_sticker_set_thumbnail(name, user_id, STICKER_FORMAT, icon))

    async def delete_sticker(self, file_id: str) -> bool:
        """Delete a sticker by its in-set file id; False where it was gone."""
        return await self._deleted(lambda: self.bot.delete_sticker_from_set(file_id))

    async def delete_set(self, name: str) -> bool:
        """Delete a whole set; False where it was gone."""
        return await self._deleted(lambda: self.bot.delete_sticker_set(name))

    def retrying(self) -> AsyncRetrying:
        """Return the attempts of one call that may go unanswered: 4, with exponential backoff and jitter."""
        return AsyncRetrying(
            retry=retry_if_exception(is_ambiguous),
            stop=stop_after_attempt(_TRIES),
            wait=wait_random_exponential(multiplier=self._backoff_s, max=8 * self._backoff_s),
            sleep=self.sleep,
            reraise=True,
        )

    async def _repeated(self, call: Callable[[], Awaitable[T]]) -> T:
        async for attempt in self.retrying():
            with attempt:
                return await call()
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _deleted(self, call: Callable[[], Awaitable[bool]]) -> bool:
        try:
            await self._repeated(call)
        except TelegramError as error:
            if classify(error) in (TelegramErrorKind.SET_GONE, TelegramErrorKind.STICKER_GONE):
                return False
            raise
        return True


def is_ambiguous(error: BaseException) -> bool:
    """Return whether the call may have happened although it failed."""
    return isinstance(error, TelegramError) and classify(error) is TelegramErrorKind.AMBIGUOUS
