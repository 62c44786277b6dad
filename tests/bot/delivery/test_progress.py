"""Progress messages: few edits, none after the end. Real calls to a real server, time by hand."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from PIL import Image
from telegram.ext import ExtBot

from bot.delivery.progress import ProgressBoard
from bot.transport.connection import connect
from bot.transport.rate_limits import Urgency
from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from storage.records import Job, JobRequest, JobStatus

TOKEN = "42:a-token-of-the-emulator"


@dataclass
class Wall:
    """A progress board, the person who looks at it, and the time."""

    board: ProgressBoard
    emulator: Emulator
    person: PersonDriver
    bot: ExtBot[Urgency]
    now: float = 0.0

    def edits(self) -> int:
        return len([record for record in self.emulator.calls.records if record.method == "editMessageText"])


@pytest.fixture
async def wall() -> AsyncIterator[Wall]:
    emulator = Emulator([make_bot(TOKEN, "sticker_face_bot")], rules=Rules(flood=None))
    url = await emulator.start()
    person = emulator.person(7, "Ada")
    await person.start()
    bot = connect(TOKEN, url)
    await bot.initialize()
    wall = Wall(ProgressBoard(bot, lambda: wall.now), emulator, person, bot)
    yield wall
    await bot.shutdown()
    await emulator.stop()


def job(number: int = 1) -> Job:
    note = {"chat": 7, "message": 1, "first_name": "Ada", "language": "en"}
    return Job(
        id=f"{number:032x}",
        owner="tg:7",
        entrance="tg",
        source=f"tg:7:{number}",
        status=JobStatus.RUNNING,
        request=JobRequest("toon", "m"),
        seed=1,
        note=note,
        created_at=0.0,
    )


async def test_an_edit_comes_three_seconds_after_the_last_one_and_only_on_change(wall: Wall) -> None:
    await wall.board.open(job(), "Fetching")

    wall.board.set_text(job().id, "progress-face")
    await wall.board.flush()
    assert wall.edits() == 0

    wall.now = 3.0
    wall.board.set_text(job().id, "progress-draw")
    await wall.board.flush()
    await wall.person.wait_for_text("Drawing you")

    wall.now = 9.0
    await wall.board.flush()
    assert wall.edits() == 1


async def test_the_last_text_stands_and_nothing_follows(wall: Wall) -> None:
    await wall.board.open(job(), "Fetching")

    assert await wall.board.close(job(), "I can't find a face here.")
    wall.board.set_text(job().id, "progress-draw")
    wall.now = 60.0
    await wall.board.flush()

    assert [seen.text for seen in wall.person.seen] == ["I can't find a face here."]
    assert wall.person.seen[0].buttons == []
    assert len(wall.board) == 0


async def test_a_message_the_person_deleted_is_no_error_but_nothing_to_write_on(wall: Wall) -> None:
    await wall.board.open(job(), "Fetching")
    await wall.person.delete_message(wall.person.seen[0])

    assert not await wall.board.close(job(), "Done")


async def test_a_long_queue_is_edited_a_few_at_a_time(wall: Wall) -> None:
    for number in range(1, 26):
        await wall.board.open(_with_progress(number), "")
    wall.now = 3.0
    for number in range(1, 26):
        wall.board.set_text(job(number).id, "progress-queued", ahead=number)

    await wall.board.flush()

    assert wall.edits() == 5


def _with_progress(number: int) -> Job:
    """A job whose progress message an earlier process has sent."""
    waiting = job(number)
    note = {**waiting.note, "chat": 100 + number, "progress": 1000 + number}
    return replace(waiting, status=JobStatus.QUEUED, note=note)


async def test_an_edit_that_met_a_bad_gateway_is_made_again(wall: Wall) -> None:
    await wall.board.open(job(), "Got it")
    wall.emulator.faults.add("editMessageText", "html", code=502)
    wall.board.set_text(job().id, "progress-started")
    wall.now = 3.0
    await wall.board.flush()
    wall.now = 6.0
    await wall.board.flush()

    await wall.person.wait_for_text("Starting your sticker")


# --- previews ---------------------------------------------------------------------------------------------------------


def small(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


RED, BLUE = small((250, 10, 10)), small((10, 10, 250))


def colour(wall: Wall) -> str:
    red, _, blue = wall.person.seen[0].picture().convert("RGB").getpixel((5, 5))
    return "red" if red > blue else "blue"


async def test_a_preview_turns_the_message_into_a_photo_with_its_words_below(wall: Wall) -> None:
    await wall.board.open(job(), "Fetching")
    wall.board.set_text(job().id, "progress-draw")
    wall.board.set_preview(job().id, RED)
    wall.now = 3.0
    await wall.board.flush()
    seen = wall.person.seen[0]

    assert (seen.kind, seen.text, colour(wall)) == ("photo", "Drawing you …", "red")
    assert [button["text"] for button in seen.buttons]  # it can still be cancelled
    wall.board.set_text(job().id, "progress-finish")
    wall.now = 6.0
    await wall.board.flush()
    assert (seen.kind, seen.text) == ("photo", "Adding the outline …")


async def test_only_the_newest_preview_counts(wall: Wall) -> None:
    await wall.board.open(job(), "Fetching")
    for picture in (RED, BLUE):
        wall.board.set_preview(job().id, picture)
    wall.now = 3.0
    await wall.board.flush()
    wall.now = 6.0
    await wall.board.flush()

    assert colour(wall) == "blue"
    assert len(wall.emulator.calls.of("editMessageMedia")) == 1


async def test_the_last_words_stand_below_the_photo(wall: Wall) -> None:
    await wall.board.open(job(), "Fetching")
    wall.board.set_preview(job().id, RED)
    wall.now = 3.0
    await wall.board.flush()

    assert await wall.board.close(job(), "Something broke.")
    assert (wall.person.seen[0].text, wall.person.seen[0].buttons) == ("Something broke.", [])


async def test_the_next_process_closes_a_message_that_had_become_a_photo(wall: Wall) -> None:
    progress = await wall.board.open(job(), "Fetching")
    wall.board.set_preview(job().id, RED)
    wall.now = 3.0
    await wall.board.flush()
    known = replace(job(), note={**job().note, "progress": progress})
    board = ProgressBoard(wall.bot, lambda: wall.now)
    await board.open(known, "Starting")
    board.set_text(job().id, "progress-draw")
    for _ in range(2):  # the first flush finds out that it is a photo
        wall.now += 10
        await board.flush()

    assert wall.person.seen[0].text == "Drawing you …"
    assert await ProgressBoard(wall.bot).close(known, "I'm back.")
    assert wall.person.seen[0].text == "I'm back."


async def test_a_server_that_takes_no_picture_gets_the_words_and_no_second_one(wall: Wall) -> None:
    wall.emulator.faults.add("editMessageMedia", "error", code=400, description="Bad Request: there is no media")
    await wall.board.open(job(), "Fetching")
    for now, picture in ((3.0, RED), (6.0, BLUE)):
        wall.board.set_text(job().id, "progress-draw")
        wall.board.set_preview(job().id, picture)
        wall.now = now
        await wall.board.flush()

    assert (wall.person.seen[0].kind, wall.person.seen[0].text) == ("text", "Drawing you …")
    assert len(wall.emulator.calls.of("editMessageMedia")) == 1


async def test_a_draft_says_what_is_new_and_costs_no_edit(wall: Wall) -> None:
    await wall.board.draft(job(), "Fetching")
    wall.board.set_text(job().id, "progress-face")
    await wall.board.flush()
    said = [each.parameters["text"] for each in wall.emulator.calls.records if each.method == "sendMessageDraft"]
    assert said == ["Fetching", "Looking for your face …"]
    assert wall.edits() == 0
    assert wall.person.seen == []
