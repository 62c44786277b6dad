"""Topics in private chats: what is asked in a topic is answered there."""

from __future__ import annotations

from tests.acceptance.stage import Stage, picture


async def test_everything_is_answered_in_the_topic_it_was_sent_in(stage: Stage) -> None:
    person = stage.person()
    topic = person.open_topic()

    await person.send_text("/help")
    await person.wait_for_text("One sticker comes back")
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await person.wait_for_text("your own pack")
    await person.press(sticker, "Another")
    await person.wait_for_sticker()
    await person.send_text("make it neon")
    await person.wait_for_sticker()

    assert stage.plain.seen[-1].style == "neon"
    assert {seen.message.topic for seen in person.transcript if seen.is_from_bot} == {topic}


async def test_outside_of_topics_nothing_names_one(stage: Stage) -> None:
    person = stage.person()

    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert {seen.message.topic for seen in person.transcript} == {0}


async def test_when_the_topic_is_deleted_meanwhile_the_sticker_comes_all_the_same(stage: Stage) -> None:
    person = stage.person()
    topic = person.open_topic()
    stage.plain.hold()
    await person.send_photo(picture())
    await person.wait_for(lambda seen: seen.has_button("Stop"))
    person.close_topic(topic)

    stage.plain.release()

    sticker = await person.wait_for_sticker()
    assert sticker.message.topic == 0
