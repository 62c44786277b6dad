"""Light and colour before a look is drawn: exposure, noise, smoothing, skin. Knows no look."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.subject import Face, Rgb

Plane = NDArray[np.float32]  # (height, width)
Lab = NDArray[np.float32]  # (height, width, 3), CIE Lab, L 0 .. 100

DIM_P97 = 62.0  # 97th percentile of L below which a whole photo counts as dim
MIN_GAMMA = 0.6


def to_lab(rgb: NDArray[np.uint8]) -> Lab:
    """sRGB bytes to CIE Lab, D65, floats."""
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)  # type: ignore[return-value]


def to_rgb(lab: Lab) -> Rgb:
    """CIE Lab to sRGB bytes, clipped."""
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return (np.clip(rgb, 0, 1) * 255).round().astype(np.uint8)


def face_oval(face: Face, shape: tuple[int, int], grow: float = 1.0) -> Plane:
    """1 inside the face's oval (brow to chin, cheek to cheek), soft edge, 0 outside."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    u, v = (x - face.x) / face.width, (y - face.y) / face.width
    roll = math.radians(face.roll_deg)
    along, across = math.cos(roll) * u + math.sin(roll) * v, math.cos(roll) * v - math.sin(roll) * u
    radius = np.sqrt((along / (0.40 * grow)) ** 2 + ((across - 0.02) / (0.52 * grow)) ** 2)
    return np.clip((1 - radius) * 6 + 0.5, 0, 1).astype(np.float32)


def exposure_gamma(photo: Rgb) -> float:
    """Gamma on L that brings a dim photo up; 1 for any photo that has something bright in it.

    Measured on the whole photo, never on the face: a target for the face would lighten dark skin.
    """
    bright = float(np.percentile(to_lab(photo[::4, ::4])[..., 0], 97))
    if bright >= DIM_P97:
        return 1.0
    wanted = np.log(DIM_P97 / 100) / np.log(max(bright, 4.0) / 100)
    return float(max(MIN_GAMMA, wanted))


def noise_sd(lightness: Plane) -> float:
    """Standard deviation of the noise in L units (Immerkaer's mask, median instead of mean: lines do not count)."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.median(np.abs(cv2.filter2D(lightness, -1, mask))) / 0.6745 / 6)
