"""From the bytes of a photo to the picture that is looked at: bars trimmed, transparency kept. Knows no face."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from engine.errors import PhotoUnusable
from engine.portrait.figure import Matte, Rgb

UNIFORM = 10  # a bar's levels differ by no more than this, noise of a JPEG included
DARK = 24  # a dark bar needs no sharp inner edge: a dark photo may lie behind it
STEP = 14  # levels by which the photo differs from a bar of another colour ..
STEP_SHARE = 0.5  # .. over this share of its edge: less is a plain backdrop with somebody in front of it
LEAST_BAR = 0.02  # of the photo's length
RINGING_PX = 2  # JPEG spreads a bar's edge
LEAST_LEFT_PX = 32
SOLID = 26  # alpha below is see-through
LEAST_CORNER = 0.04  # legs of an empty corner, as a share of the photo's side
CORNER_FILL = (0.9, 1.1)  # of the area of the triangle between its legs
PAPER = 255  # what lies under transparency


@dataclass(frozen=True, slots=True)
class Photo:
    """`rgb` [H, W, 3]; `cover` [H, W] 0 .. 1: where there is a picture, None for everywhere.

    `cover` is a PNG's alpha, or 0 in the empty corners of a photo that was turned within its frame.
    """

    rgb: Rgb
    cover: Matte | None = None

    def turned(self, quarter_turns: int) -> Photo:
        """Return the photo turned counter-clockwise."""
        if not quarter_turns % 4:
            return self
        cover = None if self.cover is None else np.ascontiguousarray(np.rot90(self.cover, quarter_turns))
        return Photo(np.ascontiguousarray(np.rot90(self.rgb, quarter_turns)), cover)


def open_photo(data: bytes) -> Photo:
    """Decode a JPEG or PNG and set aside what is no picture: bars, empty corners, transparency.

    Raises `PhotoUnusable`.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            pixels = np.array(image.convert("RGBA" if has_alpha else "RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoUnusable(str(error)) from error
    if pixels.shape[2] == 4 and (pixels[..., 3] < SOLID).any():
        return _flattened(pixels)
    rgb = trimmed(np.ascontiguousarray(pixels[..., :3]))
    return Photo(rgb, empty_corners(rgb))


def trimmed(rgb: Rgb) -> Rgb:
    """Cut off bars of one colour, as screenshots and films have; [H, W, 3] in and out."""
    rows, columns = (_without_bars(rgb, axis) for axis in (0, 1))
    if min(rows.stop - rows.start, columns.stop - columns.start) < LEAST_LEFT_PX:
        return rgb
    return np.ascontiguousarray(rgb[rows, columns])


def empty_corners(rgb: Rgb) -> Matte | None:
    """Return 0 in the corners that turning a photo within its frame leaves, 1 elsewhere; None where there are none.

    Such a corner is a right triangle of one colour; two at least, and their angles agree.
    """
    height, width = rgb.shape[:2]
    blank = np.zeros((height, width), np.uint8)
    angles = []
    for row, column in ((0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)):
        piece = _flooded(rgb, row, column)
        across, down = int(piece[row].sum()), int(piece[:, column].sum())
        if across < LEAST_CORNER * width or down < LEAST_CORNER * height or max(across, down) >= max(width, height):
            continue
        if not CORNER_FILL[0] < float(piece.sum()) / (across * down / 2) < CORNER_FILL[1]:
            continue
        is_rising = (row == 0) == (column == 0)
        angles.append(math.degrees(math.atan2(down, across) if is_rising else math.atan2(across, down)))
        blank |= piece
    if len(angles) < 2 or max(angles) - min(angles) > 4:
        return None
    grown = cv2.dilate(blank, np.ones((2 * RINGING_PX + 1, 2 * RINGING_PX + 1), np.uint8))
    return 1 - grown.astype(np.float32)


def _flattened(pixels: NDArray[np.uint8]) -> Photo:
    """Lay a picture with transparency on white, cropped to what can be seen of it."""
    ys, xs = np.nonzero(pixels[..., 3] >= SOLID)
    if len(ys) == 0:
        raise PhotoUnusable("nothing but transparency")
    seen = pixels[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    alpha = seen[..., 3] * np.float32(1 / 255)
    rgb = seen[..., :3] * alpha[..., None] + PAPER * (1 - alpha[..., None])
    return Photo(np.round(rgb).astype(np.uint8), alpha)


def _without_bars(rgb: Rgb, axis: int) -> slice:
    """Return the range of rows (`axis` 0) or columns (1) between the bars."""
    lines = rgb if axis == 0 else rgb.transpose(1, 0, 2)
    first = _bar(lines)
    last = _bar(lines[::-1])
    return slice(first, len(lines) - last)


def _bar(lines: Rgb) -> int:
    """Return how many of the first `lines` are a bar; 0 where it is thinner than bars are, or no bar."""
    colour = np.median(lines[0], axis=0)
    away = np.abs(lines[:, ::2].astype(np.int16) - colour.astype(np.int16)).max(axis=(1, 2))
    differing = np.flatnonzero(away > UNIFORM)
    count = int(differing[0]) if len(differing) else 0
    if count < LEAST_BAR * len(lines):
        return 0
    inner = min(count + RINGING_PX, len(lines) - 1)
    step = np.abs(lines[inner].astype(np.int16) - colour.astype(np.int16)).max(axis=1) > STEP
    is_bar = bool(colour.max() < DARK) or float(step.mean()) > STEP_SHARE
    return inner if is_bar else 0


def _flooded(rgb: Rgb, row: int, column: int) -> NDArray[np.uint8]:
    """Return 1 where the colour of the corner reaches, without a jump."""
    mask = np.zeros((rgb.shape[0] + 2, rgb.shape[1] + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8)
    cv2.floodFill(rgb, mask, (column, row), 0, (UNIFORM,) * 3, (UNIFORM,) * 3, flags)
    return mask[1:-1, 1:-1]
