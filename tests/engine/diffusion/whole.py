"""Every network of the product, tiny and random, on the disk; and photos on which the tiny detector finds a face."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from engine.diffusion.networks import FaceToStickerPaths
from engine.model import FACE
from engine.types import StickerRequest
from tests.engine.diffusion import tiny, tiny_parts

SMALL = {"width": 256, "height": 256, "steps": 2}


def build_paths(folder: Path, flags_everything: bool = False) -> FaceToStickerPaths:
    """Write all networks below `folder`; `flags_everything` makes a safety checker that lets nothing pass."""
    return replace(
        tiny.build_all(folder),
        faces=tiny_parts.build_faces(folder / "faces"),
        image_encoder=tiny_parts.build_image_encoder(folder / "image_encoder"),
        depth_estimator=tiny_parts.build_depth_estimator(folder / "depth_estimator"),
        safety=tiny_parts.build_safety_checker(folder / "safety", flags_everything),
        upscaler=tiny_parts.build_enlarger(folder / "upscaler.pth"),
        hires=tiny_parts.build_hires(folder / "hires"),
    )


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
