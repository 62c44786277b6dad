"""A process that ends at any call to Telegram, and the next one that goes on over the same database."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from bot.packs.sticker_sets import NewSticker, StickerSets
from emulator.rules import Rules
from emulator.server import Emulator
from service.packs import PackRegistry
from storage.records import StickerState
from tests.bot.emulated import (
    ADA,
    AS_LONG_AS_RED,
    BLUE,
    RED,
    RULES,
    Cut,
    Wire,
    connected,
    packs_at,
    sets_of,
    sticker_webp,
    stickers_on_telegram,
    telegram,
)

Work = Callable[[Emulator, StickerSets], Awaitable[None]]


async def cut_at_every_call(
    path: Path, side: str, begin: Work, work: Work, rules: Rules = RULES
) -> AsyncIterator[tuple[Emulator, PackRegistry]]:
    """Do `work` on a wire that ends the process at its first call, then again with fresh objects and the same database;
    then the same with the second call, and so on, until the work needs no more calls. Yields after each pair."""
    for number in itertools.count(1):
        async with telegram(rules) as emulator, packs_at(path / f"{number}.db") as packs:
            async with connected(emulator) as bot:
                await begin(emulator, sets_of(bot, packs))
            was_cut = False
            async with connected(emulator, Wire(**{side: number})) as bot:
                try:
                    await work(emulator, sets_of(bot, packs))
                except Cut:
                    was_cut = True
            async with connected(emulator) as bot:
                await work(emulator, sets_of(bot, packs))
            yield emulator, packs
        if not was_cut:
            assert number > 3
            return


async def nothing(emulator: Emulator, sets: StickerSets) -> None:
    """A new person."""


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(("identical", "second"), [("same_file", AS_LONG_AS_RED), ("same_bytes", BLUE)])
async def test_a_process_that_ends_at_any_call_leaves_each_sticker_once(
    tmp_path: Path, identical: Literal["same_file", "same_bytes"], side: str, second: bytes
) -> None:
    async def work(emulator: Emulator, sets: StickerSets) -> None:
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
        await sets.add(ADA, "Ada", "job-2", second, ("😎",))

    rules = replace(RULES, identical_sticker=identical)
    async for emulator, packs in cut_at_every_call(tmp_path, side, nothing, work, rules):
        (pack,) = emulator.world.sets.owned_by(ADA)
        assert [sticker.emoji_list for sticker in pack.stickers] == [["😀"], ["😎"]]
        rows = [await packs.sticker("job-1"), await packs.sticker("job-2")]
        assert len({row.file_unique_id for row in rows if row}) == 2


async def with_a_deleted_pack(emulator: Emulator, sets: StickerSets) -> None:
    placed = await sets.add(ADA, "Ada", "job-0", BLUE, ("😀",))
    await emulator.person(ADA, "Ada").delete_pack(placed.pack.name)


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_process_that_ends_while_a_deleted_pack_is_made_anew(tmp_path: Path, side: str) -> None:
    async def work(emulator: Emulator, sets: StickerSets) -> None:
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))

    async for emulator, _ in cut_at_every_call(tmp_path, side, with_a_deleted_pack, work):
        assert stickers_on_telegram(emulator) == [1]


async def with_a_full_pack(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-0", BLUE, ("😀",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    pack.stickers.extend(replace(pack.stickers[0]) for _ in range(119))


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_process_that_ends_while_the_next_pack_is_opened(tmp_path: Path, side: str) -> None:
    async def work(emulator: Emulator, sets: StickerSets) -> None:
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))

    async for emulator, _ in cut_at_every_call(tmp_path, side, with_a_full_pack, work):
        assert stickers_on_telegram(emulator) == [120, 1]


REACTIONS = [
    NewSticker("job-5-grin", RED, ("😀",)),
    NewSticker("job-5-joy", AS_LONG_AS_RED, ("😂",)),
    NewSticker("job-5-wink", BLUE, ("😉",)),
]


async def with_another_sticker(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-0", sticker_webp("grey", 280), ("😀",))


async def add_reactions(emulator: Emulator, sets: StickerSets) -> None:
    async for _ in sets.add_all(ADA, "Ada", REACTIONS):
        pass


async def with_a_pack_almost_full(emulator: Emulator, sets: StickerSets) -> None:
    await with_a_full_pack(emulator, sets)
    (pack,) = emulator.world.sets.owned_by(ADA)
    del pack.stickers[-1]


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("identical", ["same_file", "same_bytes"])
@pytest.mark.parametrize(("begin", "before"), [(nothing, 0), (with_another_sticker, 1), (with_a_pack_almost_full, 119)])
async def test_a_process_that_ends_while_several_are_added_leaves_each_of_them_once(
    tmp_path: Path, begin: Work, before: int, identical: Literal["same_file", "same_bytes"], side: str
) -> None:
    rules = replace(RULES, identical_sticker=identical)
    async for emulator, packs in cut_at_every_call(tmp_path, side, begin, add_reactions, rules):
        stickers = [sticker for pack in emulator.world.sets.owned_by(ADA) for sticker in pack.stickers]
        assert [sticker.emoji_list[0] for sticker in stickers] == ["😀"] * before + ["😀", "😂", "😉"]
        rows = await packs.stickers_of("job-5")
        assert [row.file_unique_id for row in rows] == [sticker.file.unique_id for sticker in stickers[before:]]


async def with_one_sticker(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_process_that_ends_while_a_sticker_is_replaced(tmp_path: Path, side: str) -> None:
    async def work(emulator: Emulator, sets: StickerSets) -> None:
        await sets.replace(ADA, "Ada", "job-1", "job-2", BLUE, ("😎",))

    async for emulator, packs in cut_at_every_call(tmp_path, side, with_one_sticker, work):
        (pack,) = emulator.world.sets.owned_by(ADA)
        assert [sticker.emoji_list for sticker in pack.stickers] == [["😎"]]
        old = await packs.sticker("job-1")
        assert old is not None
        assert old.state is StickerState.REMOVED


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_process_that_ends_while_a_sticker_is_taken_out(tmp_path: Path, side: str) -> None:
    async def work(emulator: Emulator, sets: StickerSets) -> None:
        await sets.remove("job-1")
        await sets.add(ADA, "Ada", "job-2", BLUE, ("😎",))

    async for emulator, _ in cut_at_every_call(tmp_path, side, with_one_sticker, work):
        (pack,) = emulator.world.sets.owned_by(ADA)
        assert [sticker.emoji_list for sticker in pack.stickers] == [["😎"]]
