"""Telegram down, slow or refusing, at any point of a photo's way: no photo is lost, nobody is left without a word.

The pauses between tries are short here (`QUICK`), so that an outage of minutes takes a second.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.transport.outage import Backoff
from emulator.driver import PersonDriver
from emulator.faults import Fault
from emulator.rules import FloodRules, Rules
from service.limits import Limits
from storage.errors import DatabaseBusy, DiskFull
from storage.records import Job, JobResult
from tests.acceptance.stage import ADA, BEN, NotingEngine, Stage, picture, stage_at

FOREVER = 10**6
POINTS = [
    "getFile",
    "download",
    "sendMessage",
    "uploadStickerFile",
    "createNewStickerSet",
    "addStickerToSet",
    "getStickerSet",
    "sendSticker",
    "editMessageText",
    "deleteMessage",
]


async def tried(person: PersonDriver, fault: Fault, times: int) -> None:
    """Wait until the fault has met so many calls."""
    async with asyncio.timeout(30):
        while len(fault.fired) < times:  # noqa: ASYNC110 - nothing announces a call
            await asyncio.sleep(0.01)


def stickers_in_packs(person: PersonDriver) -> int:
    return sum(len(pack["stickers"]) for pack in person.packs)


def stickers_in_chat(person: PersonDriver) -> int:
    return sum(seen.kind == "sticker" for seen in person.transcript)


async def everything_arrived(people: list[PersonDriver], each: int) -> None:
    for person in people:
        await person.wait_until(lambda person=person: stickers_in_chat(person) >= each)
        assert stickers_in_packs(person) == stickers_in_chat(person) == each


@pytest.mark.parametrize("point", POINTS)
async def test_telegram_down_at_any_point_costs_no_photo(stage: Stage, point: str) -> None:
    people = [stage.person(), stage.person(BEN, "Ben")]
    for person in people:  # each has a pack, so that adding is met, too; but for creating it
        if point != "createNewStickerSet":
            await person.send_photo(picture((1, person.id, 1)))
            await person.wait_for_sticker()
    before = 0 if point == "createNewStickerSet" else 1
    fault = stage.fault(point, "html", code=502, count=FOREVER)
    for number in range(2):
        for person in people:
            await person.send_photo(picture((number, 10, person.id)))
    await tried(people[0], fault, len(people) if point == "sendMessage" else 12)  # a job that is done needs no progress

    stage.emulator.faults.clear()

    await everything_arrived(people, before + 2)
    for person in people:
        assert not any("once more" in seen.text or "again" in seen.text for seen in person.transcript)


@pytest.mark.parametrize("point", ["getFile", "download", "uploadStickerFile", "createNewStickerSet", "sendSticker"])
async def test_a_restart_in_an_outage_goes_on_where_it_was(stage: Stage, point: str) -> None:
    person = stage.person()
    fault = stage.fault(point, "html", code=502, count=FOREVER)
    await person.send_photo(picture())
    await tried(person, fault, 3)

    await stage.stop()
    await stage.start()
    await tried(person, fault, 6)
    stage.emulator.faults.clear()

    await everything_arrived([person], 1)


@pytest.mark.parametrize(
    ("point", "action", "code", "words", "tries"),
    [
        ("getFile", "error", 500, "Telegram is slow right now", 10),
        ("sendSticker", "html", 502, "I keep trying to send it", 2),
    ],
)
async def test_an_outage_is_told_once(stage: Stage, point: str, action: str, code: int, words: str, tries: int) -> None:
    person = stage.person()
    fault = stage.fault(point, action, code=code, description="Internal Server Error", count=FOREVER)
    await person.send_photo(picture())

    await person.wait_for_text(words)
    await tried(person, fault, len(fault.fired) + tries)

    assert len([seen for seen in person.transcript if seen.is_from_bot]) == 1
    stage.emulator.faults.clear()
    await person.wait_for_sticker()


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Bad Request: wrong file_id or the file is temporarily unavailable", "I couldn't fetch your photo"),
        ("Bad Request: file is too big", "over 20 MB"),
    ],
)
async def test_a_file_that_cannot_be_had_is_said_at_once(stage: Stage, description: str, words: str) -> None:
    person = stage.person()
    fault = stage.fault("getFile", "error", code=400, description=description, count=FOREVER)

    await person.send_photo(picture())

    await person.wait_for_text(words, timeout_s=3)
    assert len(fault.fired) == 1


async def test_while_a_photo_is_fetched_slowly_the_same_person_is_answered(stage: Stage) -> None:
    person = stage.person()
    stage.fault("getFile", "delay_before", seconds=FOREVER, count=FOREVER)
    for number in range(5):
        await person.send_photo(picture((number, 0, 0)))

    await person.send_text("/help")
    await person.wait_for_text("One sticker comes back", timeout_s=3)
    progress = await person.wait_for_text("Fetching your photo", timeout_s=3)
    assert (await person.press(progress, "Stop", timeout_s=1)).text == "Stopped."
    await person.send_text("/cancel")
    await person.wait_for_text("Stopped 4 stickers", timeout_s=3)
    await person.send_text("/queue")
    await person.wait_for_text("not working on anything", timeout_s=3)


async def test_one_persons_slow_photos_hold_up_nobody_elses(stage: Stage) -> None:
    slow, quick = stage.person(), stage.person(BEN, "Ben")
    stage.fault("download", "slow", bytes_per_s=1, count=3)
    for number in range(8):
        await slow.send_photo(picture((number, 0, 0)))
    async with asyncio.timeout(10):
        while len(stage.calls("getFile")) < 3:  # noqa: ASYNC110 - nothing announces a call
            await asyncio.sleep(0.01)

    assert len(stage.calls("getFile")) == 3  # of one person at a time

    await quick.send_photo(picture())

    await quick.wait_for_sticker()


async def test_forgetting_ends_what_is_being_fetched(stage: Stage) -> None:
    person = stage.person()
    fault = stage.fault("getFile", "html", code=502, count=FOREVER)
    await person.send_photo(picture())
    await tried(person, fault, 3)
    await person.send_text("/forget")
    await person.press(await person.wait_for_text("Delete everything I know"), "Delete everything")
    await person.wait_for_text("I've forgotten you")
    calls = len(stage.calls("getFile"))

    stage.emulator.faults.clear()
    await person.send_photo(picture((9, 9, 9)))
    await person.wait_for_sticker()

    assert len(stage.calls("getFile")) <= calls + 2
    assert stickers_in_packs(person) == 1


async def test_what_is_asked_while_no_message_can_be_sent_is_done_at_once_and_answered_in_order(tmp_path: Path) -> None:
    async with stage_at(tmp_path, NotingEngine()) as stage:
        await stage.start(backoff=Backoff(first_s=0.4, longest_s=0.4))  # tries use up what the chat may get in a second
        person = stage.person()
        stage.plain.hold()
        await person.send_photo(picture())
        await person.wait_for(lambda seen: seen.has_button("Stop"))
        fault = stage.fault("sendMessage", "html", code=502, count=FOREVER)
        await person.send_text("/help")
        await tried(person, fault, 1)

        await person.send_text("/cancel")
        await stage.wait_until_none_goes_on(f"tg:{ADA}")
        stage.plain.release()
        await person.send_text("/style comic")
        await person.send_photo(picture((9, 9, 9)))
        sticker = await person.wait_for_sticker()

        assert person.transcript[-1].id == sticker.id
        stage.emulator.faults.clear()
        await person.wait_for_text("Comic it is")
        await person.wait_for_text("your own pack")
        answers = [seen.text.split()[0] for seen in person.transcript if seen.is_from_bot and seen.id > sticker.id]
        assert [word for word in answers if word != "This"] == ["Send", "Stopped", "Comic"]


async def test_a_press_is_taken_while_the_answer_to_another_cannot_be_sent(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    fault = stage.fault("sendMessage", "html", code=502, count=FOREVER)
    pressed = asyncio.create_task(person.press(sticker, "Style"))
    await tried(person, fault, 1)

    assert (await person.press(sticker, "Undo", timeout_s=2)).text == "Taken out of your pack."

    stage.emulator.faults.clear()
    await pressed
    await person.wait_for_text("Which style for this photo", timeout_s=5)


async def test_photos_that_cannot_be_taken_in_an_outage_are_refused_in_one_sentence(tmp_path: Path) -> None:
    async with stage_at(tmp_path, NotingEngine(), Rules(flood=None)) as stage:
        await stage.start(Limits(jobs_per_owner=1))
        person = stage.person()
        stage.plain.hold()
        await person.send_photo(picture())
        await person.wait_for(lambda seen: seen.has_button("Stop"))
        fault = stage.fault("sendMessage", "html", code=502, count=FOREVER)
        for number in range(3):
            await person.send_photo(picture((number, 0, 0)))
        await tried(person, fault, 3)
        stage.emulator.faults.clear()
        await person.wait_until(lambda: _refused(person) == 1)
        await person.send_text("/help")
        await person.wait_for_text("One sticker comes back")
        assert _refused(person) == 1


async def test_one_bad_gateway_costs_no_answer(stage: Stage) -> None:
    person = stage.person()
    fault = stage.fault("sendMessage", "html", code=502, count=2)

    await person.send_text("/help")

    await person.wait_for_text("One sticker comes back")
    assert len(fault.fired) == 2


async def test_one_bad_gateway_costs_no_progress_message(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    stage.fault("sendMessage", "html", code=502, count=1)
    await person.send_photo(picture())

    await person.wait_for(lambda seen: seen.has_button("Stop"))

    stage.plain.release()
    await person.wait_for_sticker()
    await person.wait_for_text("your own pack")


async def test_a_press_is_answered_before_the_keyboard_is_changed(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    stage.fault("editMessageReplyMarkup", "delay_before", seconds=3.0)

    answer = await person.press(sticker, "Undo", timeout_s=1.0)

    assert answer.text == "Taken out of your pack."
    await person.wait_until(lambda: sticker.has_button("Put it back"))


async def test_thirty_photos_at_once_are_taken_or_named_within_three_seconds(tmp_path: Path) -> None:
    rules = Rules()  # with Telegram's flood control
    async with stage_at(tmp_path, NotingEngine(), rules) as stage:
        await stage.start(Limits(jobs_per_owner=10))
        person = stage.person()
        stage.plain.hold()
        for number in range(30):
            await person.send_photo(picture((number, 0, 0)))

        await person.wait_for_text("I didn't take the other photos", timeout_s=3)
        await person.wait_until(lambda: _taken(person) == 10, timeout_s=3)
        later = await person.send_photo(picture((99, 0, 0)))
        await asyncio.sleep(1.1)  # no longer in one go
        late = await person.send_photo(picture((98, 0, 0)))
        await person.wait_until(lambda: _refused(person) == 2, timeout_s=3)

        assert later.id < late.id
        stage.plain.release()
        await person.wait_until(lambda: stickers_in_chat(person) == 10, timeout_s=60)
        assert stickers_in_packs(person) == 10


def _taken(person: PersonDriver) -> int:
    return sum(
        "Got it" in seen.text or "queue" in seen.text or "next" in seen.text or "Starting" in seen.text
        for seen in person.seen
        if seen.buttons
    )


def _refused(person: PersonDriver) -> int:
    return sum("I didn't take" in seen.text for seen in person.seen)


async def test_what_waits_for_telegrams_limit_is_told_and_counted(tmp_path: Path) -> None:
    rules = Rules(flood=FloodRules(sticker_burst=4, sticker_per_s=0.2, silent_wait_s=0.0))
    async with stage_at(tmp_path, NotingEngine(), rules) as stage:
        await stage.start()
        person = stage.person()
        for number in range(4):
            await person.send_photo(picture((number, 0, 0)))

        await person.wait_for_text("Telegram asks me to wait")
        await person.send_text("/queue")
        await person.wait_for_text("for Telegram.", timeout_s=3)

        await person.wait_until(lambda: stickers_in_chat(person) == 4, timeout_s=60)
        assert stickers_in_packs(person) == 4


async def test_an_error_nobody_knows_is_not_met_with_silence(stage: Stage) -> None:
    person = stage.person()
    stage.fault("sendSticker", "error", code=400, description="Bad Request: STICKER_OF_THE_MOON", count=FOREVER)

    await person.send_photo(picture())

    await person.wait_for_text("Something broke on my side")


async def test_a_database_that_does_not_answer_after_the_drawing_costs_no_sticker(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store_retry.PAUSE_S", 0.01)
    jobs, refusals = stage.store.jobs, list[DatabaseBusy]()
    finish, get = jobs.finish, jobs.get

    async def finish_and_go_away(job_id: str, result: JobResult) -> Job | None:
        done = await finish(job_id, result)
        refusals.extend(DatabaseBusy("away") for _ in range(5))
        return done

    async def get_if_there(job_id: str) -> Job | None:
        if refusals:
            raise refusals.pop()
        return await get(job_id)

    monkeypatch.setattr(jobs, "finish", finish_and_go_away)
    monkeypatch.setattr(jobs, "get", get_if_there)
    person = stage.person()
    await person.send_photo(picture())
    await everything_arrived([person], 1)
    assert not refusals


async def test_who_writes_while_the_database_does_not_answer_is_told_once_and_served_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store_retry.PAUSE_S", 0.01)
    jobs, tries = stage.store.jobs, 0
    add = jobs.add

    async def add_later(*arguments: Any, **options: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries <= 5:
            raise DatabaseBusy("away")
        return await add(*arguments, **options)

    monkeypatch.setattr(jobs, "add", add_later)
    person = stage.person()
    for number in range(3):
        await person.send_photo(picture((number, 0, 0)))
    await everything_arrived([person], 3)
    assert sum("isn't lost" in seen.text for seen in person.transcript) == 1


async def test_who_writes_while_the_disk_is_full_is_told_once_and_served_later(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben", "de")
    await ada.send_photo(picture((1, 1, 1)))
    first = await ada.wait_for_sticker()
    database = stage.store.database
    pages = await database.one("PRAGMA page_count")
    assert pages is not None
    await database.run(f"PRAGMA max_page_count = {pages[0]}")  # SQLite's own full disk
    number = 10**9  # beyond Telegram's, so that the page where the next update would go is filled, too
    for size in (3000, 300, 30, 1):
        with pytest.raises(DiskFull):
            while True:
                number -= 1
                values = f"({number}, '{'x' * size}', 0, 0)"
                await database.run(f"INSERT INTO inbox (id, body, received_at, handled_at) VALUES {values}")

    await ada.send_photo(picture((2, 2, 2)))
    await ben.send_photo(picture((3, 3, 3)))
    pressing = asyncio.create_task(ada.press(first, "Another"))
    await ada.wait_for_text("isn't lost")
    await ben.wait_for_text("geht nicht verloren")
    assert "isn't lost" in (await pressing).text
    await database.run("PRAGMA max_page_count = 100000")

    await ada.wait_until(lambda: stickers_in_chat(ada) >= 3)
    await ben.wait_for_sticker()
    assert sum("isn't lost" in seen.text for seen in ada.transcript) == 1
    assert (stickers_in_packs(ada), stickers_in_packs(ben)) == (3, 1)
