"""Several faces in a photo: the largest is drawn, the others are a number away."""

from __future__ import annotations

import pytest

from tests.acceptance.stage import ADA, Stage, picture


@pytest.mark.parametrize("pictures", [1, 4])
async def test_the_faces_of_a_photo_are_shown_with_numbers_and_each_can_be_drawn(stage: Stage, pictures: int) -> None:
    person = stage.person()
    stage.plain.faces, stage.plain.pictures = 3, pictures
    await person.send_photo(picture())
    faces = await person.wait_for_text("Press a number for another")
    assert [button["text"] for button in faces.buttons] == ["1", "2", "3"]

    for number in ("2", "3"):
        answer = await person.press(faces, number)
        assert answer.text == "On it."
        await person.wait_until(lambda: stage.plain.seen[-1].parameters == {"face_index": int(number) - 1})  # noqa: B023
    await stage.wait_until_delivered()

    assert [request.parameters for request in stage.plain.seen] == [{}, {"face_index": 1}, {"face_index": 2}]
    assert len([seen for seen in person.seen if "several faces" in seen.text]) == 1


async def test_another_of_the_same_photo_shows_the_faces_no_second_time(stage: Stage) -> None:
    person = stage.person()
    stage.plain.faces = 2
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await person.wait_for_text("Press a number for another")
    await person.press(sticker, "Another")
    await person.wait_for_sticker()
    await stage.wait_until_delivered()
    assert len([seen for seen in person.seen if "several faces" in seen.text]) == 1


@pytest.mark.parametrize("argument", ["0", "3", "x", "-1", "²", "99"])
async def test_a_number_that_no_face_has_draws_nothing(stage: Stage, argument: str) -> None:
    person = stage.person()
    stage.plain.faces = 2
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    job = (await stage.service.jobs_of(f"tg:{ADA}"))[0]
    answer = await person.press_forged(sticker, f"v1:face:{job.id}:{argument}")
    assert "does nothing any more" in answer.text
    assert len(stage.plain.seen) == 1


async def test_the_numbered_photo_is_kept_no_longer_than_a_photo(stage: Stage) -> None:
    person = stage.person()
    stage.plain.faces = 2
    await person.send_photo(picture())
    await person.wait_for_text("Press a number for another")
    await stage.wait_until_delivered()
    photos = {path for path in stage.files_left() if "photos" in path.parts}
    (job,) = await stage.service.jobs_of(f"tg:{ADA}")
    assert job.result is not None
    assert job.result.faces_photo in {path.name for path in photos}
    assert len(photos) == 2
