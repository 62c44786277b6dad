from __future__ import annotations

import pytest

from bot.words.assignments import Options, explain_problems, join_assignments, read_options, take_assignments
from bot.words.translations import LANGUAGES
from engine.models import FACE_TO_STICKER, MODELS, PHOTOMAKER, SHEETS

MODEL = FACE_TO_STICKER.name
ALL = [name for name in MODELS if name not in SHEETS]
EFFECTIVE = frozenset(FACE_TO_STICKER.parameters) | frozenset(PHOTOMAKER.parameters)


@pytest.mark.parametrize(
    ("text", "rest", "found"),
    [
        ("a cowboy", "a cowboy", {}),
        ('seed=""', "", {"seed": ""}),
        ('text="two\nlines" text2=“say "hi" now”', "", {"text": "two\nlines", "text2": 'say "hi" now'}),
        ("a steps=30 cowboy", "a cowboy", {"steps": "30"}),
        ("Steps=30", "", {"steps": "30"}),
        ("negative-prompt=“a hat, glasses” x", "x", {"negative_prompt": "a hat, glasses"}),
        ('negative_prompt="a hat"', "", {"negative_prompt": "a hat"}),
        ("steps=3 steps=4", "", {"steps": "4"}),
        ("E=mc2 a = b https://x.y?steps=3 =4 steps=", "E=mc2 a = b https://x.y?steps=3 =4 steps=", {}),
    ],
)
def test_assignments_are_taken_out_of_the_words(text: str, rest: str, found: dict[str, str]) -> None:
    assert take_assignments(text) == (rest, found)
    assert take_assignments(join_assignments(found)) == ("", found)


def test_values_are_read_as_people_write_them() -> None:
    written = {"steps": "12", "guidance": "6,5", "upscale": "Yes", "upscale_mode": "FAST", "shape": "cutout"}
    written |= {"outline": "Blue", "outline_width": "thick"}

    options, problems = read_options(written, MODEL, ALL, EFFECTIVE)

    assert problems == []
    parameters = {"steps": 12, "guidance": 6.5, "upscale": True, "upscale_mode": "fast"}
    assert options == Options(shape="bust", outline="blue", outline_width="thick", parameters=parameters)


def test_parameters_are_those_of_the_model_that_is_named() -> None:
    options, problems = read_options({"model": "photomaker", "style_strength": "30"}, MODEL, ALL, EFFECTIVE)

    assert (options.model, options.parameters, problems) == ("photomaker", {"style_strength": 30}, [])


@pytest.mark.parametrize(
    "written",
    [
        {"steps": "nan"},
        {"steps": "1e999"},
        {"steps": "7.5"},
        {"guidance": "inf"},
        {"upscale": "maybe"},
        {"upscale_mode": "slow"},
        {"model": "reactions"},
        {"style": "baroque"},
        {"enable_safety_checker": "no"},
        {"seed": "4294967296"},
    ],
)
def test_what_is_wrong_is_left_out_and_told_in_every_language(written: dict[str, str]) -> None:
    options, problems = read_options(written, MODEL, ALL, EFFECTIVE)

    assert not options
    assert [problem.name for problem in problems] == list(written)
    for language in LANGUAGES:
        text = explain_problems(language, problems)
        assert next(iter(written)) in text
        assert "{" not in text
