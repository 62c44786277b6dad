"""The person of a photo, found, set upright and cut out: what the looks draw. Knows no look and no file format."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.types import Shape

Rgb = NDArray[np.uint8]  # (height, width, 3), sRGB
Rgba = NDArray[np.uint8]  # (height, width, 4), sRGB, straight alpha
Matte = NDArray[np.float32]  # (height, width), 0 background .. 1 person


@dataclass(frozen=True, slots=True)
class Face:
    """A face in pixels of the picture it belongs to.

    `x`, `y`: centre of the box; `width`: side of the square box (about ear to ear); `roll_deg`: how far the
    head leans clockwise on the picture, 0 for upright; `score`: the finder's votes, larger is surer.
    """

    x: float
    y: float
    width: float
    roll_deg: float
    score: float


@dataclass(frozen=True, slots=True)
class Subject:
    """One person on a canvas, upright, ready to be drawn.

    `rgb` has the person's own colours under the soft edge too (no background fringe). For a BUST `matte` is the
    person; for a BADGE it is the badge's shape (circle or rounded rectangle) and `rgb` keeps the background.
    The canvas is cropped closely: about 3.3 face widths wide for a bust.
    """

    rgb: Rgb
    matte: Matte
    face: Face
    shape: Shape
