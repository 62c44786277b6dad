"""A sticker is changed after it was made: text, outline, emoji, keywords; as a file; back again."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from engine import fonts
from engine.errors import NoFace
from tests.acceptance.stage import ADA, BEN, Stage, picture


def labels(seen: SeenMessage) -> list[str]:
    """The words on the buttons under a message."""
    return [button["text"] for button in seen.buttons]


def in_pack(person: PersonDriver) -> list[str]:
    """The stickers in the person's pack, in order."""
    return [each["sticker"]["file_unique_id"] for each in person.packs[0]["stickers"]]


def unique_id(sticker: SeenMessage) -> str:
    return str(sticker.json["sticker"]["file_unique_id"])


async def two_stickers(stage: Stage) -> tuple[PersonDriver, SeenMessage, SeenMessage]:
    """A person with two stickers in their pack."""
    person = stage.person()
    await person.send_photo(picture())
    first = await person.wait_for_sticker()
    await person.send_photo(picture((1, 2, 3)))
    return person, first, await person.wait_for_sticker()


async def test_a_text_is_asked_for_and_the_answer_takes_the_stickers_place(stage: Stage) -> None:
    person, plain, other = await two_stickers(stage)

    await person.press(plain, "Edit")
    await person.press(plain, "Text")
    question = await person.wait_for_text("What should it say?")
    answer = await person.send_text("так и надо", reply_to=question)
    worded = await person.wait_for_sticker()

    first, _, again = stage.plain.seen
    assert (again.text, again.seed, again.style, again.inputs) == ("так и надо", first.seed, first.style, first.inputs)
    assert in_pack(person) == [unique_id(worded), unique_id(other)]
    assert worded.json["reply_to_message"]["message_id"] == answer.id
    await person.wait_for_text("It took the old one's place in your pack.")
    await person.wait_until(lambda: labels(plain) == ["↩️ Bring this one back", "🔁 Another", "🎨 Styles"])


@pytest.mark.parametrize("words", ['"LOL"', "“LOL”", "«LOL» please"])
async def test_quoted_words_after_a_sticker_are_written_on_it(stage: Stage, words: str) -> None:
    person, plain, _ = await two_stickers(stage)

    await person.send_text(words, reply_to=plain)
    worded = await person.wait_for_sticker()

    assert stage.plain.seen[2].text == "LOL"
    assert in_pack(person)[0] == unique_id(worded)
    assert len(in_pack(person)) == 2


async def test_quoted_words_in_a_caption_are_written_on_the_first_sticker(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), '🚀🌙 "to the moon" #comic')
    await person.wait_for_sticker()

    (request,) = stage.plain.seen
    assert (request.text, request.style, request.prompt) == ("to the moon", "comic", "")
    assert person.packs[0]["stickers"][0]["emoji_list"] == ["🚀", "🌙"]


async def test_an_outline_can_be_asked_for_in_a_caption_and_afterwards(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), "outline=pink outline_width=thick")
    await person.wait_for_sticker()
    await person.send_text("outline=none")
    await person.wait_for_sticker()

    asked = [(request.outline, request.outline_width) for request in stage.plain.seen]
    assert asked == [("pink", "thick"), ("none", "thick")]


async def test_a_text_for_a_photo_that_waits_goes_onto_its_sticker(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(BEN, "Ben")
    stage.plain.hold()
    await ben.send_photo(picture())
    await ben.wait_until(stage.plain.holding.is_set)
    await ada.send_photo(picture((1, 2, 3)))
    await ada.send_text('"LOL"')
    await ada.wait_for_text("Your sticker will say so.")
    stage.plain.release()
    await ada.wait_for_sticker()

    assert [request.text for request in stage.plain.seen] == ["", "LOL"]
    assert len(ada.packs[0]["stickers"]) == 1


async def test_the_text_goes_along_with_another_style_and_goes_away_by_a_button(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), '"LOL"')
    worded = await person.wait_for_sticker()
    await person.send_text("neon")
    await person.wait_for_sticker()

    await person.press(worded, "Edit")
    await person.press(worded, "No text")
    await person.wait_for_sticker()

    assert [(request.text, request.style) for request in stage.plain.seen] == [
        ("LOL", "toon"), ("LOL", "neon"), ("", "toon"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("x" * 81, "Up to 80 characters fit."), ("世界", "I have no letters for 世界 here.")],
)
async def test_a_text_that_cannot_be_written_is_told_and_nothing_is_drawn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.setattr("engine.fonts._system_fonts", tuple)  # a machine without fonts
    fonts._font_with.cache_clear()
    person = stage.person()
    await person.send_photo(picture(), f'"{text}"')
    await person.wait_for_text(sentence)
    await person.wait_for_sticker()
    await person.send_text(f'"{text}"')
    await person.wait_until(lambda: sum(sentence in seen.text for seen in person.seen) == 2)

    assert [request.text for request in stage.plain.seen] == [""]
    fonts._font_with.cache_clear()


