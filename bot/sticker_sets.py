"""A person's packs on Telegram: made, added to, rolled over when full, made anew when deleted. Knows no job, no chat.

Adding is idempotent across crashes: the row says what was begun (made -> uploaded -> in pack) before each change of a
set, an uploaded file added twice is one sticker, and after a lost answer the set is looked at before anything is
repeated. Which errors mean what is in `telegram_errors`; what leaves here is a `PackTrouble`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal
from weakref import WeakValueDictionary

from telegram import Bot, StickerSet
from telegram import Sticker as SetSticker
from telegram.error import TelegramError

from bot.pack_trouble import PackFailed, PackTrouble, PackWait, TelegramDown, UserBlocked, UserUnreachable, translated
from bot.set_calls import DEFAULT_EMOJI, SetCalls, as_png, find, find_added, input_sticker
from bot.set_names import plain_title, set_link, set_name, set_title
from bot.telegram_errors import Refusal, classify
from storage.packs import Packs
from storage.records import Pack, PackState, Sticker, StickerState

__all__ = [
    "InPack",
    "PackFailed",
    "PackOverview",
    "PackTrouble",
    "PackWait",
    "StickerSets",
    "TelegramDown",
    "UserBlocked",
    "UserUnreachable",
]

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
class PackOverview:
    """A pack as Telegram shows it now: its title may have been changed in the app."""

    pack: Pack
    title: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class _Wish:
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


class StickerSets:
    """The packs of everybody, one change at a time for each person.

    `backoff_s` scales the pauses after a lost answer; `sleep` waits.
    """

    def __init__(
        self,
        bot: Bot,
        packs: Packs,
        *,
        backoff_s: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._packs = packs
        self._calls = SetCalls(bot, backoff_s=backoff_s, sleep=sleep)
        self._sleep = sleep
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    # --- add ------------------------------------------------------------------------------------------------------

    async def add(self, user_id: int, first_name: str, sticker_id: str, webp: bytes, emoji: str) -> InPack:
        """Put a sticker into the person's open pack; the same `sticker_id` again is the same sticker.

        `webp` is a still WebP, one side 512 px, at most 512 KB. One that was removed is put in again.
        Raises `PackTrouble`.
        """
        async with self._turn(user_id):
            with translated():
                row = await self._packs.add_sticker(sticker_id, _owner(user_id), emoji)
                if known := await self._known(row):
                    return known
                wish = await self._begun(_Wish(user_id, row.owner, first_name, webp, row, is_fresh=False))
                return await self._earlier(wish) or await self._placed(wish)

    async def replace(
        self, user_id: int, first_name: str, old_sticker_id: str, sticker_id: str, webp: bytes, emoji: str
    ) -> InPack:
        """Put a sticker in the place of an older one; into the open pack where that one is gone.

        Raises `PackTrouble`.
        """
        async with self._turn(user_id):
            with translated():
                row = await self._packs.add_sticker(sticker_id, _owner(user_id), emoji)
                placed = await self._known(row)
                if placed is None:
                    wish = await self._begun(_Wish(user_id, row.owner, first_name, webp, row, is_fresh=False))
                    old = await self._packs.sticker(old_sticker_id)
                    in_place = await self._earlier(wish) or (old and await self._in_place_of(old, wish))
                    placed = in_place or await self._placed(wish)
                await self._packs.update_sticker(old_sticker_id, state=StickerState.REMOVED)
                return placed

    async def _known(self, row: Sticker) -> InPack | None:
        """What the row says, where it says that the sticker is in a pack."""
        if row.state is not StickerState.IN_PACK or row.pack_id is None:
            return None
        pack = await self._packs.get(row.pack_id)
        if pack is None or row.file_id is None or row.file_unique_id is None:
            return None
        return InPack(row.file_id, row.file_unique_id, pack)

    async def _begun(self, wish: _Wish) -> _Wish:
        """The wish with its picture uploaded."""
        row = wish.row
        if row.state in (StickerState.UPLOADED, StickerState.LOOSE) and row.upload_id is not None:
            return wish
        upload_id = await self._calls.upload(wish.user_id, wish.webp)
        row = await self._written(
            row, state=StickerState.UPLOADED, upload_id=upload_id, pack_id=None, file_id=None, file_unique_id=None
        )
        return replace(wish, row=row, is_fresh=True)

    async def _earlier(self, wish: _Wish) -> InPack | None:
        """The sticker where an earlier try had put it without learning so."""
        if wish.is_fresh:
            return None
        pack = await self._packs.get(wish.row.pack_id) if wish.row.pack_id else None
        pack = pack or await self._packs.open_pack(wish.owner)
        if pack is None or pack.state is PackState.GONE:
            return None
        found = await self._found(pack, wish)
        return await self._kept(wish, pack, found) if found else None

    async def _placed(self, wish: _Wish) -> InPack:
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

    async def _added(self, pack: Pack, wish: _Wish) -> tuple[_Wish, bool]:
        """Add to this pack; False where it is full or gone, which its row then says."""
        if not wish.is_fresh and await self._found(pack, wish):
            return wish, True
        wish = replace(wish, row=await self._written(wish.row, pack_id=pack.id))

        async def change(wish: _Wish) -> None:
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
                await self._packs.set_state(pack.id, PackState.GONE)
            case Refusal.SET_FULL:
                await self._packs.set_state(pack.id, PackState.FULL)
            case _:
                raise error

    async def _accepted(self, change: Callable[[_Wish], Awaitable[None]], wish: _Wish) -> _Wish:
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

    async def _amended(self, wish: _Wish, refusal: Refusal, error: TelegramError) -> _Wish:
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

    async def _created(self, wish: _Wish) -> tuple[Pack | None, _Wish]:
        """Make the next pack with the sticker in it. None where that name led to no new pack: there may now be an open
        one, made by an earlier try; else the next call takes the next name."""
        generation = await self._packs.next_generation(wish.owner)
        number = len(await self._packs.of_owner(wish.owner)) + 1
        name = set_name(wish.user_id, generation, self._bot.username)
        title = set_title(wish.first_name, number)
        is_new = True

        async def change(wish: _Wish) -> None:
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
            await self._packs.set_state(pack.id, PackState.GONE)

    # --- look -----------------------------------------------------------------------------------------------------

    async def _found(self, pack: Pack, wish: _Wish) -> SetSticker | None:
        """This wish's sticker, where it is in the pack already."""
        found = await self._calls.look(pack.name)
        return find(found.stickers, await self._known_in(pack, wish), wish.size) if found else None

    async def _is_in(self, pack: Pack, wish: _Wish) -> bool:
        return await self._found(pack, wish) is not None

    async def _known_in(self, pack: Pack, wish: _Wish) -> set[str]:
        rows = await self._packs.stickers_in(pack.id)
        return {row.file_unique_id for row in rows if row.file_unique_id and row.id != wish.row.id}

    async def _settled(self, wish: _Wish, pack: Pack) -> InPack:
        """Learn the ids of the sticker that was just added: the set has other ones than the upload."""
        for _ in range(_LOOKS):
            seen = await self._calls.look(pack.name)
            known = await self._known_in(pack, wish)
            if seen and (found := find_added(seen.stickers, known, wish.size)):
                return await self._kept(wish, pack, found)
            await self._sleep(_LOOK_PAUSE_S)
        raise TelegramDown(f"the sticker does not show in {pack.name}")

    async def _kept(self, wish: _Wish, pack: Pack, found: SetSticker) -> InPack:
        await self._written(
            wish.row,
            state=StickerState.IN_PACK,
            pack_id=pack.id,
            file_id=found.file_id,
            file_unique_id=found.file_unique_id,
        )
        return InPack(found.file_id, found.file_unique_id, pack)

    async def _written(self, row: Sticker, **columns: str | int | StickerState | None) -> Sticker:
        written = await self._packs.update_sticker(row.id, **columns)
        if written is None:
            raise PackFailed("the owner was forgotten meanwhile")
        return written

    # --- replace --------------------------------------------------------------------------------------------------

    async def _in_place_of(self, old: Sticker, wish: _Wish) -> InPack | None:
        """Exchange the old sticker for the new one. None where the old one is in no pack any more."""
        pack = await self._packs.get(old.pack_id) if old.pack_id else None
        if pack is None or pack.state is PackState.GONE or old.state is not StickerState.IN_PACK:
            return None
        seen = await self._calls.look(pack.name)
        place = _by_unique_id(seen, old.file_unique_id)
        if place is None:
            return None
        wish = replace(wish, row=await self._written(wish.row, pack_id=pack.id))

        async def change(wish: _Wish) -> None:
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

    # --- take out -------------------------------------------------------------------------------------------------

    async def remove(self, sticker_id: str) -> bool:
        """Take a sticker out of its pack; False where it was gone already. Raises `PackTrouble`."""
        row = await self._packs.sticker(sticker_id)
        if row is None or row.state is StickerState.REMOVED:
            return False
        async with self._turn(_user_id(row.owner)):
            with translated():
                was_there = row.file_id is not None and await self._taken_out(row, row.file_id)
            await self._packs.update_sticker(sticker_id, state=StickerState.REMOVED)
            return was_there

    async def _taken_out(self, row: Sticker, file_id: str) -> bool:
        if await self._calls.take_out(file_id):
            return True
        pack = await self._packs.get(row.pack_id) if row.pack_id else None
        seen = await self._calls.look(pack.name) if pack else None
        now = _by_unique_id(seen, row.file_unique_id)  # its file id may have changed, its unique id never does
        return now is not None and now.file_id != file_id and await self._calls.take_out(now.file_id)

    async def delete_all(self, user_id: int) -> int:
        """Delete the person's packs on Telegram; returns how many there were. Raises `PackTrouble`."""
        count = 0
        async with self._turn(user_id):
            for pack in await self._packs.of_owner(_owner(user_id)):
                with translated():
                    count += await self._calls.delete(pack.name)
                await self._packs.set_state(pack.id, PackState.GONE)
        return count

    # --- overview -------------------------------------------------------------------------------------------------

    async def overview(self, user_id: int) -> list[PackOverview]:
        """The person's packs, oldest first, after merging what they changed in the app. Raises `PackTrouble`."""
        packs = []
        async with self._turn(user_id):
            for pack in await self._packs.of_owner(_owner(user_id)):
                with translated():
                    seen = await self._calls.look(pack.name)
                if seen is None:
                    await self._packs.set_state(pack.id, PackState.GONE)
                    continue
                await self._merge(pack, seen)
                packs.append(PackOverview(pack, seen.title, len(seen.stickers), set_link(pack.name)))
        return packs

    async def _merge(self, pack: Pack, seen: StickerSet) -> None:
        there = {sticker.file_unique_id for sticker in seen.stickers}
        for row in await self._packs.stickers_in(pack.id):
            if row.file_unique_id not in there:
                await self._packs.update_sticker(row.id, state=StickerState.REMOVED)

    def link(self, pack: Pack) -> str:
        return set_link(pack.name)

    def _turn(self, user_id: int) -> asyncio.Lock:
        """The person's lock; it lives as long as somebody holds or awaits it."""
        lock = self._turns.get(user_id)
        if lock is None:
            lock = self._turns[user_id] = asyncio.Lock()
        return lock


def _owner(user_id: int) -> str:
    return f"tg:{user_id}"


def _user_id(owner: str) -> int:
    return int(owner.removeprefix("tg:"))


def _by_unique_id(seen: StickerSet | None, unique_id: str | None) -> SetSticker | None:
    stickers = seen.stickers if seen else ()
    return next((sticker for sticker in stickers if sticker.file_unique_id == unique_id), None)
