"""What people are told of what others can see, of how long things are kept, and of what was deleted."""

from __future__ import annotations

from tests.acceptance.stage import ADA, Stage, picture

PUBLIC = "Your stickers go into a pack that whoever has its link can see. /privacy"


async def test_the_first_photo_tells_what_is_public_and_the_second_does_not(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    first = await person.wait_for_text(PUBLIC)
    await person.wait_until(stage.plain.holding.is_set)
    stage.plain.release()
    await person.wait_for_sticker()
    await person.wait_until(lambda: "your own pack; whoever has its link can see it" in first.text)

    stage.plain.hold()
    await person.send_photo(picture((1, 2, 3)))
    second = await person.wait_for_text("Got it")
    stage.plain.release()
    await person.wait_for_sticker()

    assert PUBLIC not in second.text


async def test_the_sentence_stands_above_every_step_of_the_progress(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    progress = await person.wait_for_text(PUBLIC)
    await person.wait_until(lambda: progress.text == f"{PUBLIC}\nLooking for your face …")
    stage.plain.release()
    await person.wait_for_sticker()


async def test_who_adds_by_hand_is_not_told_of_a_pack(stage: Stage) -> None:
    person = stage.person()
    await stage.service.choose(f"tg:{ADA}", pack="off")
    stage.plain.hold()

    await person.send_photo(picture())
    progress = await person.wait_for_text("Got it")
    stage.plain.release()
    await person.wait_for_sticker()

    assert PUBLIC not in progress.text


async def test_forgetting_reports_what_was_deleted(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await person.press(sticker, "Another")
    await person.wait_for_sticker()
    await stage.wait_until_delivered()
    await person.send_text("/forget")
    question = await person.wait_for_text("Delete everything")

    await person.press(question, "and my packs")
    await person.wait_until(lambda: "Deleted: " in question.text)

    assert question.text.splitlines()[1] == ("Deleted: 1 photo, 2 stickers, 2 requests with their words, 1 pack.")
    assert stage.files_left() == []


async def test_forgetting_somebody_unknown_reports_nothing(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/forget")
    question = await person.wait_for_text("Delete everything")

    await person.press(question, "Delete everything")
    await person.wait_for_text("I've forgotten you")

    assert "Deleted" not in question.text


async def test_privacy_speaks_of_the_lifetime_that_the_person_chose(stage: Stage) -> None:
    person = stage.person()
    await stage.service.choose(f"tg:{ADA}", photo="hour")
    await person.send_text("/privacy")
    await person.wait_for_text("I keep your photo for 1 hour")

    await stage.service.choose(f"tg:{ADA}", photo="none")
    await person.send_text("/privacy")
    await person.wait_for_text("Your photo I don't keep, as you chose")
