"""/pack: everything that can be done with packs and the stickers in them, from the chat."""

from __future__ import annotations

import pytest

from bot.words.translations import LANGUAGES, say
from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from tests.acceptance.stage import BEN, Stage, picture


async def with_stickers(stage: Stage, emoji: str, person: PersonDriver | None = None) -> PersonDriver:
    """Ada, with a sticker for each emoji in her pack."""
    person = person or stage.person()
    for number, each in enumerate(emoji):
        await person.send_photo(picture((10 * number, 20, 30)), each)
        await person.wait_for_sticker()
    await stage.wait_until_delivered()
    return person


async def opened(person: PersonDriver) -> SeenMessage:
    await person.send_text("/pack")
    return await person.wait_for(lambda seen: seen.has_button("v1:pack"))


async def menu_of(person: PersonDriver, page: SeenMessage, label: str) -> SeenMessage:
    """Choose a sticker on a pack's page; return it, with its menu."""
    await person.press(page, label)
    return await person.wait_for(lambda seen: seen.has_button("v1:ownemoji"))


async def asked(person: PersonDriver, seen: SeenMessage, button: str) -> SeenMessage:
    """Press a button that asks for words; return the question."""
    await person.press(seen, button)
    return await person.wait_for(lambda found: "force_reply" in (found.message.reply_markup or {}))


def labels(seen: SeenMessage) -> list[str]:
    return [button["text"] for button in seen.buttons]


def emoji_in(person: PersonDriver) -> list[list[str]]:
    """The first emoji of each sticker, pack by pack."""
    return [[sticker["emoji_list"][0] for sticker in pack["stickers"]] for pack in person.packs]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_packs_page_names_its_stickers_and_what_can_be_done(stage: Stage, language: str) -> None:
    person = await with_stickers(stage, "😀😎", stage.person(language=language))

    page = await opened(person)

    assert page.text == say(language, "pack-line", title="Ada's stickers", stickers=2)
    assert labels(page)[:2] == ["1 😀", "2 😎"]
    assert next(button["url"] for button in page.buttons if "url" in button) == person.packs[0]["link"]
    assert "addstickers" in [button["url"] for button in page.buttons if "url" in button][1]


