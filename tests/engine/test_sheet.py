"""Many stickers on one picture, with names and numbers where they are to be chosen from."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from engine.sheet import CELL_PX, GAP_PX, GROUND, NAME_PX, NAMED_COLUMNS, contact_sheet, tile


def sticker(colour: tuple[int, int, int]) -> bytes:
    return tile(np.full((512, 300, 4), (*colour, 255), np.uint8))


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), int)


def is_written(strip: np.ndarray) -> bool:
    return bool((np.abs(strip - GROUND).max(-1) > 60).any())


def test_a_sheet_without_names_has_rows_of_four_and_nothing_else() -> None:
    sheet = opened(contact_sheet([sticker((250, 0, 0))] * 5))
    assert sheet.shape[:2] == (2 * (CELL_PX + GAP_PX) + GAP_PX, 4 * (CELL_PX + GAP_PX) + GAP_PX)
    assert not is_written(sheet[GAP_PX + CELL_PX + 3 : GAP_PX + CELL_PX + GAP_PX - 3])


def test_each_named_sticker_has_its_number_and_its_name_below() -> None:
    names = ["Toon", "Аниме", "Σκίτσο", "Pop Art"]
    sheet = opened(contact_sheet([sticker((250, 250, 250))] * len(names), names, first=9))
    for place in range(len(names)):
        left = GAP_PX + place % NAMED_COLUMNS * (CELL_PX + GAP_PX)
        top = GAP_PX + place // NAMED_COLUMNS * (CELL_PX + GAP_PX + NAME_PX)
        assert is_written(sheet[top + CELL_PX + 4 : top + CELL_PX + NAME_PX - 4, left : left + CELL_PX])
        assert is_written(sheet[top : top + 60, left : left + 60])


def test_a_name_that_no_font_has_is_left_out_and_a_long_one_stays_in_its_cell() -> None:
    sheet = opened(contact_sheet([sticker((250, 250, 250))] * 2, ["\U0010fffd", "Wasserfarbenmalereien"]))
    below = sheet[GAP_PX + CELL_PX + 4 : GAP_PX + CELL_PX + NAME_PX]
    assert not is_written(below[:, : GAP_PX + CELL_PX + 4])
    assert is_written(below[:, GAP_PX + CELL_PX + GAP_PX : GAP_PX + 2 * (CELL_PX + GAP_PX)])
    assert not is_written(below[:, GAP_PX + 2 * (CELL_PX + GAP_PX) :])
