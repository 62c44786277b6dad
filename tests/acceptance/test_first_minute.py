"""A person's first minute: one picture, one button, one sticker, and three things to try next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.handlers.start import welcome_picture
from bot.words.translations import LANGUAGES, say
from emulator.driver import PersonDriver
from emulator.profile_photos import remove_profile_photos
from emulator.seen import SeenMessage
from engine.errors import NoFace
from engine.types import Note
from tests.acceptance.stage import BEN, Stage, picture, stage_at
from tests.acceptance.test_reactions import MoodyEngine

THREE = ["😂 All reactions", "🎨 Styles", "Done"]


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.chdir(tmp_path)
    async with stage_at(tmp_path, MoodyEngine()) as stage:
        await stage.start()
        yield stage


def labels(seen: SeenMessage) -> list[str]:
    return [button["text"] for button in seen.buttons]


async def first_sticker(person: PersonDriver) -> SeenMessage:
    await person.start()
    await person.wait_for_photo()
    await person.send_photo(picture())
    return await person.wait_for_sticker()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_start_shows_one_picture_and_one_line(stage: Stage, language: str) -> None:
    person = stage.person(language=language)
    await person.set_profile_photo(picture())
    await person.start()

    greeting = await person.wait_for_photo()

    assert greeting.text == say(language, "start", name="Ada")
    assert len(greeting.text) < 70
    assert labels(greeting) == [say(language, "button-profile-photo")]
    assert [seen.id for seen in person.seen] == [greeting.id]


async def test_the_picture_is_uploaded_once_for_everybody_and_after_a_restart(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(BEN, "Ben")
    await ada.start()
    first = await ada.wait_for_photo()
    await stage.stop()
    await stage.start()
    await ben.start("hello")
    await ben.wait_for_photo()
    await ada.start()
    await ada.wait_for_photo()

    assert len(welcome_picture()) < 200_000
    assert [list(call.files.values()) for call in stage.calls("sendPhoto")] == [[len(welcome_picture())], [], []]
    assert {seen.json["photo"][-1]["file_unique_id"] for seen in (*ada.seen, *ben.seen)} == {
        first.json["photo"][-1]["file_unique_id"]
    }


async def test_a_file_id_that_telegram_forgot_is_uploaded_again(stage: Stage) -> None:
    person = stage.person()
    await person.start()
    await person.wait_for_photo()
    stage.fault("sendPhoto", "error", code=400, description="Bad Request: wrong file identifier/HTTP URL specified")

    await person.start()
    await person.wait_for_photo()


async def test_without_a_picture_the_words_come_alone(stage: Stage) -> None:
    person = stage.person()
    stage.fault("sendPhoto", "error", code=400, description="Bad Request: IMAGE_PROCESS_FAILED")
    await person.start()
    assert (await person.wait_for_text("Send me a selfie")).kind == "text"


async def test_the_profile_photo_is_offered_only_where_there_is_one(stage: Stage) -> None:
    person = stage.person()
    await person.start()
    assert labels(await person.wait_for_photo()) == []

    await person.set_profile_photo(picture())
    await person.start()
    assert labels(await person.wait_for_photo()) == ["🤳 Use my profile photo"]


async def test_the_profile_photo_becomes_the_first_sticker(stage: Stage) -> None:
    person = stage.person()
    await person.set_profile_photo(picture((9, 9, 9)))
    await person.set_profile_photo(picture((200, 100, 50)))
    await person.start()
    greeting = await person.wait_for_photo()
    stage.plain.hold()

    assert (await person.press(greeting, "profile photo")).text == "On it."
    assert (await person.press(greeting, "profile photo")).text == "I'm already drawing it."
    await person.wait_for_text("a pack that whoever has its link can see")
    stage.plain.release()
    sticker = await person.wait_for_sticker()

    assert labels(sticker) == THREE
    assert "reply_to_message" not in sticker.json
    assert len(stage.plain.seen) == len(person.packs[0]["stickers"]) == 1


async def test_a_profile_photo_that_went_meanwhile_is_told_in_a_sentence(stage: Stage) -> None:
    person = stage.person()
    await person.set_profile_photo(picture())
    await person.start()
    greeting = await person.wait_for_photo()
    remove_profile_photos(stage.emulator.world, person.person)

    answer = await person.press(greeting, "profile photo")

    assert answer.text == say("en", "press-no-profile-photo")
    assert stage.plain.seen == []


async def test_a_profile_photo_without_a_face_is_told_like_any_other(stage: Stage) -> None:
    person = stage.person()
    await person.set_profile_photo(picture())
    await person.start()
    stage.plain.fail_with.append(NoFace("none"))

    await person.press(await person.wait_for_photo(), "profile photo")

    assert labels(await person.wait_for_text("I can't find a face here")) == ["✨ Make it anyway"]


async def test_a_press_that_a_crash_cut_off_still_brings_the_sticker(stage: Stage) -> None:
    person = stage.person()
    await person.set_profile_photo(picture())
    await person.start()
    greeting = await person.wait_for_photo()
    stage.plain.hold()
    await person.press(greeting, "profile photo")
    await person.wait_until(stage.plain.holding.is_set)
    await stage.stop()
    await stage.start()

    await person.wait_for_sticker()
    assert len(person.packs[0]["stickers"]) == 1


async def test_the_first_sticker_has_three_buttons_and_the_next_one_the_usual(stage: Stage) -> None:
    person = stage.person()
    first = await first_sticker(person)
    await person.send_photo(picture((1, 2, 3)))
    second = await person.wait_for_sticker()

    assert labels(first) == THREE
    assert "🔁 Another" in labels(second)
    assert labels(second)[-1] == "📦 Open pack"


async def test_done_brings_the_usual_buttons(stage: Stage) -> None:
    person = stage.person()
    first = await first_sticker(person)

    answer = await person.press(first, "Done")

    assert answer.text == "Tap the sticker to add the pack. Every photo you send makes another one."
    await person.wait_until(lambda: "🔁 Another" in labels(first))
    assert len(person.packs[0]["stickers"]) == 1


async def test_all_reactions_under_the_first_sticker_are_the_usual_ones(stage: Stage) -> None:
    person = stage.person()
    first = await first_sticker(person)

    assert (await person.press(first, "All reactions")).text == "On it."
    await person.wait_for_photo()

    assert len(person.packs[0]["stickers"]) == 5
    await person.wait_until(lambda: "🔁 Another" in labels(first))


async def test_a_first_sticker_without_a_face_offers_no_reactions(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.NO_FACE,)
    assert labels(await first_sticker(person)) == THREE[1:]


async def test_the_first_sticker_is_the_first_again_after_it_was_sent_twice(stage: Stage) -> None:
    person = stage.person()
    await person.start()
    await person.wait_for_photo()
    stage.fault("sendSticker", "drop_before")
    await person.send_photo(picture())

    assert labels(await person.wait_for_sticker()) == THREE


async def test_nothing_above_a_sticker_is_longer_than_a_line(stage: Stage) -> None:
    person = stage.person()
    await first_sticker(person)
    news = await person.wait_for_text("your own pack")

    assert len(news.text) < 60
    assert [seen.kind for seen in person.seen] == ["photo", "text", "sticker"]


async def test_what_was_not_expected_stands_there_instead_of_the_pack(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.PROMPT_IGNORED,)
    await person.start()
    await person.wait_for_photo()
    await person.send_photo(picture(), "with a pirate hat")
    await person.wait_for_sticker()

    told = await person.wait_for_text("I can't draw what your words describe")
    assert len(told.text.splitlines()) == 1


async def test_a_group_is_pointed_to_the_private_chat(stage: Stage) -> None:
    person = stage.person()
    group = await person.create_group("Friends")
    await group.send_text("/start@sticker_face_bot")
    pointer = await group.wait_for_text("private chat")
    assert pointer.buttons[0]["url"].endswith("?start=hello")
