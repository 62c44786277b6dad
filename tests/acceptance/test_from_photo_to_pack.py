"""The product as a person meets it."""

from __future__ import annotations

import io

from PIL import Image

from tests.acceptance.stage import Stage, picture


async def test_a_photo_becomes_a_sticker_in_the_persons_own_pack(stage: Stage) -> None:
    person = await stage.person()
    photo = await person.send_photo(picture(), "comic")

    sticker = await person.wait_for_sticker()

    assert sticker["reply_to_message"]["message_id"] == photo["message_id"]
    image = Image.open(io.BytesIO(await person.file(sticker["sticker"]["file_id"])))
    assert (image.format, max(image.size)) == ("WEBP", 512)
    (pack,) = await person.packs()
    assert [each["sticker"]["file_unique_id"] for each in pack["stickers"]] == [sticker["sticker"]["file_unique_id"]]
    assert person.button(sticker, "Open pack")["url"] == pack["link"]


async def test_a_stranger_is_told_in_four_lines_what_to_do(stage: Stage) -> None:
    person = await stage.person(name="Zoë <b>&")
    await person.send("/start")

    hello = await person.wait_for_text("Zoë <b>&")

    assert len(hello["text"].splitlines()) <= 4
    assert "selfie" in hello["text"]
