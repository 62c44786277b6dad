"""Put one sticker into a pack: idempotent, across crashes too. Knows no job, no chat.

The row says what was begun (made -> uploaded -> in pack) before each change of a set; an uploaded file added twice is
one sticker; after a lost answer the set is looked at before the call is repeated. Read `Placement.add` from the top.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from PIL import Image
from telegram import InputSticker, StickerSet
from telegram import Sticker as SetSticker
from telegram.error import TelegramError

from bot.errors import PackFailed, TelegramDown
from bot.packs.calls import STICKER_FORMAT, SetCalls
from bot.packs.names import plain_title, set_link, set_name, set_title
from bot.transport.telegram_errors import TelegramErrorKind, classify
from service.packs import PackRegistry
from storage.records import Pack, PackState, Sticker, StickerState

logger = logging.getLogger(__name__)

News = Literal["first_pack", "new_pack_after_deletion", "next_pack", "planned_pack"]
DEFAULT_EMOJI = "🙂"
_VARIATION = "\ufe0f"  # of an emoji that is also a sign: servers add and drop it
_MAX_PACKS_TRIED = 12  # of one person for one sticker: occupied names, full packs and deleted ones together
_MAX_LOOKS = 6  # for a sticker that was just added: the set may lag behind by a second or two
_LOOK_PAUSE_S = 0.5
_OF_ONE_STICKER = (TelegramErrorKind.EMOJI_REFUSED, TelegramErrorKind.PICTURE_REFUSED, TelegramErrorKind.FILE_REFUSED)
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
        """Return the address that opens the pack."""
        return set_link(self.pack.name)


class Placement:
    """One attempt to place one sticker: call `add` or `replace`, once. The caller holds the person's lock.

    `webp` is a still WebP, one side 512 px, at most 512 KB; `row` is the sticker's, written before. `along` are
    uploaded stickers that are made part of the pack too, after this one, where a pack has to be made: each still needs
    an `add` of its own, which finds it there.
    """

    def __init__(
        self,
        calls: SetCalls,
        packs: PackRegistry,
        row: Sticker,
        *,
        user_id: int,
        first_name: str,
        webp: bytes,
        along: Sequence[Sticker] = (),
    ) -> None:
        self._calls = calls
        self._packs = packs
        self._row = row
        self._user_id = user_id
        self._first_name = first_name
        self._webp = webp
        self._along = tuple(along)
        self._may_be_in_pack = True  # an earlier attempt may have added the upload without learning so
        self._title = self._plain_title = ""  # of the pack that is being made

    async def add(self) -> InPack:
        """Put the sticker into the open pack; make one where there is none."""
        if known := await self._known():
            return known
        await self._upload()
        return await self._added_earlier() or await self._add_to_open_pack()

    async def upload(self) -> None:
        """Upload the sticker, so that it can be added, or go along with another one; nothing where that was done."""
        if await self._known() is None:
            await self._upload()

    async def replace(self, old: Sticker | None) -> InPack:
        """Put the sticker in the place of `old`; into the open pack where that one is gone."""
        if known := await self._known():
            return known
        await self._upload()
        if earlier := await self._added_earlier():
            return earlier
        return (await self._exchange(old) if old else None) or await self._add_to_open_pack()

    # --- what earlier attempts did --------------------------------------------------------------------------------

    async def _known(self) -> InPack | None:
        """What the row says, where it says that the sticker is in a pack."""
        row = self._row
        if row.state is not StickerState.IN_PACK or row.pack_id is None:
            return None
        pack = await self._packs.get(row.pack_id)
        if pack is None or row.file_id is None or row.file_unique_id is None:
            return None
        return InPack(row.file_id, row.file_unique_id, pack)

    async def _upload(self) -> None:
        if self._row.state in (StickerState.UPLOADED, StickerState.LOOSE) and self._row.upload_id is not None:
            return
        upload_id = await self._calls.upload(self._user_id, self._webp)
        await self._write(
            state=StickerState.UPLOADED, upload_id=upload_id, pack_id=None, file_id=None, file_unique_id=None
        )
        self._may_be_in_pack = False

    async def _added_earlier(self) -> InPack | None:
        if not self._may_be_in_pack:
            return None
        pack = await self._packs.get(self._row.pack_id) if self._row.pack_id else None
        pack = pack or await self._packs.open_pack(self._row.owner)
        if pack is None or pack.state is PackState.GONE:
            return None
        found = await self._find_in(pack)
        return await self._keep(pack, found) if found else None

    # --- change a set ---------------------------------------------------------------------------------------------

    async def _add_to_open_pack(self) -> InPack:
        """Add to the open pack, or make one, until a pack takes the sticker."""
        news: News | None = None
        for _ in range(_MAX_PACKS_TRIED):
            pack = await self._packs.open_pack(self._row.owner)
            if pack is None:
                news = news or await self._news()
                pack = await self._create_pack()
            elif not await self._add_to(pack):
                pack = None
            if pack is not None:
                return replace(await self._learn_ids(pack), news=news)
        raise PackFailed(f"none of {_MAX_PACKS_TRIED} packs takes the sticker")

    async def _add_to(self, pack: Pack) -> bool:
        """Add to this pack; False where it is full or gone, which its row then says."""
        if self._may_be_in_pack and await self._find_in(pack):
            return True
        await self._write(pack_id=pack.id)
        add = partial(self._calls.bot.add_sticker_to_set, self._user_id, pack.name)
        try:
            await self._change_set(add, partial(self._find_in, pack))
        except TelegramError as error:
            await self._close(pack, error)
            return False
        return True

    async def _exchange(self, old: Sticker) -> InPack | None:
        """Replace `old` in its set. None where it is in no pack any more."""
        pack = await self._packs.get(old.pack_id) if old.pack_id else None
        if pack is None or pack.state is PackState.GONE or old.state is not StickerState.IN_PACK:
            return None
        in_set = by_unique_id(await self._calls.get_set(pack.name), old.file_unique_id)
        if in_set is None:
            return None
        await self._write(pack_id=pack.id)
        exchange = partial(self._calls.bot.replace_sticker_in_set, self._user_id, pack.name, in_set.file_id)
        try:
            await self._change_set(exchange, partial(self._find_in, pack))
        except TelegramError as error:
            if classify(error) is not TelegramErrorKind.STICKER_GONE:
                await self._close(pack, error)
            return None
        return await self._learn_ids(pack)

    async def _close(self, pack: Pack, error: TelegramError) -> None:
        """Note that a pack takes no more; raise any other error again."""
        match classify(error):
            case TelegramErrorKind.SET_GONE | TelegramErrorKind.SET_FOREIGN:
                logger.info("pack %d was deleted on Telegram", pack.id)
                await self._packs.mark_gone(pack)
            case TelegramErrorKind.SET_FULL:
                await self._packs.mark_full(pack)
            case _:
                raise error

    async def _create_pack(self) -> Pack | None:
        """Make the next pack with the sticker in it. None where that name led to no new pack: there may now be an open
        one, made by an earlier attempt; else the next call takes the next name."""
        owner = self._row.owner
        generation = await self._packs.next_generation(owner)
        number = len(await self._packs.of_owner(owner)) + 1
        name = set_name(self._user_id, generation, self._calls.bot.username)
        planned = await self._packs.planned_title(owner)
        self._title, self._plain_title = planned or set_title(self._first_name, number), plain_title(number)
        try:
            is_new = await self._change_set(partial(self._create_set, name), partial(self._calls.get_set, name))
        except TelegramError as error:
            kind = classify(error)
            if kind is TelegramErrorKind.NAME_INVALID and await self._calls.has_another_username():
                return None  # the next call makes the name of it
            if kind not in (TelegramErrorKind.NAME_OCCUPIED, TelegramErrorKind.SET_HIDDEN):
                raise
            is_new = False
        if is_new:
            return await self._packs.add(owner, name, self._title, generation)
        # A set of that name is this person's, made by an attempt whose answer was lost or by an installation that
        # lost its database: it is taken over. Where there is none the name belongs to a deleted set: it is skipped.
        await self._calls.sleep(_ADOPTION_PAUSE_S)
        found = await self._calls.get_set(name)
        pack = await self._packs.add(owner, name, found.title if found else self._title, generation)
        if found is None:
            await self._packs.mark_gone(pack)
        self._may_be_in_pack = True
        return None

    async def _create_set(self, name: str, sticker: InputSticker) -> None:
        along = [_input_sticker(row) for row in self._along]
        await self._calls.bot.create_new_sticker_set(self._user_id, name, self._title, [sticker, *along])

    async def _news(self) -> News:
        if await self._packs.planned_title(self._row.owner):
            return "planned_pack"
        if await self._packs.of_owner(self._row.owner):
            return "next_pack"
        return "first_pack" if await self._packs.next_generation(self._row.owner) == 1 else "new_pack_after_deletion"

    # --- one change, until its outcome is known -------------------------------------------------------------------

    async def _change_set(
        self, change: Callable[[InputSticker], Awaitable[object]], find: Callable[[], Awaitable[object]]
    ) -> bool:
        """Make one change of a set. False where `find` shows that a call whose answer was lost had made it.

        What Telegram refuses is amended, once each: another emoji, a PNG, a new upload, a plain title.
        """
        amended: set[TelegramErrorKind] = set()
        while True:
            try:
                async for attempt in self._calls.retrying():
                    with attempt:
                        if attempt.retry_state.attempt_number > 1 and await find():
                            return False
                        await change(_input_sticker(self._row))
                        return True
            except TelegramError as error:
                kind = classify(error)
                if self._along and kind in _OF_ONE_STICKER:  # nobody knows of which
                    self._along = ()
                    continue
                if kind in amended:
                    raise
                amended.add(kind)
                await self._amend(kind, error)

    async def _amend(self, kind: TelegramErrorKind, error: TelegramError) -> None:
        """Change what Telegram refused; raise `error` again where nothing can be changed."""
        match kind:
            case TelegramErrorKind.EMOJI_REFUSED if self._row.emoji_list != (DEFAULT_EMOJI,):
                await self._write(emoji_list=(DEFAULT_EMOJI,))
            case TelegramErrorKind.TITLE_INVALID:
                self._title = self._plain_title
            case TelegramErrorKind.PICTURE_REFUSED:  # it refuses the dimensions of a right WebP at times
                png = await asyncio.to_thread(as_png, self._webp)
                await self._write(upload_id=await self._calls.upload(self._user_id, png))
            case TelegramErrorKind.FILE_REFUSED:  # the upload has expired
                await self._write(upload_id=await self._calls.upload(self._user_id, self._webp))
            case _:
                raise error

    # --- find it in a set -----------------------------------------------------------------------------------------

    async def _find_in(self, pack: Pack) -> SetSticker | None:
        """Find the last sticker that no row knows and that has as many bytes as ours: Telegram keeps a WebP as it
        is. Of several the one with our emoji is ours."""
        seen = await self._calls.get_set(pack.name)
        return self._last_like_ours(_unknown(seen, await self._known_in(pack))) if seen else None

    async def _learn_ids(self, pack: Pack) -> InPack:
        """Find the sticker that was just added: in the set it has other ids than the upload.

        One that was sent as PNG has another size; a picture that was in the set before is not added twice, and is then
        a known one. Raises `TelegramDown` where it does not show.
        """
        for _ in range(_MAX_LOOKS):
            seen = await self._calls.get_set(pack.name)
            unknown = _unknown(seen, await self._known_in(pack)) if seen else []
            found = self._last_like_ours(unknown) or (unknown[-1] if unknown else None)
            if seen and (found := found or self._last_like_ours(seen.stickers)):
                return await self._keep(pack, found)
            await self._calls.sleep(_LOOK_PAUSE_S)
        raise TelegramDown(f"the sticker does not show in pack {pack.id}")

    def _last_like_ours(self, stickers: Collection[SetSticker]) -> SetSticker | None:
        of_size = [sticker for sticker in stickers if sticker.file_size == len(self._webp)]
        emoji = self._row.emoji.replace(_VARIATION, "")
        named = [sticker for sticker in of_size if (sticker.emoji or "").replace(_VARIATION, "") == emoji]
        return next(reversed(named or of_size), None)

    async def _known_in(self, pack: Pack) -> set[str]:
        rows = await self._packs.stickers_in(pack)
        return {row.file_unique_id for row in rows if row.file_unique_id and row.id != self._row.id}

    async def _keep(self, pack: Pack, found: SetSticker) -> InPack:
        await self._write(
            state=StickerState.IN_PACK,
            pack_id=pack.id,
            file_id=found.file_id,
            file_unique_id=found.file_unique_id,
        )
        return InPack(found.file_id, found.file_unique_id, pack)

    async def _write(self, **columns: str | int | StickerState | tuple[str, ...] | None) -> None:
        written = await self._packs.change(self._row.id, **columns)
        if written is None:
            raise PackFailed("the owner was forgotten meanwhile")
        self._row = written


def _input_sticker(row: Sticker) -> InputSticker:
    """Return an uploaded sticker as sets take it."""
    return InputSticker(row.upload_id or "", row.emoji_list, STICKER_FORMAT, keywords=row.keywords or None)


def as_png(webp: bytes) -> bytes:
    """Return the same picture as PNG."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(webp)) as picture:
        picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def by_unique_id(seen: StickerSet | None, unique_id: str | None) -> SetSticker | None:
    """Return the sticker of a set that has this id; a sticker's file id may change, its unique id never does."""
    stickers = seen.stickers if seen else ()
    return next((sticker for sticker in stickers if sticker.file_unique_id == unique_id), None)


def _unknown(seen: StickerSet, known: Collection[str]) -> list[SetSticker]:
    return [sticker for sticker in seen.stickers if sticker.file_unique_id not in known]
