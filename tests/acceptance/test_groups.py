"""Groups: /sticker under a photo or as a reply to one, for who asked, and as little noise as that takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.handlers.group_memory import SENTENCES_A_MINUTE, STICKERS_A_MINUTE
from bot.transport.rate_limits import RateLimiter
from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from tests.acceptance.stage import ADA, BORIS, NotingEngine, Stage, picture, stage_at
from tests.bot.emulated import until_handled
from tests.bot.manual_time import LeapingTime


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The product, running; what it waits for so as not to flood a group passes at once."""
    monkeypatch.chdir(tmp_path)
    time = LeapingTime()
    async with stage_at(tmp_path, NotingEngine()) as stage:
        await stage.start(limiter=RateLimiter(clock=time, sleep=time.sleep))
        yield stage


@pytest.fixture
async def group(stage: Stage) -> PersonDriver:
    """Ada, who has opened the bot, in her group with Boris, who has not."""
    ada = stage.person()
    await ada.start()
    await ada.wait_for_text("Send me a selfie")
    group = await ada.create_group("Friends", [stage.person(BORIS, "Boris")])
    await group.wait_for_text("Reply to a photo")
    return group


def boris_in(stage: Stage, group: PersonDriver) -> PersonDriver:
    return stage.person(BORIS, "Boris").within(group)


def said(group: PersonDriver) -> list[str]:
    """What the bot wrote in the group after its first line, stickers in brackets."""
    return [seen.text or f"<{seen.kind}>" for seen in group.seen][1:]


def replied_to(seen: SeenMessage) -> int:
    return int(seen.json["reply_to_message"]["message_id"])


async def test_sticker_under_a_photo_is_answered_with_the_sticker_and_nothing_else(
    stage: Stage, group: PersonDriver
) -> None:
    stage.plain.hold()
    photo = await group.send_photo(picture(), "/sticker #neon")
    await stage.wait_until_drawing()
    stage.plain.release()
    sticker = await group.wait_for_sticker()

    assert replied_to(sticker) == photo.id
    assert stage.plain.seen[-1].style == "neon"
    await stage.wait_until_delivered()
    assert said(group) == ["<sticker>"]
    acknowledged = stage.calls("setMessageReaction")[0].parameters["reaction"]
    assert json.loads(acknowledged) == [{"type": "emoji", "emoji": "👀"}]
    assert not any(group.chat.reactions.get(photo.id, {}).values())
    assert len(stage.person().packs[0]["stickers"]) == 1


async def test_what_is_not_meant_for_the_bot_is_not_answered(stage: Stage, group: PersonDriver) -> None:
    await group.promote("can_pin_messages")  # it sees everything now
    photo = await group.send_photo(picture(), "look")
    await group.send_album([picture(), picture((9, 9, 9))])
    await group.send_text("/sticker@another_bot", reply_to=photo)
    await group.send_text("nice", reply_to=photo)
    await until_handled(stage.store.inbox)

    assert said(group) == []
    assert stage.plain.seen == []


@pytest.mark.parametrize("words", ["/sticker", "/sticker@sticker_face_bot comic", "@sticker_face_bot"])
async def test_a_reply_to_ones_own_photo_with_command_or_mention(stage: Stage, group: PersonDriver, words: str) -> None:
    photo = await group.send_photo(picture(), "me")
    asking = await group.send_text(words, reply_to=photo)
    sticker = await group.wait_for_sticker()

    assert replied_to(sticker) == asking.id
    assert sticker.set_name == ""  # nobody gets from here to the other stickers of the pack
    assert len(stage.person().packs) == 1


async def test_a_message_that_comes_twice_is_one_sticker(stage: Stage, group: PersonDriver) -> None:
    photo = await group.send_photo(picture(), "/sticker")
    await group.wait_for_sticker()
    await stage.wait_until_delivered()
    await stage.stop()
    await stage.start()
    stage.emulator.world.update(group.bot, "message", group.chat.id, lambda render: render.message(photo.message))
    await group.send_photo(picture(), "/sticker #comic")
    await group.wait_for_sticker()

    assert len(stage.plain.seen) == 2


async def test_an_album_under_one_command_is_one_sticker(stage: Stage, group: PersonDriver) -> None:
    await group.promote("can_pin_messages")  # else only the photo with the command is seen
    photos = [picture((200, number * 60, 90)) for number in range(3)]
    await group.send_album(photos, "/sticker", order=[2, 0, 1])
    await group.wait_for_sticker()

    assert [len(request.faces) for request in stage.plain.seen] == [3]
    await stage.wait_until_delivered()
    assert said(group) == ["<sticker>"]


