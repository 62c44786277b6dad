"""Look at and time the CPU engine on a folder of photos: `python -m benchmarks.portrait_engine FOLDER [OUT]`.

Writes three contact sheets into OUT (default: here): styles x people, damages x people (a tile's name says the shape
made and how much of the cut was in doubt), shapes x people. Prints how often a face was found and a die-cut trusted,
the median and the worst seconds of each phase, and each part as a share of the first sticker. Photos are scaled to
1280 px first, as a chat sends them.
"""

from __future__ import annotations

import io
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageOps

from benchmarks.contact_sheet import arrange
from benchmarks.damages import encoded, every_damage
from engine.errors import EngineError, NoFace
from engine.finish import fit
from engine.model import FACE, ResultFile
from engine.pixels import Rgb, Rgba
from engine.portrait.border import bordered
from engine.portrait.engine import PortraitEngine
from engine.portrait.networks import Networks
from engine.portrait.photo import open_photo
from engine.portrait.prepare import Prepared, prepare
from engine.portrait.styles import STYLES
from engine.portrait.variation import vary
from engine.styles import all_styles
from engine.types import Shape, StickerRequest, StickerResult, go_on

LONG_PX = 1280  # what Telegram sends of a photo
ENDINGS = {".jpg", ".jpeg", ".png"}
SEED = 11
TILE_PX = 180
SHAPES = (Shape.BUST, Shape.HEAD, Shape.FIGURE, Shape.BADGE)

Tiles = list[tuple[str, Image.Image]]


def main(arguments: Sequence[str]) -> None:
    """Draw, time and show."""
    photos = sorted(path for path in Path(arguments[0]).iterdir() if path.suffix.lower() in ENDINGS)
    out = Path(arguments[1]) if len(arguments) > 1 else Path()
    seconds: dict[str, list[float]] = defaultdict(list)
    styles: Tiles = []
    shapes: Tiles = []
    damaged: Tiles = []
    found: dict[str, list[bool]] = defaultdict(list)
    trusted: dict[str, list[bool]] = defaultdict(list)
    networks = Networks()
    for path in photos:
        photo = as_sent(path)
        styles += _styles(path.stem, photo, seconds)
        shapes += [(f"{path.stem} {shape}", _drawn(photo, "photo", shape)) for shape in SHAPES]
        try:
            damages = every_damage(photo, networks)
        except NoFace:
            continue
        damaged += [_damaged(name, picture, networks, found[name], trusted[name]) for name, picture in damages.items()]
    for name, tiles, columns in (
        ("styles", styles, len(all_styles())),
        ("shapes", shapes, len(SHAPES)),
        ("damages", damaged, len(found)),
    ):
        if tiles:
            arrange(tiles, columns, TILE_PX).save(out / f"portrait_{name}.png")
    _print(len(photos), seconds, found, trusted)


def as_sent(path: Path) -> Rgb:
    """Read a photo upright, its longer side `LONG_PX`."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    return np.array(ImageOps.contain(upright, (LONG_PX, LONG_PX)))


def _styles(name: str, photo: Rgb, seconds: dict[str, list[float]]) -> Tiles:
    """Every style of one photo on a fresh engine; adds to `seconds`."""
    started = time.perf_counter()
    engine = PortraitEngine()
    engine.load()
    seconds["load"].append(time.perf_counter() - started)
    data, tiles = encoded(photo), []
    for number, style in enumerate(all_styles()):
        started = time.perf_counter()
        result = _made(engine, data, style.name, Shape.AUTO)
        whole = time.perf_counter() - started
        if isinstance(result, EngineError):
            print(f"{name}: {result.code}")
            return []
        if number == 0:
            seconds["first sticker"].append(whole)
            for phase in ("face", "cutout"):
                seconds[phase].append(result.timings[phase])
        else:
            seconds["another style"].append(whole)
        seconds[f"draw {style.name}"].append(result.timings["draw"])
        seconds["finish"].append(result.timings["finish"])
        tiles.append((f"{name} {style.name} {result.shape} {result.emoji}", _opened(result)))
    return tiles


def _drawn(photo: Rgb, style: str, shape: Shape) -> Image.Image:
    engine = PortraitEngine()
    result = _made(engine, encoded(photo), style, shape)
    return Image.new("RGB", (8, 8)) if isinstance(result, EngineError) else _opened(result)


def _opened(result: StickerResult) -> Image.Image:
    return Image.open(io.BytesIO(result.files[ResultFile.CUTOUT]))


def _made(engine: PortraitEngine, data: bytes, style: str, shape: Shape) -> StickerResult | EngineError:
    (outcome,) = engine.generate([StickerRequest({FACE: (data,)}, style, SEED, shape=shape)], go_on)
    return outcome


def _damaged(
    name: str, picture: Rgb | Rgba, networks: Networks, found: list[bool], trusted: list[bool]
) -> tuple[str, Image.Image]:
    """One damaged photo as a die-cut photo sticker, also where a badge would be shown instead."""
    try:
        prepared = prepare(open_photo(encoded(picture)), networks)
    except NoFace:
        found.append(False)
        return f"{name}: no face", Image.new("RGB", (8, 8))
    assert isinstance(prepared, Prepared)
    found.append(True)
    chosen = prepared.choose(Shape.AUTO)
    trusted.append(chosen is not Shape.BADGE)
    doubt = prepared.bust.doubt
    plain = replace(vary(SEED), has_backdrop=False)  # so that the cut's edge can be seen
    figure = prepared.place(Shape.BUST if chosen is Shape.BADGE else chosen, plain)
    sticker = Image.fromarray(fit(bordered(STYLES["photo"](figure, plain))))
    return f"{name} {chosen} {doubt.guess:.2f} {doubt.edge:.2f}", sticker


def _print(
    photos: int, seconds: dict[str, list[float]], found: dict[str, list[bool]], trusted: dict[str, list[bool]]
) -> None:
    print(f"{photos} photos {'':<14} median   worst   s   share of the first sticker")
    whole = median(seconds["first sticker"]) if seconds["first sticker"] else 1.0
    for name, values in seconds.items():
        print(f"{name:<24} {median(values):7.3f} {max(values):7.3f}   {median(values) / whole:5.2f}")
    print(f"\n{'damage':<24} faces  die-cut")
    for name, faces in found.items():
        print(f"{name:<24} {sum(faces)}/{len(faces)}    {sum(trusted[name])}/{len(trusted[name])}")
    total = sum(map(len, found.values()))
    print(f"{'all':<24} {sum(map(sum, found.values()))}/{total}    {sum(map(sum, trusted.values()))}/{total}")


if __name__ == "__main__":
    main(sys.argv[1:])
