"""One sticker's way into a pack: begun, added, found again after a crash. The caller holds the person's lock.

The row says what was begun (made -> uploaded -> in pack) before each change of a set; an uploaded file added twice is
one sticker; after a lost answer the set is looked at before anything is repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from telegram import Bot, StickerSet
from telegram import Sticker as SetSticker
from telegram.error import TelegramError

from bot.pack_trouble import PackFailed, TelegramDown
from bot.set_calls import DEFAULT_EMOJI, SetCalls, as_png, find, find_added, input_sticker
from bot.set_names import plain_title, set_link, set_name, set_title
from bot.telegram_errors import Refusal, classify
from service.packs import PackRegistry
from storage.records import Pack, PackState, Sticker, StickerState

logger = logging.getLogger(__name__)

News = Literal["first_pack", "new_pack_after_deletion", "next_pack"]
_MOST_PACKS_TRIED = 12  # of one person for one sticker: occupied names, full packs and deleted ones together
_LOOKS = 6  # for a sticker that was just added: the set may lag behind by a second or two
_LOOK_PAUSE_S = 0.5
_ADOPTION_PAUSE_S = 1.0  # a set made under a once used name is not seen at once


@dataclass(frozen=True, slots=True)
class InPack:
    """A sticker in its pack: send `file_id`, so that a tap on it opens the pack. `news` is worth a sentence."""

    file_id: str
    file_unique_id: str
    pack: Pack
    news: News | None = None

    @property
    def url(self) -> str:
        return set_link(self.pack.name)


@dataclass(frozen=True, slots=True)
class Wish:
    """One sticker on its way into a pack. `is_fresh` is False where an earlier process may have added it already."""

    user_id: int
    owner: str
    first_name: str
    webp: bytes
    row: Sticker
    is_fresh: bool

    @property
    def size(self) -> int:
        return len(self.webp)


class Placement:
    """Brings wishes into packs."""

    def __init__(
        self, bot: Bot, packs: PackRegistry, calls: SetCalls, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._bot = bot
        self._packs = packs
        self._calls = calls
        self._sleep = sleep

    async def known(self, row: Sticker) -> InPack | None:
        """What the row says, where it says that the sticker is in a pack."""
        if row.state is not StickerState.IN_PACK or row.pack_id is None:
            return None
        pack = await self._packs.get(row.pack_id)
        if pack is None or row.file_id is None or row.file_unique_id is None:
            return None
        return InPack(row.file_id, row.file_unique_id, pack)

    async def begin(self, wish: Wish) -> Wish:
        """The wish with its picture uploaded."""
        row = wish.row
        if row.state in (StickerState.UPLOADED, StickerState.LOOSE) and row.upload_id is not None:
            return wish
        upload_id = await self._calls.upload(wish.user_id, wish.webp)
        row = await self._written(
            row, state=StickerState.UPLOADED, upload_id=upload_id, pack_id=None, file_id=None, file_unique_id=None
        )
        return replace(wish, row=row, is_fresh=True)

    async def earlier(self, wish: Wish) -> InPack | None:
        """The sticker where an earlier try had put it without learning so."""
        if wish.is_fresh:
            return None
        pack = await self._packs.get(wish.row.pack_id) if wish.row.pack_id else None
        pack = pack or await self._packs.open_pack(wish.owner)
        if pack is None or pack.state is PackState.GONE:
            return None
        found = await self._found(pack, wish)
        return await self._kept(wish, pack, found) if found else None

    async def place(self, wish: Wish) -> InPack:
        """Add to the open pack, or make one, until a pack takes it."""
        news: News | None = None
        for _ in range(_MOST_PACKS_TRIED):
            pack = await self._packs.open_pack(wish.owner)
            if pack is not None:
                wish, is_in = await self._added(pack, wish)
            else:
                news = news or await self._news(wish.owner)
                pack, wish = await self._created(wish)
                is_in = pack is not None
            if is_in and pack is not None:
                return replace(await self._settled(wish, pack), news=news)
        raise PackFailed(f"no pack of {wish.owner} takes stickers")

    async def _added(self, pack: Pack, wish: Wish) -> tuple[Wish, bool]:
        """Add to this pack; False where it is full or gone, which its row then says."""
        if not wish.is_fresh and await self._found(pack, wish):
            return wish, True
        wish = replace(wish, row=await self._written(wish.row, pack_id=pack.id))

        async def change(wish: Wish) -> None:
            sticker = input_sticker(wish.row.upload_id or "", wish.row.emoji)
            await self._calls.add(wish.user_id, pack.name, sticker, lambda: self._is_in(pack, wish))

        try:
            return await self._accepted(change, wish), True
        except TelegramError as error:
            await self._close(pack, error)
            return wish, False

    async def _close(self, pack: Pack, error: TelegramError) -> None:
        """Note that a pack takes no more; raises any other error again."""
        match classify(error):
            case Refusal.SET_GONE | Refusal.SET_FOREIGN:
                logger.info("pack %d was deleted on Telegram", pack.id)
                await self._packs.mark_gone(pack)
            case Refusal.SET_FULL:
                await self._packs.mark_full(pack)
            case _:
                raise error

    async def _accepted(self, change: Callable[[Wish], Awaitable[None]], wish: Wish) -> Wish:
        """Make the change; once each, with another emoji, as PNG, or uploaded anew where Telegram wants that."""
        tried: set[Refusal] = set()
        while True:
            try:
                await change(wish)
            except TelegramError as error:
                refusal = classify(error)
                if refusal in tried:
                    raise
                tried.add(refusal)
                wish = await self._amended(wish, refusal, error)
            else:
                return wish

    async def _amended(self, wish: Wish, refusal: Refusal, error: TelegramError) -> Wish:
        match refusal:
            case Refusal.EMOJI_REFUSED if wish.row.emoji != DEFAULT_EMOJI:
                return replace(wish, row=await self._written(wish.row, emoji=DEFAULT_EMOJI))
            case Refusal.PICTURE_REFUSED:
                picture = await as_png(wish.webp)
            case Refusal.FILE_REFUSED:
                picture = wish.webp
            case _:
                raise error
        upload_id = await self._calls.upload(wish.user_id, picture)
        return replace(wish, row=await self._written(wish.row, upload_id=upload_id))

    # --- make a pack ----------------------------------------------------------------------------------------------

    async def _news(self, owner: str) -> News:
        if await self._packs.of_owner(owner):
            return "next_pack"
        return "first_pack" if await self._packs.next_generation(owner) == 1 else "new_pack_after_deletion"

    async def _created(self, wish: Wish) -> tuple[Pack | None, Wish]:
        """Make the next pack with the sticker in it. None where that name led to no new pack: there may now be an open
        one, made by an earlier try; else the next call takes the next name."""
        generation = await self._packs.next_generation(wish.owner)
        number = len(await self._packs.of_owner(wish.owner)) + 1
        name = set_name(wish.user_id, generation, self._bot.username)
        title = set_title(wish.first_name, number)
        is_new = True

        async def change(wish: Wish) -> None:
            nonlocal title, is_new
            sticker = input_sticker(wish.row.upload_id or "", wish.row.emoji)
            try:
                is_new = await self._calls.create(wish.user_id, name, title, sticker)
            except TelegramError as error:
                if classify(error) is not Refusal.TITLE_INVALID:
                    raise
                title = plain_title(number)
                is_new = await self._calls.create(wish.user_id, name, title, sticker)

        try:
            wish = await self._accepted(change, wish)
        except TelegramError as error:
            if classify(error) not in (Refusal.NAME_OCCUPIED, Refusal.SET_HIDDEN):
                raise
            is_new = False
        if is_new:
            return await self._packs.add(wish.owner, name, title, generation), wish
        await self._adopt(wish.owner, name, title, generation)
        return None, replace(wish, is_fresh=False)

    async def _adopt(self, owner: str, name: str, title: str, generation: int) -> None:
        """Take over the set of that name: it is this person's, made by a try whose answer was lost or by an
        installation that lost its database. Where there is none the name belongs to a deleted set: it is skipped."""
        await self._sleep(_ADOPTION_PAUSE_S)
        found = await self._calls.look(name)
        pack = await self._packs.add(owner, name, found.title if found else title, generation)
        if found is None:
            await self._packs.mark_gone(pack)

    # --- look -----------------------------------------------------------------------------------------------------

    async def _found(self, pack: Pack, wish: Wish) -> SetSticker | None:
        """This wish's sticker, where it is in the pack already."""
        found = await self._calls.look(pack.name)
        return find(found.stickers, await self._known_in(pack, wish), wish.size) if found else None

    async def _is_in(self, pack: Pack, wish: Wish) -> bool:
        return await self._found(pack, wish) is not None

    async def _known_in(self, pack: Pack, wish: Wish) -> set[str]:
        rows = await self._packs.stickers_in(pack)
        return {row.file_unique_id for row in rows if row.file_unique_id and row.id != wish.row.id}

    async def _settled(self, wish: Wish, pack: Pack) -> InPack:
        """Learn the ids of the sticker that was just added: the set has other ones than the upload."""
        for _ in range(_LOOKS):
            seen = await self._calls.look(pack.name)
            known = await self._known_in(pack, wish)
            if seen and (found := find_added(seen.stickers, known, wish.size)):
                return await self._kept(wish, pack, found)
            await self._sleep(_LOOK_PAUSE_S)
        raise TelegramDown(f"the sticker does not show in {pack.name}")

    async def _kept(self, wish: Wish, pack: Pack, found: SetSticker) -> InPack:
        await self._written(
            wish.row,
            state=StickerState.IN_PACK,
            pack_id=pack.id,
            file_id=found.file_id,
            file_unique_id=found.file_unique_id,
        )
        return InPack(found.file_id, found.file_unique_id, pack)

    async def _written(self, row: Sticker, **columns: str | int | StickerState | None) -> Sticker:
        written = await self._packs.change(row.id, **columns)
        if written is None:
            raise PackFailed("the owner was forgotten meanwhile")
        return written

    # --- replace --------------------------------------------------------------------------------------------------

    async def exchange(self, old: Sticker, wish: Wish) -> InPack | None:
        """Exchange the old sticker for the new one. None where the old one is in no pack any more."""
        pack = await self._packs.get(old.pack_id) if old.pack_id else None
        if pack is None or pack.state is PackState.GONE or old.state is not StickerState.IN_PACK:
            return None
        seen = await self._calls.look(pack.name)
        place = by_unique_id(seen, old.file_unique_id)
        if place is None:
            return None
        wish = replace(wish, row=await self._written(wish.row, pack_id=pack.id))

        async def change(wish: Wish) -> None:
            sticker = input_sticker(wish.row.upload_id or "", wish.row.emoji)
            is_in = lambda: self._is_in(pack, wish)  # noqa: E731
            await self._calls.replace(wish.user_id, pack.name, place.file_id, sticker, is_in)

        try:
            wish = await self._accepted(change, wish)
        except TelegramError as error:
            if classify(error) is not Refusal.STICKER_GONE:
                await self._close(pack, error)
            return None
        return await self._settled(wish, pack)


def by_unique_id(seen: StickerSet | None, unique_id: str | None) -> SetSticker | None:
    stickers = seen.stickers if seen else ()
    return next((sticker for sticker in stickers if sticker.file_unique_id == unique_id), None)
