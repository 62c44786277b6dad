"""What photos from real cameras and broken downloads need of a JPEG: its orientation, its memory, its last rows."""

from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
from PIL import Image, ImageChops
from PIL.JpegImagePlugin import jpeg_factory

from service.lost_ends import LOST_SHARE
from service.tiff_tags import ORIENTATION, read_tag

_END = b"\xff\xd9"
_LOST_LEVELS = 6.0  # by which a row differs on the average, according to what the missing bytes may have been


def open_jpeg(data: bytes) -> Image.Image:
    """Read a JPEG's header, of whatever size it says it is: `Image.open` refuses what decoding at a fraction can take.

    Raises OSError, SyntaxError.
    """
    return jpeg_factory(io.BytesIO(data))


def exif_orientation(image: Image.Image) -> int:
    """Return the first orientation that any of the EXIF segments says, 1 .. 8; 1 where none does.

    Nothing else of EXIF matters: cameras and editors write it wrong in a hundred ways.
    """
    applist: list[tuple[str, bytes]] = getattr(image, "applist", [])
    segments = [data for name, data in applist if name == "APP1" and data.startswith(b"Exif\0")]
    whole = image.info.get("exif")  # PNG, WebP and AVIF have it here
    for segment in segments or ([whole] if isinstance(whole, bytes) else []):
        for value in read_tag(segment.removeprefix(b"Exif\0\0"), ORIENTATION)[:1]:
            if 1 <= value <= 8:
                return value
    try:
        value = int(image.getexif().get(ORIENTATION, 1))  # XMP's, and what other programs make of EXIF in a PNG
    except Exception:  # as many as there are ways to write it wrong
        return 1
    return value if 1 <= value <= 8 else 1


def decoding_bytes(image: Image.Image, data: bytes) -> int:
    """Return how much memory a JPEG takes beside its pixels: those with several scans are decoded as a whole."""
    layers: list[tuple[Any, int, int, int]] = getattr(image, "layer", [])
    is_one_scan = "progressive" not in image.info and _components_of_first_scan(data) == len(layers)
    if is_one_scan or not layers:
        return 0
    most = max(1, *(across * down for _, across, down, _ in layers))
    return sum(2 * image.width * image.height * across * down // most for _, across, down, _ in layers)


def _components_of_first_scan(data: bytes) -> int:
    at = 2
    while at + 4 < len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:
            return data[at + 4]
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0


def read_without_end(data: bytes, side_px: int) -> Image.Image | None:
    """Decode a JPEG whose last bytes are missing or zeros; None where more than a tenth of its rows is lost.

    What is lost is found by decoding twice, once with nothing in the place of what is missing, once with noise: rows
    that differ were not in the file. They are cut off. `side_px` is the least length of the long side that is needed.
    """
    noise = bytes(random.Random(0).randrange(255) for _ in range(1 << 12))  # 255 would begin a marker
    rest = data.rstrip(b"\0").removesuffix(b"\xff")
    plain, noisy = (_decoded(rest + tail, side_px) for tail in (_END, noise + _END))
    difference = np.asarray(ImageChops.difference(plain, noisy).convert("L"), dtype=np.float32).mean(axis=1)
    lost = np.flatnonzero(difference > _LOST_LEVELS)
    kept = int(lost[0]) if len(lost) else plain.height
    if kept < (1 - LOST_SHARE) * plain.height:
        return None
    return plain.crop((0, 0, plain.width, kept)) if kept < plain.height else plain


def _decoded(data: bytes, side_px: int) -> Image.Image:
    image = open_jpeg(data)
    reduce(image, side_px)
    image.load()
    return image


def reduce(image: Image.Image, side_px: int) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth, its long side no shorter than `side_px`."""
    scale = side_px / max(image.size)
    if scale < 1:
        image.draft(None, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
