"""Draw the picture that /start shows: a photo, and what the portrait engine makes of it.

    python -m benchmarks.welcome [picture.jpg]

The photo is cli/demo/astronaut.jpg, in the public domain (cli/demo/SOURCE.md).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from engine.model import FACE, ResultFile
from engine.models import REACTIONS
from engine.portrait.engine import PortraitEngine
from engine.types import StickerRequest, StickerResult, go_on
from service.photos import read_photo

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "cli" / "demo" / "astronaut.jpg"
PICTURE = ROOT / "bot" / "handlers" / "welcome.jpg"
WIDTH_PX, HEIGHT_PX = 1280, 620
GROUND = (201, 216, 230)
PHOTO_PX = 306
STICKER_PX = 282
GAP_PX = 10
STYLES = (("toon", 7), ("popart", 3), ("watercolour", 11))
MOODS = ("joy", "heart-eyes", "sunglasses")
QUALITY = 88


def main() -> None:
    """Draw the picture and write it."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    target.write_bytes(draw_welcome(PHOTO.read_bytes()))
    print(f"{target}: {target.stat().st_size / 1024:.0f} KB")


def draw_welcome(photo: bytes) -> bytes:
    """Return a JPEG, 1280 x 620 px: the photo at the left, three styles and three reactions at the right."""
    engine = PortraitEngine()
    try:
        stickers = _stickers(engine, read_photo(photo).data)
    finally:
        engine.close()
    picture = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), GROUND)
    with Image.open(io.BytesIO(photo)) as opened:
        _paste_photo(picture, ImageOps.fit(opened.convert("RGB"), (PHOTO_PX, PHOTO_PX), centering=(0.5, 0.1)))
    left = WIDTH_PX - 3 * (STICKER_PX + GAP_PX)
    top = (HEIGHT_PX - 2 * STICKER_PX - GAP_PX) // 2
    for place, data in enumerate(stickers):
        with Image.open(io.BytesIO(data)) as sticker:
            small = ImageOps.contain(sticker.convert("RGBA"), (STICKER_PX, STICKER_PX), Image.Resampling.LANCZOS)
        column, row = place % 3, place // 3
        x = left + column * (STICKER_PX + GAP_PX) + (STICKER_PX - small.width) // 2
        y = top + row * (STICKER_PX + GAP_PX) + (STICKER_PX - small.height) // 2
        picture.paste(small, (x, y), small)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()


def _stickers(engine: PortraitEngine, photo: bytes) -> list[bytes]:
    requests = [StickerRequest({FACE: (photo,)}, style, seed) for style, seed in STYLES]
    (*styled, moods) = engine.generate(
        [*requests, StickerRequest({FACE: (photo,)}, "toon", 7, model=REACTIONS.name)], go_on
    )
    drawn = [each.files[ResultFile.STICKER] for each in styled if isinstance(each, StickerResult)]
    if not isinstance(moods, StickerResult) or len(drawn) < len(styled):
        raise SystemExit("the photo could not be drawn")
    return [*drawn, *(moods.files[f"{name}.webp"] for name in MOODS)]


def _paste_photo(picture: Image.Image, photo: Image.Image) -> None:
    """Paste the photo as a print with a white border, a little turned, and an arrow from it to the right."""
    scale, border = 2, 26
    print_px = (PHOTO_PX + border) * scale
    card = Image.new("RGBA", (print_px, print_px), (255, 255, 255, 255))
    card.paste(photo.resize((PHOTO_PX * scale, PHOTO_PX * scale), Image.Resampling.LANCZOS), (border, border))
    card = card.rotate(4, Image.Resampling.BICUBIC, expand=True)
    card = card.resize((card.width // scale, card.height // scale), Image.Resampling.LANCZOS)
    picture.paste(card, (18, (HEIGHT_PX - card.height) // 2), card)
    middle, tip = HEIGHT_PX // 2, WIDTH_PX - 3 * (STICKER_PX + GAP_PX) - 6
    arrow = Image.new("RGBA", (picture.width * scale, picture.height * scale))
    points = [(tip - 34, middle - 30), (tip, middle), (tip - 34, middle + 30)]
    ImageDraw.Draw(arrow).polygon([(x * scale, y * scale) for x, y in points], (35, 105, 190, 255))
    arrow = arrow.resize(picture.size, Image.Resampling.LANCZOS)
    picture.paste(arrow, (0, 0), arrow)


if __name__ == "__main__":
    main()
