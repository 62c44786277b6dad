"""The Bot API calls on sticker sets, each made until its outcome is known. Knows no rows.

Sources: core.telegram.org/bots/api#stickers and tdlib/telegram-bot-api. Uploading and looking may be repeated at will;
a change of a set may not, unless a look in between tells that it did not happen.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar

from PIL import Image
from telegram import Bot, InputSticker, Sticker, StickerSet
from telegram.error import TelegramError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.transport.telegram_errors import Refusal, classify

T = TypeVar("T")

DEFAULT_EMOJI = "🙂"
_TRIES = 4  # of a call that gets no answer
_UPLOAD_TIMEOUT_S = 60.0
_FORMAT = "static"


def is_ambiguous(error: BaseException) -> bool:
    """Whether the call may have happened although it failed."""
    return isinstance(error, TelegramError) and classify(error) is Refusal.AMBIGUOUS


class SetCalls:
    """Calls of one bot. `backoff_s` is the longest first pause after a lost answer; it doubles."""

    def __init__(self, bot: Bot, *, backoff_s: float, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.bot = bot
        self._backoff_s = backoff_s
        self._sleep = sleep

    async def look(self, name: str) -> StickerSet | None:
        """The set, None where there is none. The server may answer from a cache 15 minutes old: that a set is seen
        here is no proof that it still exists."""
        try:
            return await self._repeated(lambda: self.bot.get_sticker_set(name))
        except TelegramError as error:
            if classify(error) is Refusal.SET_GONE:
                return None
            raise

    async def upload(self, user_id: int, picture: bytes) -> str:
        """Hand over a WebP or PNG; returns a file id that may be added any number of times."""
        file = await self._repeated(
            lambda: self.bot.upload_sticker_file(user_id, picture, _FORMAT, write_timeout=_UPLOAD_TIMEOUT_S)
        )
        return file.file_id

    async def create(self, user_id: int, name: str, title: str, sticker: InputSticker) -> bool:
        """Make a set with its first sticker. False where an answer was lost and now there is a set of that name: with
        this sticker in it, or an older one."""
        async for attempt in self._retrying():
            with attempt:
                if attempt.retry_state.attempt_number > 1 and await self.look(name):
                    return False
                await self.bot.create_new_sticker_set(user_id, name, title, [sticker])
        return True

    async def add(self, user_id: int, name: str, sticker: InputSticker, is_in: Callable[[], Awaitable[bool]]) -> None:
        """Append the sticker; `is_in` looks whether a call without an answer had done it."""
        await self._changed(lambda: self.bot.add_sticker_to_set(user_id, name, sticker), is_in)

    async def replace(
        self, user_id: int, name: str, old: str, sticker: InputSticker, is_in: Callable[[], Awaitable[bool]]
    ) -> None:
        """Put the sticker in the place of `old`, an in-set file id."""
        await self._changed(lambda: self.bot.replace_sticker_in_set(user_id, name, old, sticker), is_in)

    async def take_out(self, file_id: str) -> bool:
        """Delete a sticker by its in-set file id; False where it was gone."""
        return await self._deleted(lambda: self.bot.delete_sticker_from_set(file_id), Refusal.STICKER_GONE)

    async def delete(self, name: str) -> bool:
        """Delete a whole set; False where it was gone."""
        return await self._deleted(lambda: self.bot.delete_sticker_set(name))

    async def _deleted(self, call: Callable[[], Awaitable[bool]], *gone: Refusal) -> bool:
        try:
            await self._repeated(call)
        except TelegramError as error:
            if classify(error) in (Refusal.SET_GONE, *gone):
                return False
            raise
        return True

    async def _changed(self, call: Callable[[], Awaitable[bool]], has_happened: Callable[[], Awaitable[bool]]) -> None:
        async for attempt in self._retrying():
            with attempt:
                if attempt.retry_state.attempt_number > 1 and await has_happened():
                    return
                await call()

    async def _repeated(self, call: Callable[[], Awaitable[T]]) -> T:
        async for attempt in self._retrying():
            with attempt:
                return await call()
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _retrying(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(is_ambiguous),
            stop=stop_after_attempt(_TRIES),
            wait=wait_random_exponential(multiplier=self._backoff_s, max=8 * self._backoff_s),
            sleep=self._sleep,
            reraise=True,
        )


def input_sticker(file_id: str, emoji: str) -> InputSticker:
    return InputSticker(file_id, [emoji], _FORMAT)


async def as_png(webp: bytes) -> bytes:
    """The same picture as PNG: Telegram at times refuses the dimensions of a WebP that is right."""
    return await asyncio.to_thread(_as_png, webp)


def _as_png(webp: bytes) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(webp)) as picture:
        picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def find(stickers: Collection[Sticker], known: Collection[str], size: int) -> Sticker | None:
    """The last sticker that no row knows and that has as many bytes as ours: Telegram keeps a WebP as it is."""
    return _last(sticker for sticker in stickers if sticker.file_unique_id not in known and sticker.file_size == size)


def find_added(stickers: Collection[Sticker], known: Collection[str], size: int) -> Sticker | None:
    """The sticker that an add just put there. One that was sent as PNG has another size; a picture that was in the set
    before is not added twice, and is then a known one."""
    unknown = [sticker for sticker in stickers if sticker.file_unique_id not in known]
    same_size = (sticker for sticker in stickers if sticker.file_size == size)
    return find(stickers, known, size) or _last(unknown) or _last(same_size)


def _last(stickers: Iterable[Sticker]) -> Sticker | None:
    return next(reversed(list(stickers)), None)
