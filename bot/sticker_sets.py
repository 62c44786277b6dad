"""A person's packs on Telegram: made, added to, rolled over when full, made anew when deleted. Knows no job, no chat.

Adding is idempotent across crashes (`placement`); the set on Telegram is the truth and the rows follow it. Which
errors mean what is in `telegram_errors`; what leaves here is a `PackTrouble`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from telegram import Bot, StickerSet

from bot.addressee import owner_of, user_id_of
from bot.pack_trouble import translated
from bot.placement import InPack, Placement, Wish, by_unique_id
from bot.set_calls import SetCalls
from bot.set_names import set_link
from service.packs import PackRegistry
from storage.records import Pack, Sticker, StickerState

__all__ = ["InPack", "PackOverview", "StickerSets"]


@dataclass(frozen=True, slots=True)
class PackOverview:
    """A pack as Telegram shows it now: its title may have been changed in the app."""

    pack: Pack
    title: str
    count: int
    url: str


class StickerSets:
    """The packs of everybody, one change at a time for each person.

    `backoff_s` scales the pauses after a lost answer; `sleep` waits.
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
        self._placement = Placement(bot, packs, self._calls, sleep)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    # --- add ------------------------------------------------------------------------------------------------------

    async def add(self, user_id: int, first_name: str, sticker_id: str, webp: bytes, emoji: str) -> InPack:
        """Put a sticker into the person's open pack; the same `sticker_id` again is the same sticker.

        `webp` is a still WebP, one side 512 px, at most 512 KB. One that was removed is put in again.
        Raises `PackTrouble`.
        """
        async with self._turn(user_id):
            with translated():
                row = await self._packs.begin(sticker_id, owner_of(user_id), emoji)
                if known := await self._placement.known(row):
                    return known
                wish = await self._placement.begin(Wish(user_id, row.owner, first_name, webp, row, is_fresh=False))
                return await self._placement.earlier(wish) or await self._placement.place(wish)

    async def replace(
        self, user_id: int, first_name: str, old_sticker_id: str, sticker_id: str, webp: bytes, emoji: str
    ) -> InPack:
        """Put a sticker in the place of an older one; into the open pack where that one is gone.

        Raises `PackTrouble`.
        """
        async with self._turn(user_id):
            with translated():
                row = await self._packs.begin(sticker_id, owner_of(user_id), emoji)
                placed = await self._placement.known(row)
                if placed is None:
                    wish = await self._placement.begin(Wish(user_id, row.owner, first_name, webp, row, is_fresh=False))
                    old = await self._packs.sticker(old_sticker_id)
                    in_place = await self._placement.earlier(wish) or (
                        old and await self._placement.exchange(old, wish)
                    )
                    placed = in_place or await self._placement.place(wish)
                await self._packs.mark_removed(old_sticker_id)
                return placed

    # --- take out -------------------------------------------------------------------------------------------------

    async def remove(self, sticker_id: str) -> bool:
        """Take a sticker out of its pack; False where it was gone already. Raises `PackTrouble`."""
        owned = await self._packs.sticker(sticker_id)
        if owned is None:
            return False
        async with self._turn(user_id_of(owned.owner)):
            row = await self._packs.sticker(sticker_id)  # as it is now that nobody else changes it
            if row is None or row.state is StickerState.REMOVED:
                return False
            with translated():
                was_there = row.file_id is not None and await self._taken_out(row, row.file_id)
            await self._packs.mark_removed(sticker_id)
            return was_there

    async def _taken_out(self, row: Sticker, file_id: str) -> bool:
        if await self._calls.take_out(file_id):
            return True
        pack = await self._packs.get(row.pack_id) if row.pack_id else None
        seen = await self._calls.look(pack.name) if pack else None
        now = by_unique_id(seen, row.file_unique_id)  # its file id may have changed, its unique id never does
        return now is not None and now.file_id != file_id and await self._calls.take_out(now.file_id)

    async def delete_all(self, user_id: int) -> int:
        """Delete the person's packs on Telegram; returns how many there were. Raises `PackTrouble`."""
        count = 0
        async with self._turn(user_id):
            for pack in await self._packs.of_owner(owner_of(user_id)):
                with translated():
                    count += await self._calls.delete(pack.name)
                await self._packs.mark_gone(pack)
        return count

    # --- overview -------------------------------------------------------------------------------------------------

    async def overview(self, user_id: int) -> list[PackOverview]:
        """The person's packs, oldest first, after merging what they changed in the app. Raises `PackTrouble`."""
        packs = []
        async with self._turn(user_id):
            for pack in await self._packs.of_owner(owner_of(user_id)):
                with translated():
                    seen = await self._calls.look(pack.name)
                if seen is None:
                    await self._packs.mark_gone(pack)
                    continue
                await self._merge(pack, seen)
                packs.append(PackOverview(pack, seen.title, len(seen.stickers), set_link(pack.name)))
        return packs

    async def _merge(self, pack: Pack, seen: StickerSet) -> None:
        there = {sticker.file_unique_id for sticker in seen.stickers}
        for row in await self._packs.stickers_in(pack):
            if row.file_unique_id not in there:
                await self._packs.mark_removed(row.id)

    def link(self, pack: Pack) -> str:
        return set_link(pack.name)

    def _turn(self, user_id: int) -> asyncio.Lock:
        """The person's lock; it lives as long as somebody holds or awaits it."""
        lock = self._turns.get(user_id)
        if lock is None:
            lock = self._turns[user_id] = asyncio.Lock()
        return lock
