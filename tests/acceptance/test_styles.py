"""Every style of one's own face on one picture; a tap makes a sticker of it. Keeping a variation."""

from __future__ import annotations

import io
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.delivery import styles as delivery
from bot.words.translations import LANGUAGES, say, style_title
from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from engine.errors import Cancelled, EngineError
from engine.models import STYLES
from engine.styles import all_styles, style
from engine.types import OnStep, Shape, Step, StickerRequest, StickerResult
from tests.acceptance.stage import ADA, NotingEngine, Stage, picture, stage_at

COUNT = len(all_styles())


class StyledEngine(NotingEngine):
    """A plain engine that shows a photo in every style, too; `gate` keeps it at the third."""

    models = frozenset({"face-to-sticker", STYLES.name})

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def _draw(self, request: StickerRequest) -> StickerResult:
        number = [each.name for each in all_styles()].index(request.style)
        return replace(super()._draw(replace(request, seed=request.seed + number)), seed=request.seed)

    def _one(self, index: int, request: StickerRequest, on_step: OnStep) -> StickerResult | EngineError:
        if request.model != STYLES.name:
            return super()._one(index, request, on_step)
        self.seen.append(request)
        if self.fail_with:
            error = self.fail_with.pop(0)
            assert isinstance(error, EngineError)
            return error
        tile = io.BytesIO()
        Image.new("RGBA", (296, 200), (200, 30, 30, 255)).save(tile, "WEBP")
        for number in range(COUNT):
            if not on_step(index, Step("draw", number, COUNT)):
                return Cancelled()
            if number == 2:
                self.holding.set()
                self.gate.wait(20)
                self.holding.clear()
        files = {f"{each.name}.webp": tile.getvalue() for each in all_styles()}
        return StickerResult(files, request.seed, request.style, Shape.BUST)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.chdir(tmp_path)
    async with stage_at(tmp_path, StyledEngine()) as stage:
        await stage.start()
        yield stage


def engine_of(stage: Stage) -> StyledEngine:
    assert isinstance(stage.engine, StyledEngine)
    return stage.engine


def labels(seen: SeenMessage) -> list[str]:
    return [button["text"] for button in seen.buttons]


async def first_sticker(person: PersonDriver, caption: str = "#toon") -> SeenMessage:
    await person.send_photo(picture(), caption)
    return await person.wait_for_sticker()


async def sheet_of(person: PersonDriver, sticker: SeenMessage) -> SeenMessage:
    await person.press(sticker, "v1:styles")
    return await person.wait_for_photo()


async def tap(person: PersonDriver, sheet: SeenMessage, name: str) -> str:
    """Press the number of a style; return what that is answered with."""
    data = next(each["callback_data"] for each in sheet.buttons if each.get("callback_data", "").endswith(f":{name}"))
    return (await person.press(sheet, data)).text


def in_pack(person: PersonDriver) -> list[str]:
    return [each["sticker"]["file_unique_id"] for each in person.packs[0]["stickers"]]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_styles_answers_with_one_picture_of_ones_own_face(stage: Stage, language: str) -> None:
    person = stage.person(language=language)
    sticker = await first_sticker(person)
    sheet = await sheet_of(person, sticker)

    assert sheet.text == say(language, "styles-add")
    numbers = [str(number) for number in range(1, COUNT + 1)]
    numbers[[each.name for each in all_styles()].index("toon")] = "✅ 1"
    assert labels(sheet) == [*numbers, say(language, "button-styles-swap")]
    assert len(person.packs[0]["stickers"]) == 1
    request = engine_of(stage).seen[-1]
    assert (request.model, request.style, request.inputs) == (STYLES.name, "toon", engine_of(stage).seen[0].inputs)
    assert request.seed == engine_of(stage).seen[0].seed


