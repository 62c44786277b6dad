"""The public-domain portrait that the tests look at, and ways to damage a photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

import cli
from engine.pixels import Rgb

ASTRONAUT = Path(cli.__file__).parent / "demo" / "astronaut.jpg"
FACE_X, FACE_Y = 224, 118  # between her cheeks, in pixels of the 512 x 512 photo


def astronaut() -> Rgb:
    return np.asarray(cv2.cvtColor(cv2.imread(str(ASTRONAUT)), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def resized(photo: Rgb, long_px: int) -> Rgb:
    scale = long_px / max(photo.shape[:2])
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def leaning(photo: Rgb, degrees: float) -> Rgb:
    """Turned clockwise about its middle."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return np.asarray(cv2.warpAffine(photo, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def dark(photo: Rgb, light: float, noise: float = 0.0) -> Rgb:
    """A `light` share of the light, with `noise` grey levels of noise."""
    grain = np.random.default_rng(1).normal(0, noise, photo.shape) if noise else 0.0
    return np.asarray(np.clip(photo * light + grain, 0, 255), dtype=np.uint8)


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
