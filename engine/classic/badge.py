"""The badge: a round or rounded crop around the face that needs no cut and always looks deliberate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.classic.exposure import lifted_to, needed_gain
from engine.classic.subject import Face, Subject
from engine.pixels import Matte, Rgb
from engine.types import Shape

RADIUS_FW = 1.3  # wanted radius of the circle, in face widths
MIN_RADIUS_FW = 1.02  # a smaller circle cuts hair and chin: a rounded rectangle shows more
CENTRE_DOWN_FW = 0.1
CORNER = 0.3  # corner radius of the rounded rectangle, share of its short side
LONG_PX = (512, 640)  # long side of the badge: never less, never more


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the photo in whole pixels, `right` and `bottom` exclusive."""

    left: int
    top: int
    right: int
    bottom: int
    is_round: bool


def make_badge(photo: Rgb, face: Face) -> Subject:
    """Crop an upright `photo` to a badge around `face`, its long side LONG_PX; the background stays."""
    window = _window(photo.shape, face)
    crop = photo[window.top : window.bottom, window.left : window.right]
    height, width = crop.shape[:2]
    scale = float(np.clip(max(height, width), *LONG_PX)) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    rgb = lifted_to(crop, size, needed_gain(photo))
    x, y = (face.x - window.left) * size[0] / width, (face.y - window.top) * size[1] / height
    placed = Face(x, y, face.width * scale, face.roll_deg, face.score)
    matte = _rounded(size, min(size) / 2 if window.is_round else CORNER * min(size))
    return Subject(rgb, matte, placed, Shape.BADGE)


def _window(shape: tuple[int, ...], face: Face) -> Window:
    """A square for the circle where one fits that shows the whole head, else as large a rectangle as fits."""
    height, width = shape[:2]
    x, y = face.x, face.y + CENTRE_DOWN_FW * face.width
    fits = min(x, y, width - x, height - y)
    reach = RADIUS_FW * face.width
    is_round = min(reach, fits) >= MIN_RADIUS_FW * face.width
    if is_round:
        radius = min(reach, fits)
        left, top, side = int(x - radius), int(y - radius), int(2 * radius)
        return Window(left, top, left + side, top + side, True)
    left, right = max(0, round(x - reach)), min(width, round(x + reach))
    top, bottom = max(0, round(y - reach)), min(height, round(y + reach))
    return Window(left, top, right, bottom, False)


def _rounded(size: tuple[int, int], radius: float) -> Matte:
    """A rectangle of `size` (width, height) with round corners; a disc where `radius` is half of both sides."""
    width, height = size
    y, x = np.ogrid[:height, :width]
    outside_x = np.maximum(abs(x + 0.5 - width / 2) - (width / 2 - radius), 0)
    outside_y = np.maximum(abs(y + 0.5 - height / 2) - (height / 2 - radius), 0)
    return np.clip(radius - np.hypot(outside_x, outside_y), 0, 1).astype(np.float32)
