"""A sticker as a mosaic of custom emoji: a set of 4 x 4 emoji of 100 x 100 px, made once for each sticker.

Knows no job, no chat. The row is written before the set is made: a set's name is never taken for a pack's.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageOps
from telegram import InputSticker, StickerSet
from telegram.constants import StickerType
from telegram.error import TelegramError

from bot.errors import DownloadFailed, DownloadInterrupted, PackFailed, TelegramDown
from bot.packs.calls import STICKER_FORMAT, SetCalls
from bot.packs.errors import as_pack_errors
from bot.packs.names import plain_title, set_name
from bot.packs.placement import DEFAULT_EMOJI
from bot.transport.downloads import download
from bot.transport.telegram_errors import TelegramErrorKind, classify
from service.packs import PackRegistry
from storage.records import Pack, PackState, Sticker

SIDE = 4  # emoji, in both directions
TILE_PX = 100
_MAX_SETS_TRIED = 5
_MAX_LOOKS = 6  # for a set that was just made
_LOOK_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Mosaic:
    """An emoji set, and the ids of its emoji, row by row."""

    pack: Pack
    emoji_ids: tuple[str, ...]

    @property
    def url(self) -> str:
        """Return the address that opens the set in Telegram."""
        return f"https://t.me/addemoji/{self.pack.name}"


class Mosaics:
    """Make people's mosaics; `lock_of` gives the lock of a person."""

    def __init__(self, calls: SetCalls, packs: PackRegistry, lock_of: Callable[[int], asyncio.Lock]) -> None:
        self._calls = calls
        self._packs = packs
        self._lock_of = lock_of

    async def make(self, user_id: int, sticker: Sticker, title: str) -> Mosaic | None:
        """Return the mosaic of a sticker, made now where there is none; None where Telegram has the sticker no more.

        Raises `PackError`.
        """
        async with self._lock_of(user_id):
            with as_pack_errors():
                if known := await self._known(sticker):
                    return known
                try:
                    picture = await download(self._calls.bot, sticker.file_id or "")
                except DownloadFailed:
                    return None
                except DownloadInterrupted as error:
                    raise TelegramDown(str(error)) from error
                tiles = await asyncio.to_thread(tiles_of, picture)
                return await self._make(user_id, sticker, title, tiles)

    async def _known(self, sticker: Sticker) -> Mosaic | None:
        """What was made before, also where its answer was lost."""
        pack = await self._packs.mosaic_of(sticker.owner, sticker.id)
        seen = await self._calls.get_set(pack.name) if pack else None
        return await self._keep(pack, seen) if pack and seen else None

    async def _make(self, user_id: int, sticker: Sticker, title: str, tiles: list[bytes]) -> Mosaic:
        emoji = sticker.emoji or DEFAULT_EMOJI
        stickers = [InputSticker(tile, [emoji], STICKER_FORMAT) for tile in tiles]
        for _ in range(_MAX_SETS_TRIED):
            generation = await self._packs.next_generation(sticker.owner)
            name = set_name(user_id, generation, self._calls.bot.username)
            pack = await self._packs.add_mosaic(sticker.owner, name, title, generation, sticker.id)
            create = partial(self._calls.bot.create_new_sticker_set, user_id, name, title, stickers)
            try:
                async for attempt in self._calls.retrying():
                    with attempt:
                        if attempt.retry_state.attempt_number == 1 or await self._calls.get_set(name) is None:
                            await create(sticker_type=StickerType.CUSTOM_EMOJI)
            except TelegramError as error:
                match classify(error):
                    case TelegramErrorKind.TITLE_INVALID if title != plain_title(1):
                        title = plain_title(1)
                    case TelegramErrorKind.NAME_OCCUPIED:
                        pass  # a deleted set's, or of an installation that lost its database
                    case TelegramErrorKind.SET_HIDDEN:
                        pass
                    case TelegramErrorKind.NAME_INVALID if await self._calls.has_another_username():
                        pass
                    case _:
                        raise
                continue
            for _ in range(_MAX_LOOKS):
                if (seen := await self._calls.get_set(name)) is not None:
                    return await self._keep(pack, seen)
                await self._calls.sleep(_LOOK_PAUSE_S)
            raise TelegramDown(f"emoji set {pack.id} does not show")
        raise PackFailed(f"none of {_MAX_SETS_TRIED} names takes the emoji")

    async def _keep(self, pack: Pack, seen: StickerSet) -> Mosaic:
        if pack.state is PackState.GONE:
            await self._packs.mark_full(pack)
        return Mosaic(pack, tuple(each.custom_emoji_id or "" for each in seen.stickers))


def tiles_of(picture: bytes) -> list[bytes]:
    """Cut a sticker into `SIDE` x `SIDE` PNGs of 100 x 100 px, row by row. Raises `PackFailed`."""
    whole_px = SIDE * TILE_PX
    try:
        with Image.open(io.BytesIO(picture)) as sticker:
            whole = ImageOps.pad(sticker.convert("RGBA"), (whole_px, whole_px), Image.Resampling.LANCZOS)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PackFailed("the sticker is no picture") from error
    tiles = []
    for top in range(0, whole_px, TILE_PX):
        for left in range(0, whole_px, TILE_PX):
            buffer = io.BytesIO()
            whole.crop((left, top, left + TILE_PX, top + TILE_PX)).save(buffer, "PNG", optimize=True)
            tiles.append(buffer.getvalue())
    return tiles
