"""Progress and delivery when things go wrong on the way: nothing that was drawn is lost, and nobody is told twice."""

from __future__ import annotations

from service.limits import Limits
from tests.acceptance.stage import ADA, Stage, picture


async def test_a_restart_delivers_what_was_drawn_before(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    await person.wait_for_text("Got it")
    await person.wait_until(stage.plain.holding.is_set)

    await stage.stop()
    await stage.start()
    sticker = await person.wait_for_sticker()
    await person.wait_for_text("your own pack")

    assert sticker.set_name == person.packs[0]["name"]
    assert len([seen for seen in person.transcript if seen.kind == "sticker"]) == 1
    assert len([seen for seen in person.transcript if seen.is_from_bot]) == 2  # progress, later the note; sticker


async def test_waiting_people_are_told_how_many_are_ahead(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben")
    stage.plain.hold()
    await ada.send_photo(picture())
    await ada.wait_until(stage.plain.holding.is_set)

    await ben.send_photo(picture())

    await ben.wait_for_text("In the queue, 1 sticker ahead of you.")
    stage.plain.release()
    await ben.wait_for_sticker()


async def test_too_many_photos_at_once_get_one_refusal_together(stage: Stage) -> None:
    await stage.stop()
    await stage.start(Limits(jobs_per_owner=2))
    person = stage.person()
    stage.plain.hold()
    for number in range(20):
        await person.send_photo(picture((number, 0, 0)))
    await person.wait_for_text("I draw 2 stickers at a time for you")
    await person.send_text("/queue")  # handled after all that came before it
    await person.wait_for_text("Being drawn right now")

    refusals = [seen for seen in person.seen if "at a time" in seen.text]
    stage.plain.release()
    for _ in range(2):
        await person.wait_for_sticker()

    assert len(refusals) == 1
    assert len(stage.plain.seen) == 2


async def test_a_pack_that_fails_still_gives_the_sticker_and_another_chance(stage: Stage) -> None:
    person = stage.person()
    fault = stage.fault("createNewStickerSet", "error", code=400, description="Bad Request: FROZEN_METHOD_INVALID")
    await person.send_photo(picture())

    sticker = await person.wait_for_sticker()
    await person.wait_for_text("isn't in your pack yet")
    answer = await person.press(sticker, "Try adding again")

    assert fault.fired
    assert max(sticker.picture().size) == 512
    assert answer.text == "It's in your pack now."
    assert len(person.packs[0]["stickers"]) == 1
    await person.wait_until(lambda: sticker.has_button("Undo"))


async def test_somebody_who_blocks_the_bot_gets_the_sticker_when_they_are_back(stage: Stage) -> None:
    person = stage.person()
    stage.fault("uploadStickerFile", "error", code=403, description="Forbidden: bot was blocked by the user")
    await person.send_photo(picture())
    await stage.wait_until_blocked(f"tg:{ADA}")

    await person.send_text("/queue")

    await person.wait_for_sticker()


async def test_a_deleted_progress_message_does_not_stop_the_sticker(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    progress = await person.wait_for_text("Got it")
    await person.delete_message(progress)
    stage.plain.release()

    await person.wait_for_sticker()
    await person.wait_for_text("your own pack")


async def test_the_same_update_twice_is_one_job_and_one_sticker(stage: Stage) -> None:
    person = stage.person()
    fault = stage.fault("update", "duplicate")
    await person.send_photo(picture())
    await person.wait_for_text("your own pack")
    assert fault.fired

    assert len(stage.plain.seen) == 1
    assert len(await stage.store.jobs.of_owner(f"tg:{ADA}")) == 1


async def test_telegram_asking_to_wait_is_told_and_obeyed(stage: Stage) -> None:
    person = stage.person()
    stage.fault("uploadStickerFile", "error", code=429, retry_after=61, count=1)
    await person.send_photo(picture())

    await person.wait_for_text("Telegram asks me to wait 61 seconds")
    await stage.stop()
    await stage.start()
    sticker = await person.wait_for_sticker()

    assert sticker.set_name


async def test_a_lost_answer_to_the_sticker_is_made_good(stage: Stage) -> None:
    person = stage.person()
    stage.fault("sendSticker", "drop_before", count=1)

    await person.send_photo(picture())

    await person.wait_for_sticker()


async def test_a_download_that_breaks_off_is_fetched_again(stage: Stage) -> None:
    person = stage.person()
    stage.fault("download", "cut", at_byte=100, count=1)

    await person.send_photo(picture())

    await person.wait_for_sticker()


async def test_a_sticker_telegram_no_longer_knows_is_sent_as_bytes(stage: Stage) -> None:
    person = stage.person()
    stage.fault("sendSticker", "error", code=400, description="Bad Request: wrong file identifier/HTTP URL specified")

    await person.send_photo(picture())

    sticker = await person.wait_for_sticker()
    assert max(sticker.picture().size) == 512


async def test_a_press_that_takes_long_is_answered_before_its_work_is_done(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await person.press(sticker, "Undo")
    stage.fault("addStickerToSet", "delay_before", seconds=3.5)

    answer = await person.press(sticker, "Put it back")
    await person.wait_for_text("It's back in your pack")

    assert answer.text == "One moment …"
    assert len(person.packs[0]["stickers"]) == 1


async def test_what_the_safety_checker_flagged_is_never_sent(stage: Stage) -> None:
    person = stage.person()
    stage.plain.is_safe = False

    await person.send_photo(picture())
    await person.wait_for_text("the safety check flagged it")

    assert not [seen for seen in person.transcript if seen.kind == "sticker"]
    assert person.packs == []
    assert stage.calls("uploadStickerFile") == []


async def test_while_the_engine_warms_up_people_are_told_and_served_afterwards(stage: Stage) -> None:
    await stage.stop()
    stage.plain.may_load.clear()
    await stage.start()
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_text("I'm still warming up")

    stage.plain.may_load.set()

    await person.wait_for_sticker()
