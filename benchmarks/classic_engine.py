"""Time every look on a folder of photos: `python -m benchmarks.classic_engine FOLDER [SHEET.png]`.

Prints the median and the worst seconds per phase and style, and writes a contact sheet of all stickers. Photos are
scaled down to 1280 px first, as a chat sends them.
"""

from __future__ import annotations

import io
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from PIL import Image, ImageOps

from benchmarks.contact_sheet import arrange, draw
from engine.classic.engine import ClassicEngine
from engine.errors import EngineError
from engine.styles import all_styles

LONG_PX = 1280  # what Telegram sends of a photo
ENDINGS = {".jpg", ".jpeg", ".png"}
SEED = 7


def main(arguments: Sequence[str]) -> None:
    """Draw, time and show."""
    photos = sorted(path for path in Path(arguments[0]).iterdir() if path.suffix.lower() in ENDINGS)
    seconds: dict[str, list[float]] = defaultdict(list)
    tiles: list[tuple[str, Image.Image]] = []
    for path in photos:
        tiles += _one_photo(path, seconds)
    print(f"{len(photos)} photos {'':<10} median   worst   s")
    for name, values in seconds.items():
        print(f"{name:<22} {median(values):7.3f} {max(values):7.3f}")
    target = Path(arguments[1]) if len(arguments) > 1 else Path("classic_engine.png")
    if tiles:
        arrange(tiles, columns=len(all_styles()), tile_px=220).save(target)
        print(target)


def _one_photo(path: Path, seconds: dict[str, list[float]]) -> list[tuple[str, Image.Image]]:
    """Every style of one photo on a fresh engine; adds to `seconds`."""
    photo, engine = _as_sent(path), ClassicEngine()
    engine.load()
    tiles = []
    for style in all_styles():
        started = time.perf_counter()
        try:
            result = draw(engine, photo, style.name, SEED)
        except EngineError as error:
            print(f"{path.name}: {error.code}")
            return []
        whole = time.perf_counter() - started
        first = "face" in result.timings
        if first:
            seconds["face"].append(result.timings["face"])
            seconds["cutout"].append(result.timings["cutout"])
        seconds["first sticker" if first else "same photo again"].append(whole)
        seconds[f"draw + finish {style.name}"].append(result.timings["draw"] + result.timings["finish"])
        tiles.append((f"{path.stem} {style.name}", Image.open(io.BytesIO(result.picture))))
    return tiles


def _as_sent(path: Path) -> bytes:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONG_PX, LONG_PX))
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