async def test_an_outline_is_chosen_by_colour_and_width(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)

    await person.press(plain, "Edit")
    await person.press(plain, "Outline")
    await person.wait_until(lambda: "✅ ✨ Style's own" in labels(plain))
    assert (await person.press(plain, "Style's own")).text == "It's like that already."
    assert (await person.press(plain, "🟦")).text == "On it."
    blue = await person.wait_for_sticker()
    await person.press(blue, "Edit")
    await person.press(blue, "Outline")
    await person.wait_until(lambda: "✅ 🟦" in labels(blue))
    await person.press(blue, "Thick")
    thick = await person.wait_for_sticker()

    asked = [(request.outline, request.outline_width) for request in stage.plain.seen]
    assert asked == [("auto", "normal"), ("auto", "normal"), ("blue", "normal"), ("blue", "thick")]
    assert in_pack(person)[0] == unique_id(thick)
    assert len(in_pack(person)) == 2


async def test_undo_of_an_edited_sticker_brings_the_old_one_back_and_that_can_be_undone(stage: Stage) -> None:
    person, plain, other = await two_stickers(stage)
    await person.send_text('"LOL"', reply_to=plain)
    worded = await person.wait_for_sticker()
    await person.wait_until(lambda: "↩️ Bring this one back" in labels(plain))

    assert (await person.press(worded, "Undo")).text == "The one before is back in its place."
    await person.wait_until(lambda: "✏️ Edit" in labels(plain))
    await person.wait_until(lambda: "↩️ Bring this one back" in labels(worded))
    restored = in_pack(person)
    assert (await person.press(worded, "Bring this one back")).text == "The one before is back in its place."
    await person.wait_until(lambda: "✏️ Edit" in labels(worded))
    await person.wait_until(lambda: "↩️ Bring this one back" in labels(plain))

    assert len({restored[0], unique_id(plain), unique_id(worded)}) == 3 or restored[0] == unique_id(plain)
    assert len(in_pack(person)) == 2
    assert in_pack(person)[1] == restored[1] == unique_id(other)
    assert (await person.press(plain, "Bring this one back")).text == "The one before is back in its place."
    assert (await person.press(plain, "Undo")).text == "Taken out of your pack."
    assert in_pack(person) == [unique_id(other)]


async def test_several_emoji_are_chosen_by_buttons_and_one_always_stays(stage: Stage) -> None:
    stage.plain.emoji = "😎"
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await person.press(sticker, "Edit")
    assert (await person.press(sticker, "Emoji")).text.startswith("Tap all that fit")
    await person.wait_until(lambda: "✅ 😎" in labels(sticker) and "🔥" in labels(sticker))

    await person.press(sticker, "🔥")
    await person.wait_until(lambda: "✅ 🔥" in labels(sticker))
    await person.press(sticker, "😎")
    await person.wait_until(lambda: "✅ 😎" not in labels(sticker))
    assert (await person.press(sticker, "🔥")).text == "A sticker needs at least one emoji."

    assert person.packs[0]["stickers"][0]["emoji_list"] == ["🔥"]


async def test_several_emoji_come_as_a_reply_and_stay_when_the_sticker_is_edited(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)
    await person.send_text("🚀🌙 🚀", reply_to=plain)
    await person.wait_for_text("Its emoji is 🚀🌙 now.")
    await person.send_text('"LOL"', reply_to=plain)
    await person.wait_for_sticker()

    assert person.packs[0]["stickers"][0]["emoji_list"] == ["🚀", "🌙"]


async def test_keywords_are_asked_for_kept_and_handed_on_even_over_a_restart(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)
    await person.press(plain, "Edit")
    await person.press(plain, "Keywords")
    question = await person.wait_for_text("Which words should find it?")
    await stage.stop()
    await stage.start()

    await person.send_text("Launch, lift off,  #Moon, launch", reply_to=question)
    told = await person.wait_for_text("Found by: launch, lift off, moon")
    await person.send_text('"LOL"', reply_to=plain)
    worded = await person.wait_for_sticker()

    (pack,) = stage.emulator.world.sets.owned_by(ADA)
    assert pack.stickers[0].keywords == ["launch", "lift off", "moon"]
    assert in_pack(person)[0] == unique_id(worded)
    rows = await stage.service.packs.in_packs_of(f"tg:{ADA}")
    assert sorted(row.keywords for row in rows) == [(), ("launch", "lift off", "moon")]
    await person.send_text("rocket", reply_to=question)  # the question is about whatever stands there now
    await person.wait_for_text("Found by: rocket")
    assert [each.keywords for each in pack.stickers] == [["rocket"], []]
    await person.send_text("x" * 65, reply_to=question)
    await person.wait_for_text("Telegram takes 20 keywords with 64 characters in all.")
    assert labels(told) == ["✖️ No keywords"]


