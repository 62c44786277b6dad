"""The product as a person meets it."""

from __future__ import annotations

from tests.acceptance.stage import Stage, picture


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

    assert [seen.kind for seen in person.seen] == ["text", "sticker", "sticker"]


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


async def test_badge_instead_takes_the_old_ones_place(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    cutout = await person.wait_for_sticker()

    await person.press(cutout, "Badge instead")
    badge = await person.wait_for_sticker()

    (only,) = person.packs[0]["stickers"]
    assert only["sticker"]["file_unique_id"] == badge.json["sticker"]["file_unique_id"]
    assert [request.shape for request in stage.plain.seen] == ["auto", "badge"]
    await person.wait_until(lambda: not any("Undo" in button["text"] for button in cutout.buttons))
    assert any("Cut-out instead" in button["text"] for button in badge.buttons)


async def test_undo_takes_it_out_and_put_back_puts_it_back(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()

    assert (await person.press(sticker, "Undo")).text == "Taken out of your pack."
    assert person.packs[0]["stickers"] == []

    assert (await person.press(sticker, "Put it back")).text == "It's back in your pack."
    assert len(person.packs[0]["stickers"]) == 1
    assert any("Undo" in button["text"] for button in sticker.buttons)


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


async def test_an_album_is_as_many_stickers_under_one_caption(stage: Stage) -> None:
    person = stage.person()
    await person.send_album([picture(), picture((1, 2, 3))], "#neon")

    await person.wait_for_sticker()
    await person.wait_for_sticker()

    assert [request.style for request in stage.plain.seen] == ["neon", "neon"]
