"""Names and titles of sticker sets, whatever people are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.packs.names import plain_title, set_link, set_name, set_title
from service.readable import readable

LONGEST_USERNAME = "b" * 29 + "bot"


@given(user_id=some.integers(1, 2**52), generation=some.integers(1, 10_000))
def test_every_name_keeps_telegrams_rules(user_id: int, generation: int) -> None:
    name = set_name(user_id, generation, LONGEST_USERNAME)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert "__" not in name
    assert name.endswith(f"_by_{LONGEST_USERNAME}")
    assert len(name) <= 64


def test_names_differ_by_person_and_generation() -> None:
    assert set_name(35, 1, "x_bot") == "uz_1_by_x_bot"
    assert set_name(36, 2, "x_bot") == "u10_2_by_x_bot"


@given(first_name=some.text(max_size=200), number=some.integers(1, 999))
def test_every_first_name_makes_a_title_telegram_takes(first_name: str, number: int) -> None:
    title = set_title(first_name, number)
    assert 1 <= len(title) <= 64
    assert title == title.strip()
    assert readable(title) == title


@pytest.mark.parametrize(
    ("first_name", "number", "title"),
    [
        ("Ada", 1, "Ada's stickers"),
        ("Ada", 2, "Ada's stickers 2"),
        ("  Ada \n Lovelace ", 1, "Ada Lovelace's stickers"),
        ("", 1, "Stickers"),
        ("\u202e\u200f\u0000", 2, "Stickers 2"),
        ("\u200d\ufe0f", 1, "Stickers"),
        ("\u200b\u200b", 1, "Stickers"),
        ("\u00a0\u3164\u2800", 1, "Stickers"),
        ("\u115f\u1160\uffa0", 2, "Stickers 2"),
        ("\u0301\u0302\u0336", 1, "Stickers"),
        ("A\u3164da\u200b\u2060", 1, "Ada's stickers"),
        ("\u202eadA\u2066", 1, "adA's stickers"),
        ("עדה", 1, "Stickers: עדה"),
        ("عادل", 2, "Stickers 2: عادل"),
        ("م" * 100, 1, "Stickers: " + "م" * 54),
        ("x" * 52 + "🇺🇦", 1, "x" * 52 + "'s stickers"),
        ("x" * 51 + "🇺🇦", 1, "x" * 51 + "🇺🇦's stickers"),
        ("x" * 52 + "👍🏽", 1, "x" * 52 + "'s stickers"),
        ("x" * 52 + "e\u0301\u0323", 1, "x" * 52 + "'s stickers"),
        ("\U0001fae8", 1, "\U0001fae8's stickers"),
        ("Оля 🌻", 1, "Оля 🌻's stickers"),
        ("x" * 100, 1, "x" * 53 + "'s stickers"),
        ("👨\u200d👩\u200d👧" * 30, 1, "👨\u200d👩\u200d👧" * 10 + "'s stickers"),
    ],
)
def test_a_title_is_the_name_as_far_as_it_fits(first_name: str, number: int, title: str) -> None:
    assert set_title(first_name, number) == title


def test_the_plain_title_and_the_link() -> None:
    assert (plain_title(1), plain_title(3)) == ("Stickers", "Stickers 3")
    assert set_link("u7_1_by_x_bot") == "https://t.me/addstickers/u7_1_by_x_bot"
