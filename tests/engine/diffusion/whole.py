"""Photos on which the tiny detector finds a face, small requests, and the four steps of face-to-sticker."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_to_sticker.model import LoadedFaceToSticker
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER
from engine.diffusion.models.face_to_sticker.request import read_request
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.progress import Progress, Stopwatch
from engine.errors import Cancelled
from engine.model import FACE
from engine.types import StickerRequest, StickerResult

SMALL = {"width": 256, "height": 256, "steps": 2}


def photo(number: int = 0, has_face: bool = True) -> bytes:
    """A PNG; a large red patch is a face. Another number is another photo."""
    pixels = np.random.default_rng(number).integers(40, 80, (320, 300, 3), dtype=np.uint8)
    if has_face:
        pixels[60:240, 60:240, 0] = 255
        pixels[60:240, 60:240, 1:] //= 2
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def two_faces() -> bytes:
    """A PNG with a face on the left and one on the right."""
    pixels = np.full((400, 800, 3), 50, np.uint8)
    pixels[80:240, 60:220] = (255, 20, 20)
    pixels[100:340, 480:720] = (255, 20, 20)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def request(
    number: int = 0, seed: int = 1, prompt: str = "", style: str = "toon", **parameters: object
) -> StickerRequest:
    """A small request for photo `number`."""
    return StickerRequest({FACE: (photo(number),)}, style, seed, prompt=prompt, parameters={**SMALL, **parameters})


def run(
    model: LoadedFaceToSticker, requests: Sequence[StickerRequest], progress: Progress, preview_every: int = 0
) -> list[StickerResult | Cancelled]:
    """Take one batch through the model's steps, as the engine does."""
    batch = [model.prepare(read_request(each)) for each in requests]
    drawings = model.draw(batch, progress, preview_every)
    made: list[StickerResult | Cancelled] = []
    for place, (prepared, drawing) in enumerate(zip(batch, drawings, strict=True)):
        try:
            checked = model.check(prepared, drawing, place, progress, Stopwatch())
            made.append(model.finish(prepared, checked, place, progress, Stopwatch()))
        except Cancelled as cancelled:
            made.append(cancelled)
    return made


def networks_of(engine: DiffusionEngine) -> DiffusionNetworks:
    """Return the networks of face-to-sticker's loop, which a test may watch."""
    return engine.loaded(FACE_TO_STICKER.name).networks
