from __future__ import annotations

import pytest

from bot.words.captions import ParsedCaption, describes, find_style, parse_caption


@pytest.mark.parametrize(
    ("caption", "parsed"),
    [
        ("", ParsedCaption("")),
        ("a cowboy", ParsedCaption("a cowboy")),
        ("😀 a cowboy", ParsedCaption("a cowboy", "😀")),
        ("😀😎 🤠 a cowboy", ParsedCaption("a cowboy", "😀")),
        ("👩🏽‍🚀", ParsedCaption("", "👩🏽‍🚀")),
        ("❤️ me", ParsedCaption("me", "❤️")),
        ("🇺🇦 me", ParsedCaption("me", "🇺🇦")),
        ("a cowboy 😀", ParsedCaption("a cowboy 😀")),
        ("#comic a cowboy", ParsedCaption("a cowboy", None, "comic")),
        ("a #Watercolor\n  cowboy", ParsedCaption("a cowboy", None, "watercolour")),
        ("#love me", ParsedCaption("#love me")),
        ("#love #neon me", ParsedCaption("#love me", None, "neon")),
        ("1 of 2", ParsedCaption("1 of 2")),
        (":) me", ParsedCaption(":) me")),
    ],
)
def test_a_caption_is_parsed(caption: str, parsed: ParsedCaption) -> None:
    assert parse_caption(caption) == parsed


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("comic", "comic"),
        ("  COMIC ", "comic"),
        ("#comic", "comic"),
        ("com", "comic"),
        ("water color", "watercolour"),
        ("акварель", "watercolour"),
        ("baroque", None),
        ("", None),
        ("p", None),
    ],
)
def test_a_style_is_found_by_what_people_type(words: str, name: str | None) -> None:
    assert find_style(words) == name


@pytest.mark.parametrize(
    ("words", "is_description"),
    [
        ("riding a dragon", True),
        ("як пірат", True),
        ("mit Hut", True),
        ("en la luna", True),
        ("ready for launch", False),
        ("happy birthday", False),
        ("", False),
    ],
)
def test_a_description_is_told_from_what_is_said_beside(words: str, is_description: bool) -> None:
    assert describes(words) is is_description
