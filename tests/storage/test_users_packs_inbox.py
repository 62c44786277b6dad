from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from storage.database import Database, Row
from storage.errors import StorageError
from storage.facts import Facts
from storage.inbox import Inbox
from storage.packs import Packs
from storage.records import PackState, StickerState, User
from storage.users import Users


async def test_somebody_new_has_defaults_and_no_row(database: Database) -> None:
    users = Users(database)
    assert await users.get("tg:1") == User("tg:1")
    assert await database.run("SELECT * FROM users") == []


async def test_choices_are_kept_one_by_one(database: Database) -> None:
    users = Users(database)
    await users.set("tg:1", style="comic")
    await users.set("tg:1", seed=42, language="de")
    assert await users.get("tg:1") == User("tg:1", style="comic", seed=42, language="de")
    await users.set("tg:1", seed=None)
    assert (await users.get("tg:1")).seed is None
    with pytest.raises(TypeError):
        await users.set("tg:1", owner="tg:2")


async def test_a_hint_is_shown_once_per_person(database: Database) -> None:
    users = Users(database)
    assert [await users.show_hint_once("tg:1", "prompt") for _ in range(3)] == [True, False, False]
    assert await users.show_hint_once("tg:2", "prompt")
    assert await users.show_hint_once("tg:1", "other")


async def test_a_gone_packs_generation_is_never_used_again(database: Database) -> None:
    packs = Packs(database)
    assert await packs.next_generation("tg:1") == 1
    first = await packs.add("tg:1", "u1_1_by_bot", "Ada", 1)
    assert await packs.open_pack("tg:1") == first
    await packs.set_state(first.id, PackState.GONE)
    assert await packs.open_pack("tg:1") is None
    assert await packs.next_generation("tg:1") == 2
    assert await packs.of_owner("tg:1") == []


async def test_a_full_pack_stays_listed_beside_the_open_one(database: Database) -> None:
    packs = Packs(database)
    first = await packs.add("tg:1", "u1_1_by_bot", "Ada", 1)
    await packs.set_state(first.id, PackState.FULL)
    second = await packs.add("tg:1", "u1_2_by_bot", "Ada 2", 2)
    assert await packs.open_pack("tg:1") == second
    assert [pack.name for pack in await packs.of_owner("tg:1")] == ["u1_1_by_bot", "u1_2_by_bot"]


async def test_a_stickers_way_into_the_pack(database: Database) -> None:
    packs = Packs(database)
    pack = await packs.add("tg:1", "u1_1_by_bot", "Ada", 1)
    made = await packs.begin("job1", "tg:1", ("😀",))
    assert await packs.begin("job1", "tg:1", ("🙂",)) == made
    assert await packs.stickers_in(pack) == []
    added = await packs.change("job1", state=StickerState.IN_PACK, pack_id=pack.id, file_id="F", file_unique_id="U")
    assert await packs.stickers_in(pack) == [added]
    assert await packs.sticker("job1") == added
    with pytest.raises(TypeError):
        await packs.change("job1", owner="tg:2")


async def test_a_sticker_is_somebodys_only_one_until_there_is_another(database: Database) -> None:
    packs = Packs(database)
    for sticker_id, owner in (("job1", "tg:1"), ("job9", "tg:2")):
        await Users(database).set(owner, style="comic")
        await packs.begin(sticker_id, owner, ("😀",))
    assert not await packs.has_others("tg:1", "job1")
    await packs.begin("job2", "tg:1", ("😀",))
    await packs.change("job2", state=StickerState.REMOVED)
    assert await packs.has_others("tg:1", "job1")
    assert not await packs.has_others("tg:2", "job9")


async def test_a_sticker_keeps_its_emoji_and_keywords_in_order(database: Database) -> None:
    packs = Packs(database)
    pack = await packs.add("tg:1", "u1_1_by_bot", "Ada", 1)
    made = await packs.begin("job1", "tg:1", ("🚀", "😀"), ("launch", "día"))
    assert (made.emoji, made.emoji_list, made.keywords) == ("🚀", ("🚀", "😀"), ("launch", "día"))
    await packs.change("job1", state=StickerState.IN_PACK, pack_id=pack.id, keywords=())
    assert (await packs.begin("job1", "tg:1", ("🙂",))).emoji_list == ("🚀", "😀")
    await packs.begin("job2", "tg:1", ("🙂",))
    await packs.change("job2", state=StickerState.IN_PACK, pack_id=pack.id, emoji_list=("🤠",), keywords=("hut",))
    assert [(row.emoji, row.keywords) for row in await packs.in_packs_of("tg:1")] == [("🤠", ("hut",)), ("🚀", ())]
    await packs.set_state(pack.id, PackState.GONE)
    assert await packs.in_packs_of("tg:1") == []


async def test_a_stored_message_is_open_until_handled_and_known_after(database: Database, clock: Any) -> None:
    inbox = Inbox(database, clock)
    assert await inbox.put([(7, "seven"), (8, "eight"), (7, "seven again")]) == [7, 8]
    assert await inbox.open() == [(7, "seven"), (8, "eight")]
    await inbox.handled(7)
    assert await inbox.open() == [(8, "eight")]
    assert await inbox.put([(7, "redelivered")]) == []
    row = await database.one("SELECT body FROM inbox WHERE id = 7")
    assert row is not None and row["body"] == ""
    clock.advance(100)
    await inbox.delete_handled_before(clock.now)
    assert [row["id"] for row in await database.run("SELECT id FROM inbox")] == [8]


async def test_a_message_that_keeps_failing_is_given_up(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.put([(7, "poison")])
    assert [await inbox.start(7, most_attempts=2) for _ in range(3)] == [True, True, False]


async def test_facts_are_kept(database: Database) -> None:
    facts = Facts(database)
    assert await facts.get("hash") is None
    await facts.set("hash", "a")
    await facts.set("hash", "b")
    assert await facts.get("hash") == "b"


async def test_messages_handled_at_the_same_time_are_marked_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(database)
    await inbox.put([(number, "{}") for number in range(50)])
    statements: list[str] = []
    run = database.run

    async def noted(sql: str, *arguments: Any) -> Sequence[Row]:
        statements.append(sql)
        return await run(sql, *arguments)

    monkeypatch.setattr(database, "run", noted)
    await asyncio.gather(*(inbox.handled(number) for number in range(50)))
    assert sum(statement.startswith("UPDATE inbox") for statement in statements) == 2
    assert await inbox.open() == []


async def test_a_mark_that_could_not_be_written_is_written_with_the_next(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.put([(1, "{}"), (2, "{}")])
    await database.run("ALTER TABLE inbox RENAME TO elsewhere")
    with pytest.raises(StorageError):
        await inbox.handled(1)
    await database.run("ALTER TABLE elsewhere RENAME TO inbox")
    await inbox.handled(2)
    assert await inbox.open() == []
