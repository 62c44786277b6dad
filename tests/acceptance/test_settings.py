"""What people set for every sticker to come, and what they ask of one by `key=value` in its caption."""

from __future__ import annotations

import pytest

from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from tests.acceptance.stage import ADA, Stage, picture


async def opened(person: PersonDriver) -> SeenMessage:
    await person.send_text("/settings")
    return await person.wait_for_text("Your settings")


async def choose(person: PersonDriver, settings: SeenMessage, name: str, word: str) -> str:
    """Open one setting, take a word of it, and wait until all settings are shown again."""
    await person.press(settings, name)
    await person.wait_until(lambda: "Your settings" not in settings.text)
    answer = await person.press(settings, word)
    await person.wait_until(lambda: "Your settings" in settings.text)
    return answer.text


def labels(seen: SeenMessage) -> list[str]:
    return [button["text"] for button in seen.buttons]


async def test_one_message_shows_every_setting_and_changes_it(stage: Stage) -> None:
    person = stage.person()
    settings = await opened(person)

    assert await choose(person, settings, "Style", "Comic") == "Saved."
    await choose(person, settings, "Shape", "Badge")
    await choose(person, settings, "Outline", "white")
    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert [each for each in labels(settings) if "Comic" in each or "Badge" in each] == [
        "Style: 💥 Comic",
        "Shape: ⭕ Badge",
    ]
    assert [(each.style, each.shape, each.outline) for each in stage.plain.seen] == [("comic", "badge", "white")]


async def test_levels_in_words_become_parameters_of_the_model(stage: Stage) -> None:
    stage.plain.parameters |= {"instant_id_strength", "ip_adapter_weight"}
    await stage.stop()
    await stage.start()
    person = stage.person()
    settings = await opened(person)

    await choose(person, settings, "Drawing", "quick")
    await choose(person, settings, "Likeness", "more")
    await choose(person, settings, "Strength", "strong")
    await person.send_photo(picture())
    await person.wait_for_sticker()
    await person.send_photo(picture((1, 2, 3)), "steps=30")
    await person.wait_for_sticker()

    expected = {"steps": 12, "instant_id_strength": 1.0, "ip_adapter_weight": 0.35, "guidance": 9.0}
    assert [dict(each.parameters) for each in stage.plain.seen] == [expected, {**expected, "steps": 30}]


async def test_what_changes_nothing_here_is_not_offered(stage: Stage) -> None:
    settings = await opened(stage.person())

    assert not any("Likeness" in label for label in labels(settings))
    assert any("Drawing" in label for label in labels(settings))


async def test_without_auto_add_a_sticker_comes_with_a_button_that_adds_it(stage: Stage) -> None:
    person = stage.person()
    await choose(person, await opened(person), "Into the pack", "when I ask")
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    assert (person.packs, sticker.set_name) == ([], "")

    answer = await person.press(sticker, "Add to my pack")

    assert answer.text == "It's in your pack now."
    assert len(person.packs[0]["stickers"]) == 1


async def test_the_language_of_the_settings_changes_with_the_language(stage: Stage) -> None:
    person = stage.person()
    settings = await opened(person)

    await person.press(settings, "Language")
    await person.wait_until(lambda: settings.text == "Which language?")
    await person.press(settings, "Deutsch")

    await person.wait_until(lambda: settings.text.startswith("Deine Einstellungen"))


async def test_a_photo_that_is_not_to_be_kept_is_gone_with_the_delivery(stage: Stage) -> None:
    person = stage.person()
    await choose(person, await opened(person), "My photo", "not at all")
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await stage.wait_until_delivered()

    await person.wait_until(lambda: not [path for path in stage.files_left() if path.parent.name == "photos"])
    answer = await person.press(sticker, "Another")

    assert answer.text == "I've already deleted that photo. Send it once more and we go on."


async def test_a_setting_survives_a_restart(stage: Stage) -> None:
    person = stage.person()
    await choose(person, await opened(person), "Shape", "Full figure")
    await stage.stop()
    await stage.start()
    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert stage.plain.seen[0].shape == "figure"


# --- key=value ----------------------------------------------------------------------------------------------------


