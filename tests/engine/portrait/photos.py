"""The public-domain portrait that the tests look at, and pictures without a face."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import cli

Rgb = NDArray[np.uint8]

ASTRONAUT = Path(cli.__file__).parent / "demo" / "astronaut.jpg"
FACE_X, FACE_Y, FACE_PX = 224, 118, 113  # between her cheeks, and the width of her face, in px of the 512 x 512 photo


def astronaut() -> Rgb:
    return np.asarray(cv2.cvtColor(cv2.imread(str(ASTRONAUT)), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def noise(height: int, width: int) -> Rgb:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype(np.uint8)


def gradient(height: int, width: int) -> Rgb:
    ramp = np.linspace(40, 220, width)[None, :, None] * np.linspace(0.5, 1, height)[:, None, None]
    return np.repeat(ramp, 3, axis=2).astype(np.uint8)


def text(height: int, width: int) -> Rgb:
    page = np.full((height, width, 3), 250, dtype=np.uint8)
    for row in range(30, height, 28):
        cv2.putText(page, "The quick brown fox jumps over 13 lazy dogs", (10, row), 0, 0.7, (20, 20, 20), 2)
    return page


def pear(height: int, width: int) -> Rgb:
    """A green fruit on a plain blue table."""
    picture = np.full((height, width, 3), (70, 110, 190), np.uint8)
    middle = (width // 2, round(height * 0.6))
    cv2.circle(picture, middle, height // 4, (120, 180, 60), -1, cv2.LINE_AA)
    cv2.circle(picture, (width // 2, round(height * 0.36)), height // 7, (120, 180, 60), -1, cv2.LINE_AA)
    return np.clip(picture + np.random.default_rng(2).normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
