"""People's packs on Telegram: add, replace, remove, delete. Knows no job, no chat.

One change at a time for each person; the set on Telegram is the truth and the rows follow it. What leaves here is a
`PackError`. How a sticker gets into a pack is in `placement`, what is changed about one that is there in `editing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from telegram import Bot
from telegram.error import TelegramError

from bot.packs.calls import SetCalls
from bot.packs.editing import PackEditor
from bot.packs.errors import as_pack_errors
from bot.packs.mosaic import Mosaics
from bot.packs.placement import InPack, News, Placement, by_unique_id
from bot.transport.telegram_errors import TelegramErrorKind, classify
from service.packs import PackRegistry
from storage.records import Entrance, Sticker, StickerState

_MAX_STICKERS = 120  # in one set
__all__ = ["BatchProgress", "InPack", "NewSticker", "News", "StickerSets"]


@dataclass(frozen=True, slots=True)
class NewSticker:
    """A sticker to be put into a pack, with what it is found by there."""

    id: str
    webp: bytes
    emoji_list: tuple[str, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far several stickers have come: `done` of `total`; `calls_left` of those that Telegram counts.

    `news` is the last that is worth a sentence.
    """

    done: int
    total: int
    calls_left: int
    news: News | None


class StickerSets:
    """Change the packs of everybody, one change at a time for each person.

    `backoff_s` scales the pauses after a lost answer; `sleep` waits. `editor` changes what is there, `mosaics`
    makes emoji of it.
    """

    def __init__(
        self,
        bot: Bot,
        packs: PackRegistry,
        *,
        backoff_s: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._packs = packs
        self._calls = SetCalls(bot, backoff_s=backoff_s, sleep=sleep)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.editor = PackEditor(self._calls, packs, self._lock_of)
        self.mosaics = Mosaics(self._calls, packs, self._lock_of)

    async def add(
        self, user_id: int, first_name: str, sticker_id: str, webp: bytes, emoji_list: tuple[str, ...]
    ) -> InPack:
        """Put a sticker into the person's open pack; the same `sticker_id` again is the same sticker.

        `webp` is a still WebP, one side 512 px, at most 512 KB. One that was removed is put in again.
        Raises `PackError`.
        """
        async with self._placing(user_id, first_name, NewSticker(sticker_id, webp, emoji_list)) as placement:
            return await placement.add()

    async def add_all(
        self, user_id: int, first_name: str, stickers: Sequence[NewSticker]
    ) -> AsyncIterator[BatchProgress]:
        """Put several stickers into the person's open pack, in order; into a new one all at once.

        Yields before every step, and at the end: whoever iterates may wait there, or leave. Called again with the same
        stickers it goes on where it was; those that were taken out meanwhile stay out. The person's other stickers may
        come in between. Raises `PackError`.
        """
        owner = Entrance.TELEGRAM.owner(user_id)
        rows = [await self._packs.begin(each.id, owner, each.emoji_list, each.keywords) for each in stickers]
        states = {row.id: row.state for row in rows}
        to_add = [each for each in stickers if states[each.id] in (StickerState.MADE, StickerState.UPLOADED)]
        to_upload = [each for each in to_add if states[each.id] is StickerState.MADE]
        room = await self._room(owner)
        fits = room >= len(to_add)  # if not, everything is uploaded first, to be made a pack of
        news: News | None = None
        is_made = False  # a pack of all that were left: they only have to be found in it

        def progress(number: int) -> BatchProgress:
            left = len(to_add) - number
            adds = 0 if is_made else left if fits else min(room, left) + 1
            return BatchProgress(len(stickers) - left, len(stickers), len(to_upload) + adds, news)

        for number, each in enumerate(to_add):
            while now := [upload for upload in to_upload if not fits or upload is each]:
                yield progress(number)
                async with self._placing(user_id, first_name, now[0]) as placement:
                    await placement.upload()
                to_upload.remove(now[0])
            yield progress(number)
            others = [await self._packs.sticker(other.id) for other in to_add[number + 1 :]]
            along = [row for row in others if row is not None and row.state is StickerState.UPLOADED]
            async with self._placing(user_id, first_name, each, along) as placement:
                placed = await placement.add()
            is_made = is_made or placed.news is not None
            news = placed.news or news
        yield progress(len(to_add))

    @asynccontextmanager
    async def _placing(
        self, user_id: int, first_name: str, new: NewSticker, along: Sequence[Sticker] = ()
    ) -> AsyncIterator[Placement]:
        """Hold the person's lock and yield the way of a sticker into a pack. Raises `PackError`."""
        async with self._lock_of(user_id):
            with as_pack_errors():
                owner = Entrance.TELEGRAM.owner(user_id)
                row = await self._packs.begin(new.id, owner, new.emoji_list, new.keywords)
                yield Placement(
                    self._calls, self._packs, row, user_id=user_id, first_name=first_name, webp=new.webp, along=along
                )

    async def _room(self, owner: str) -> int:
        """How many stickers the person's open pack takes, 0 where there is none."""
        pack = await self._packs.open_pack(owner)
        if pack is None:
            return 0
        with as_pack_errors():
            seen = await self._calls.get_set(pack.name)
        return max(0, _MAX_STICKERS - len(seen.stickers)) if seen else 0

    async def replace(
        self,
        user_id: int,
        first_name: str,
        old_sticker_id: str,
        sticker_id: str,
        webp: bytes,
        emoji_list: tuple[str, ...],
        keywords: tuple[str, ...] = (),
    ) -> InPack:
        """Put a sticker in the place of an older one; into the open pack where that one is gone. Raises `PackError`."""
        async with self._placing(user_id, first_name, NewSticker(sticker_id, webp, emoji_list, keywords)) as placement:
            placed = await placement.replace(await self._packs.sticker(old_sticker_id))
            await self._packs.mark_removed(old_sticker_id)
            return placed

    async def set_emoji(self, user_id: int, sticker_id: str, emoji_list: tuple[str, ...]) -> bool:
        """Give a sticker other emoji, in its pack where it is in one; False where Telegram takes no such emoji.

        Raises `PackError`.
        """
        return await self._set_words(user_id, sticker_id, self._calls.set_emoji, "emoji_list", emoji_list)

    async def set_keywords(self, user_id: int, sticker_id: str, keywords: tuple[str, ...]) -> bool:
        """Give a sticker other keywords, in its pack where it is in one; False where Telegram refuses them.

        Raises `PackError`.
        """
        return await self._set_words(user_id, sticker_id, self._calls.set_keywords, "keywords", keywords)

    async def _set_words(
        self,
        user_id: int,
        sticker_id: str,
        call: Callable[[str, tuple[str, ...]], Awaitable[None]],
        column: str,
        words: tuple[str, ...],
    ) -> bool:
        async with self._lock_of(user_id):
            row = await self._packs.sticker(sticker_id)
            if row is None:
                return True
            if row.state is StickerState.IN_PACK and row.file_id is not None:
                with as_pack_errors():
                    try:
                        await call(row.file_id, words)
                    except TelegramError as error:
                        match classify(error):
                            case TelegramErrorKind.EMOJI_REFUSED:
                                return False
                            case TelegramErrorKind.STICKER_GONE | TelegramErrorKind.SET_GONE:
                                self.editor.note_gone(row)  # its words are kept for when it is put back
                                await self._packs.mark_removed(row.id)
                            case _:
                                raise
            await self._packs.change(sticker_id, **{column: words})
        return True

    async def remove(self, sticker_id: str) -> bool:
        """Take a sticker out of its pack; False where it was gone already. Raises `PackError`."""
        owned = await self._packs.sticker(sticker_id)
        if owned is None:
            return False
        async with self._lock_of(int(Entrance.TELEGRAM.id_of(owned.owner))):
            row = await self._packs.sticker(sticker_id)  # as it is now that nobody else changes it
            if row is None or row.state is StickerState.REMOVED:
                return False
            with as_pack_errors():
                was_there = row.file_id is not None and await self._calls.delete_sticker(row.file_id)
                if row.file_id is not None and not was_there:  # its file id may have changed, its unique id never does
                    pack = await self._packs.get(row.pack_id) if row.pack_id else None
                    now = by_unique_id(await self._calls.get_set(pack.name), row.file_unique_id) if pack else None
                    if now is not None and now.file_id != row.file_id:
                        was_there = await self._calls.delete_sticker(now.file_id)
            await self._packs.mark_removed(sticker_id)
            self.editor.note_gone(row)
            return was_there

    async def delete_all(self, user_id: int) -> int:
        """Delete the person's packs and emoji sets on Telegram; return how many there were. Raises `PackError`."""
        count = 0
        async with self._lock_of(user_id):
            owner = Entrance.TELEGRAM.owner(user_id)
            for pack in [*await self._packs.of_owner(owner), *await self._packs.mosaics_of_owner(owner)]:
                with as_pack_errors():
                    count += await self._calls.delete_set(pack.name)
                await self._packs.mark_gone(pack)
        return count

    def _lock_of(self, user_id: int) -> asyncio.Lock:
        """Return the person's lock; it lives as long as somebody holds or awaits it."""
        lock = self._locks.get(user_id)
        if lock is None:
            lock = self._locks[user_id] = asyncio.Lock()
        return lock
