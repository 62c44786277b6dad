"""Several models: a person chooses theirs under /style; one that makes several pictures makes as many stickers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.words.translations import LANGUAGES, say
from engine.models import MODELS, SHEETS
from tests.acceptance.stage import ADA, NotingEngine, Stage, picture, stage_at

FACE_ID = "ip-adapter-face-id"


async def test_the_model_that_a_person_chose_draws_their_photos_until_they_choose_another(stage: Stage) -> None:
    person, other = stage.person(), stage.person(8, "Ben")
    await person.send_text("/style")
    choice = await person.wait_for_text("Drawn by 🎭 Sticker")

    await person.press(choice, "v1:model::photomaker")
    await person.wait_for_text("Drawn by 📚 PhotoMaker")
    for each in (person, other):
        await each.send_photo(picture())
        await each.wait_for_sticker()
    await stage.stop()
    await stage.start()
    await person.send_photo(picture((1, 2, 3)))
    await person.wait_for_sticker()

    assert [request.model for request in stage.plain.seen] == ["photomaker", "face-to-sticker", "photomaker"]


async def test_choosing_a_style_leaves_the_models_where_they_are(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/style")
    choice = await person.wait_for_text("Which one do you want?")
    await person.press(choice, f"v1:model::{FACE_ID}")
    await person.press(choice, "Comic")
    await person.wait_until(lambda: choice.has_button("✅ 💥 Comic") or choice.has_button("✅ 🪪 Face ID"))
    assert choice.has_button("✅ 🪪 Face ID")
    assert (await stage.service.preferences(f"tg:{ADA}")).style == "comic"


async def test_where_one_model_runs_nothing_is_to_choose_and_it_draws_for_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = NotingEngine()
    engine.models = frozenset({"photomaker"})
    async with stage_at(tmp_path, engine) as stage:
        await stage.start()
        person = stage.person()
        await stage.service.set_preference(f"tg:{ADA}", model=FACE_ID)  # of an engine that ran before
        await person.send_text("/style")
        styles = await person.wait_for_text("Which one do you want?")
        await person.send_photo(picture())
        await person.wait_for_sticker()
        stale = await person.press_forged(styles, f"v1:model::{FACE_ID}")
    assert "Drawn by" not in styles.text
    assert not styles.has_button("PhotoMaker")
    assert [request.model for request in engine.seen] == ["photomaker"]
    assert "does nothing any more" in stale.text


async def test_several_pictures_are_as_many_stickers_in_the_pack_and_one_message(stage: Stage) -> None:
    person = stage.person()
    stage.plain.pictures = 4
    await person.send_photo_of_album("a", picture(), "🚀")
    await person.send_photo_of_album("a", picture((1, 2, 3)))
    sheet = await person.wait_for_photo()
    await stage.wait_until_delivered()
    assert "All 4 are in your pack." in sheet.text
    assert [sticker["emoji_list"] for sticker in person.packs[0]["stickers"]] == [["🚀"]] * 4
    assert not [seen for seen in person.seen if seen.kind == "sticker"]

    await person.send_text("😎", reply_to=sheet)
    await person.wait_for_text("Its emoji is 😎 now.")
    assert [sticker["emoji_list"] for sticker in person.packs[0]["stickers"]] == [["😎"]] * 4
    await person.press(sheet, "Another")
    await person.wait_for_photo()
    assert len(person.packs[0]["stickers"]) == 8
    await person.press(sheet, "Undo all")
    await person.wait_until(lambda: len(person.packs[0]["stickers"]) == 4)
    assert [len(request.faces) for request in stage.plain.seen] == [2, 2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_of_photos_has_a_name_in_every_language(language: str) -> None:
    assert len({say(language, f"model-{name}") for name in MODELS if name not in SHEETS}) == len(MODELS) - len(SHEETS)
