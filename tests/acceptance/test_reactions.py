"""All reactions of one face: many stickers into the pack at once, one message about them, and all of them out again."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.transport.rate_limits import RateLimiter
from bot.words.translations import LANGUAGES, say
from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from engine.errors import Cancelled, EngineError, NoFace
from engine.model import ResultFile
from engine.models import REACTIONS
from engine.types import Note, OnStep, Shape, Step, StickerRequest, StickerResult
from tests.acceptance.stage import ADA, BEN, NotingEngine, Stage, picture, stage_at

FOUR = ("😀", "😂", "😍", "😎")
QUICK = 3  # the limits' seconds in one of ours
TWELVE = (*FOUR, "🤩", "😘", "😉", "🥳", "😮", "😢", "😭", "😡")


class MoodyEngine(NotingEngine):
    """A plain engine that draws several moods, too; `hold` keeps it at its second one, `gate` at the third."""

    models = frozenset({"face-to-sticker", REACTIONS.name})
    moods: tuple[str, ...] = FOUR

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def _one(self, index: int, request: StickerRequest, on_step: OnStep) -> StickerResult | EngineError:
        if request.model != REACTIONS.name:
            return super()._one(index, request, on_step)
        self.seen.append(request)
        if self.fail_with:
            error = self.fail_with.pop(0)
            assert isinstance(error, EngineError)
            return error
        files, stickers = {}, {}
        for number, emoji in enumerate(self.moods):
            if not on_step(index, Step("draw", number, len(self.moods))):
                return Cancelled()
            if number == 1:
                self.holding.set()
                self._gate.wait(20)
                self.holding.clear()
            if number == 2:
                self.gate.wait(20)
            drawn = super()._draw(replace(request, seed=request.seed + number + 1))
            file = f"mood {number}.webp"
            files[file] = drawn.files[ResultFile.STICKER]
            stickers[file] = emoji
        sheet = io.BytesIO()
        Image.new("RGB", (900, 800), "white").save(sheet, "PNG")
        files[ResultFile.SHEET] = sheet.getvalue()
        return StickerResult(files, request.seed, request.style, Shape.BUST, stickers=stickers)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.chdir(tmp_path)
    async with stage_at(tmp_path, MoodyEngine()) as stage:
        await stage.start()
        yield stage


def quick_clock() -> float:
    return time.monotonic() * QUICK


async def quick_sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / QUICK)


@pytest.fixture
async def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A stage with twelve moods, more than Telegram takes in a minute, which is short here."""
    monkeypatch.chdir(tmp_path)
    engine = MoodyEngine()
    engine.moods = TWELVE
    async with stage_at(tmp_path, engine) as stage:
        await stage.start(limiter=RateLimiter(clock=quick_clock, sleep=quick_sleep))
        yield stage


def labels(seen: SeenMessage) -> list[str]:
    return [button["text"] for button in seen.buttons]


def emoji_in(person: PersonDriver) -> list[list[str]]:
    """The first emoji of each sticker, pack by pack."""
    return [[sticker["emoji_list"][0] for sticker in pack["stickers"]] for pack in person.packs]


async def first_sticker(person: PersonDriver) -> SeenMessage:
    await person.send_photo(picture(), "🙂")
    return await person.wait_for_sticker()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_press_under_the_first_sticker_fills_the_pack(stage: Stage, language: str) -> None:
    person = stage.person(language=language)
    sticker = await first_sticker(person)
    await person.wait_for_text(say(language, "news-first-pack"))
    before = len(person.seen)

    assert (await person.press(sticker, "reactions" if language == "en" else "😂")).text == say(
        language, "press-drawing"
    )
    sheet = await person.wait_for_photo()

    assert emoji_in(person) == [["🙂", *FOUR]]
    assert sheet.text == say(language, "reactions-added", done=4, total=4)
    assert labels(sheet) == [say(language, "button-undo-all"), say(language, "button-open-pack")]
    assert sheet.buttons[1]["url"] == person.packs[0]["link"]
    await person.wait_until(lambda: len(person.seen) == before + 1)
    assert len([seen for seen in person.transcript if seen.kind == "sticker"]) == 1


async def test_without_a_pack_all_of_them_make_one_at_once(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    await person.delete_pack(sticker.set_name)
    stage.emulator.world.clock.advance(3600)

    await person.press(sticker, "All reactions")
    sheet = await person.wait_for_photo()

    assert emoji_in(person) == [[*FOUR]]
    assert "Your old pack was deleted, so I started a new one." in sheet.text
    assert len(stage.calls("createNewStickerSet")) == 2


async def test_the_same_photo_style_and_seed_are_drawn_and_others_go_first(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), "#comic")
    sticker = await person.wait_for_sticker()

    await person.press(sticker, "All reactions")
    await person.wait_for_photo()

    one, all_of_them = stage.plain.seen
    assert (all_of_them.inputs, all_of_them.style, all_of_them.seed) == (one.inputs, "comic", one.seed)
    assert all_of_them.model == REACTIONS.name


