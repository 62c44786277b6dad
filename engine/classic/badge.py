"""The badge: a round or rounded crop around the face that needs no cut and always looks deliberate."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.subject import Face, Matte, Rgb, Subject
from engine.types import Shape

RADIUS_FW = 1.3  # wanted radius of the circle, in face widths
MIN_RADIUS_FW = 1.02  # a smaller circle cuts hair and chin: a rounded rectangle shows more
CENTRE_DOWN_FW = 0.1
CORNER = 0.3  # corner radius of the rounded rectangle, share of its short side
SMOOTH = 8  # the shape is drawn this many times larger and averaged down: a soft edge of about one pixel


def make_badge(photo: Rgb, face: Face, long_px: int = 640) -> Subject:
    """Crop `photo` (upright, any size) to a badge around `face`, its long side `long_px` pixels."""
    height, width = photo.shape[:2]
    centre_x, centre_y = face.x, face.y + CENTRE_DOWN_FW * face.width
    fits = min(centre_x, centre_y, width - centre_x, height - centre_y)
    radius = min(RADIUS_FW * face.width, fits)
    is_round = radius >= MIN_RADIUS_FW * face.width
    if is_round:
        left, right, top, bottom = centre_x - radius, centre_x + radius, centre_y - radius, centre_y + radius
    else:
        reach = RADIUS_FW * face.width
        left, right = max(0.0, centre_x - reach), min(float(width), centre_x + reach)
        top, bottom = max(0.0, centre_y - reach), min(float(height), centre_y + reach)
    scale = long_px / max(right - left, bottom - top)
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    move = np.array([[scale, 0, -left * scale + (scale - 1) / 2], [0, scale, -top * scale + (scale - 1) / 2]])
    crop = photo[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))]
    rgb = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4)
    placed = Face(
        float(move[0] @ [face.x, 0, 1]),
        float(move[1] @ [0, face.y, 1]),
        face.width * scale,
        face.roll_deg,
        face.score,
    )
    matte = _disc(size) if is_round else _rounded(size)
    return Subject(rgb, matte, placed, Shape.BADGE)


def _disc(size: tuple[int, int]) -> Matte:
    width, height = size
    y, x = np.ogrid[:height, :width]
    distance = np.hypot(x + 0.5 - width / 2, y + 0.5 - height / 2)
    return np.clip(min(size) / 2 - distance, 0, 1).astype(np.float32)


def _rounded(size: tuple[int, int]) -> Matte:
    width, height = size
    radius = CORNER * min(size)
    y, x = np.ogrid[:height, :width]
    outside_x = np.maximum(abs(x + 0.5 - width / 2) - (width / 2 - radius), 0)
    outside_y = np.maximum(abs(y + 0.5 - height / 2) - (height / 2 - radius), 0)
    return np.clip(radius - np.hypot(outside_x, outside_y), 0, 1).astype(np.float32)
