"""`@bot words`: a person's own stickers, typed into any chat."""

from __future__ import annotations

import pytest

from bot.handlers.inline import RESULTS
from emulator.driver import PersonDriver
from emulator.queries import ask_inline
from emulator.state import InlineQuery
from storage.records import StickerState
from tests.acceptance.stage import ADA, BEN, Stage, picture


async def with_stickers(stage: Stage, *emoji: str) -> PersonDriver:
    person = stage.person()
    for number, each in enumerate(emoji):
        await person.send_photo(picture((10 * number, 20, 30)), each)
        await person.wait_for_sticker()
    await stage.wait_until_delivered()
    return person


def emoji_of(stage: Stage, asked: InlineQuery) -> list[str]:
    """The emoji of the stickers offered, in order."""
    files = stage.emulator.world.files
    files_found = [files.find(each["sticker_file_id"], asked.bot.id) for each in asked.answer["results"]]
    return [file.emoji for file in files_found]


async def test_nothing_typed_shows_all_newest_first_and_one_is_sent_from_any_chat(stage: Stage) -> None:
    person = await with_stickers(stage, "😀", "😎", "🤠")
    group = await person.create_group("Friends", with_bot=False)

    asked = await group.inline("")
    sent = await group.choose(asked, asked.answer["results"][0]["id"])

    assert emoji_of(stage, asked) == ["🤠", "😎", "😀"]
    assert (sent.kind, sent.message.via_bot) == ("sticker", person.bot)
    assert asked.answer["button"]["start_parameter"] == "sticker"


async def test_an_emoji_or_the_beginning_of_a_keyword_finds_a_sticker(stage: Stage) -> None:
    person = await with_stickers(stage, "😀", "❤️", "🤠")
    rows = await stage.service.packs.in_packs_of(f"tg:{ADA}")
    await stage.service.packs.change(rows[0].id, keywords=("Wild West", "Ковбой"))

    assert emoji_of(stage, await person.inline("❤")) == ["❤️"]
    assert emoji_of(stage, await person.inline("😀")) == ["😀"]
    assert emoji_of(stage, await person.inline("wild")) == ["🤠"]
    assert emoji_of(stage, await person.inline("west")) == ["🤠"]
    assert emoji_of(stage, await person.inline("ковб 🤠")) == ["🤠"]
    nothing = await person.inline("😀 west")
    assert emoji_of(stage, nothing) == []
    assert nothing.answer["button"]["text"] == "No sticker like that. Make one"


async def test_what_is_in_no_pack_and_what_is_somebody_elses_is_not_found(stage: Stage) -> None:
    person = await with_stickers(stage, "😀", "😎")
    ben = stage.person(BEN, "Ben")
    await ben.send_photo(picture(), "👻")
    await ben.wait_for_sticker()
    (newest, _) = await stage.service.packs.in_packs_of(f"tg:{ADA}")
    await stage.service.packs.change(newest.id, state=StickerState.REMOVED)

    assert emoji_of(stage, await person.inline("")) == ["😀"]


async def test_more_than_a_page_comes_page_by_page(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    (row,) = await stage.service.packs.in_packs_of(f"tg:{ADA}")
    pack = await stage.service.packs.get(row.pack_id or 0)
    assert pack is not None
    for number in range(RESULTS + 3):
        await stage.service.packs.adopt(f"{number:032x}", pack, "😎", row.file_id or "", f"U{number}")

    first = await person.inline("")
    second = await person.inline("", offset=first.answer["next_offset"])

    assert (len(first.answer["results"]), len(second.answer["results"])) == (RESULTS, 4)
    assert second.answer["next_offset"] == ""
    assert second.answer["button"] is None
    strange = await person.inline("", offset="-1; DROP")
    assert len(strange.answer["results"]) == RESULTS


async def test_somebody_without_stickers_gets_the_way_to_the_first(stage: Stage) -> None:
    person = stage.person()

    asked = await person.inline("anything")

    assert (asked.answer["results"], asked.answer["button"]["text"]) == ([], "✨ Make your first sticker")


async def test_an_answer_takes_one_statement_beside_the_persons_and_one_call(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    await person.inline("first")  # whose app's language is noted once
    statements: list[str] = []
    connection = stage.store.database._connection
    calls = len(stage.emulator.calls.records)
    await connection.set_trace_callback(statements.append)

    await person.inline("😀")
    await connection.set_trace_callback(None)

    assert [each.split()[3] for each in statements] == ["users", "bans", "stickers"]
    made = {record.method for record in list(stage.emulator.calls.records)[calls:]}
    assert {method for method in made if not method.startswith("setMy")} <= {"answerInlineQuery", "getUpdates"}


async def test_a_file_id_that_telegram_takes_no_more_is_learnt_anew(stage: Stage) -> None:
    person = await with_stickers(stage, "😀", "😎")
    rows = await stage.service.packs.in_packs_of(f"tg:{ADA}")
    await stage.service.packs.change(rows[0].id, file_id="CAACAgIAAxkBAAnothing")

    assert emoji_of(stage, await person.inline("")) == ["😎", "😀"]


async def test_an_answer_that_comes_too_late_ends_quietly(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    person = await with_stickers(stage, "😀")
    late = stage.fault("answerInlineQuery", "error", code=400, description="Bad Request: query is too old")

    ask_inline(stage.emulator.world, person.person, person.bot, "😀")
    again = await person.inline("")

    assert (len(late.fired), emoji_of(stage, again)) == (1, ["😀"])
    assert not [record for record in caplog.records if "not answered" in record.message]
