"""Sticker sets against the emulated Telegram, over HTTP, through every fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.errors import PackFailed, PackWait, PictureRefused, TelegramDown, UserBlocked, UserUnreachable
from bot.packs.sticker_sets import BatchProgress, NewSticker, StickerSets
from bot.transport.connection import UpdatesBot
from emulator import pack_owner
from emulator.faults import Fault
from emulator.rules import FloodRules
from emulator.server import Emulator
from service.packs import PackRegistry
from storage.records import PackState, Sticker, StickerState
from storage.sqlite import SqliteDatabase
from storage.users import Users
from tests.bot.emulated import (
    ADA,
    AS_LONG_AS_RED,
    BLUE,
    RED,
    RULES,
    STRANGER,
    TOKEN,
    connected,
    packs_at,
    sets_of,
    sticker_webp,
    stickers_on_telegram,
    telegram,
)
from tests.bot.manual_time import LeapingTime


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


async def test_the_first_sticker_makes_a_pack_named_after_the_person(emulator: Emulator, sets: StickerSets) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert placed.news == "first_pack"
    assert placed.pack.name == "u7_1_by_sticker_test_bot"
    assert placed.url == "https://t.me/addstickers/u7_1_by_sticker_test_bot"
    (on_telegram,) = emulator.world.sets.owned_by(ADA)
    assert on_telegram.title == "Ada's stickers"
    assert [sticker.emoji_list for sticker in on_telegram.stickers] == [["😀"]]


async def test_the_ids_are_those_in_the_set_not_those_of_the_upload(
    sets: StickerSets, bot: UpdatesBot, packs: PackRegistry
) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    (in_set,) = (await bot.get_sticker_set(placed.pack.name)).stickers
    row = await packs.sticker("job-1")
    assert row is not None
    assert (placed.file_id, placed.file_unique_id) == (in_set.file_id, in_set.file_unique_id)
    assert (row.state, row.file_id, row.pack_id) == (StickerState.IN_PACK, in_set.file_id, placed.pack.id)
    assert row.upload_id != in_set.file_id


async def test_a_second_sticker_goes_into_the_same_pack(emulator: Emulator, sets: StickerSets) -> None:
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    second = await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    assert second.news is None
    assert second.pack.id == first.pack.id
    assert second.file_unique_id != first.file_unique_id
    assert stickers_on_telegram(emulator) == [2]


async def test_the_same_job_twice_is_one_sticker(emulator: Emulator, sets: StickerSets) -> None:
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    again = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert again.file_id == first.file_id
    assert stickers_on_telegram(emulator) == [1]


async def test_stickers_added_at_the_same_time_get_one_pack_and_their_own_ids(
    emulator: Emulator, sets: StickerSets
) -> None:
    pictures = [sticker_webp("green", 200 + number) for number in range(6)]
    placed = await asyncio.gather(
        *(sets.add(ADA, "Ada", f"job-{number}", webp, ("😀",)) for number, webp in enumerate(pictures))
    )
    assert stickers_on_telegram(emulator) == [6]
    assert len({each.file_unique_id for each in placed}) == 6


async def test_a_picture_already_in_the_pack_is_that_sticker(emulator: Emulator, sets: StickerSets) -> None:
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    twin = await sets.add(ADA, "Ada", "job-3", RED, ("😀",))
    assert twin.file_unique_id == first.file_unique_id
    assert stickers_on_telegram(emulator) == [2]


async def test_a_pack_deleted_in_the_app_is_made_anew_under_another_name(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await emulator.person(ADA, "Ada").delete_pack(first.pack.name)
    placed = await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    assert placed.news == "new_pack_after_deletion"
    assert placed.pack.name == "u7_2_by_sticker_test_bot"
    gone = await packs.get(first.pack.id)
    assert gone is not None
    assert gone.state is PackState.GONE
    assert stickers_on_telegram(emulator) == [1]


async def test_a_full_pack_is_kept_and_the_next_one_opened(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    full = emulator.world.sets.require(first.pack.name)
    full.stickers.extend(replace(full.stickers[0]) for _ in range(119))
    placed = await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    assert placed.news == "next_pack"
    assert emulator.world.sets.require(placed.pack.name).title == "Ada's stickers 2"
    assert [pack.state for pack in await packs.of_owner(f"tg:{ADA}")] == [PackState.FULL, PackState.OPEN]
    assert stickers_on_telegram(emulator) == [120, 1]


async def test_an_installation_that_lost_its_database_goes_on_with_the_old_pack(
    emulator: Emulator, bot: UpdatesBot, sets: StickerSets, tmp_path: Path
) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    async with packs_at(tmp_path / "new.db") as packs:
        placed = await sets_of(bot, packs).add(ADA, "Ada", "job-9", BLUE, ("😀",))
    assert placed.pack.name == "u7_1_by_sticker_test_bot"
    assert stickers_on_telegram(emulator) == [2]


@pytest.mark.parametrize("name", ["occupied", "created_not_found"])
async def test_the_name_of_a_deleted_pack_is_survived(name: str, packs: PackRegistry, tmp_path: Path) -> None:
    async with telegram(replace(RULES, deleted_name=name)) as emulator, connected(emulator) as bot:  # type: ignore[arg-type]
        first = await sets_of(bot, packs).add(ADA, "Ada", "job-1", RED, ("😀",))
        await emulator.person(ADA, "Ada").delete_pack(first.pack.name)
        async with packs_at(tmp_path / "new.db") as new:
            placed = await sets_of(bot, new).add(ADA, "Ada", "job-9", BLUE, ("😀",))
        assert placed.news == "first_pack"
        assert stickers_on_telegram(emulator) == [1]


METHODS = ["uploadStickerFile", "createNewStickerSet", "addStickerToSet", "getStickerSet"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("action", ["drop_before", "drop_after", "error", "html", "truncate", "garbage"])
@pytest.mark.parametrize("count", [1, 3])
async def test_a_lost_call_or_answer_puts_each_sticker_there_once(
    emulator: Emulator, sets: StickerSets, bot: UpdatesBot, method: str, action: str, count: int
) -> None:
    fault = emulator.faults.add(method, action, count=count)
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    second = await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    in_set = [sticker.file_unique_id for sticker in (await bot.get_sticker_set(pack.name)).stickers]
    assert in_set == [first.file_unique_id, second.file_unique_id]
    assert fault.fired


async def add_two(sets: StickerSets, second: bytes) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.add(ADA, "Ada", "job-2", second, ("😀",))


async def test_a_pack_deleted_while_a_sticker_is_added(emulator: Emulator, sets: StickerSets) -> None:
    ada = emulator.person(ADA, "Ada")
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    delete = partial(pack_owner.delete_pack, emulator.world, ada.person, first.pack.name)
    emulator.faults.add("addStickerToSet", "run", run=delete)
    second = await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    assert second.news == "new_pack_after_deletion"
    assert stickers_on_telegram(emulator) == [1]


async def test_a_title_telegram_does_not_take_becomes_a_plain_one(emulator: Emulator, sets: StickerSets) -> None:
    refuse(emulator, "createNewStickerSet", "PACK_TITLE_INVALID")
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    assert pack.title == "Stickers"


def refuse(emulator: Emulator, method: str, description: str, count: int = 1) -> Fault:
    return emulator.faults.add(method, "error", code=400, description=description, count=count)


async def test_a_webp_whose_size_telegram_wrongly_refuses_goes_as_png(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", BLUE, ("😀",))
    refuse(emulator, "addStickerToSet", "STICKER_PNG_DIMENSIONS")
    placed = await sets.add(ADA, "Ada", "job-2", RED, ("😎",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    assert [sticker.emoji_list for sticker in pack.stickers] == [["😀"], ["😎"]]
    assert pack.stickers[1].source.data.startswith(b"\x89PNG")
    assert placed.file_unique_id == pack.stickers[1].file.unique_id


async def test_a_picture_refused_as_png_too_is_given_up(emulator: Emulator, sets: StickerSets) -> None:
    refuse(emulator, "createNewStickerSet", "STICKER_PNG_DIMENSIONS", count=2)
    with pytest.raises(PictureRefused):
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))


async def test_an_upload_telegram_has_forgotten_is_made_again(emulator: Emulator, sets: StickerSets) -> None:
    refuse(emulator, "createNewStickerSet", "wrong remote file identifier specified: can't unserialize it")
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert stickers_on_telegram(emulator) == [1]
    assert len(emulator.calls.of("uploadStickerFile")) == 2


async def test_a_short_429_is_waited_out(emulator: Emulator, packs: PackRegistry) -> None:
    emulator.faults.add("addStickerToSet", "error", code=429, retry_after=2)
    time = LeapingTime()
    async with connected(emulator, time=time) as bot:
        await add_two(sets_of(bot, packs), BLUE)
    assert time.now >= 1002
    assert stickers_on_telegram(emulator) == [2]


@pytest.mark.parametrize("method", METHODS)
async def test_a_long_429_says_how_long_and_the_next_try_goes_on(
    emulator: Emulator, packs: PackRegistry, method: str
) -> None:
    emulator.faults.add(method, "error", code=429, retry_after=200)
    async with connected(emulator) as bot:
        with pytest.raises(PackWait) as waited:
            await add_two(sets_of(bot, packs), BLUE)
    assert waited.value.retry_after_s == 200
    async with connected(emulator) as bot:
        await add_two(sets_of(bot, packs), BLUE)
    assert stickers_on_telegram(emulator) == [2]


async def test_names_that_are_all_taken_end_the_search(emulator: Emulator, sets: StickerSets) -> None:
    refuse(emulator, "createNewStickerSet", "PACK_SHORT_NAME_OCCUPIED", count=100)
    with pytest.raises(PackFailed):
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert len(emulator.calls.of("createNewStickerSet")) <= 20


async def test_a_set_of_somebody_else_is_left_alone(emulator: Emulator, sets: StickerSets) -> None:
    first = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    refuse(emulator, "addStickerToSet", "STICKERSET_OWNER_ANOTHER")
    second = await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    assert second.pack.id != first.pack.id


async def test_a_person_who_never_opened_the_bot_is_unreachable(emulator: Emulator, sets: StickerSets) -> None:
    with pytest.raises(UserUnreachable):
        await sets.add(STRANGER, "Bob", "job-1", RED, ("😀",))
    assert emulator.world.sets.owned_by(STRANGER) == []


async def test_a_person_who_blocked_the_bot_is_told_apart(emulator: Emulator, sets: StickerSets) -> None:
    await emulator.person(ADA, "Ada").block()
    with pytest.raises(UserBlocked):
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))


async def test_a_person_who_blocks_in_the_middle_is_told_apart_and_the_next_try_goes_on(
    emulator: Emulator, sets: StickerSets
) -> None:
    ada = emulator.person(ADA, "Ada")
    emulator.faults.add("createNewStickerSet", "run", run=lambda: ada.person.blocked.add(ada.bot.id))
    with pytest.raises(UserBlocked):
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await ada.unblock()
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert stickers_on_telegram(emulator) == [1]


@pytest.mark.parametrize("action", ["drop_before", "drop_after"])
async def test_a_telegram_that_does_not_answer_is_given_up_and_the_next_try_goes_on(
    emulator: Emulator, sets: StickerSets, action: str
) -> None:
    emulator.faults.add("*StickerSet", action, count=100)
    with pytest.raises(TelegramDown):
        await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    emulator.faults.clear()
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert len(emulator.calls.of("uploadStickerFile")) == 1
    assert stickers_on_telegram(emulator) == [1]


async def test_flood_control_longer_than_the_budget_says_how_long(packs: PackRegistry) -> None:
    flood = FloodRules(sticker_burst=1, sticker_per_s=0.001, silent_wait_s=0.0)
    async with telegram(replace(RULES, flood=flood)) as emulator, connected(emulator) as bot:
        with pytest.raises(PackWait) as waited:
            await sets_of(bot, packs).add(ADA, "Ada", "job-1", RED, ("😀",))
    assert waited.value.retry_after_s > 60


async def test_when_the_bots_username_changes_new_packs_end_in_the_new_one(
    emulator: Emulator, bot: UpdatesBot, sets: StickerSets
) -> None:
    emulator.world.bots_by_token[TOKEN].username = "renamed_test_bot"

    in_pack = await sets.add(ADA, "Ada", "one", RED, ("😀",))

    assert in_pack.pack.name.endswith("_by_renamed_test_bot")
    assert in_pack.url == f"https://t.me/addstickers/{in_pack.pack.name}"
    assert bot.username == "renamed_test_bot"
    assert stickers_on_telegram(emulator) == [1]


@pytest.mark.parametrize("description", ["Bad Request: invalid emoji specified", "Bad Request: STICKER_EMOJI_INVALID"])
async def test_an_emoji_only_telegrams_server_refuses_becomes_the_default(
    emulator: Emulator, sets: StickerSets, description: str
) -> None:
    emulator.faults.add("createNewStickerSet", "error", code=400, description=description)

    await sets.add(ADA, "Ada", "one", RED, ("\U0001fae9",))

    (pack,) = emulator.world.sets.owned_by(ADA)
    assert pack.stickers[0].emoji_list == ["🙂"]


async def test_an_emoji_telegram_does_not_take_becomes_the_default(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, (":)",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    assert pack.stickers[0].emoji_list == ["🙂"]


async def test_a_sticker_in_the_place_of_another(emulator: Emulator, sets: StickerSets, packs: PackRegistry) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    placed = await sets.replace(ADA, "Ada", "job-1", "job-3", AS_LONG_AS_RED, ("😎",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    assert [sticker.emoji_list for sticker in pack.stickers] == [["😎"], ["😀"]]
    old, new = await packs.sticker("job-1"), await packs.sticker("job-3")
    assert old is not None
    assert new is not None
    assert (old.state, new.state) == (StickerState.REMOVED, StickerState.IN_PACK)
    assert new.file_id == placed.file_id


async def test_replacing_a_sticker_that_is_gone_adds_the_new_one(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.remove("job-1")
    await sets.replace(ADA, "Ada", "job-1", "job-2", BLUE, ("😎",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    assert [sticker.emoji_list for sticker in pack.stickers] == [["😎"]]


async def test_emoji_and_keywords_are_set_in_the_pack_and_kept(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert await sets.set_emoji(ADA, "job-1", ("🚀", "❤️"))
    assert await sets.set_keywords(ADA, "job-1", ("launch", "día"))
    assert not await sets.set_emoji(ADA, "job-1", ("🚀", ":)"))
    (pack,) = emulator.world.sets.owned_by(ADA)
    row = await packs.sticker("job-1")
    assert row is not None
    assert (row.emoji_list, row.keywords) == (("🚀", "❤️"), ("launch", "día"))
    assert (pack.stickers[0].emoji_list, pack.stickers[0].keywords) == (["🚀", "❤️"], ["launch", "día"])


async def test_a_sticker_put_back_has_its_emoji_and_keywords_again(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.set_keywords(ADA, "job-1", ("launch",))
    await sets.set_emoji(ADA, "job-1", ("🚀", "🌙"))
    await sets.remove("job-1")
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    assert (pack.stickers[0].emoji_list, pack.stickers[0].keywords) == (["🚀", "🌙"], ["launch"])


async def test_removing_takes_the_sticker_out_once(emulator: Emulator, sets: StickerSets, packs: PackRegistry) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert [await sets.remove("job-1"), await sets.remove("job-1")] == [True, False]
    assert stickers_on_telegram(emulator) == [0]
    row = await packs.sticker("job-1")
    assert row is not None
    assert row.state is StickerState.REMOVED


async def test_removing_what_the_person_removed_in_the_app_is_no_error(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    (pack,) = emulator.world.sets.owned_by(ADA)
    emulator.world.sets.remove_sticker(pack.stickers[0].file)
    assert await sets.remove("job-1") is False


async def test_a_removed_sticker_can_be_put_in_again(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.remove("job-1")
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert stickers_on_telegram(emulator) == [1]


async def test_the_overview_shows_the_pack_as_it_is_now(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry, bot: UpdatesBot
) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await sets.add(ADA, "Ada", "job-2", BLUE, ("😀",))
    pack = emulator.world.sets.require(placed.pack.name)
    emulator.world.sets.remove_sticker(pack.stickers[0].file)
    pack.title = "Renamed"
    (shown,) = await sets.editor.overview(ADA)
    assert (shown.title, len(shown.stickers), shown.url) == ("Renamed", 1, placed.url)
    assert [row.id for row in await packs.stickers_in(placed.pack)] == ["job-2"]


async def test_the_overview_drops_packs_that_are_gone(emulator: Emulator, sets: StickerSets) -> None:
    placed = await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    await emulator.person(ADA, "Ada").delete_pack(placed.pack.name)
    emulator.world.clock.advance(3600)
    assert await sets.editor.overview(ADA) == []


async def test_deleting_all_packs_counts_those_that_were_there(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", RED, ("😀",))
    assert await sets.delete_all(ADA) == 1
    assert await sets.delete_all(ADA) == 0
    assert emulator.world.sets.owned_by(ADA) == []


async def test_a_person_forgotten_while_their_sticker_is_uploaded_gets_no_pack(
    emulator: Emulator, tmp_path: Path
) -> None:
    database = await SqliteDatabase.open(tmp_path / "test.db")
    users = Users(database)
    await users.set(f"tg:{ADA}", language="en")

    class Forgetting(PackRegistry):
        """The person says /forget right after the upload."""

        async def change(self, sticker_id: str, **columns: str | int | StickerState | None) -> Sticker | None:
            await users.forget(f"tg:{ADA}")
            return await super().change(sticker_id, **columns)

    async with connected(emulator) as bot:
        with pytest.raises(PackFailed):
            await sets_of(bot, Forgetting(database)).add(ADA, "Ada", "job-1", RED, "😀")
    await database.close()
    assert emulator.world.sets.owned_by(ADA) == []


REACTIONS = [
    NewSticker("job-5-grin", RED, ("😀",)),
    NewSticker("job-5-joy", AS_LONG_AS_RED, ("😂",)),
    NewSticker("job-5-wink", BLUE, ("😉",)),
    NewSticker("job-5-heart eyes", sticker_webp("pink", 290), ("😍",)),
]
EMOJI = [each.emoji_list[0] for each in REACTIONS]


async def add_all(sets: StickerSets, stickers: list[NewSticker] = REACTIONS) -> list[BatchProgress]:
    return [progress async for progress in sets.add_all(ADA, "Ada", stickers)]


def emoji_on_telegram(emulator: Emulator) -> list[list[str]]:
    """The emoji of the stickers in each of Ada's sets, oldest set first."""
    return [[sticker.emoji_list[0] for sticker in pack.stickers] for pack in emulator.world.sets.owned_by(ADA)]


