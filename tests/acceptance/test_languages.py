"""A person is spoken to in the language of their app, and understood in it."""

from __future__ import annotations

import pytest

from bot.words.translations import LANGUAGES, say
from engine.styles import match_words
from tests.acceptance.stage import Stage


@pytest.mark.parametrize(
    ("code", "language", "comic", "random"),
    [
        ("en", "en", "as a comic hero", "random"),
        ("de", "de", "als Comic-Held", "Zufall"),
        ("es-419", "es", "estilo cómic", "aleatorio"),
        ("uk", "uk", "зроби комікс", "випадково"),
        ("ru", "ru", "нарисуй комикс", "случайно"),
        ("pt-br", "pt", "em quadrinhos", "aleatório"),
        ("zh-hans", "zh", "漫画风格", "随机"),
        ("ar", "ar", "بأسلوب كوميكس", "عشوائي"),
    ],
)
async def test_each_language_is_spoken_and_understood(
    stage: Stage, code: str, language: str, comic: str, random: str
) -> None:
    person = stage.person(language=code)
    await stage.wait_until_registered()
    world = stage.emulator.world
    profile = world.bot_profile(world.bots[0], person.person)
    assert profile["description"] == say(language, "about")
    assert {"command": "pack", "description": say(language, "command-pack")} in profile["commands"]

    assert (style := match_words(comic)) and style.name == "comic"
    await person.start()
    await person.wait_for_text(say(language, "start", name="Ada").splitlines()[0])
    await person.send_text(f"/seed {random}")
    await person.wait_for_text(say(language, "seed-is-random"))


async def test_lang_is_language_and_offers_all_of_them(stage: Stage) -> None:
    person = stage.person(language="zh-hant")
    await person.send_text("/lang")
    choice = await person.wait_for_text(say("zh", "language-choose"))
    assert [key["text"].removeprefix("✅ ") for key in choice.buttons] == list(LANGUAGES.values())

    await person.press(choice, LANGUAGES["ar"])

    await person.wait_for_text(say("ar", "language-chosen"))
