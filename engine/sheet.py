"""Many stickers of one face on one picture, as they look in a chat. Knows no reaction and no style."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps

from engine.fonts import BUNDLED, find_font, load_font
from engine.pixels import Rgba

COLUMNS = 4
NAMED_COLUMNS = 3  # so that the names can be read on a phone
CELL_PX = 296
GAP_PX = 18
GROUND = (201, 216, 230)  # white borders and dark lines both show on it
QUALITY = 90
NAME_PX = 60  # the strip below a sticker
LETTERS_PX = 38
LEAST_LETTERS_PX = 20
INK = (35, 43, 56)
WHITE = (255, 255, 255)
DISC = (35, 105, 190)
DISC_PX = 62
_LONG_NUMBER = 3  # digits, written smaller


def tile(sticker: Rgba) -> bytes:
    """Return a sticker as small as it stands on a sheet, as WebP."""
    small = ImageOps.contain(Image.fromarray(sticker), (CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=QUALITY, method=0)
    return buffer.getvalue()


def contact_sheet(
    stickers: Sequence[bytes], names: Sequence[str] = (), first: int = 1, *, numbered_columns: int = 0
) -> bytes:
    """Lay WebP stickers out in rows; return a JPEG: 1274 px wide in rows of four, 960 px in rows of three with names.

    With `names` each sticker has its name below it and a number, counted from `first`, in its corner; with
    `numbered_columns`, the stickers in a row, a number alone.
    """
    columns = numbered_columns or (NAMED_COLUMNS if names else COLUMNS)
    across, down = CELL_PX + GAP_PX, CELL_PX + GAP_PX + (NAME_PX if names else 0)
    sheet = Image.new("RGB", (columns * across + GAP_PX, -(-len(stickers) // columns) * down + GAP_PX), GROUND)
    for place, data in enumerate(stickers):
        with Image.open(io.BytesIO(data)) as sticker:
            small = ImageOps.contain(sticker.convert("RGBA"), (CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
        left, top = GAP_PX + place % columns * across, GAP_PX + place // columns * down
        sheet.paste(small, (left + (CELL_PX - small.width) // 2, top + (CELL_PX - small.height) // 2), small)
        if names or numbered_columns:
            _write_number(sheet, left, top, str(first + place))
        if names:
            _write_name(sheet, left, top, names[place])
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _write_number(sheet: Image.Image, left: int, top: int, number: str) -> None:
    fine = Image.new("RGBA", (DISC_PX * 4, DISC_PX * 4))
    ImageDraw.Draw(fine).ellipse((0, 0, fine.width - 1, fine.height - 1), DISC, WHITE, 16)
    disc = fine.resize((DISC_PX, DISC_PX), Image.Resampling.LANCZOS)
    sheet.paste(disc, (left, top), disc)
    middle, size_px = DISC_PX // 2, LETTERS_PX if len(number) < _LONG_NUMBER else LEAST_LETTERS_PX + 6
    font = load_font(BUNDLED, size_px)
    ImageDraw.Draw(sheet).text((left + middle, top + middle), number, WHITE, font, anchor="mm")


def _write_name(sheet: Image.Image, left: int, top: int, name: str) -> None:
    """Write a name below a cell; one that no font here has is left out."""
    path = find_font(name)
    if path is None:
        return
    draw = ImageDraw.Draw(sheet)
    size_px = LETTERS_PX
    while size_px > LEAST_LETTERS_PX and load_font(path, size_px).getlength(name) > CELL_PX:
        size_px -= 2
    draw.text((left + CELL_PX // 2, top + CELL_PX + NAME_PX // 2), name, INK, load_font(path, size_px), anchor="mm")
