"""One picture of many stickers, on the backgrounds people have in their chats."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_CELL_PX = 300
_MARGIN_PX = 20
_CAPTION_PX = 34
_LIGHT, _DARK, _PATTERN = (239, 243, 246), (24, 34, 45), (200, 222, 196)
_INK = (40, 48, 56)


def contact_sheet(stickers: Sequence[tuple[str, bytes]]) -> Image.Image:
    """Draw a row per background, a column per sticker; `stickers` are (caption, WebP) pairs. RGB, 300 px a cell."""
    pictures = [(caption, Image.open(io.BytesIO(data)).convert("RGBA")) for caption, data in stickers]
    step = _CELL_PX + _MARGIN_PX
    width = _MARGIN_PX + step * max(len(pictures), 1)
    sheet = Image.new("RGB", (width, _CAPTION_PX + 3 * step + _MARGIN_PX), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(20)
    for column, (caption, picture) in enumerate(pictures):
        x = _MARGIN_PX + column * step
        draw.text((x + _CELL_PX // 2, _CAPTION_PX // 2 + 4), caption, _INK, font, anchor="mm")
        for row, ground in enumerate((_plain(_LIGHT), _plain(_DARK), _pattern())):
            _paste(ground, picture)
            sheet.paste(ground, (x, _CAPTION_PX + _MARGIN_PX // 2 + row * step))
    return sheet


def _plain(colour: tuple[int, int, int]) -> Image.Image:
    return Image.new("RGB", (_CELL_PX, _CELL_PX), colour)


def _pattern() -> Image.Image:
    """Dots, as messengers print behind a chat."""
    ground = _plain(_PATTERN)
    draw = ImageDraw.Draw(ground)
    for y in range(0, _CELL_PX, 30):
        for x in range(15 * (y // 30 % 2), _CELL_PX, 30):
            draw.ellipse((x, y, x + 8, y + 8), (176, 205, 171))
    return ground


def _paste(ground: Image.Image, picture: Image.Image) -> None:
    small = picture.copy()
    small.thumbnail((_CELL_PX - 20, _CELL_PX - 20), Image.Resampling.LANCZOS)
    ground.paste(small, ((_CELL_PX - small.width) // 2, (_CELL_PX - small.height) // 2), small)
