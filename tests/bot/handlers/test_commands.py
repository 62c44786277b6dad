"""Commands: each says what it did, forgives spelling, and does nothing twice."""

from __future__ import annotations

import pytest

from tests.acceptance.stage import ADA, Stage, picture


async def test_style_shows_all_styles_with_the_current_one_marked(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/style")
    choice = await person.wait_for_text("Your style is Toon")

    answer = await person.press(choice, "Comic")

    def marked() -> list[str]:
        return [button["text"] for button in choice.buttons if "✅" in button["text"]]

    assert answer.text == "Comic it is. Send me a photo."
    await person.wait_until(lambda: marked()[0] == "✅ 💥 Comic")
    assert (await stage.store.users.get(f"tg:{ADA}")).style == "comic"


async def test_style_forgives_spelling_and_languages(stage: Stage) -> None:
    person = stage.person()

    await person.send_text("/style  WaterColor")
    await person.wait_for_text("Watercolour it is")
    await person.send_text("/style комикс")
    await person.wait_for_text("Comic it is")


async def test_an_unknown_style_is_answered_with_those_that_exist(stage: Stage) -> None:
    person = stage.person()

    await person.send_text("/style baroque")
    answer = await person.wait_for_text("I don't know that style")

    assert any("Neon" in button["text"] for button in answer.buttons)


async def test_a_seed_is_kept_shown_and_freed(stage: Stage) -> None:
    person = stage.person()

    await person.send_text("/seed 42")
    await person.wait_for_text("Your seed is 42")
    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert stage.plain.seen[0].seed == 42


async def test_a_bad_seed_is_explained(stage: Stage) -> None:
    person = stage.person()

    await person.send_text("/seed 99999999999")
    await person.wait_for_text("A seed is a whole number from 0 to 4294967295")
    await person.send_text("/seed random")
    await person.wait_for_text("comes out a little different")


async def test_pack_lists_what_there_is(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/pack")
    await person.wait_for_text("You have no stickers yet")
    await person.send_photo(picture())
    await person.wait_for_sticker()

    await person.send_text("/pack")
    listing = await person.wait_for_text("Ada's stickers – 1 sticker")

    assert person.packs[0]["link"] in [button.get("url") for button in listing.buttons]


async def test_queue_and_cancel(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    await person.wait_until(stage.plain.holding.is_set)
    await person.wait_for_text("Got it")

    await person.send_text("/queue")
    await person.wait_for_text("Being drawn right now")
    await person.send_text("/cancel")
    await person.wait_for_text("Stopped 1 sticker")
    stage.plain.release()
    await person.wait_for_text("Nothing was made")

    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")
    assert job.status == "cancelled"


async def test_cancel_says_what_comes_nevertheless(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()
    await stage.wait_until_delivered()
    await person.send_text("/cancel")
    await person.wait_for_text("There's nothing to stop")
    await stage.store.database.run("UPDATE jobs SET delivered_at = NULL")  # drawn, and Telegram asks to wait
    stage.plain.hold()
    await person.send_photo(picture((1, 2, 3)))
    await person.wait_until(stage.plain.holding.is_set)

    await person.send_text("/cancel")
    answer = await person.wait_for_text("Stopped 1 sticker")

    assert answer.text == "Stopped 1 sticker.\n1 is drawn already and still comes."


async def test_the_stop_button_stops_the_job(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    progress = await person.wait_for_text("Got it")

    answer = await person.press(progress, "Stop")
    stage.plain.release()
    await person.wait_for_text("Nothing was made")

    assert answer.text == "Stopped."
    assert progress.buttons == []


async def test_language_changes_everything_that_follows(stage: Stage) -> None:
    person = stage.person(language="fr")
    await person.send_text("/language")
    choice = await person.wait_for_text("Which language?")

    await person.press(choice, "Deutsch")
    await person.send_text("/queue")

    await person.wait_for_text("Ich arbeite gerade an nichts")


async def test_forget_asks_first_and_keep_keeps(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/style comic")
    await person.wait_for_text("Comic it is")
    await person.send_text("/forget")
    question = await person.wait_for_text("Delete everything I know about you?")

    await person.press(question, "Keep it all")

    await person.wait_for_text("Nothing was deleted")
    assert (await stage.store.users.get(f"tg:{ADA}")).style == "comic"


async def test_forget_deletes_rows_files_and_packs(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_text("your own pack")
    await person.send_text("/forget")
    question = await person.wait_for_text("Delete everything I know about you?")

    await person.press(question, "and my packs")
    await person.wait_for_text("your packs are deleted")

    assert person.packs == []
    assert stage.files_left() == []
    assert await stage.store.jobs.of_owner(f"tg:{ADA}") == []


async def test_buttons_of_a_forgotten_sticker_are_answered(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await stage.service.forget(f"tg:{ADA}")

    answer = await person.press(sticker, "Another")

    assert answer.text == "I don't have that sticker any more. Send the photo once more."


async def test_a_group_gets_a_pointer_and_nothing_else(stage: Stage) -> None:
    group = await stage.person().create_group("Friends")

    await group.send_photo(picture())
    await group.send_text("/start@sticker_face_bot")
    pointer = await group.wait_for_text("in a private chat")

    assert pointer.buttons[0]["url"] == "https://t.me/sticker_face_bot?start=hello"
    assert len(group.seen) == 2  # the first line is that of a bot that was added
    assert stage.plain.seen == []


async def test_privacy_says_how_long_in_numbers(stage: Stage) -> None:
    ada = stage.person()
    await ada.send_text("/privacy")
    seen = await ada.wait_for_text("keep your photo for 24 hours")
    assert "30 days" in seen.text


@pytest.mark.parametrize(
    ("first_name", "greeting"),
    [
        ("\u3164", "Hi. Send me"),
        ("\u200b\u2800\u0301", "Hi. Send me"),
        ("\u202eada\u200f", "Hi ada. Send me"),
        ("עדה", "Hi עדה. Send me"),
    ],
)
async def test_a_greeting_shows_what_can_be_read_of_a_name(stage: Stage, first_name: str, greeting: str) -> None:
    person = stage.person(first_name=first_name)

    await person.start()

    assert (await person.wait_for_text(greeting)).text.startswith(greeting)