async def test_pressing_twice_is_one_job_and_a_third_time_says_where_they_are(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.plain.hold()

    await person.press(sticker, "All reactions")
    assert (await person.press(sticker, "All reactions")).text == "I'm already on it."
    stage.plain.release()
    sheet = await person.wait_for_photo()
    await stage.wait_until_delivered()
    assert (await person.press(sticker, "All reactions")).text == "They're in your pack already."
    await person.press(sheet, "Undo all")
    assert (await person.press(sticker, "All reactions")).text == "On it."
    await person.wait_until(lambda: len(stage.plain.seen) == 3)


async def test_the_progress_counts_and_stop_stops_the_drawing(stage: Stage) -> None:
    assert isinstance(stage.engine, MoodyEngine)
    person = stage.person()
    sticker = await first_sticker(person)
    stage.engine.hold()
    stage.engine.gate.clear()

    await person.press(sticker, "All reactions")
    await person.wait_for_text("Starting your sticker")
    stage.engine.release()
    progress = await person.wait_for_text("Drawing 3 of 4")
    assert (await person.press(progress, "Stop")).text == "Stopped."
    stage.engine.gate.set()
    await person.wait_for_text("Stopped. Nothing was made.")

    assert emoji_in(person) == [["🙂"]]


async def test_undo_all_takes_out_exactly_these(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    await person.press(sticker, "All reactions")
    sheet = await person.wait_for_photo()
    await person.send_photo(picture((1, 2, 3)), "🤠")
    await person.wait_for_sticker()
    data = sheet.callback_data("Undo all")

    assert (await person.press(sheet, "Undo all")).text == "All of them are out of your pack."
    assert emoji_in(person) == [["🙂", "🤠"]]
    await person.wait_until(lambda: sheet.text == "All of them are out of your pack.")
    assert labels(sheet) == ["➕ Put them back"]
    sheet.message.reply_markup = {"inline_keyboard": [[{"text": "Undo all", "callback_data": data}]]}
    assert (await person.press(sheet, "Undo all")).text == "They were gone from your pack already."
    assert emoji_in(person) == [["🙂", "🤠"]]


async def test_all_can_be_put_back(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    await person.press(sticker, "All reactions")
    sheet = await person.wait_for_photo()
    await person.press(sheet, "Undo all")
    await person.wait_until(lambda: labels(sheet) == ["➕ Put them back"])
    data = sheet.callback_data("Put them back")
    await stage.wait_until_delivered()

    assert (await person.press(sheet, "Put them back")).text == "On it."
    again = await person.wait_for_photo()

    assert emoji_in(person) == [["🙂", *FOUR]]
    assert labels(again) == ["↩️ Undo all", "📦 Open pack"]
    await person.wait_until(lambda: labels(sheet) == [])
    await stage.wait_until_delivered()
    sheet.message.reply_markup = {"inline_keyboard": [[{"text": "Put them back", "callback_data": data}]]}
    assert (await person.press(sheet, "Put them back")).text == "They're in your pack already."
    assert emoji_in(person) == [["🙂", *FOUR]]


async def test_what_does_not_fit_goes_on_in_the_next_pack_and_the_person_is_told(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    pack = stage.emulator.world.sets.require(sticker.set_name)
    pack.stickers.extend(replace(pack.stickers[0]) for _ in range(117))

    await person.press(sticker, "All reactions")
    sheet = await person.wait_for_photo()

    assert emoji_in(person) == [["🙂"] * 118 + ["😀", "😂"], ["😍", "😎"]]
    assert "Your pack was full, so I started the next one." in sheet.text
    assert sheet.buttons[1]["url"] == person.packs[1]["link"]
    await person.press(sheet, "Undo all")
    assert emoji_in(person) == [["🙂"] * 118, []]


async def test_telegrams_limit_is_told_and_holds_nobody_up(slow: Stage) -> None:
    ada, ben = slow.person(), slow.person(BEN, "Ben")
    sticker = await first_sticker(ada)

    await ada.press(sticker, "All reactions")
    progress = await ada.wait_for_text("Telegram takes only a few a minute, about 1 min to go", timeout_s=15)
    assert "Adding to your pack: " in progress.text
    await ben.send_photo(picture())
    await ben.wait_for_sticker()
    await ada.send_photo(picture((1, 2, 3)), "🤠")
    await ada.wait_for_sticker()
    await ada.send_text("/queue")
    await ada.wait_for_text("Being added to your pack.")
    (first, *between) = emoji_in(ada)[0]
    count = between.index("🤠")
    assert 7 <= count < 12
    await ada.wait_for_photo()

    assert emoji_in(ada) == [[first, *TWELVE[:count], "🤠", *TWELVE[count:]]]


async def test_stop_while_they_are_added_keeps_what_is_in_and_says_how_much(slow: Stage) -> None:
    person = slow.person()
    sticker = await first_sticker(person)
    await person.press(sticker, "All reactions")
    progress = await person.wait_for_text("Telegram takes only a few", timeout_s=15)

    assert (await person.press(progress, "Stop")).text == "Stopped."
    stopped = await person.wait_for_text("of 12 are in your pack.")
    count = len(emoji_in(person)[0]) - 1

    assert stopped.text == f"Stopped. {count} of 12 are in your pack."
    assert 7 <= count < 12
    assert emoji_in(person) == [["🙂", *TWELVE[:count]]]
    assert labels(stopped) == ["↩️ Undo all", "📦 Open pack"]
    assert (await person.press(sticker, "All reactions")).text == "On it."
    await person.wait_for_photo()
    assert emoji_in(person) == [["🙂", *TWELVE]]
    assert len(slow.plain.seen) == 2


async def test_what_was_in_when_it_was_stopped_can_be_taken_out(slow: Stage) -> None:
    person = slow.person()
    sticker = await first_sticker(person)
    await person.press(sticker, "All reactions")
    progress = await person.wait_for_text("Adding to your pack")
    await person.press(progress, "Stop")
    stopped = await person.wait_for_text("Stopped.")

    assert (await person.press(stopped, "Undo all")).text == "All of them are out of your pack."
    assert emoji_in(person) == [["🙂"]]
    await person.wait_until(lambda: labels(stopped) == ["➕ Put them back"])


async def test_telegram_asking_to_wait_long_is_told_and_obeyed(slow: Stage) -> None:
    assert isinstance(slow.engine, MoodyEngine)
    slow.engine.moods = FOUR
    person = slow.person()
    sticker = await first_sticker(person)
    slow.fault("addStickerToSet", "error", code=429, retry_after=40)

    await person.press(sticker, "All reactions")
    await person.wait_for_text("Telegram asks me to wait")
    await person.wait_for_photo()

    assert emoji_in(person) == [["🙂", *FOUR]]


async def test_a_restart_goes_on_where_it_was(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    fault = stage.fault("addStickerToSet", "drop_after", count=40)
    await person.press(sticker, "All reactions")
    await person.wait_until(lambda: fault.fired)

    await stage.stop()
    stage.emulator.faults.clear()
    await stage.start()
    await person.wait_for_photo()

    assert emoji_in(person) == [["🙂", *FOUR]]
    assert len([seen for seen in person.transcript if seen.kind == "photo" and seen.is_from_bot]) == 1


async def test_a_picture_that_telegram_does_not_take_leaves_the_others(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.fault("addStickerToSet", "error", code=400, description="Bad Request: STICKER_PNG_DIMENSIONS", count=2)

    await person.press(sticker, "All reactions")
    sheet = await person.wait_for_photo()

    assert sheet.text == "3 of 4 are in your pack. Telegram didn't accept the others."
    assert emoji_in(person) == [["🙂", *FOUR[1:]]]


async def test_a_pack_that_takes_nothing_is_told_in_a_sentence(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.fault("addStickerToSet", "error", code=400, description="Bad Request: FROZEN_METHOD_INVALID", count=9)

    await person.press(sticker, "All reactions")

    await person.wait_for_text("Telegram didn't accept")


async def test_a_sheet_that_telegram_does_not_take_is_told_in_words(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.fault("sendPhoto", "error", code=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")

    await person.press(sticker, "All reactions")
    told = await person.wait_for_text("All 4 are in your pack")

    assert labels(told) == ["↩️ Undo all", "📦 Open pack"]


async def test_a_face_that_is_not_found_again_is_an_answer_without_a_button(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.plain.fail_with.append(NoFace("none"))

    await person.press(sticker, "All reactions")
    told = await person.wait_for_text("I can't find a face here")

    assert labels(told) == []


async def test_cancel_stops_them_too(stage: Stage) -> None:
    person = stage.person()
    sticker = await first_sticker(person)
    stage.plain.hold()
    await person.press(sticker, "All reactions")

    await person.send_text("/cancel")
    await person.wait_until(lambda: person.seen[-1].text == "Stopped.")
    stage.plain.release()


async def test_there_is_no_button_where_there_is_no_face_or_no_engine_for_it(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.NO_FACE,)
    assert "😂 All reactions" not in labels(await first_sticker(person))

    stage.plain.notes = ()
    stage.plain.models = frozenset({"face-to-sticker"})
    await stage.stop()
    await stage.start()
    assert "😂 All reactions" not in labels(await first_sticker(person))


async def test_somebody_forgotten_while_they_are_added_hears_and_gets_nothing_more(slow: Stage) -> None:
    person = slow.person()
    sticker = await first_sticker(person)
    await person.press(sticker, "All reactions")
    progress = await person.wait_for_text("Telegram takes only a few", timeout_s=15)

    await person.send_text("/forget")
    await person.press(await person.wait_for_text("Delete everything I know about you"), "Delete everything")
    await person.wait_for_text("I've forgotten you")
    await person.wait_until(lambda: progress.is_deleted)

    (there,) = emoji_in(person)
    assert 7 <= len(there) - 1 < 12
    assert there == ["🙂", *TWELVE][: len(there)]
    assert slow.files_left() == []
    assert await slow.service.jobs_of(f"tg:{ADA}") == []
