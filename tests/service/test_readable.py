"""Whatever people call themselves can be read in one line, and is never cut through a character."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.readable import cut, graphemes, readable

FAMILY = "👨\u200d👩\u200d👧"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ada", "Ada"),
        ("  Ada\u00a0\n\u2003Lovelace\t", "Ada Lovelace"),
        ("A\u200bd\u00ada\u2060\ufeff", "Ada"),
        ("\u200b\u200c\u200d", ""),
        ("\u3164\u115f\u1160\uffa0\u2800", ""),
        ("\u0301\u20dd\ufe0f", ""),
        (" \u0301Ada", "Ada"),
        ("\u202eevil\u202c \u2067x\u2069\u200f", "evil x"),
        ("Z\u0351\u036b\u0350\u0358\u0361\u0362\u0489o", "Z\u0351\u036b\u0350\u0358o"),
        ("e\u200b\u0301", "é"),
        ("\x1b[31mred\x07", "[31mred"),
        ("\U000e0061Ada\U000e007f", "Ada"),
        (ENGLAND, ENGLAND),
        (FAMILY, FAMILY),
        ("❤\ufe0f", "❤\ufe0f"),
        ("a\u200db", "ab"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("\ud800x\ue000\uffff", "x"),
        ("e\u0301", "é"),
    ],
)
def test_only_what_can_be_seen_stays(text: str, seen: str) -> None:
    assert readable(text) == seen


@given(some.text(max_size=80))
def test_the_result_is_one_printable_line_and_does_not_change_again(text: str) -> None:
    seen = readable(text)
    assert readable(seen) == seen
    assert seen == " ".join(seen.split())
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Co", "Zl", "Zp") for each in seen)
    assert not set(seen) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ada", ["A", "d", "a"]),
        ("🇺🇦🇩🇪🇸", ["🇺🇦", "🇩🇪", "🇸"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        (FAMILY + "x", [FAMILY, "x"]),
        (ENGLAND + ENGLAND, [ENGLAND, ENGLAND]),
        ("1\ufe0f\u20e32", ["1\ufe0f\u20e3", "2"]),
        ("e\u0323\u0307a", ["e\u0323\u0307", "a"]),
        ("นี้", ["นี้"]),
        ("\u1112\u1161\u11ab", ["\u1112\u1161\u11ab"]),
        ("", []),
    ],
)
def test_a_grapheme_is_what_a_reader_takes_for_one_character(text: str, parts: list[str]) -> None:
    assert list(graphemes(text)) == parts


@given(some.lists(some.sampled_from(["a", "é", "e\u0323\u0307", "🇺🇦", "👍🏽", FAMILY, ENGLAND, " ", "ก็"]), max_size=30))
def test_a_cut_is_never_through_a_character(parts: list[str]) -> None:
    text = "".join(parts)
    for length in range(len(text) + 2):
        beginning = cut(text, length)
        assert len(beginning) <= length
        assert text.startswith(beginning)
        assert "".join(list(graphemes(text))[: len(list(graphemes(beginning)))]).rstrip() == beginning.rstrip()
