"""The product as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.seen import SeenMessage
from engine.errors import NoFace
from engine.types import Note, Shape
from tests.acceptance.stage import NotingEngine, Stage, picture, stage_at


def labels(seen: SeenMessage) -> list[str]:
    """The words on the buttons under a message."""
    return [button["text"] for button in seen.buttons]


async def test_a_photo_becomes_a_sticker_in_the_persons_own_pack(stage: Stage) -> None:
    person = stage.person()
    photo = await person.send_photo(picture(), "comic")

    sticker = await person.wait_for_sticker()

    image = sticker.picture()
    (pack,) = person.packs
    assert (image.format, max(image.size)) == ("WEBP", 512)
    assert sticker.json["reply_to_message"]["message_id"] == photo.id
    assert sticker.set_name == pack["name"]
    assert sticker.buttons[-1]["url"] == pack["link"]


async def test_the_progress_message_is_gone_or_tells_of_the_new_pack(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_text("your own pack")

    await person.send_photo(picture((1, 2, 3)))
    await person.wait_until(lambda: len([seen for seen in person.seen if seen.kind == "sticker"]) == 2)
    await person.wait_until(lambda: any(seen.is_deleted for seen in person.transcript))

    # The message is above the sticker, or below it: as quick as this one is drawn, either may be sent first.
    assert sorted(seen.kind for seen in person.seen) == ["sticker", "sticker", "text"]


async def test_a_caption_chooses_emoji_and_look(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), "🤠 a #Comic cowboy")

    await person.wait_for_sticker()

    request = stage.plain.seen[0]
    assert (request.style, request.prompt) == ("comic", "a cowboy")
    assert person.packs[0]["stickers"][0]["emoji_list"] == ["🤠"]


async def test_another_is_a_second_sticker_with_another_seed(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    first = await person.wait_for_sticker()

    answer = await person.press(first, "Another")
    await person.wait_for_sticker()

    one, two = stage.plain.seen
    assert answer.text == "On it."
    assert one.inputs == two.inputs
    assert one.seed != two.seed
    assert len(person.packs[0]["stickers"]) == 2


async def test_pressing_twice_draws_once(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    first = await person.wait_for_sticker()
    stage.plain.hold()

    assert (await person.press(first, "Another")).text == "On it."
    assert (await person.press(first, "Another")).text == "I'm already drawing it."
    stage.plain.release()
    await person.wait_for_sticker()

    assert len(stage.plain.seen) == 2


async def test_a_look_for_this_photo_keeps_its_seed(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    first = await person.wait_for_sticker()

    await person.press(first, "Style")
    choice = await person.wait_for_text("Which style for this photo")
    await person.press(choice, "Watercolour")
    await person.wait_for_sticker()

    one, two = stage.plain.seen
    assert (two.style, two.seed) == ("watercolour", one.seed)


async def test_another_shape_takes_the_old_ones_place(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    bust = await person.wait_for_sticker()

    await person.press(bust, "Edit")
    await person.press(bust, "Shape")
    await person.wait_until(lambda: labels(bust) == ["🧍 Full figure", "🎈 Big head", "⭕ Badge", "‹ Back"])
    await person.press(bust, "Badge")
    badge = await person.wait_for_sticker()

    (only,) = person.packs[0]["stickers"]
    assert only["sticker"]["file_unique_id"] == badge.json["sticker"]["file_unique_id"]
    assert [request.shape for request in stage.plain.seen] == ["auto", "badge"]
    await person.wait_until(lambda: labels(bust) == ["↩️ Bring this one back", "🔁 Another", "🎨 Styles"])
    await person.press(badge, "Edit")
    await person.press(badge, "Shape")
    await person.wait_until(lambda: labels(badge) == ["👤 Portrait", "🧍 Full figure", "🎈 Big head", "‹ Back"])


async def test_the_shapes_give_way_to_the_other_buttons(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    before = labels(sticker)

    await person.press(sticker, "Edit")
    await person.press(sticker, "Shape")
    await person.wait_until(lambda: "🎈 Big head" in labels(sticker))
    await person.press(sticker, "Back")
    await person.wait_until(lambda: "✂️ Shape" in labels(sticker))
    await person.press(sticker, "Back")

    await person.wait_until(lambda: labels(sticker) == before)


async def test_two_shapes_in_a_hurry_do_not_become_two_stickers(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    bust = await person.wait_for_sticker()
    stage.plain.hold()

    await person.press(bust, "Edit")
    await person.press(bust, "Shape")
    assert (await person.press(bust, "Big head")).text == "On it."
    await person.press(bust, "Edit")
    await person.press(bust, "Shape")
    await person.wait_until(lambda: "⭕ Badge" in labels(bust))
    assert (await person.press(bust, "Badge")).text == "I'm already drawing it."
    stage.plain.release()
    await person.wait_for_sticker()

    assert len(person.packs[0]["stickers"]) == 1


@pytest.mark.parametrize(("old", "shape"), [("badge", "badge"), ("cutout", "bust")])
async def test_the_shape_buttons_of_older_messages_still_work(stage: Stage, old: str, shape: str) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    data = sticker.callback_data("Undo").replace("v1:undo:", "v1:shape:") + f":{old}"
    sticker.message.reply_markup = {"inline_keyboard": [[{"text": "⭕ Badge instead", "callback_data": data}]]}

    await person.press(sticker, "Badge instead")
    await person.wait_for_sticker()

    assert [request.shape for request in stage.plain.seen] == ["auto", shape]
    assert len(person.packs[0]["stickers"]) == 1


async def test_a_photo_without_a_face_is_made_anyway_where_that_is_asked_for(stage: Stage) -> None:
    person = stage.person()
    stage.plain.fail_with.append(NoFace("none"))
    photo = await person.send_photo(picture(), "#comic")
    refusal = await person.wait_for_text("I can't find a face here")
    stage.plain.notes = (Note.NO_FACE, Note.BADGE_FALLBACK)

    assert (await person.press(refusal, "Make it anyway")).text == "On it."
    sticker = await person.wait_for_sticker()
    await person.wait_for_text("There's no face here, so I cut out what stands out most.")

    assert [dict(request.parameters) for request in stage.plain.seen] == [{}, {"allow_no_face": True}]
    assert stage.plain.seen[1].style == "comic"
    assert sticker.json["reply_to_message"]["message_id"] == photo.id
    assert labels(refusal) == []
    await person.press(sticker, "Edit")
    await person.wait_until(lambda: "⭕ Badge instead" in labels(sticker))
    assert not any("outline" in seen.text for seen in person.seen)


async def test_an_engine_that_needs_a_face_offers_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = NotingEngine()
    engine.parameters, engine.shapes = frozenset(), frozenset({Shape.BUST, Shape.BADGE})
    async with stage_at(tmp_path, engine) as stage:
        await stage.start()
        person = stage.person()
        await person.send_photo(picture())
        sticker = await person.wait_for_sticker()
        engine.fail_with.append(NoFace("none"))
        await person.send_photo(picture((1, 2, 3)))
        refusal = await person.wait_for_text("I can't find a face here")
        await person.press(sticker, "Edit")
        await person.wait_until(lambda: "⭕ Badge instead" in labels(sticker))

    assert labels(refusal) == []


async def test_what_was_seen_in_a_photo_is_said_once(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.SEVERAL_FACES, Note.BADGE_FALLBACK)
    await person.send_photo(picture())
    first = await person.wait_for_sticker()
    await person.wait_for_text("Your outline wasn't clear enough to cut out, so this is a badge.")

    await person.press(first, "Another")
    await person.wait_for_sticker()
    await person.send_photo(picture((1, 2, 3)))
    await person.wait_until(lambda: sum("outline" in seen.text for seen in person.transcript) == 2)

    assert sum("several faces" in seen.text for seen in person.seen) == 2


@pytest.mark.parametrize(("caption", "emoji"), [("", "😀"), ("🤠 hi", "🤠")])
async def test_the_emoji_is_the_persons_choice_or_that_of_the_face(stage: Stage, caption: str, emoji: str) -> None:
    person = stage.person()
    stage.plain.emoji = "😀"
    await person.send_photo(picture(), caption)
    await person.wait_for_sticker()

    assert person.packs[0]["stickers"][0]["emoji_list"] == [emoji]


async def test_undo_takes_it_out_and_put_back_puts_it_back(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()

    assert (await person.press(sticker, "Undo")).text == "Taken out of your pack."
    assert person.packs[0]["stickers"] == []

    assert (await person.press(sticker, "Put it back")).text == "It's back in your pack."
    assert len(person.packs[0]["stickers"]) == 1
    await person.wait_until(lambda: any("Undo" in button["text"] for button in sticker.buttons))


async def test_a_deleted_pack_is_replaced_and_the_person_told(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await person.delete_pack(sticker.set_name)

    await person.send_photo(picture((9, 9, 9)))
    await person.wait_for_text("Your old pack was deleted")

    assert len(person.packs[0]["stickers"]) == 1


async def test_two_people_have_two_packs(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben", "de")
    await ada.send_photo(picture())
    await ben.send_photo(picture())

    one, two = await ada.wait_for_sticker(), await ben.wait_for_sticker()

    assert one.set_name != two.set_name
    assert any("Noch einer" in button["text"] for button in two.buttons)


async def test_an_album_is_one_sticker_of_all_its_photos(stage: Stage) -> None:
    person = stage.person()
    await person.send_album([picture(), picture((1, 2, 3))], "#neon")
    await person.wait_for_sticker()
    assert [(len(request.faces), request.style) for request in stage.plain.seen] == [(2, "neon")]
