"""Draw every style of one photo on one sheet: `python -m benchmarks.contact_sheet [PHOTO] [SHEET.png]`.

Without arguments it makes docs/contact_sheet.png and docs/reactions.jpg from the public domain photo of the demo.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from engine.model import FACE, ResultFile
from engine.models import DEFAULT_MODEL, REACTIONS
from engine.portrait.engine import PortraitEngine
from engine.styles import all_styles
from engine.types import Shape, StickerRequest, StickerResult, go_on

ROOT = Path(__file__).parent.parent
TILE_PX = 300
GAP_PX = 14
COLUMNS = 3
SEED = 11
REACTIONS_PX = 960
WALLPAPER = ((222, 233, 214), (209, 223, 201))  # a chat's background: two greens


def wallpaper(width: int, height: int) -> Image.Image:
    """Return a chat-like background, so that outline and shadow show."""
    y, x = np.mgrid[:height, :width]
    blobs = np.sin(x / 23) * np.sin(y / 23) + 0.6 * np.sin((x + y) / 41)
    share = np.clip(blobs[..., None] * 3 + 0.5, 0, 1)
    low, high = (np.array(colour, float) for colour in WALLPAPER)
    return Image.fromarray((low + (high - low) * share).astype(np.uint8))


def arrange(tiles: Sequence[tuple[str, Image.Image]], columns: int, tile_px: int = TILE_PX) -> Image.Image:
    """Lay named pictures out on wallpaper, `columns` to a row."""
    step = tile_px + GAP_PX
    rows = -(-len(tiles) // columns)
    sheet = wallpaper(columns * step + GAP_PX, rows * (step + GAP_PX) + GAP_PX)
    pen = ImageDraw.Draw(sheet)
    for number, (name, picture) in enumerate(tiles):
        left, top = GAP_PX + number % columns * step, GAP_PX + number // columns * (step + GAP_PX)
        small = ImageOps.contain(picture.convert("RGBA"), (tile_px, tile_px), Image.Resampling.LANCZOS)
        sheet.paste(small, (left + (tile_px - small.width) // 2, top + (tile_px - small.height) // 2), small)
        pen.text((left + tile_px // 2, top + tile_px + 2), name, fill=(60, 80, 60), anchor="mt", font_size=15)
    return sheet


def draw(
    engine: PortraitEngine,
    photo: bytes,
    style: str,
    seed: int,
    shape: Shape = Shape.AUTO,
    model: str = DEFAULT_MODEL,
) -> StickerResult:
    """Make one sticker, or what else `model` makes; raises the engine's own error where it fails."""
    (outcome,) = engine.generate([StickerRequest({FACE: (photo,)}, style, seed, shape=shape, model=model)], go_on)
    if not isinstance(outcome, StickerResult):
        raise outcome
    return outcome


def main(arguments: Sequence[str]) -> None:
    """Make the sheet."""
    photo = Path(arguments[0]) if arguments else ROOT / "cli" / "demo" / "astronaut.jpg"
    target = Path(arguments[1]) if len(arguments) > 1 else ROOT / "docs" / "contact_sheet.png"
    engine = PortraitEngine()
    engine.load()
    tiles = [("the photo", Image.open(photo))]
    for style in all_styles():
        result = draw(engine, photo.read_bytes(), style.name, SEED)
        tiles.append((style.title, Image.open(io.BytesIO(result.files[ResultFile.CUTOUT]))))
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet = arrange(tiles, COLUMNS)
    sheet.quantize(palette=sheet.quantize(256), dither=Image.Dither.FLOYDSTEINBERG).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size // 1024} KB")
    if not arguments:
        reactions = draw(engine, photo.read_bytes(), "toon", SEED, model=REACTIONS.name).files[ResultFile.SHEET]
        with Image.open(io.BytesIO(reactions)) as picture:
            small = picture.resize((REACTIONS_PX, REACTIONS_PX), Image.Resampling.LANCZOS)
        small.save(ROOT / "docs" / "reactions.jpg", quality=84, optimize=True, progressive=True)


if __name__ == "__main__":
    main(sys.argv[1:])
