from __future__ import annotations

import io

from PIL import Image

from cli.demo.contact_sheet import contact_sheet


def _sticker(colour: tuple[int, int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (512, 400), colour).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def test_a_column_per_sticker_and_a_row_per_background() -> None:
    sheet = contact_sheet([("red", _sticker((255, 0, 0, 255))), ("nothing", _sticker((0, 0, 0, 0)))])
    assert sheet.width == 20 + 2 * 320
    centres_red = [sheet.getpixel((170, 190 + row * 320)) for row in range(3)]
    centres_clear = [sheet.getpixel((490, 190 + row * 320)) for row in range(3)]
    assert centres_red == [(255, 0, 0)] * 3
    assert len(set(centres_clear)) == 3


def test_an_empty_sheet_is_still_a_picture() -> None:
    assert contact_sheet([]).width > 0
