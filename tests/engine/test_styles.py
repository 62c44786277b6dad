from __future__ import annotations

import pytest

from engine.errors import UnknownStyle
from engine.portrait.styles import STYLES
from engine.styles import DEFAULT_STYLE, all_styles, match_words, refused_styles, style


def test_the_default_comes_first_and_names_are_unique() -> None:
    names = [entry.name for entry in all_styles()]
    assert names[0] == DEFAULT_STYLE
    assert len(set(names)) == len(names)
    assert {"toon", "comic", "poster", "watercolour", "pencil", "pixel", "neon"} <= set(names)


@pytest.mark.parametrize("entry", all_styles(), ids=lambda entry: entry.name)
def test_a_style_is_complete(entry) -> None:
    assert entry.drawing in STYLES
    assert entry.prompt.count("{prompt}") == 1
    assert entry.title and entry.description and entry.emoji and entry.negative_prompt
    assert match_words(entry.name) is entry


def test_every_drawing_is_reachable() -> None:
    assert {entry.drawing for entry in all_styles()} == set(STYLES)


def test_no_word_means_two_styles() -> None:
    words = [word for entry in all_styles() for word in entry.words]
    shared_by_languages = {word for entry in all_styles() for word in entry.words if entry.words.count(word) > 1}
    assert len(set(words)) == sum(len(set(entry.words)) for entry in all_styles()), shared_by_languages


@pytest.mark.parametrize("name", ["watercolour", "Watercolor", " WATERCOLOUR ", "waterColor"])
def test_a_name_is_found_in_any_case_and_either_spelling(name: str) -> None:
    assert style(name).name == "watercolour"


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownStyle, match="toon, cel, comic"):
        style("cubist")


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("make me pixel art", "pixel"),
        ("8-bit please", "pixel"),
        ("an 8 bit hero", "pixel"),
        ("As a COMIC hero!", "comic"),
        ("watercolor, soft", "watercolour"),
        ("as a cyberpunk", "neon"),
        ("als Aquarell", "watercolour"),
        ("una caricatura mía", "toon"),
        ("зроби акварель", "watercolour"),
        ("нарисуй карандашом", "pencil"),
        ("Комикс", "comic"),
        ("anime girl", "cel"),
        ("als Karikatur", "caricature"),
        ("намалюй шарж", "caricature"),
        ("like Warhol, pop art", "popart"),
        ("una tinta en blanco y negro", "ink"),
        ("faça uma aquarela", "watercolour"),
        ("请画成漫画风格", "comic"),
        ("像素", "pixel"),
        ("夸张漫画", "caricature"),
        ("ارسمني بألوان مائية", "watercolour"),
    ],
)
def test_words_of_a_prompt_name_a_style(prompt: str, name: str) -> None:
    found = match_words(prompt)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("prompt", ["", "a tragicomical person", "pixelated8", "an astronaut on the moon"])
def test_other_words_name_none(prompt: str) -> None:
    assert match_words(prompt) is None


def test_the_style_mentioned_first_wins() -> None:
    found = match_words("a neon comic")
    assert found is not None
    assert found.name == "neon"


@pytest.mark.parametrize(
    "prompt",
    [
        "not comic",
        "no comic please",
        "Not a comic!",
        "don’t make it a comic",
        "nicht als Comic",
        "kein Comic-Held",
        "sin cómic",
        "не комікс",
        "не комикс",
        "sem quadrinhos",
        "不要漫画",
        "请不要画成漫画",
        "بدون كوميكس",
        "anything but comic",
        "not “comic”",
    ],
)
def test_a_style_that_is_refused_is_not_named(prompt: str) -> None:
    assert match_words(prompt) is None
    assert refused_styles(prompt) == {"comic"}


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("not comic, neon", "neon"),
        ("neon, not comic", "neon"),
        ("watercolour instead of comic", "watercolour"),
        ("not today, comic", "comic"),
        ("why not comic?", "comic"),
        ("no style", "photo"),
        ("make my photo neon", "neon"),
        ("a photo", "photo"),
        ("nothing but comic", "comic"),
        ("不要漫画，要霓虹", "neon"),
    ],
)
def test_the_style_that_is_wanted_is_told_from_the_one_that_is_not(prompt: str, name: str) -> None:
    found = match_words(prompt)
    assert found is not None
    assert found.name == name
