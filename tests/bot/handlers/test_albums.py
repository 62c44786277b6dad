"""An album is one job: its photos come one by one, in any order, the caption under any of them."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.photos import MOST_IN_ALBUM
from engine.types import Note
from service.limits import Limits
from storage.records import JobStatus
from tests.acceptance.stage import ADA, Stage, picture

RED, GREEN, BLUE = picture((200, 0, 0)), picture((0, 200, 0)), picture((0, 0, 200))


async def test_photos_that_come_one_by_one_are_one_job_under_the_caption_of_any_of_them(stage: Stage) -> None:
    person = stage.person()

    await person.send_photo_of_album("a", RED)
    await person.wait_for_text("Fetching your photos")
    await person.send_photo_of_album("a", GREEN, "🚀 #neon")
    await person.send_photo_of_album("a", BLUE)
    await person.wait_for_sticker()
    await person.send_photo(picture(), "#comic")
    await person.wait_for_sticker()

    assert [(len(request.faces), request.style) for request in stage.plain.seen] == [(3, "neon"), (1, "comic")]
    assert person.packs[0]["stickers"][0]["emoji_list"] == ["🚀"]
    assert len([seen for seen in person.seen if seen.kind == "sticker"]) == 2


async def test_of_two_captions_the_first_photos_counts(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo_of_album("a", RED, "#neon")
    await person.send_photo_of_album("a", GREEN, "#comic")
    await person.wait_for_sticker()
    assert [request.style for request in stage.plain.seen] == ["neon"]


async def test_two_albums_are_two_jobs_and_a_photo_beside_them_a_third(stage: Stage) -> None:
    person = stage.person()
    for album, photo in (("a", RED), ("b", GREEN), ("a", BLUE), ("b", RED)):
        await person.send_photo_of_album(album, photo)
    await person.send_photo(GREEN)
    for _ in range(3):
        await person.wait_for_sticker()
    assert sorted(len(request.faces) for request in stage.plain.seen) == [1, 2, 2]


@pytest.mark.parametrize("is_killed_before_the_second", [True, False])
async def test_an_album_that_a_restart_divides_is_still_one_job(
    stage: Stage, is_killed_before_the_second: bool
) -> None:
    person = stage.person()
    await stage.stop()
    stage.album_quiet_s = 600.0
    await stage.start()
    await person.send_photo_of_album("a", RED)
    await person.wait_for_text("Fetching your photos")
    if not is_killed_before_the_second:
        await person.send_photo_of_album("a", GREEN)
    await stage.stop()
    if is_killed_before_the_second:
        await person.send_photo_of_album("a", GREEN)
    stage.album_quiet_s = 2.0
    await stage.start()

    await person.wait_for_sticker()
    await stage.wait_until_delivered()

    assert [len(request.faces) for request in stage.plain.seen] == [2]
    assert len(person.packs[0]["stickers"]) == 1


async def test_queue_and_cancel_speak_of_an_album_as_one(stage: Stage) -> None:
    person = stage.person()
    await stage.stop()
    stage.album_quiet_s = 600.0
    await stage.start()
    await person.send_photo_of_album("a", RED)
    await person.send_photo_of_album("a", GREEN)
    await person.wait_for_text("Fetching your photos")

    await person.send_text("/queue")
    await person.wait_for_text("Being fetched.")
    await person.send_text("/cancel")
    await person.wait_for_text("Stopped 1 sticker.")
    await person.send_photo_of_album("a", BLUE)
    await person.send_text("/queue")
    await person.wait_for_text("not working on anything")

    jobs = await stage.service.jobs_of(f"tg:{ADA}")
    assert [job.status for job in jobs] == [JobStatus.CANCELLED]


async def test_a_photo_that_comes_much_too_late_is_a_sticker_of_its_own_under_the_albums_caption(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo_of_album("a", RED, "#neon")
    await person.send_photo_of_album("a", GREEN)
    await person.wait_for_sticker()
    await person.send_photo_of_album("a", BLUE)
    await person.wait_for_sticker()
    assert [(len(request.faces), request.style) for request in stage.plain.seen] == [(2, "neon"), (1, "neon")]


async def test_a_full_album_is_drawn_without_waiting_for_more(stage: Stage) -> None:
    person = stage.person()
    await stage.stop()
    stage.album_quiet_s = 600.0
    await stage.start()
    for _ in range(MOST_IN_ALBUM):
        await person.send_photo_of_album("a", RED)
    await person.wait_for_sticker()
    assert [len(request.faces) for request in stage.plain.seen] == [MOST_IN_ALBUM]


async def test_a_photo_that_cannot_be_read_is_left_out_and_told(stage: Stage) -> None:
    person = stage.person()
    broken = await person.send_photo_of_album("a", RED)
    assert broken.message.media is not None
    for file in broken.message.media.files:
        file.data = b"x" * len(file.data)
    await person.send_photo_of_album("a", GREEN)
    await person.wait_for_text("Used 1 of 2 photos.")
    assert [len(request.faces) for request in stage.plain.seen] == [1]


async def test_what_the_engine_made_of_an_album_is_told_once(stage: Stage) -> None:
    person = stage.person()
    stage.plain.photos_used, stage.plain.notes = 2, (Note.PHOTOS_WITHOUT_FACE, Note.OTHER_PERSON)
    for photo in (RED, GREEN, BLUE):
        await person.send_photo_of_album("a", photo)
    sticker = await person.wait_for_sticker()
    await person.wait_for_text("Used 2 of 3 photos.")
    await person.press(sticker, "Another")
    await person.wait_for_sticker()
    await stage.wait_until_delivered()
    assert len([seen for seen in person.seen if "Used 2 of 3" in seen.text]) == 1

    stage.plain.photos_used, stage.plain.notes = 1, (Note.BEST_PHOTO,)
    for photo in (RED, GREEN, BLUE):
        await person.send_photo_of_album("b", photo)
    await person.wait_for_text("I took the best of your 3 photos.")


async def test_a_reply_to_any_photo_of_an_album_is_about_its_job(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo_of_album("a", RED)
    second = await person.send_photo_of_album("a", GREEN)
    await person.wait_for_sticker()
    await person.send_text("neon", reply_to=second)
    await person.wait_for_sticker()
    assert [(len(request.faces), request.style) for request in stage.plain.seen][-1] == (2, "neon")


async def test_an_album_that_is_refused_is_refused_once(stage: Stage) -> None:
    person = stage.person()
    await stage.stop()
    await stage.start(limits=Limits(jobs_per_owner=1))
    stage.plain.hold()
    await person.send_photo(RED)
    await asyncio.to_thread(stage.plain.holding.wait, 20)
    await person.send_photo_of_album("a", GREEN)
    await person.wait_for_text("I draw 1 sticker at a time")
    stage.plain.release()
    await person.wait_for_sticker()
    await stage.wait_until_delivered()
    await person.send_photo_of_album("a", BLUE)
    await person.send_text("/queue")
    await person.wait_for_text("not working on anything")
    assert len([seen for seen in person.seen if "at a time" in seen.text]) == 1