async def test_a_tap_puts_that_one_into_the_pack_and_a_second_tap_nothing(stage: Stage) -> None:
    person = stage.person()
    sheet = await sheet_of(person, await first_sticker(person))

    assert await tap(person, sheet, "neon") == "On it."
    await person.wait_for_sticker()
    await stage.wait_until_delivered()

    assert await tap(person, sheet, "neon") == "It's in your pack already."
    assert await tap(person, sheet, "toon") == "It's in your pack already."
    assert len(in_pack(person)) == 2
    assert [request.style for request in stage.plain.seen] == ["toon", "toon", "neon"]
    assert stage.plain.seen[2].seed == stage.plain.seen[0].seed


async def test_a_style_that_was_taken_out_again_is_drawn_again(stage: Stage) -> None:
    person = stage.person()
    sheet = await sheet_of(person, await first_sticker(person))
    await tap(person, sheet, "neon")
    neon = await person.wait_for_sticker()
    await stage.wait_until_delivered()
    await person.press(neon, "Undo")

    assert await tap(person, sheet, "neon") == "On it."
    await person.wait_for_sticker()
    assert len(in_pack(person)) == 2


async def test_instead_a_tap_takes_the_stickers_place_again_and_again(stage: Stage) -> None:
    person = stage.person()
    sheet = await sheet_of(person, await first_sticker(person))
    await person.press(sheet, "Replace the sticker instead")
    await person.wait_until(lambda: sheet.text == "Tap one to put it in your sticker's place.")
    assert labels(sheet)[-1] == "➕ As a new sticker instead"

    for name in ("comic", "ink"):
        assert await tap(person, sheet, name) == "On it."
        drawn = await person.wait_for_sticker()
        await stage.wait_until_delivered()
        assert in_pack(person) == [drawn.json["sticker"]["file_unique_id"]]

    assert await tap(person, sheet, "ink") == "It's in your pack already."
    await person.press(sheet, "As a new sticker instead")
    await person.wait_until(lambda: sheet.text == "Tap one to get it as a new sticker.")


async def test_two_taps_in_a_hurry_replace_once(stage: Stage) -> None:
    person = stage.person()
    sheet = await sheet_of(person, await first_sticker(person))
    await person.press(sheet, "Replace")
    await person.wait_until(lambda: "As a new" in labels(sheet)[-1])
    stage.plain.hold()

    assert await tap(person, sheet, "comic") == "On it."
    assert await tap(person, sheet, "ink") == "I'm already drawing it."
    stage.plain.release()
    await person.wait_for_sticker()
    assert len(in_pack(person)) == 1


