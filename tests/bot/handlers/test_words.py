"""Words after a photo, as a reply or as an edited caption are about that photo."""

from __future__ import annotations

import pytest

from engine.errors import NoFace
from tests.acceptance.stage import ADA, Stage, picture


@pytest.mark.parametrize(
    ("words", "style"),
    [
        ("make it comic", "comic"),
        ("neon", "neon"),
        ("#pixel", "pixel"),
        ("can you try watercolour please?", "watercolour"),
        ("thanks, now make it neon", "neon"),
        ("not toon, neon", "neon"),
        ("комікс", "comic"),
        ("🔥 neon", "neon"),
    ],
)
async def test_words_after_a_photo_draw_it_in_the_style_they_name(stage: Stage, words: str, style: str) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()

    said = await person.send_text(words)
    sticker = await person.wait_for_sticker()

    assert [request.style for request in stage.plain.seen] == ["toon", style]
    assert stage.plain.seen[1].faces == stage.plain.seen[0].faces
    assert sticker.message.reply_to is said.message
    drawn = await stage.store.jobs.by_source(f"tg:{ADA}:{said.message.message_id}")
    assert drawn is not None
    assert drawn.note.get("emoji") == ("🔥" if words.startswith("🔥") else None)


async def test_words_as_a_reply_are_about_that_sticker_or_photo(stage: Stage) -> None:
    person = stage.person()
    first_photo = await person.send_photo(picture((200, 0, 0)))
    first = await person.wait_for_sticker()
    await person.send_photo(picture((0, 0, 200)))
    await person.wait_for_sticker()

    await person.send_text("neon", reply_to=first)
    await person.wait_for_sticker()
    await person.send_text("comic", reply_to=first_photo)
    await person.wait_for_sticker()
    await person.send_text("pixel")
    await person.wait_for_sticker()

    seen = stage.plain.seen
    assert [request.style for request in seen] == ["toon", "toon", "neon", "comic", "pixel"]
    assert seen[2].faces == seen[3].faces == seen[0].faces
    assert seen[4].faces in (seen[0].faces, seen[1].faces)


async def test_words_while_the_photo_waits_change_its_sticker(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben")
    stage.plain.hold()
    await ben.send_photo(picture())
    await ben.wait_until(stage.plain.holding.is_set)
    await ada.send_photo(picture((1, 2, 3)))
    await ada.send_text("🤠 make it neon")
    await ada.wait_for_text("Neon it is, for this photo")

    stage.plain.release()
    sticker = await ada.wait_for_sticker()

    assert [request.style for request in stage.plain.seen] == ["toon", "neon"]
    assert sticker.message.media is not None
    assert sticker.message.media.files[0].emoji == "🤠"


async def test_an_emoji_alone_becomes_the_stickers_emoji(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()

    await person.send_text("🔥")
    await person.wait_for_text("Its emoji is 🔥 now")

    (pack,) = stage.emulator.world.sets.owned_by(ADA)
    assert pack.stickers[0].emoji_list == ["🔥"]
    assert len(stage.plain.seen) == 1


async def test_an_emoji_with_what_keyboards_put_around_it_is_the_stickers(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), "\u200b👍🏽\u200b\u2060")
    await person.wait_for_sticker()
    await person.wait_for_text("your own pack")
    (pack,) = stage.emulator.world.sets.owned_by(ADA)
    assert pack.stickers[0].emoji_list == ["👍🏽"]
    assert not any("words" in seen.text for seen in person.seen)

    await person.send_text("\ufeff🔥\ufe0e")

    await person.wait_for_text("Its emoji is 🔥 now")
    assert pack.stickers[0].emoji_list == ["🔥"]


async def test_an_emoji_that_telegram_refuses_is_told(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()
    stage.fault("setStickerEmojiList", "error", code=400, description="Bad Request: STICKER_EMOJI_INVALID")

    await person.send_text("🔥")

    await person.wait_for_text("Telegram takes no 🔥 for stickers")


@pytest.mark.parametrize("words", ["thanks", "Thank you so much, I love this drawing!", "дякую ❤️", "super", "wow"])
async def test_thanks_get_a_friendly_word_and_no_drawing(stage: Stage, words: str) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()

    await person.send_text(words)

    await person.wait_for_text("You're welcome")
    assert len(stage.plain.seen) == 1


async def test_who_has_stickers_is_not_asked_for_a_first_selfie(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("hello?")
    await person.wait_for_text("Send me a selfie first")
    await person.send_photo(picture())
    await person.wait_for_sticker()

    await person.send_text("hello?")
    await person.wait_for_text("Hi. Send me a photo")
    await person.send_text("where does the sun go at night")
    await person.wait_for_text("I can't use these words")

    assert len([seen for seen in person.seen if "selfie first" in seen.text]) == 1
    assert len(stage.plain.seen) == 1


async def test_a_caption_edited_after_its_sticker_draws_the_photo_once_more(stage: Stage) -> None:
    person = stage.person()
    photo = await person.send_photo(picture(), "my cat")
    await person.wait_for_sticker()

    await person.edit(photo, "my cat, as a comic")
    sticker = await person.wait_for_sticker()
    await person.edit(photo, "my cat as a comic!")
    await person.edit(photo, "🔥 my cat as a comic!")
    await person.wait_for_text("Its emoji is 🔥 now")

    assert [request.style for request in stage.plain.seen] == ["toon", "comic"]
    assert sticker.message.reply_to is photo.message


async def test_words_about_a_photo_that_is_deleted_say_so(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()
    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")
    await stage.service.delete_photos(job)

    await person.send_text("neon")

    await person.wait_for_text("I've already deleted that photo")


async def test_words_about_a_photo_without_a_face_try_it_in_that_style(stage: Stage) -> None:
    person = stage.person()
    stage.plain.fail_with = [NoFace()]
    await person.send_photo(picture())
    await person.wait_for_text("I can't find a face")

    await person.send_text("neon")
    await person.wait_for_sticker()

    assert stage.plain.seen[1].style == "neon"


async def test_the_same_words_delivered_twice_are_one_sticker(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()
    stage.fault("update", "duplicate")

    await person.send_text("neon")
    await person.wait_for_sticker()
    await stage.wait_until_delivered()
    await person.send_text("/queue")
    await person.wait_for_text("not working on anything")

    assert len(stage.plain.seen) == 2