async def test_the_answer_comes_into_the_topic(stage: Stage) -> None:
    ada = stage.person()
    forum = await ada.create_group("Forum", is_forum=True)
    topic = forum.open_topic("Stickers")
    await forum.send_photo(picture(), "/sticker")
    sticker = await forum.wait_for_sticker()

    assert sticker.message.topic == topic


async def test_who_never_opened_the_bot_gets_the_sticker_and_adds_it_later(stage: Stage, group: PersonDriver) -> None:
    boris = boris_in(stage, group)
    await boris.send_photo(picture(), "/sticker")
    sticker = await group.wait_for_sticker()
    link = next(button["url"] for button in sticker.buttons if "url" in button)
    payload = link.partition("?start=")[2]
    assert link.startswith("https://t.me/sticker_face_bot?start=add_")
    assert stage.person(BORIS).packs == []

    await stage.person().start(payload)  # it is Boris's
    await stage.person().wait_for_text("belongs to somebody else")
    private = stage.person(BORIS)
    await private.start(payload)
    own = await private.wait_for_sticker()
    await private.wait_for_text("This is your own pack")

    assert own.set_name
    assert len(private.packs[0]["stickers"]) == 1
    await private.press(own, "Another")  # from here on it is a sticker like any other
    await private.wait_for_sticker()
    await private.start(payload)
    await private.wait_for_sticker()
    assert len(private.packs[0]["stickers"]) == 2


async def test_the_buttons_are_those_of_who_asked(stage: Stage, group: PersonDriver) -> None:
    boris = boris_in(stage, group)
    await group.send_photo(picture(), "/sticker")
    sticker = await group.wait_for_sticker()

    assert (await boris.press(sticker, "Another")).text == "That button belongs to somebody else."
    assert "Only who asked" in (await boris.press(sticker, "Remove")).text
    assert len(stage.plain.seen) == 1
    assert not sticker.is_deleted

    assert (await group.press(sticker, "Another")).text == "On it."
    again = await group.wait_for_sticker()
    assert len(stage.plain.seen) == 2
    assert (await group.press(again, "Remove")).text == "Removed."
    assert again.is_deleted
    assert len(stage.person().packs[0]["stickers"]) == 1


async def test_a_photo_of_somebody_elses_stays_in_the_group_until_they_agree(stage: Stage, group: PersonDriver) -> None:
    boris = boris_in(stage, group)
    photo = await boris.send_photo(picture(), "me at the lake")
    await group.send_text("/sticker", reply_to=photo)
    sticker = await group.wait_for_sticker()
    await stage.wait_until_delivered()

    assert stage.person().packs == []
    async with asyncio.timeout(10):  # the photo is gone at once
        while [path for path in stage.files_left() if "photos" in path.parts]:  # noqa: ASYNC110 - announced by nobody
            await asyncio.sleep(0.02)
    assert not [button for button in sticker.buttons if "url" in button]
    assert "Only the person who sent" in (await group.press(sticker, "My photo")).text
    assert stage.person().packs == []

    assert "Thanks" in (await boris.press(sticker, "My photo")).text
    assert len(stage.person().packs[0]["stickers"]) == 1
    assert (await boris.press(sticker, "Remove")).text == "Removed."
    assert sticker.is_deleted
    assert stage.person().packs == [] or stage.person().packs[0]["stickers"] == []


async def test_an_administrator_removes_a_sticker_and_the_pack_is_left_alone(stage: Stage, group: PersonDriver) -> None:
    boris = boris_in(stage, group)
    await stage.person(BORIS).start()
    await boris.send_photo(picture(), "/sticker")
    sticker = await group.wait_for_sticker()

    assert (await group.press(sticker, "Remove")).text == "Removed."
    assert sticker.is_deleted
    assert len(stage.person(BORIS).packs[0]["stickers"]) == 1


