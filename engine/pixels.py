"""Pictures as arrays, and what every engine does with them: decode, rounded corners. Knows no face."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from engine.errors import PhotoUnusable

Rgb = NDArray[np.uint8]  # (height, width, 3), sRGB
Rgba = NDArray[np.uint8]  # (height, width, 4), sRGB, straight alpha
Matte = NDArray[np.float32]  # (height, width), 0 background .. 1 person


def decode_photo(photo: bytes, *, keep_alpha: bool = False) -> Rgb | Rgba:
    """Decode a JPEG or PNG as `StickerRequest` promises it. Raises `PhotoUnusable`.

    With `keep_alpha` a picture that may be transparent has four channels.
    """
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            return np.array(image.convert("RGBA" if keep_alpha and image.has_transparency_data else "RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoUnusable(str(error)) from error


def decode_deep_tiff(tiff: bytes, *, has_halves: bool = False) -> Rgb:
    """Decode a TIFF of 12, 16 or 32 bits a channel and bring it to 8 bits, one with floats above 1 stretched.

    Those of 32 bits must be signed to be read, and are taken for unsigned; with `has_halves` unsigned ones of 16 bits
    are taken for floats. Raises `PhotoUnusable`.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # of broken files our error tells
    try:
        deep = cv2.imdecode(np.frombuffer(tiff, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise PhotoUnusable(str(error)) from error
    if deep is None:
        raise PhotoUnusable("a TIFF of an unknown kind")
    if has_halves and deep.dtype == np.uint16:
        deep = deep.view(np.float16).astype(np.float32)
    if deep.dtype.kind == "f":
        deep = np.nan_to_num(deep, nan=0.0, posinf=0.0, neginf=0.0)
        shallow = np.clip(deep * (255 / max(1.0, float(deep.max()))), 0, 255).astype(np.uint8)
    else:
        unsigned = deep.view(f"u{deep.itemsize}")
        shallow = (unsigned >> (8 * deep.itemsize - 8)).astype(np.uint8)
    if shallow.ndim == 2:
        return np.asarray(cv2.cvtColor(shallow, cv2.COLOR_GRAY2RGB), np.uint8)
    return np.ascontiguousarray(shallow[..., 2::-1])


def rounded_rectangle(width: int, height: int, radius_px: int) -> Matte:
    """Return the matte of a picture with round, anti-aliased corners; its straight edges are opaque."""
    radius = max(1, radius_px)
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - radius - 1, height - 1), 255, cv2.FILLED)
    cv2.rectangle(mask, (0, radius), (width - 1, height - radius - 1), 255, cv2.FILLED)
    for x in (radius, width - radius - 1):
        for y in (radius, height - radius - 1):
            cv2.circle(mask, (x, y), radius, 255, cv2.FILLED, cv2.LINE_AA)
    return mask.astype(np.float32) / np.float32(255)
