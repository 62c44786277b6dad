from __future__ import annotations

import pytest

from bot.words.captions import Wish, find_style, read_caption


@pytest.mark.parametrize(
    ("caption", "wish"),
    [
        ("", Wish("")),
        ("a cowboy", Wish("a cowboy")),
        ("😀 a cowboy", Wish("a cowboy", "😀")),
        ("😀😎 🤠 a cowboy", Wish("a cowboy", "😀")),
        ("👩🏽‍🚀", Wish("", "👩🏽‍🚀")),
        ("❤️ me", Wish("me", "❤️")),
        ("🇺🇦 me", Wish("me", "🇺🇦")),
        ("a cowboy 😀", Wish("a cowboy 😀")),
        ("#comic a cowboy", Wish("a cowboy", None, "comic")),
        ("a #Watercolor\n  cowboy", Wish("a cowboy", None, "watercolour")),
        ("#love me", Wish("#love me")),
        ("#love #neon me", Wish("#love me", None, "neon")),
        ("1 of 2", Wish("1 of 2")),
        (":) me", Wish(":) me")),
    ],
)
def test_a_caption_is_read(caption: str, wish: Wish) -> None:
    assert read_caption(caption) == wish


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