async def test_administrators_switch_it_off_and_on(stage: Stage, group: PersonDriver) -> None:
    boris = boris_in(stage, group)
    await boris.send_text("/sticker off")
    await group.wait_for_text("Only admins")
    await group.send_text("/sticker off")
    await group.wait_for_text("I'm silent here")
    await stage.stop()
    await stage.start()
    await boris.send_photo(picture(), "/sticker")
    await boris.send_text("/sticker on")
    await until_handled(stage.store.inbox)
    assert stage.plain.seen == []

    group.be_anonymous()
    await group.send_text("/sticker on")
    await group.wait_for_text("I'm back")
    group.be_anonymous(is_anonymous=False)
    await boris.send_photo(picture(), "/sticker")
    await group.wait_for_sticker()


async def test_who_writes_as_the_group_is_told_the_truth(stage: Stage, group: PersonDriver) -> None:
    group.be_anonymous()
    await group.send_photo(picture(), "/sticker")
    await group.wait_for_text("write as yourself")

    assert stage.plain.seen == []


async def test_a_command_without_a_photo_is_explained(group: PersonDriver) -> None:
    text = await group.send_text("/sticker")
    hint = await group.wait_for(lambda seen: "Reply to a photo" in seen.text and seen.message.reply_to)

    assert replied_to(hint) == text.id


async def test_a_group_cannot_be_flooded(stage: Stage, group: PersonDriver) -> None:
    for number in range(STICKERS_A_MINUTE + SENTENCES_A_MINUTE + 4):
        await group.send_photo(picture((number, 9, 9)), "/sticker")
    await group.wait_for_text("a lot of stickers")
    await group.wait_until(lambda: said(group).count("<sticker>") == STICKERS_A_MINUTE)
    await until_handled(stage.store.inbox)

    assert len(said(group)) == STICKERS_A_MINUTE + SENTENCES_A_MINUTE


async def test_a_group_that_gets_a_new_number_gets_its_sticker(stage: Stage, group: PersonDriver) -> None:
    stage.plain.hold()
    await group.send_text("/sticker off")
    await group.wait_for_text("I'm silent here")
    await group.send_text("/sticker on")
    await group.wait_for_text("I'm back")
    await group.send_photo(picture(), "/sticker")
    await stage.wait_until_drawing()
    new = await group.migrate()
    stage.plain.release()
    await new.wait_for_sticker()

    await new.send_photo(picture(), "/sticker")
    await new.wait_for_sticker()


async def test_thrown_out_while_it_draws_it_ends_in_peace(
    stage: Stage, group: PersonDriver, caplog: pytest.LogCaptureFixture
) -> None:
    stage.plain.hold()
    await group.send_photo(picture(), "/sticker")
    await group.send_photo(picture((1, 2, 3)), "/sticker #comic")
    await stage.wait_until_drawing()
    await until_handled(stage.store.inbox)
    await group.remove_bot()
    stage.plain.release()
    await until_handled(stage.store.inbox)
    await stage.wait_until_delivered()

    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert not (await stage.service.preferences(f"tg:{ADA}")).is_blocked
    await stage.person().send_photo(picture(), "#ink")
    await stage.person().wait_for_sticker()


async def test_where_stickers_are_forbidden_that_is_said(stage: Stage, group: PersonDriver) -> None:
    await group.forbid({"sticker"})
    await group.send_photo(picture(), "/sticker")
    await group.wait_for_text("I may not send stickers here")


async def test_a_photo_that_cannot_be_drawn_is_answered_with_one_sentence(stage: Stage, group: PersonDriver) -> None:
    await group.send_photo(picture(), "/sticker steps=9999")
    await group.wait_for_text("steps is a whole number")
    assert stage.plain.seen == []


async def test_where_reactions_are_off_the_sticker_comes_all_the_same(stage: Stage, group: PersonDriver) -> None:
    stage.fault("setMessageReaction", "error", code=400, description="Bad Request: REACTION_INVALID", count=9)
    stage.plain.hold()
    await group.send_photo(picture(), "/sticker")
    await stage.wait_until_drawing()
    stage.plain.release()
    await group.wait_for_sticker()
    assert stage.calls("sendChatAction")


async def test_a_bot_that_is_added_says_one_line_once(stage: Stage, group: PersonDriver) -> None:
    await group.send_text("/start@sticker_face_bot")
    await group.wait_for(lambda seen: "private chat" in seen.text)
    assert len(said(group)) == 1


async def test_without_the_consent_line_a_first_sticker_says_in_private_what_is_public(
    stage: Stage, group: PersonDriver
) -> None:
    await group.send_photo(picture(), "/sticker")
    await group.wait_for_sticker()
    await stage.person().wait_for_text("whoever has its link can see")
