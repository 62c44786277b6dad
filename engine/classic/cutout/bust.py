"""The crop of a photo that a cut-out is made from: head, shoulders and a margin, in face widths around the face.

`u` runs right and `v` down from the middle of the face box, both in face widths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.classic.exposure import brighten, lifted_to
from engine.classic.subject import Face
from engine.pixels import Rgb

Field = NDArray[np.float32]  # (height, width), one number per pixel

REACH_U = 1.65
TOP_V, BOTTOM_V = -1.55, 1.78
AROUND_FW = 1.6  # how far beside and above the crop the background is looked at
AROUND_PX = 16  # samples per face width there
LONG_PX = (512, 700)  # long side of the drawing: never less, never more


@dataclass(frozen=True, slots=True)
class Bust:
    """A crop of the photo with its face in pixels of the crop.

    `around` has colours of the photo beside and above the crop, (1, n, 3): mostly background; n may be 0.
    """

    rgb: Rgb
    face: Face
    around: Rgb

    def fitted(self, long_px: int) -> Bust:
        """The same crop at another size, its long side `long_px`."""
        return _resized(self, long_px / max(self.rgb.shape[:2]), gain=1.0)

    def coordinates(self) -> tuple[Field, Field]:
        """`u` as (1, width) and `v` as (height, 1): the place of each pixel in face widths."""
        height, width = self.rgb.shape[:2]
        u = (np.arange(width, dtype=np.float32) + 0.5 - self.face.x) / self.face.width
        v = (np.arange(height, dtype=np.float32) + 0.5 - self.face.y) / self.face.width
        return u[None, :], v[:, None]


def take_bust(photo: Rgb, face: Face, gain: float = 1.0) -> Bust:
    """Crop the bust of `face`, lift it by `gain` and scale it to LONG_PX; what lies outside the photo is left out."""
    height, width = photo.shape[:2]
    left, right = round(face.x - REACH_U * face.width), round(face.x + REACH_U * face.width)
    top, bottom = round(face.y + TOP_V * face.width), round(face.y + BOTTOM_V * face.width)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    crop = photo[top:bottom, left:right]
    placed = Face(face.x - left, face.y - top, face.width, face.roll_deg, face.score)
    long_px = max(crop.shape[:2])
    around = brighten(_around(photo, face, (left, top, right, bottom)), gain)
    return _resized(Bust(crop, placed, around), float(np.clip(long_px, *LONG_PX)) / long_px, gain)


def _around(photo: Rgb, face: Face, crop: tuple[int, int, int, int]) -> Rgb:
    """Colours from beside and above `crop` (left, top, right, bottom), coarse."""
    left, top, right, low = crop
    reach = round(AROUND_FW * face.width)
    parts = (
        photo[max(0, top - reach) : low, max(0, left - reach) : left],
        photo[max(0, top - reach) : low, right : right + reach],
        photo[max(0, top - reach) : top, left:right],
    )
    step = max(1, round(face.width / AROUND_PX))
    return np.concatenate([part[::step, ::step].reshape(1, -1, 3) for part in parts], axis=1)


def _resized(bust: Bust, scale: float, gain: float) -> Bust:
    height, width = bust.rgb.shape[:2]
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    face = Face(
        bust.face.x * size[0] / width,
        bust.face.y * size[1] / height,
        bust.face.width * scale,
        bust.face.roll_deg,
        bust.face.score,
    )
    return Bust(lifted_to(bust.rgb, size, gain), face, bust.around)