async def test_keywords_are_taken_away_again(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)
    await person.press(plain, "Edit")
    await person.press(plain, "Keywords")
    question = await person.wait_for_text("Which words should find it?")
    await person.send_text("moon launch", reply_to=question)
    told = await person.wait_for_text("Found by: moon, launch")
    await person.press(told, "No keywords")
    await person.wait_for_text("It has no keywords any more.")

    (pack,) = stage.emulator.world.sets.owned_by(ADA)
    assert pack.stickers[0].keywords == []


async def test_the_sticker_comes_as_a_file_and_the_pack_stays(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)
    await person.press(plain, "Edit")
    assert (await person.press(plain, "PNG file")).text == "On it."
    file = await person.wait_for(lambda seen: seen.kind == "document")

    first, _, again = stage.plain.seen
    with Image.open(io.BytesIO(file.message.media.files[-1].data)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
    assert file.json["document"]["file_name"] == "sticker.png"
    assert (again.seed, again.only_stickers, first.only_stickers) == (first.seed, False, True)
    assert len(in_pack(person)) == 2
    await person.send_text("🔥")  # is about the last sticker, not about the file
    await person.wait_for_text("Its emoji is 🔥 now.")
    assert [each["emoji_list"] for each in person.packs[0]["stickers"]][1] == ["🔥"]


async def test_edits_in_a_hurry_leave_one_sticker_in_the_place(stage: Stage) -> None:
    person, plain, other = await two_stickers(stage)
    stage.plain.hold()
    await person.press(plain, "Edit")
    await person.press(plain, "Outline")
    await person.wait_until(lambda: "🟥" in labels(plain))
    await person.press(plain, "🟥")
    await person.wait_until(stage.plain.holding.is_set)
    await person.press(plain, "Edit")
    await person.press(plain, "Outline")
    await person.wait_until(lambda: "🟩" in labels(plain))
    assert (await person.press(plain, "🟩")).text == "I'm already drawing it."
    await person.send_text('"LOL"', reply_to=plain)
    await person.wait_until(lambda: len([seen for seen in person.transcript if seen.kind == "text"]) >= 3)
    stage.plain.release()
    await stage.wait_until_none_goes_on(f"tg:{ADA}")
    await stage.wait_until_delivered()

    assert len(in_pack(person)) == 2
    assert in_pack(person)[1] == unique_id(other)
    assert {request.text for request in stage.plain.seen} == {"", "LOL"}


async def test_an_edit_survives_the_end_of_the_process(stage: Stage) -> None:
    person, plain, other = await two_stickers(stage)
    stage.plain.hold()
    await person.send_text('"LOL"', reply_to=plain)
    await person.wait_until(stage.plain.holding.is_set)
    await stage.stop()
    await stage.start()
    worded = await person.wait_for_sticker()

    assert in_pack(person) == [unique_id(worded), unique_id(other)]
    await person.press(worded, "Edit")
    await person.wait_until(lambda: "✖️ No text" in labels(worded))


async def test_a_sticker_that_is_gone_from_the_pack_is_edited_into_a_new_one(stage: Stage) -> None:
    person, plain, other = await two_stickers(stage)
    await person.delete_sticker(plain)
    await person.send_text('"LOL"', reply_to=plain)
    worded = await person.wait_for_sticker()
    assert in_pack(person) == [unique_id(other), unique_id(worded)]

    await person.delete_pack(worded.set_name)
    await person.press(worded, "Edit")
    await person.press(worded, "Outline")
    await person.wait_until(lambda: "🟦" in labels(worded))
    await person.press(worded, "🟦")
    blue = await person.wait_for_sticker()
    assert in_pack(person) == [unique_id(blue)]


async def test_the_buttons_of_a_sticker_that_was_taken_out_lead_back(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)
    data = plain.callback_data("Edit")
    await person.press(plain, "Undo")
    await person.press_forged(plain, data)
    await person.wait_until(lambda: labels(plain) == ["➕ Put it back", "🔁 Another", "🎨 Styles"])


async def test_a_text_that_fails_says_so_and_the_sticker_stays(stage: Stage) -> None:
    person, plain, _ = await two_stickers(stage)
    before = in_pack(person)
    stage.plain.fail_with.append(NoFace("none"))
    await person.send_text('"LOL"', reply_to=plain)
    await person.wait_for_text("I can't find a face here")
    assert in_pack(person) == before
