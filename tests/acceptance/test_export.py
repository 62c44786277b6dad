"""/export: a pack leaves for WhatsApp or Signal as one file."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import zipfile
from collections.abc import Iterator

import pytest

from bot.handlers import export
from bot.packs.exports import square_webp
from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from tests.acceptance.stage import ADA, Stage, picture

ONE_TO_FOUR = "😀😎🤠👻"


class Gate:
    """Tells that the first sticker is being packed, and lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()


async def with_stickers(stage: Stage, emoji: str, person: PersonDriver | None = None) -> PersonDriver:
    person = person or stage.person()
    for number, each in enumerate(emoji):
        await person.send_photo(picture((10 * number, 20, 30)), each)
        await person.wait_for_sticker()
    await stage.wait_until_delivered()
    return person


async def asked_where(person: PersonDriver) -> SeenMessage:
    await person.send_text("/export")
    return await person.wait_for(lambda seen: seen.has_button("v1:exportto"))


async def document(person: PersonDriver) -> tuple[SeenMessage, zipfile.ZipFile]:
    sent = await person.wait_for(lambda seen: seen.kind == "document")
    return sent, zipfile.ZipFile(io.BytesIO(sent.data))


async def test_whatsapp_gets_a_zip_in_two_taps(stage: Stage) -> None:
    person = await with_stickers(stage, ONE_TO_FOUR)
    where = await asked_where(person)
    assert where.text == "Where shall “Ada's stickers” go?"

    await person.press(where, "WhatsApp")
    sent, file = await document(person)

    assert sent.text == "For WhatsApp: 4 of 4 stickers."
    (pack,) = json.loads(file.read("contents.json"))["sticker_packs"]
    assert [each["emojis"] for each in pack["stickers"]] == [[each] for each in ONE_TO_FOUR]
    await person.wait_until(lambda: where.text == "Where shall “Ada's stickers” go?" and where.has_button("Signal"))


async def test_signal_gets_one_from_the_packs_page(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    await person.send_text("/pack")
    page = await person.wait_for(lambda seen: seen.has_button("v1:export"))

    await person.press(page, "v1:export")
    await person.press(page, "🔵")
    sent, file = await document(person)

    assert sent.text.startswith("For Signal: 1 of 1 stickers.")
    assert [each["emoji"] for each in json.loads(file.read("manifest.json"))["stickers"]] == ["😀"]


async def test_too_few_for_whatsapp_is_a_sentence(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎")

    answer = await person.press(await asked_where(person), "WhatsApp")

    assert answer.text == "WhatsApp takes packs of 3 stickers or more; this one has 2."
    assert not [seen for seen in person.seen if seen.kind == "document"]


async def test_of_several_packs_one_is_chosen(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    await stage.service.packs.plan(f"tg:{ADA}", "Holiday")
    await with_stickers(stage, "🌴", person)
    await person.send_text("/export")
    which = await person.wait_for_text("Which pack?")

    await person.press(which, "Holiday")
    await person.press(which, "Signal")
    _, file = await document(person)

    assert json.loads(file.read("manifest.json"))["title"] == "Holiday"


async def test_a_file_that_is_cut_off_is_fetched_again_and_one_that_is_gone_left_out(stage: Stage) -> None:
    person = await with_stickers(stage, ONE_TO_FOUR)
    where = await asked_where(person)
    stage.fault("getFile", "error", code=400, description="Bad Request: wrong file_id")

    await person.press(where, "WhatsApp")
    sent, _ = await document(person)

    assert sent.text == "For WhatsApp: 3 of 4 stickers."


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Holds every sticker that is packed until it is opened."""
    gate = Gate()

    def held(picture: bytes, most_bytes: int) -> bytes:
        gate.reached.set()
        gate.opened.wait(20)
        return square_webp(picture, most_bytes)

    monkeypatch.setattr(export, "square_webp", held)
    yield gate
    gate.opened.set()


async def test_pressing_twice_packs_once_and_other_buttons_answer_meanwhile(stage: Stage, gate: Gate) -> None:
    person = await with_stickers(stage, "😀")
    where = await asked_where(person)
    data = where.callback_data("Signal")

    first = asyncio.create_task(person.press(where, "Signal"))
    await asyncio.to_thread(gate.reached.wait, 20)
    assert (await person.press_forged(where, data)).text == "I'm already packing it."
    gate.opened.set()
    await first
    await document(person)

    assert len([seen for seen in person.seen if seen.kind == "document"]) == 1


async def test_a_restart_packs_it_up_after_all(stage: Stage, gate: Gate) -> None:
    person = await with_stickers(stage, "😀")
    where = await asked_where(person)
    await person.press(where, "Signal")
    await asyncio.to_thread(gate.reached.wait, 20)

    await stage.stop()
    gate.opened.set()
    await stage.start()

    await document(person)


async def test_without_stickers_there_is_nothing_to_export(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/export")
    await person.wait_for_text("You have no stickers yet")
