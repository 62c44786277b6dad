"""Square crops of a photo at any place, size and angle, for networks with a fixed input. Knows no network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Rgb
from engine.portrait.figure import Points

SMALLEST_PX = 4  # a level of the pyramid is no smaller


@dataclass(frozen=True, slots=True)
class Square:
    """A square of a photo: centre `x`, `y` and `side` in px of it, turned `turn_deg` clockwise."""

    x: float
    y: float
    side: float
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Crop:
    """`pixels` [n, n, 3] of a square, and the 2 x 3 matrix from px of the photo to px of the crop."""

    pixels: Rgb
    matrix: NDArray[np.float64]

    def to_photo(self, points: NDArray[np.floating]) -> Points:
        """Return points [n, 2] of the crop in px of the photo."""
        back = cv2.invertAffineTransform(self.matrix)
        return (points @ back[:, :2].T + back[:, 2]).astype(np.float32)


class Pyramid:
    """A photo and its halves, so that a crop costs what its own size costs and never aliases."""

    def __init__(self, photo: Rgb) -> None:
        """`photo` [H, W, 3]; smaller levels are made when a crop needs them."""
        self._levels = [photo]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the photo in px."""
        height, width = self._levels[0].shape[:2]
        return width, height

    def crop(self, square: Square, px: int, border: int = cv2.BORDER_CONSTANT) -> Crop:
        """Return `square` upright at `px` x `px`; what lies outside the photo is black, or as `border` says."""
        scale = px / square.side
        turn = math.radians(square.turn_deg)
        cos, sin = math.cos(turn) * scale, math.sin(turn) * scale
        centre = (px - 1) / 2
        matrix = np.array(
            [
                [cos, sin, centre - cos * square.x - sin * square.y],
                [-sin, cos, centre + sin * square.x - cos * square.y],
            ]
        )
        level = self._level(max(0, math.floor(math.log2(1 / scale))))
        grown = np.array([self.size[0] / level.shape[1], self.size[1] / level.shape[0]])
        # px centres: x of the photo = grown * (x of the level + 0.5) - 0.5
        from_level = np.hstack([matrix[:, :2] * grown, matrix[:, :2] @ (grown[:, None] / 2 - 0.5) + matrix[:, 2:]])
        pixels = cv2.warpAffine(level, from_level, (px, px), flags=cv2.INTER_LINEAR, borderMode=border)
        return Crop(pixels, matrix)

    def _level(self, halvings: int) -> Rgb:
        while len(self._levels) <= halvings and min(self._levels[-1].shape[:2]) >= 2 * SMALLEST_PX:
            height, width = self._levels[-1].shape[:2]
            half = ((width + 1) // 2, (height + 1) // 2)
            self._levels.append(cv2.resize(self._levels[-1], half, interpolation=cv2.INTER_AREA))
        return self._levels[min(halvings, len(self._levels) - 1)]
