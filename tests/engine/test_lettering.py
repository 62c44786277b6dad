from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TextUnwritable
from engine.finish import WHITE, encode_webp, webp_rules
from engine.fonts import BUNDLED, can_shape, emoji_font, find_font, runs_of, unwritable
from engine.lettering import INK, MAX_CHARS, with_text

SKIN = (200, 120, 90)


def drawing(width: int = 360, height: int = 480) -> np.ndarray:
    """A plain block of colour, as a style would draw a person, on an empty canvas."""
    canvas = np.zeros((512, 512, 4), np.uint8)
    left, top = (512 - width) // 2, (512 - height) // 2
    canvas[top : top + height, left : left + width] = (*SKIN, 255)
    return canvas


def rows_of(sticker: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """The rows in which a colour can be seen."""
    return np.nonzero((np.abs(sticker[..., :3].astype(int) - colour).max(2) < 12) & (sticker[..., 3] > 250))[0]


@pytest.mark.parametrize(
    "text",
    [
        "LOL",
        "так",
        "С ДНЁМ РОЖДЕНИЯ, дорогая Їжачиха!",
        "Καλημέρα σε όλους",
        "ich bin\ngleich da",
        "naïve façade № 1 — “ok”",
    ],
)
def test_text_makes_a_sticker_that_telegram_takes(text: str) -> None:
    sticker = with_text(drawing(), text, 300, WHITE)
    webp_rules(encode_webp(sticker))
    assert len(rows_of(sticker, INK)) > 500  # the dark edge of the letters
    assert len(rows_of(sticker, WHITE)) > 500


@pytest.mark.parametrize("text", ["LOL", "one two three four five six seven", "x" * MAX_CHARS, "a\nb\nc\nd\ne\nf"])
@pytest.mark.parametrize("face_ends", [200, 330, 495])
def test_no_letter_stands_on_the_face(text: str, face_ends: int) -> None:
    person, face = drawing(), (20, 160, 60)
    person[16:face_ends, 76:436, :3] = face
    rows = rows_of(with_text(person, text, face_ends, None), face)
    widths = np.bincount(rows)[rows.min() : rows.max() - 1]
    assert len(widths) > 100
    assert widths.min() > 0.97 * widths.max()


def test_the_drawing_keeps_its_size_where_there_is_room_for_the_letters() -> None:
    plain, lettered = drawing(360, 512), with_text(drawing(360, 512), "LOL", 250, None)
    assert len(np.unique(rows_of(lettered, SKIN))) > 0.9 * len(np.unique(rows_of(plain, SKIN)))


def test_a_drawing_that_is_all_face_shrinks_above_the_letters() -> None:
    lettered = with_text(drawing(), "LOL", 495, None)
    letters, face = rows_of(lettered, INK), rows_of(lettered, SKIN)
    assert max(lettered.shape[:2]) == 512
    assert letters.min() > face.max() - 6


def test_short_texts_have_larger_letters_than_long_ones() -> None:
    heights = [np.ptp(rows_of(with_text(drawing(), text, 300, None), (255, 255, 255))) for text in ("LOL", "LOL " * 12)]
    short_line, long_block = heights
    assert short_line < long_block < 260


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u2060"])
def test_text_without_anything_to_see_changes_nothing(text: str) -> None:
    assert not len(rows_of(with_text(drawing(), text, 300, WHITE), INK))


def test_the_same_text_gives_the_same_bytes() -> None:
    one, two = (with_text(drawing(), "так и надо", 300, WHITE) for _ in range(2))
    assert np.array_equal(one, two)


def test_our_own_font_writes_latin_cyrillic_and_greek() -> None:
    for letters in ("Straße ÀÉÑ żółw", "Їжак ґанок Ёлка ўсё", "Ώ καλημέρα", "“ok” — №1 «да» 100%!?…"):
        assert find_font(letters) == BUNDLED, letters


def test_what_no_font_has_is_named_once() -> None:
    assert unwritable("LOL") == ""
    assert unwritable("a\U0010fffcb\U0010fffc") == "\U0010fffc"
    with pytest.raises(TextUnwritable, match="\U0010fffc"):
        with_text(drawing(), "a\U0010fffcb", 300)


def test_emoji_are_told_apart_from_letters() -> None:
    assert runs_of("Hi 😂👍🏽!") == [("Hi ", False), ("😂", True), ("👍🏽", True), ("!", False)]
    assert runs_of("© 2026") == [("© 2026", False)]
    assert runs_of("") == []


@pytest.mark.parametrize("text", ["LOL 😂", "😂"])
def test_emoji_are_drawn_in_colour_where_the_system_has_them_and_refused_elsewhere(text: str) -> None:
    if emoji_font() is None:
        assert unwritable(text) == "😂"
        return
    sticker = with_text(drawing(), text, 300, None)
    yellow = (sticker[..., 0] > 220) & (sticker[..., 1] > 150) & (sticker[..., 2] < 90)
    assert yellow.sum() > 200


def test_a_script_from_right_to_left_is_shaped_or_refused() -> None:
    text = "مرحبا"
    if unwritable(text):
        assert not can_shape() or find_font(text) is None
        return
    assert len(rows_of(with_text(drawing(), text, 300, None), INK)) > 500