async def every_row_is_its_sticker(emulator: Emulator, packs: PackRegistry) -> None:
    on_telegram = {
        sticker.file.unique_id: sticker.emoji_list[0]
        for pack in emulator.world.sets.owned_by(ADA)
        for sticker in pack.stickers
    }
    rows = await packs.stickers_of("job-5")
    assert [row.state for row in rows] == [StickerState.IN_PACK] * len(rows)
    assert [on_telegram[row.file_unique_id or ""] for row in rows] == [row.emoji for row in rows] == EMOJI


async def test_several_stickers_at_once_become_a_pack_in_one_call(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    steps = await add_all(sets)
    assert emoji_on_telegram(emulator) == [EMOJI]
    assert len(emulator.calls.of("createNewStickerSet")) == 1
    assert emulator.calls.of("addStickerToSet") == []
    assert (steps[0].done, steps[0].total, steps[0].calls_left) == (0, 4, 5)
    assert (steps[-1].done, steps[-1].calls_left, steps[-1].news) == (4, 0, "first_pack")
    await every_row_is_its_sticker(emulator, packs)


async def test_several_stickers_go_one_by_one_behind_those_that_were_there(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    await sets.add(ADA, "Ada", "job-1", sticker_webp("grey", 280), ("🙂",))
    steps = await add_all(sets)
    assert emoji_on_telegram(emulator) == [["🙂", *EMOJI]]
    assert [step.done for step in steps] == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert [step.calls_left for step in steps] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert steps[-1].news is None
    await every_row_is_its_sticker(emulator, packs)


async def test_several_stickers_that_do_not_all_fit_go_on_in_the_next_pack(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    first = await sets.add(ADA, "Ada", "job-1", sticker_webp("grey", 280), ("🙂",))
    nearly_full = emulator.world.sets.require(first.pack.name)
    nearly_full.stickers.extend(replace(nearly_full.stickers[0]) for _ in range(118))
    steps = await add_all(sets)
    assert emoji_on_telegram(emulator) == [["🙂"] * 119 + EMOJI[:1], EMOJI[1:]]
    assert steps[-1].news == "next_pack"
    assert len(emulator.calls.of("createNewStickerSet")) == 2
    await every_row_is_its_sticker(emulator, packs)


async def test_a_picture_that_spoils_a_pack_of_several_goes_as_png_alone(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    refuse(emulator, "createNewStickerSet", "STICKER_PNG_DIMENSIONS")
    await add_all(sets)
    assert emoji_on_telegram(emulator) == [EMOJI]
    await every_row_is_its_sticker(emulator, packs)


async def test_whoever_leaves_in_the_middle_goes_on_there(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry
) -> None:
    await sets.add(ADA, "Ada", "job-1", sticker_webp("grey", 280), ("🙂",))
    async for progress in sets.add_all(ADA, "Ada", REACTIONS):
        if progress.done == 2:
            break
    assert emoji_on_telegram(emulator) == [["🙂", *EMOJI[:2]]]
    await sets.remove("job-5-joy")
    await add_all(sets)
    assert emoji_on_telegram(emulator) == [["🙂", EMOJI[0], *EMOJI[2:]]]
    assert len(emulator.calls.of("uploadStickerFile")) == 5


async def test_a_single_sticker_does_not_wait_for_several(emulator: Emulator, sets: StickerSets) -> None:
    await sets.add(ADA, "Ada", "job-1", sticker_webp("grey", 280), ("🙂",))
    async for progress in sets.add_all(ADA, "Ada", REACTIONS):
        if (progress.done, progress.calls_left) == (2, 4):
            await sets.add(ADA, "Ada", "job-6", sticker_webp("black", 270), ("🤠",))
    assert emoji_on_telegram(emulator) == [["🙂", *EMOJI[:2], "🤠", *EMOJI[2:]]]


@pytest.mark.parametrize("has_pack", [False, True])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("action", ["drop_before", "drop_after", "error"])
@pytest.mark.parametrize("count", [1, 3])
async def test_a_lost_call_or_answer_puts_each_of_several_there_once(
    emulator: Emulator, sets: StickerSets, packs: PackRegistry, method: str, action: str, count: int, has_pack: bool
) -> None:
    if has_pack:
        await sets.add(ADA, "Ada", "job-1", sticker_webp("grey", 280), ("🙂",))
    emulator.faults.add(method, action, count=count)
    await add_all(sets)
    assert emoji_on_telegram(emulator) == [["🙂"] * has_pack + EMOJI]
    await every_row_is_its_sticker(emulator, packs)
