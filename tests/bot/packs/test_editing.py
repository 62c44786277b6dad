"""What a person changes about their packs, against the emulated Telegram, through lost answers and stale caches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import PackWait
from bot.packs.sticker_sets import StickerSets
from bot.transport.connection import UpdatesBot
from emulator.server import Emulator
from service.packs import PackRegistry
from storage.records import PackState, StickerState
from tests.bot.emulated import ADA, BLUE, RED, connected, packs_at, sets_of, telegram


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with telegram() as running:
        yield running


@pytest.fixture
async def packs(tmp_path: Path) -> AsyncIterator[PackRegistry]:
    async with packs_at(tmp_path / "test.db") as packs:
        yield packs


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[UpdatesBot]:
    async with connected(emulator) as bot:
        yield bot


@pytest.fixture
def sets(bot: UpdatesBot, packs: PackRegistry) -> StickerSets:
    return sets_of(bot, packs)


async def test_a_sticker_whose_add_was_never_answered_is_left_to_its_own_row(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.add(ADA, "Ada", "job-2", BLUE, ("😎",))
    await packs.change("job-2", state=StickerState.UPLOADED, file_id=None, file_unique_id=None)

    (seen,) = await sets.editor.overview(ADA)
    assert [row.id for row in seen.stickers] == ["job-1"]
    found = await sets.add(ADA, "Ada", "job-2", BLUE, ("😎",))

    assert len(emulator.world.sets.require(placed.pack.name).stickers) == 2
    (seen,) = await sets.editor.overview(ADA)
    assert [row.file_unique_id for row in seen.stickers] == [placed.file_unique_id, found.file_unique_id]


async def test_changes_whose_answers_are_lost_are_made_once(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.add(ADA, "Ada", "job-2", BLUE, ("😎",))
    for method in ("setStickerSetTitle", "setStickerPositionInSet", "setStickerSetThumbnail"):
        emulator.faults.add(method, "drop_after")
    second = await packs.sticker("job-2")
    assert second is not None

    assert await sets.editor.rename(ADA, placed.pack, "Holiday") == "done"
    assert await sets.editor.move(ADA, second, "first") == (1, 2)
    assert await sets.editor.set_icon(ADA, second)

    there = emulator.world.sets.require(placed.pack.name)
    assert (there.title, [each.emoji_list for each in there.stickers]) == ("Holiday", [["😎"], ["😀"]])
    assert there.thumbnail is not None


async def test_a_pack_that_is_gone_is_noted_by_whatever_finds_out(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.editor.contents(ADA, placed.pack)  # which the server remembers for minutes
    await emulator.person(ADA, "Ada").delete_pack(placed.pack.name)

    assert await sets.editor.rename(ADA, placed.pack, "Holiday") == "gone"

    gone = await packs.get(placed.pack.id)
    assert gone is not None
    assert gone.state is PackState.GONE
    assert not await sets.editor.delete(ADA, placed.pack)


async def test_telegram_asking_to_wait_is_told(emulator: Emulator, sets: StickerSets) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    emulator.faults.add("setStickerSetTitle", "error", code=429, retry_after=400, count=9)

    with pytest.raises(PackWait):
        await sets.editor.rename(ADA, placed.pack, "Holiday")