async def test_a_page_is_shown_as_a_picture_with_numbers(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎")
    page = await opened(person)

    await person.press(page, "Show them")
    shown = await person.wait_for_photo()

    assert shown.text == "Ada's stickers"
    width, height = shown.picture().size
    assert width > 4 * height


async def test_a_sticker_is_moved_step_by_step_and_to_both_ends(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎🤠")
    sticker = await menu_of(person, await opened(person), "3 🤠")

    assert (await person.press(sticker, "v1:ownback")).text == "Place 2 of 3."
    assert emoji_in(person) == [["😀", "🤠", "😎"]]
    assert (await person.press(sticker, "v1:ownfirst")).text == "Place 1 of 3."
    assert (await person.press(sticker, "v1:ownfirst")).text == "Place 1 of 3."
    assert emoji_in(person) == [["🤠", "😀", "😎"]]
    await person.press(sticker, "v1:ownon")
    await person.press(sticker, "v1:ownlast")
    assert emoji_in(person) == [["😀", "😎", "🤠"]]


async def test_emoji_and_keywords_are_asked_for_and_given(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    sticker = await menu_of(person, await opened(person), "1 😀")

    question = await asked(person, sticker, "Emoji")
    assert question.text == "Now it's 😀. Which emoji shall it be? Several work too."
    await person.send_text("hello", question)
    await person.wait_for_text("Send me one emoji, or several.")
    await person.send_text("🚀 and 🌍", question)
    await person.wait_for_text("Its emoji is 🚀🌍 now.")
    await asked(person, sticker, "Keywords")
    await person.send_text("launch, día, launch")  # the words that come next are the answer, too
    await person.wait_for_text("Found by: launch, día")

    (there,) = person.packs[0]["stickers"]
    assert (there["emoji_list"], there["keywords"]) == (["🚀", "🌍"], ["launch", "día"])


async def test_words_that_reply_to_something_else_are_no_answer(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    drawn = next(seen for seen in person.seen if seen.kind == "sticker")
    sticker = await menu_of(person, await opened(person), "1 😀")
    await asked(person, sticker, "Keywords")

    await person.send_text("comic", drawn)
    await person.wait_for_sticker()

    assert [each.style for each in stage.plain.seen][1:] == ["comic"]
    assert person.packs[0]["stickers"][0]["keywords"] == []


async def test_an_old_question_is_only_answered_by_a_reply(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    sticker = await menu_of(person, await opened(person), "1 😀")
    question = await asked(person, sticker, "Keywords")
    await stage.store.database.run("UPDATE questions SET asked_at = asked_at - 1000")

    await person.send_text("blah")
    await person.wait_for_text("I can't use these words")
    await person.send_text("blah", question)

    await person.wait_for_text("Found by: blah")


async def test_a_sticker_becomes_the_packs_icon(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    sticker = await menu_of(person, await opened(person), "1 😀")

    assert (await person.press(sticker, "Pack icon")).text == "It's your pack's icon now."

    icon = stage.emulator.world.sets.require(sticker.set_name).thumbnail
    assert icon is not None


async def test_a_sticker_is_taken_out_in_two_steps(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎")
    sticker = await menu_of(person, await opened(person), "1 😀")

    await person.press(sticker, "Take out")
    await person.press(sticker, "Back")
    await person.press(sticker, "v1:ownout")
    assert emoji_in(person) == [["😀", "😎"]]
    assert (await person.press(sticker, "v1:owngone")).text == "Taken out of your pack."

    assert emoji_in(person) == [["😎"]]
    await person.wait_until(lambda: labels(sticker) == [])


async def test_a_pack_gets_another_title_of_1_to_64_letters(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    page = await opened(person)

    question = await asked(person, page, "Rename")
    await person.send_text("x" * 65, question)
    await person.wait_for_text("A title has 1 to 64 letters.")
    await person.send_text("Holiday", question)
    await person.wait_for_text("It's called “Holiday” now.")

    assert [pack["title"] for pack in person.packs] == ["Holiday"]


async def test_a_new_pack_begins_with_the_next_sticker_and_another_can_be_chosen(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    question = await asked(person, await opened(person), "New pack")
    await person.send_text("Holiday", question)
    await person.wait_for_text("“Holiday” begins with your next sticker.")

    await person.send_photo(picture((1, 2, 3)), "🌴")
    await person.wait_for_text("It's the first sticker of your new pack.")
    assert ([pack["title"] for pack in person.packs], emoji_in(person)) == (
        ["Ada's stickers", "Holiday"],
        [["😀"], ["🌴"]],
    )

    packs = await opened(person)
    assert "Ada's stickers – 1 sticker\nHoliday – 1 sticker" in packs.text
    await person.press(packs, "Ada's stickers")
    await person.wait_until(lambda: "1 😀" in labels(packs))
    assert (await person.press(packs, "Next sticker")).text == "“Ada's stickers” takes your next sticker."
    await person.wait_until(lambda: "Your next sticker goes here." in packs.text)
    await with_stickers(stage, "🤠", person)
    assert emoji_in(person) == [["😀", "🤠"], ["🌴"]]
    await person.press(packs, "All packs")
    await person.wait_until(lambda: "You have 2 packs" in packs.text)


async def test_a_pack_is_deleted_in_two_steps(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    page = await opened(person)

    await person.press(page, "Delete pack")
    await person.wait_until(lambda: "It can't be brought back" in page.text)
    await person.press(page, "Back")
    await person.press(page, "v1:packdelete")
    assert len(person.packs) == 1
    assert (await person.press(page, "Yes, delete it")).text == "The pack is deleted."

    assert person.packs == []
    await person.send_text("/pack")
    await person.wait_for_text("You have no stickers yet")


async def test_what_was_changed_in_the_app_is_shown_as_it_is(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎🤠")
    (pack,) = stage.emulator.world.sets.owned_by(person.id)
    pack.stickers.reverse()
    pack.title = "Mine"
    stranger = await with_stickers(stage, "👻", stage.person(BEN, "Ben"))
    (others,) = stage.emulator.world.sets.owned_by(stranger.id)
    stage.emulator.world.sets.append(pack, others.stickers[0])  # added in the app: no row knows it

    page = await opened(person)

    assert page.text.startswith("Mine – 4 stickers")
    assert labels(page)[:4] == ["1 🤠", "2 😎", "3 😀", "4 👻"]
    sticker = await menu_of(person, page, "4 👻")
    question = await asked(person, sticker, "Keywords")
    await person.send_text("boo", question)
    await person.wait_for_text("Found by: boo")


async def test_a_sticker_deleted_in_the_app_is_gone_however_long_the_server_shows_it(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎")
    page = await opened(person)
    sticker = await menu_of(person, page, "2 😎")
    await person.delete_sticker(sticker)

    assert (await person.press(sticker, "v1:ownfirst")).text == "That sticker isn't in your pack any more."
    again = await opened(person)

    assert labels(again)[0] == "1 😀"
    assert "2 😎" not in labels(again)


async def test_an_answer_about_a_sticker_that_went_meanwhile_says_so(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎")
    sticker = await menu_of(person, await opened(person), "2 😎")
    question = await asked(person, sticker, "Keywords")
    await person.delete_sticker(sticker)

    await person.send_text("boo", question)

    await person.wait_for_text("That sticker isn't in your pack any more.")


async def test_a_pack_deleted_in_the_app_is_told(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    page = await opened(person)
    question = await asked(person, page, "Rename")
    await person.delete_pack(person.packs[0]["name"])

    await person.send_text("Holiday", question)
    await person.wait_for_text("That pack is gone.")

    assert (await person.press(page, "v1:packtitle")).text == "That pack is gone."


async def test_a_long_pack_has_pages(stage: Stage) -> None:
    person = await with_stickers(stage, "😀😎")
    (pack,) = stage.emulator.world.sets.owned_by(person.id)
    world = stage.emulator.world
    other = await with_stickers(stage, "👻", stage.person(BEN, "Ben"))
    (others,) = world.sets.owned_by(other.id)
    for _ in range(40):
        file = world.files.add(others.stickers[0].file.type, others.stickers[0].file.data, "image/webp")
        world.sets.append(pack, type(others.stickers[0])(file, file, ["👻"]))

    page = await opened(person)
    assert "1/3" in labels(page)
    await person.press(page, "›")
    await person.wait_until(lambda: "2/3" in labels(page))
    assert any(label.startswith("21") for label in labels(page))
    await person.press(page, "‹")
    await person.wait_until(lambda: "1/3" in labels(page))


async def test_a_sticker_of_ones_own_pack_opens_its_menu_when_it_is_sent(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    drawn = next(seen for seen in person.seen if seen.kind == "sticker")

    await person.send_sticker(drawn)
    answer = await person.wait_for_text("It's yours: 😀")

    assert answer.has_button("v1:ownemoji")


async def test_a_sticker_of_another_pack_is_called_what_it_is(stage: Stage) -> None:
    ada = await with_stickers(stage, "😀")
    drawn = next(seen for seen in ada.seen if seen.kind == "sticker")
    ben = stage.person(BEN, "Ben")
    await ben.start()

    await ben.send_sticker(drawn)

    await ben.wait_for_text("That sticker isn't from a pack I made for you")


async def test_a_strangers_numbers_lead_to_nobodys_packs(stage: Stage) -> None:
    ada = await with_stickers(stage, "😀")
    ben = await with_stickers(stage, "😎", stage.person(BEN, "Ben"))
    page = await opened(ada)
    theirs = await opened(ben)

    for operation in ("pack", "packtitle", "packdelete", "packgone", "packnext", "own", "owngone"):
        data = next((each["callback_data"] for each in page.buttons if f"v1:{operation}:" in str(each)), None)
        argument = data.rpartition(":")[2] if data else page.callback_data("v1:packtitle").rpartition(":")[2]
        answer = await ben.press_forged(theirs, f"v1:{operation}::{argument}")
        assert answer.text in ("That pack is gone.", "That sticker isn't in your pack any more.")

    assert emoji_in(ada) == [["😀"]]


async def test_what_is_planned_and_asked_is_forgotten_with_the_rest(stage: Stage) -> None:
    person = await with_stickers(stage, "😀")
    await asked(person, await opened(person), "New pack")
    await person.send_text("Holiday")
    await person.wait_for_text("begins with your next sticker")
    await asked(person, await opened(person), "Rename")

    await person.send_text("/forget")
    await person.press(
        await person.wait_for_text("Delete everything I know about you"), "Delete everything and my packs"
    )
    await person.wait_for_text("I've forgotten you")

    for table in ("planned_packs", "questions", "packs", "stickers"):
        assert await stage.store.database.run(f"SELECT * FROM {table}") == []
