"""A sticker as a mosaic of custom emoji, by one tap in its menu."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bot.packs.mosaic import SIDE, tiles_of
from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.seen import SeenMessage
from tests.acceptance.stage import NotingEngine, Stage, picture, stage_at


async def sticker_menu(stage: Stage, person: PersonDriver) -> SeenMessage:
    await person.send_photo(picture(), "😎")
    drawn = await person.wait_for_sticker()
    await stage.wait_until_delivered()
    await person.send_sticker(drawn)
    return await person.wait_for(lambda seen: seen.has_button("v1:ownmosaic"))


async def mosaic_of(person: PersonDriver, menu: SeenMessage) -> SeenMessage:
    await person.press(menu, "As emoji")
    return await person.wait_for(lambda seen: seen.has_button("v1:mosaicgone"))


async def test_one_tap_sends_the_face_in_sixteen_emoji(stage: Stage) -> None:
    person = stage.person()
    menu = await sticker_menu(stage, person)

    sent = await mosaic_of(person, menu)

    (made,) = stage.emulator.world.sets.owned_by(person.id)[1:]
    assert sent.text == "\n".join(["😎" * SIDE] * SIDE)
    assert [each["custom_emoji_id"] for each in sent.message.entities] == [
        each.custom_emoji_id for each in made.stickers
    ]
    assert sent.buttons[0]["url"].endswith(f"/addemoji/{made.name}")
    assert made.sticker_type == "custom_emoji"


async def test_a_second_tap_makes_no_second_set(stage: Stage) -> None:
    person = stage.person()
    menu = await sticker_menu(stage, person)
    await mosaic_of(person, menu)
    await mosaic_of(person, menu)

    assert len(stage.emulator.world.sets.owned_by(person.id)) == 2


async def test_where_the_bot_may_write_no_custom_emoji_it_says_where_they_are(stage: Stage) -> None:
    person = stage.person()
    menu = await sticker_menu(stage, person)
    stage.fault("sendMessage", "error", code=400, description="Bad Request: CUSTOM_EMOJI_FORBIDDEN")

    sent = await mosaic_of(person, menu)

    assert sent.text.startswith("Your face in 16 emoji.")


async def test_where_telegram_leaves_them_out_the_message_says_where_they_are(tmp_path: Path) -> None:
    async with stage_at(tmp_path, NotingEngine(), Rules(flood=None, custom_emoji=False)) as stage:
        await stage.start()
        person = stage.person()
        sent = await mosaic_of(person, await sticker_menu(stage, person))

        await person.wait_until(lambda: sent.text.startswith("Your face in 16 emoji."))
        assert sent.has_button("v1:mosaicgone")


async def test_a_lost_answer_makes_one_set(stage: Stage) -> None:
    person = stage.person()
    menu = await sticker_menu(stage, person)
    stage.fault("createNewStickerSet", "drop_after")

    await mosaic_of(person, menu)

    assert len(stage.emulator.world.sets.owned_by(person.id)) == 2


async def test_it_is_no_pack_takes_no_sticker_and_goes_with_one_tap_or_all_the_rest(stage: Stage) -> None:
    person = stage.person()
    menu = await sticker_menu(stage, person)
    sent = await mosaic_of(person, menu)
    await person.send_photo(picture((1, 2, 3)), "🤠")
    await person.wait_for_sticker()
    assert [len(each.stickers) for each in stage.emulator.world.sets.owned_by(person.id)] == [2, 16]
    await person.send_text("/pack")
    await person.wait_for_text("Ada's stickers – 2 stickers")

    await person.press(sent, "Delete")
    assert len(stage.emulator.world.sets.owned_by(person.id)) == 1
    await mosaic_of(person, menu)
    assert len(stage.emulator.world.sets.owned_by(person.id)) == 2
    await person.send_text("/forget")
    await person.press(await person.wait_for_text("Delete everything I know"), "Delete everything and my packs")
    await person.wait_for_text("I've forgotten you")
    assert stage.emulator.world.sets.owned_by(person.id) == []


def test_the_tiles_laid_out_again_are_the_sticker() -> None:
    sticker = Image.radial_gradient("L").resize((512, 512)).convert("RGBA")
    buffer = io.BytesIO()
    sticker.save(buffer, "WEBP", lossless=True)
    whole = Image.new("RGBA", (400, 400))
    for number, tile in enumerate(tiles_of(buffer.getvalue())):
        whole.paste(Image.open(io.BytesIO(tile)), (number % SIDE * 100, number // SIDE * 100))

    assert whole.getpixel((200, 200)) == pytest.approx(sticker.resize((400, 400)).getpixel((200, 200)), abs=3)
    assert whole.getpixel((0, 0)) == pytest.approx(sticker.getpixel((0, 0)), abs=6)
