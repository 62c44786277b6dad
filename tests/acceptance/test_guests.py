"""Guest mode: a photo answered with @bot in a chat that the bot is not in."""

from __future__ import annotations

import pytest

from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from tests.acceptance.stage import BORIS, Stage, picture


@pytest.fixture
async def group(stage: Stage) -> PersonDriver:
    """Ada, who has opened the bot, in a group with Boris, who has not; the bot is not in it."""
    ada = stage.person()
    ada.bot.supports_guests = True
    await ada.start()
    await ada.wait_for_text("Send me a selfie")
    return await ada.create_group("Friends", [stage.person(BORIS, "Boris")], with_bot=False)


def link(seen: SeenMessage) -> str:
    return str(next(button["url"] for button in seen.buttons if "url" in button).partition("?start=")[2])


async def test_a_photo_answered_with_the_bots_name_is_answered_with_its_sticker(
    stage: Stage, group: PersonDriver
) -> None:
    photo = await group.send_photo(picture(), "me")
    asking = await group.send_text("@sticker_face_bot #neon", reply_to=photo)
    sticker = await group.wait_for_sticker()

    assert sticker.message.reply_to is asking.message
    assert stage.plain.seen[-1].style == "neon"
    assert sticker.set_name == ""
    assert len(stage.person().packs[0]["stickers"]) == 1
    assert [seen.kind for seen in group.seen] == ["sticker"]
    await stage.person().wait_for_text("whoever has its link can see")


async def test_a_photo_under_which_the_bot_is_named(stage: Stage, group: PersonDriver) -> None:
    await group.send_photo(picture(), "@sticker_face_bot")
    await group.wait_for_sticker()


async def test_somebody_elses_photo_gives_a_sticker_and_nothing_more(stage: Stage, group: PersonDriver) -> None:
    boris = stage.person(BORIS, "Boris").within(group)
    photo = await boris.send_photo(picture(), "me")
    await group.send_text("@sticker_face_bot", reply_to=photo)
    sticker = await group.wait_for_sticker()

    assert sticker.buttons == []
    assert stage.person().packs == []


async def test_who_never_opened_the_bot_fetches_the_sticker_there(stage: Stage, group: PersonDriver) -> None:
    boris = stage.person(BORIS, "Boris").within(group)
    await boris.send_photo(picture(), "@sticker_face_bot")
    answer = await group.wait_for_text("Your sticker is ready")

    private = stage.person(BORIS)
    await private.start(link(answer))
    assert (await private.wait_for_sticker()).set_name
    assert len(private.packs[0]["stickers"]) == 1


async def test_without_a_photo_it_says_what_it_takes(stage: Stage, group: PersonDriver) -> None:
    await group.send_text("@sticker_face_bot what are you?")
    await group.wait_for_text("mention me")

    assert stage.plain.seen == []


async def test_what_cannot_be_drawn_is_answered_with_a_sentence(stage: Stage, group: PersonDriver) -> None:
    await group.send_photo(picture(), "@sticker_face_bot steps=9999")
    await group.wait_for_text("steps is a whole number")


async def test_after_a_crash_the_query_is_answered_once(stage: Stage, group: PersonDriver) -> None:
    stage.plain.hold()
    await group.send_photo(picture(), "@sticker_face_bot")
    await stage.wait_until_drawing()
    await stage.stop()
    await stage.start()
    await group.wait_for_sticker()
    await stage.wait_until_delivered()

    assert [seen.kind for seen in group.seen] == ["sticker"]


async def test_a_server_that_takes_no_answer_costs_the_person_nothing_else(stage: Stage, group: PersonDriver) -> None:
    stage.fault("answerGuestQuery", "error", code=404, description="Not Found")
    await group.send_photo(picture(), "@sticker_face_bot")
    ada = stage.person()
    await ada.wait_until(lambda: ada.packs)
    await stage.wait_until_delivered()
    await ada.send_photo(picture(), "#comic")
    await ada.wait_for_sticker()

    assert group.seen == []
