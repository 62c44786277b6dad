"""Draw everybody in a folder in sixteen moods: `python -m benchmarks.reactions FOLDER SHEET.png [STYLE] [SEED]`.

One row per photo, one column per reaction; photos without a face are left out and named on standard output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from benchmarks.contact_sheet import arrange
from engine.errors import EngineError
from engine.portrait.border import bordered
from engine.portrait.networks import Networks
from engine.portrait.photo import open_photo
from engine.portrait.prepare import prepare
from engine.portrait.reactions.catalogue import REACTIONS
from engine.portrait.reactions.draw import draw_reaction
from engine.portrait.styles import STYLES
from engine.portrait.variation import vary
from engine.types import Shape

TILE_PX = 256


def tiles(photo: bytes, networks: Networks, drawing: str, seed: int) -> list[tuple[str, Image.Image]]:
    """Return each reaction's name and sticker. Raises the engine's own error where the photo cannot be used."""
    figure = prepare(open_photo(photo), networks).place(Shape.HEAD, variation := vary(seed))
    stickers = []
    for reaction in REACTIONS:
        started = time.perf_counter()
        sticker = bordered(draw_reaction(figure, reaction, STYLES[drawing], variation))
        name = f"{reaction.name}, {1000 * (time.perf_counter() - started):.0f} ms"
        stickers.append((name, Image.fromarray(sticker)))
    return stickers


def main(arguments: Sequence[str]) -> None:
    """Make the sheet."""
    folder, sheet = (Path(argument) for argument in arguments[:2])
    drawing = arguments[2] if len(arguments) > 2 else "toon"
    seed = int(arguments[3]) if len(arguments) > 3 else 11
    networks = Networks()
    people = []
    for photo in sorted(folder.iterdir()):
        try:
            people += tiles(photo.read_bytes(), networks, drawing, seed)
        except EngineError as error:
            print(f"{photo.name}: {error!r}")
    arrange(people, len(REACTIONS), TILE_PX).save(sheet)


if __name__ == "__main__":
    main(sys.argv[1:])
