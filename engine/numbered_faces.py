"""A photo with its faces numbered, for a person to say which one is meant. Knows no detector."""

from __future__ import annotations

import io
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from engine.pixels import Rgb

LONG_SIDE_PX = 1024
MOST_FACES = 16
QUALITY = 85
INK, PAPER = (20, 20, 20), (255, 255, 255)
LEAST_RADIUS_PX, MOST_RADIUS_PX = 14, 40

Box = tuple[float, float, float, float]  # x1, y1, x2, y2 in px


def number_faces(photo: Rgb, boxes: Sequence[Box]) -> bytes:
    """Return `photo` as a small JPEG, on which the faces in `boxes` are framed and numbered from 1, in order."""
    scale = min(1.0, LONG_SIDE_PX / max(photo.shape[:2]))
    shown = np.ascontiguousarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    height, width = shown.shape[:2]
    for number, box in enumerate(boxes[:MOST_FACES], 1):
        x1, y1, x2, y2 = (round(edge * scale) for edge in box)
        for colour, thickness in ((INK, 6), (PAPER, 3)):
            cv2.rectangle(shown, (x1, y1), (x2, y2), colour, thickness, cv2.LINE_AA)
        radius = min(max(round((x2 - x1) / 5), LEAST_RADIUS_PX), MOST_RADIUS_PX)
        x, y = min(max(x1, radius), width - radius), min(max(y1, radius), height - radius)
        cv2.circle(shown, (x, y), radius, INK, -1, cv2.LINE_AA)
        cv2.circle(shown, (x, y), radius, PAPER, 2, cv2.LINE_AA)
        text, font, size = str(number), cv2.FONT_HERSHEY_SIMPLEX, radius / 18
        (wide, high), _ = cv2.getTextSize(text, font, size, 2)
        cv2.putText(shown, text, (x - wide // 2, y + high // 2), font, size, PAPER, 2, cv2.LINE_AA)
    buffer = io.BytesIO()
    Image.fromarray(shown).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