async def test_a_caption_sets_parameters_beside_its_words(stage: Stage) -> None:
    person = stage.person()

    await person.send_photo(picture(), "🤠 a cowboy steps=30 Guidance=6,5 seed=42 shape=badge style=comic outline=pink")
    await person.wait_for_sticker()

    (request,) = stage.plain.seen
    assert (request.prompt, request.style, request.shape, request.seed) == ("a cowboy", "comic", "badge", 42)
    assert dict(request.parameters) == {"steps": 30, "guidance": 6.5}
    assert request.outline == "pink"


@pytest.mark.parametrize(
    ("caption", "sentence"),
    [
        ("stesp=30", "There's no “stesp”. I know "),
        ("steps=900", "steps is a whole number from 1 to 50, not 900."),
        ("guidance=much", "guidance goes from 0 to 20, not much."),
        ("shape=star", "shape is one of auto, bust, figure, head, badge, not star."),
        ("ip_adapter_noise=1", "“ip_adapter_noise” changes nothing here. I know "),
        ("enable_safety_checker=false", "There's no “enable_safety_checker”. "),
        ("seed=-1", "seed is a whole number from 0 to 4294967295, not -1."),
    ],
)
async def test_a_wrong_parameter_is_explained(stage: Stage, caption: str, sentence: str) -> None:
    person = stage.person()

    await person.send_photo(picture(), caption)
    answer = await person.wait_for_text("I still have your photo")

    assert answer.text.startswith(sentence)
    assert stage.plain.seen == []


async def test_a_corrected_reply_is_enough(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), "an astronaut steps=900 guidance=3")
    wrong = await person.wait_for_text("I still have your photo")

    await person.send_text("steps=90", reply_to=wrong)
    await person.wait_for_text("not 90.")
    await person.send_text("steps=40")
    await person.wait_for_sticker()

    (request,) = stage.plain.seen
    assert (request.prompt, dict(request.parameters)) == ("an astronaut", {"steps": 40, "guidance": 3.0})


async def test_an_edited_caption_corrects_too(stage: Stage) -> None:
    person = stage.person()
    photo = await person.send_photo(picture(), "steps=900")
    await person.wait_for_text("I still have your photo")

    await person.edit(photo, "steps=9 #comic")
    await person.wait_for_sticker()

    assert [(each.style, dict(each.parameters)) for each in stage.plain.seen] == [("comic", {"steps": 9})]


async def test_it_can_be_drawn_without_what_was_wrong(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture(), "steps=900 guidance=3")
    wrong = await person.wait_for_text("I still have your photo")

    await person.press(wrong, "Draw it without")
    await person.press(wrong, "Draw it without")
    await person.wait_for_sticker()
    await stage.wait_until_none_goes_on(f"tg:{ADA}")

    assert [dict(each.parameters) for each in stage.plain.seen] == [{"guidance": 3.0}]


async def test_an_album_with_a_wrong_caption_is_kept_as_one(stage: Stage) -> None:
    person = stage.person()
    await person.send_album([picture((9, 0, 0)), picture((0, 9, 0))], "steps=900")
    await person.wait_for_text("I still have your photo")

    await person.send_text("steps=9")
    await person.wait_for_sticker()

    assert [(len(each.faces), dict(each.parameters)) for each in stage.plain.seen] == [(2, {"steps": 9})]


async def test_parameters_after_a_sticker_draw_it_once_more(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()

    await person.send_text("steps=9 seed=5", reply_to=sticker)
    await person.wait_for_sticker()
    await person.send_text("steps=0", reply_to=sticker)
    await person.wait_for_text("steps is a whole number")

    assert [(dict(each.parameters), each.seed) for each in stage.plain.seen[1:]] == [({"steps": 9}, 5)]


async def test_a_formula_is_no_parameter(stage: Stage) -> None:
    person = stage.person()

    await person.send_photo(picture(), "E=mc2 professor")
    await person.wait_for_sticker()

    assert stage.plain.seen[0].prompt == "E=mc2 professor"


async def test_a_wrong_caption_survives_a_crash(stage: Stage) -> None:
    person = stage.person()
    await stage.stop()
    await person.send_photo(picture(), "steps=900")
    await stage.start()
    await person.wait_for_text("I still have your photo")
    await stage.stop()
    await stage.start()

    await person.send_text("steps=9")
    await person.wait_for_sticker()

    assert [dict(each.parameters) for each in stage.plain.seen] == [{"steps": 9}]