async def test_a_sticker_that_is_in_no_pack_cannot_be_replaced(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    await person.press(sticker, "Undo")
    sheet = await sheet_of(person, sticker)
    assert len(labels(sheet)) == COUNT


async def test_pressing_styles_twice_is_one_picture(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    engine_of(stage).gate.clear()

    assert (await person.press(sticker, "v1:styles")).text == "On it."
    assert (await person.press(sticker, "v1:styles")).text == "I'm already on it."
    engine_of(stage).gate.set()
    await person.wait_for_photo()
    await stage.wait_until_delivered()
    assert len(stage.plain.seen) == 2


async def test_stop_and_queue_know_the_picture(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    engine_of(stage).gate.clear()
    await person.press(sticker, "v1:styles")
    await person.wait_until(engine_of(stage).holding.is_set)
    progress = await person.wait_for_text("Drawing")
    await person.send_text("/queue")
    await person.wait_for_text("Being drawn right now")

    assert (await person.press(progress, "Stop")).text == "Stopped."
    engine_of(stage).gate.set()
    await person.wait_for_text("Stopped. Nothing was made.")
    await person.send_text("/cancel")
    await person.wait_for_text("nothing to stop")


async def test_a_crash_while_it_is_drawn_draws_it_again(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    engine_of(stage).gate.clear()
    await person.press(sticker, "v1:styles")
    await person.wait_until(engine_of(stage).holding.is_set)
    stopping = stage.stop
    engine_of(stage).gate.set()
    await stopping()
    await stage.start()

    await person.wait_for_photo()
    await stage.wait_until_delivered()
    assert sum(seen.kind == "photo" for seen in person.seen) == 1


async def test_a_lost_answer_sends_the_picture_at_most_once_more(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.fault("sendPhoto", "error", code=400, description="Bad Request: IMAGE_PROCESS_FAILED")

    await person.press(sticker, "v1:styles")
    names = await person.wait_for_text("Tap one to get it as a new sticker.")

    assert names.kind == "text"
    assert labels(names)[:2] == ["✅ 1 Toon", "2 Cel"]
    await person.press(names, "Neon")
    await person.wait_for_sticker()


async def test_what_failed_is_told_and_can_be_asked_again(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    await stage.service.delete_photos((await stage.service.jobs_of(f"tg:{ADA}"))[0])

    answer = await person.press(sticker, "v1:styles")

    assert answer.text == "I've already deleted that photo. Send it once more and we go on."
    assert answer.is_alert


async def test_forgetting_leaves_no_picture_and_no_buttons_that_work(stage: Stage) -> None:
    person = stage.person()
    sheet = await sheet_of(person, await first_sticker(person))
    await stage.wait_until_delivered()
    await person.send_text("/forget")
    await person.press(await person.wait_for_text("Delete everything"), "Delete everything")
    await person.wait_for_text("I've forgotten you")

    assert stage.files_left() == []
    assert await tap(person, sheet, "neon") == say("en", "error-no-such-job")


async def test_many_styles_have_pages(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PER_PAGE", 9)
    person = stage.person()
    sheet = await sheet_of(person, await first_sticker(person))
    before = sheet.json["photo"][-1]["file_unique_id"]
    assert labels(sheet)[9:] == ["› 2/2", "🔄 Replace the sticker instead"]

    await person.press(sheet, "› 2/2")
    await person.wait_until(lambda: labels(sheet)[-2] == "‹ 1/2")

    assert [int(label) for label in labels(sheet)[:-2]] == list(range(10, COUNT + 1))
    assert sheet.json["photo"][-1]["file_unique_id"] != before
    await tap(person, sheet, all_styles()[-1].name)
    await person.wait_for_sticker()
    await person.press(sheet, "‹ 1/2")
    await person.wait_until(lambda: len(labels(sheet)) == 11)


async def test_an_engine_that_takes_long_for_each_sends_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage_at(tmp_path, NotingEngine()) as stage:
        await stage.start()
        person = stage.person()
        await person.press(await first_sticker(person), "v1:styles")
        await person.press(await person.wait_for_text("Which style for this photo?"), "Neon")
        await person.wait_for_sticker()
        assert [request.style for request in stage.plain.seen] == ["toon", "neon"]


async def test_keeping_a_variation_makes_its_seed_the_persons_own(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    assert "📌 Keep this variation" not in labels(sticker)
    await person.press(sticker, "Another")
    another = await person.wait_for_sticker()

    answer = await person.press(another, "Keep this variation")
    await person.send_photo(picture((1, 2, 3)))
    await person.wait_for_sticker()

    assert answer.text == "Kept. All your stickers come out this way now; /seed changes that."
    first, second, third = (request.seed for request in stage.plain.seen)
    assert first != second == third


async def test_seed_alone_speaks_of_the_last_sticker(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/seed")
    alone = await person.wait_for_text("a little different")
    assert labels(alone) == []

    await sheet_of(person, await first_sticker(person))
    seed = stage.plain.seen[0].seed
    await person.send_text("/seed")
    told = await person.wait_for_text(f"Your last sticker has the seed {seed}.")
    assert labels(told) == ["📌 Keep that one"]
    assert len(told.text.splitlines()) == 2

    await person.press(told, "Keep that one")
    await person.wait_until(lambda: told.text == f"Your seed is {seed}: the same photo gives the same sticker.")
    assert labels(told) == ["🎲 A new one each time"]

    await person.press(told, "A new one each time")
    await person.wait_until(lambda: labels(told) == ["📌 Keep that one"])
    await person.send_text("/seed 42")
    fixed = await person.wait_for_text("Your seed is 42")
    assert labels(fixed) == ["📌 Keep that one", "🎲 A new one each time"]


def test_every_style_is_told_apart_by_its_name() -> None:
    assert len({style_title("en", style(each.name)) for each in all_styles()}) == COUNT
