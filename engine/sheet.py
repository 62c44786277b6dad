"""All stickers of one face on one picture, as they look in a chat. Knows no reaction."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageOps

COLUMNS = 4
CELL_PX = 296
GAP_PX = 18
GROUND = (201, 216, 230)  # white borders and dark lines both show on it
QUALITY = 90


def contact_sheet(stickers: Sequence[bytes]) -> bytes:
    """Lay WebP stickers out in rows of four; return a JPEG, 1270 px wide."""
    rows = -(-len(stickers) // COLUMNS)
    step = CELL_PX + GAP_PX
    sheet = Image.new("RGB", (COLUMNS * step + GAP_PX, rows * step + GAP_PX), GROUND)
    for number, data in enumerate(stickers):
        with Image.open(io.BytesIO(data)) as sticker:
            small = ImageOps.contain(sticker.convert("RGBA"), (CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
        left, top = GAP_PX + number % COLUMNS * step, GAP_PX + number // COLUMNS * step
        sheet.paste(small, (left + (CELL_PX - small.width) // 2, top + (CELL_PX - small.height) // 2), small)
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
