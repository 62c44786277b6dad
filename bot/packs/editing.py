"""What a person changes about a pack and its stickers, and what they changed in the app: merged at every look.

Knows no job, no chat. getStickerSet may answer from a cache 15 minutes old: what a change of ours found gone is gone,
however long the cache still shows it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from PIL import Image, ImageOps
from telegram.error import TelegramError

from bot.errors import DownloadFailed, DownloadInterrupted, PackFailed, TelegramDown
from bot.packs.calls import SetCalls
from bot.packs.errors import as_pack_errors
from bot.packs.names import plain_title, set_link
from bot.transport.downloads import download
from bot.transport.telegram_errors import TelegramErrorKind, classify
from engine.cache import LruCache
from engine.sheet import contact_sheet, tile
from service.errors import PhotoTooBig
from service.packs import PackRegistry
from service.readable import readable
from storage.records import Entrance, Pack, PackState, Sticker, StickerState

ICON_PX = 100  # of a set, both sides
Step = Literal["first", "back", "on", "last"]
Outcome = Literal["done", "refused", "gone"]
_CACHE_S = 15 * 60.0  # for so long a server may show what is gone
_GONE_KEPT = 10_000
_TILES_KEPT = 1000  # of some 10 KB
_DOWNLOADS = 4  # at the same time
_EMPTY = tile(np.zeros((8, 8, 4), np.uint8))  # in place of a sticker that cannot be shown


@dataclass(frozen=True, slots=True)
class PackContents:
    """A pack as it is on Telegram now: its title and its stickers, in order."""

    pack: Pack
    title: str
    stickers: tuple[Sticker, ...]

    @property
    def url(self) -> str:
        """Return the address that opens the pack."""
        return set_link(self.pack.name)


class PackEditor:
    """Look at packs and change them; `lock_of` gives the lock of a person, `clock` seconds on any scale."""

    def __init__(
        self,
        calls: SetCalls,
        packs: PackRegistry,
        lock_of: Callable[[int], asyncio.Lock],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls = calls
        self._packs = packs
        self._lock_of = lock_of
        self._clock = clock
        self._tiles: LruCache[str, bytes] = LruCache(_TILES_KEPT)
        self._gone: LruCache[str, float] = LruCache(_GONE_KEPT)  # until when the server may show it, by unique id

    # --- look ---------------------------------------------------------------------------------------------------------

    async def overview(self, user_id: int) -> list[PackContents]:
        """Return the person's packs, oldest first, after merging what they changed in the app. Raises `PackError`."""
        async with self._lock_of(user_id):
            packs = await self._packs.of_owner(Entrance.TELEGRAM.owner(user_id))
            seen = [await self._merge(pack) for pack in packs]
        return [each for each in seen if each is not None]

    async def contents(self, user_id: int, pack: Pack) -> PackContents | None:
        """Return one pack, merged; None where it was deleted. Raises `PackError`."""
        async with self._lock_of(user_id):
            return await self._merge(pack)

    async def picture(self, stickers: Sequence[Sticker], first: int, columns: int) -> bytes | None:
        """Return a JPEG of the stickers with their numbers, from `first`; None where not one of them can be had.

        Raises `TelegramDown`.
        """
        slots = asyncio.Semaphore(_DOWNLOADS)

        async def tile_at(sticker: Sticker) -> bytes:
            key = sticker.file_unique_id or ""
            if (known := self._tiles.find(key)) is not None:
                return known
            async with slots:
                try:
                    data = await download(self._calls.bot, sticker.file_id or "")
                    made = await asyncio.to_thread(_tile, data)
                except (DownloadFailed, PhotoTooBig, OSError, ValueError):  # gone, or it moves
                    return _EMPTY
                except DownloadInterrupted as error:
                    raise TelegramDown(str(error)) from error
            self._tiles.put(key, made)
            return made

        tiles = await asyncio.gather(*map(tile_at, stickers))
        if all(each is _EMPTY for each in tiles):
            return None
        return await asyncio.to_thread(partial(contact_sheet, tiles, first=first, numbered_columns=columns))

    def note_gone(self, sticker: Sticker) -> None:
        """Remember that a sticker is in its set no more, whatever a cache shows."""
        if sticker.file_unique_id:
            self._gone.put(sticker.file_unique_id, self._clock() + _CACHE_S)

    async def _merge(self, pack: Pack) -> PackContents | None:
        """Let the rows follow the set: what is gone, new, or called otherwise."""
        with as_pack_errors():
            seen = await self._calls.get_set(pack.name)
        if seen is None:
            await self._packs.mark_gone(pack)
            return None
        title = readable(seen.title) or plain_title(pack.generation)
        if title != pack.title:
            await self._packs.set_title(pack.id, title)
        rows = await self._packs.rows_of(pack)
        known: dict[str, Sticker] = {}
        for row in rows:
            if row.file_unique_id and (row.file_unique_id not in known or row.state is StickerState.IN_PACK):
                known[row.file_unique_id] = row
        # A sticker that no row knows may be the one whose add was never answered: its own row finds it.
        may_adopt = all(row.state is not StickerState.UPLOADED for row in rows)
        there: list[Sticker] = []
        for each in seen.stickers:
            if (self._gone.find(each.file_unique_id) or 0.0) > self._clock():
                continue
            now = known.get(each.file_unique_id)
            if now is None and may_adopt:
                own_id = hashlib.sha256(f"{pack.owner} {each.file_unique_id}".encode()).hexdigest()[:32]
                now = await self._packs.adopt(own_id, pack, each.emoji or "", each.file_id, each.file_unique_id)
            elif now is not None and (now.state is not StickerState.IN_PACK or now.file_id != each.file_id):
                now = await self._packs.change(now.id, state=StickerState.IN_PACK, file_id=each.file_id)
            if now is not None:
                there.append(now)
        ids = {row.file_unique_id for row in there}
        for row in rows:
            if row.state is StickerState.IN_PACK and row.file_unique_id not in ids:
                await self._packs.mark_removed(row.id)
        return PackContents(pack, title, tuple(there))

    # --- change a sticker ---------------------------------------------------------------------------------------------

    async def move(self, user_id: int, sticker: Sticker, step: Step) -> tuple[int, int] | None:
        """Move a sticker within its pack; return its place, from 1, and how many there are; None where it is in none.

        Raises `PackError`.
        """
        async with self._lock_of(user_id):
            pack = await self._pack_of(sticker)
            seen = await self._merge(pack) if pack else None
            ids = [each.file_unique_id for each in seen.stickers] if seen else []
            if seen is None or sticker.file_unique_id not in ids:
                return None
            place = ids.index(sticker.file_unique_id)
            last = len(ids) - 1
            to = {"first": 0, "back": max(place - 1, 0), "on": min(place + 1, last), "last": last}[step]
            if to != place:
                with as_pack_errors():
                    try:
                        await self._calls.set_position(seen.stickers[place].file_id or "", to)
                    except TelegramError as error:
                        if classify(error) not in (TelegramErrorKind.STICKER_GONE, TelegramErrorKind.SET_GONE):
                            raise
                        self.note_gone(sticker)
                        await self._packs.mark_removed(sticker.id)
                        return None
        return to + 1, len(ids)

    async def set_icon(self, user_id: int, sticker: Sticker) -> bool:
        """Make a sticker the icon of its pack; False where one of them is gone. Raises `PackError`."""
        pack = await self._pack_of(sticker)
        if pack is None or sticker.file_id is None:
            return False
        try:
            picture = await download(self._calls.bot, sticker.file_id)
        except DownloadFailed:
            return False
        except DownloadInterrupted as error:
            raise TelegramDown(str(error)) from error
        icon = await asyncio.to_thread(icon_of, picture)
        async with self._lock_of(user_id):
            with as_pack_errors():
                try:
                    await self._calls.set_icon(pack.name, user_id, icon)
                except TelegramError as error:
                    return await self._is_there_after(error, pack)
        return True

    async def _pack_of(self, sticker: Sticker) -> Pack | None:
        pack = await self._packs.get(sticker.pack_id) if sticker.pack_id else None
        return None if pack is None or pack.state is PackState.GONE else pack

    # --- change a pack ------------------------------------------------------------------------------------------------

    async def rename(self, user_id: int, pack: Pack, title: str) -> Outcome:
        """Give a pack another title, 1 to 64 characters; its link stays. Raises `PackError`."""
        async with self._lock_of(user_id):
            with as_pack_errors():
                try:
                    await self._calls.set_title(pack.name, title)
                except TelegramError as error:
                    if classify(error) is TelegramErrorKind.TITLE_INVALID:
                        return "refused"
                    if not await self._is_there_after(error, pack):
                        return "gone"
            await self._packs.set_title(pack.id, title)
        return "done"

    async def delete(self, user_id: int, pack: Pack) -> bool:
        """Delete a pack, or an emoji set, with all its stickers; False where it was gone. Raises `PackError`."""
        async with self._lock_of(user_id):
            with as_pack_errors():
                was_there = await self._calls.delete_set(pack.name)
            await self._packs.mark_gone(pack)
        return was_there

    async def _is_there_after(self, error: TelegramError, pack: Pack) -> bool:
        """Return False where the error says that the pack is gone, True where nothing was to be changed.

        Raises `TelegramError` for any other.
        """
        match classify(error):
            case TelegramErrorKind.NOT_MODIFIED:
                return True
            case TelegramErrorKind.SET_GONE | TelegramErrorKind.SET_FOREIGN:
                await self._packs.mark_gone(pack)
                return False
        raise error


def _tile(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as sticker:
        return tile(np.asarray(sticker.convert("RGBA")))


def icon_of(picture: bytes) -> bytes:
    """Return a sticker as the icon of a set: a transparent PNG of 100 x 100 px. Raises `PackFailed`."""
    try:
        with Image.open(io.BytesIO(picture)) as sticker:
            small = ImageOps.pad(sticker.convert("RGBA"), (ICON_PX, ICON_PX), Image.Resampling.LANCZOS)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PackFailed("the sticker is no picture") from error
    buffer = io.BytesIO()
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
