"""Draw every style of photos with five seeds, and time it: `python -m benchmarks.portrait_styles FOLDER [PHOTO..]`.

Writes one sheet per style into FOLDER, on light, dark and patterned ground. Without photos it draws the demo's.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.contact_sheet import arrange, wallpaper
from engine.finish import encode_webp, fit
from engine.pixels import Rgba
from engine.portrait.border import bordered
from engine.portrait.faces import LARGEST
from engine.portrait.networks import Networks
from engine.portrait.photo import open_photo
from engine.portrait.prepare import Prepared, prepare
from engine.portrait.styles import STYLES
from engine.portrait.variation import vary
from engine.styles import Style, all_styles
from engine.types import Shape

ASTRONAUT = Path(__file__).parent.parent / "cli" / "demo" / "astronaut.jpg"
SEEDS = range(5)
TILE_PX = 320
GROUNDS = ((246, 246, 246), (23, 33, 43))  # a chat by day and by night


def draw(person: Prepared, style: Style, seed: int) -> tuple[Rgba, float]:
    """Return the finished sticker and the seconds from the figure to its WebP."""
    shape = person.choose(style.shape)
    figure = person.place(shape, vary(seed))
    started = time.perf_counter()
    sticker = fit(bordered(STYLES[style.drawing](figure, vary(seed))))
    encode_webp(sticker)
    return sticker, time.perf_counter() - started


def tile(sticker: Rgba, number: int) -> Image.Image:
    """Return a sticker on one of three grounds."""
    size = (max(sticker.shape[:2]),) * 2
    grounds = [*(Image.new("RGB", size, colour) for colour in GROUNDS), wallpaper(*size)]
    picture = Image.fromarray(sticker)
    ground = grounds[number % len(grounds)]
    ground.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2), picture)
    return ground


def main(arguments: Sequence[str]) -> None:
    """Make the sheets and print the times."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    networks = Networks()
    photos = [Path(argument) for argument in arguments[1:]] or [ASTRONAUT]
    people = []
    for photo in photos:
        people.append(prepare(open_photo(photo.read_bytes()), networks, None, face_index=LARGEST, needs_face=False))
        people[-1].place(Shape.BUST, vary(0))  # the cut is made when it is first asked for
    for style in all_styles():
        stickers, times = [], []
        for person in people:
            for seed in SEEDS:
                sticker, seconds = draw(person, style, seed)
                stickers.append((f"seed {seed}", tile(sticker, len(stickers))))
                times.append(seconds)
        arrange(stickers, len(SEEDS), TILE_PX).save(folder / f"{style.name}.png")
        print(f"{style.name:12} {1000 * statistics.median(times):4.0f} ms median, {1000 * np.max(times):4.0f} ms worst")


if __name__ == "__main__":
    main(sys.argv[1:])
