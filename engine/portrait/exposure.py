"""Lifting dark photos, judged by the whole photo and never by the face: dark skin in good light stays as it is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Rgb

DARK_LEVEL = 0.55  # a photo whose brightest twentieth lies below this (0 .. 1) is under-exposed ..
TARGET_LEVEL = 0.75  # .. and is lifted until it lies here
MAX_GAIN = 10.0  # beyond that there is only noise to see
NOISE_TO_STRENGTH = 1.1  # non-local means: strength per unit of measured noise
MAX_STRENGTH = 16.0
COARSE_NOISE = 1.6  # half the size halves fine noise and leaves coarse noise: more than half of it is coarse
SAMPLE_PX = 256  # long side of the copy that is measured


def needed_gain(photo: Rgb) -> float:
    """How much brighter the shadows of the whole photo should be: 1 for a well exposed one, at most MAX_GAIN."""
    scale = min(1.0, SAMPLE_PX / max(photo.shape[:2]))
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    brightest = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).max(axis=2)
    level = max(float(np.percentile(brightest, 95)) / 255, 0.01)
    if level >= DARK_LEVEL:
        return 1.0
    return float(min(MAX_GAIN, np.log(1 - TARGET_LEVEL) / np.log(1 - level)))


def brighten(rgb: Rgb, gain: float) -> Rgb:
    """Brighten the strongest channel by 1 - (1 - x) ** gain and the others in proportion; any size.

    Black and white stay, nothing is clipped, and hue and saturation are kept, which a curve per channel would not.
    """
    if gain <= 1:
        return rgb
    levels = np.arange(256) / 255
    factor = ((1 - (1 - levels) ** gain) / np.maximum(levels, 1 / 255)).astype(np.float32)
    return np.asarray(np.round(rgb * factor[rgb.max(axis=2, keepdims=True)]), dtype=np.uint8)


def lift(rgb: Rgb, gain: float) -> Rgb:
    """Brighten, and take out the noise that this makes visible: as much as is measured, none for gain 1."""
    if gain <= 1:
        return rgb
    bright = brighten(rgb, gain)
    strength = min(MAX_STRENGTH, NOISE_TO_STRENGTH * noise_level(bright))
    if strength < 1:
        return bright
    quiet = cv2.fastNlMeansDenoisingColored(bright, None, strength, 1.5 * strength, 5, 7)
    return np.asarray(quiet, dtype=np.uint8)


def lifted_to(rgb: Rgb, size: tuple[int, int], gain: float) -> Rgb:
    """`rgb` lifted by `gain` at `size` (width, height); the noise is taken out before it is enlarged."""
    if size[0] < rgb.shape[1]:
        return lift(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), gain)
    return np.asarray(cv2.resize(lift(rgb, gain), size, interpolation=cv2.INTER_LANCZOS4), dtype=np.uint8)


def noise_level(rgb: Rgb) -> float:
    """Standard deviation of the noise in grey levels, fine or, as JPEG and enlarging leave it, coarse."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    size = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
    half = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return max(_roughness(grey), COARSE_NOISE * _roughness(half))


def _roughness(grey: NDArray[np.float32]) -> float:
    """Immerkaer's noise estimate (1996), with the median, which edges do not move."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
    rough = cv2.filter2D(grey, -1, kernel)[1:-1, 1:-1]
    return float(np.median(np.abs(rough)) / 0.6745 / 6) if rough.size else 0.0
