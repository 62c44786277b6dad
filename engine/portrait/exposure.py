"""Lifting dark photos, judged by the whole photo and never by the face: dark skin in good light stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.pixels import Rgb
from engine.portrait.tone import noise_sd

DARK_LEVEL = 0.55  # a photo whose brightest twentieth lies below this (0 .. 1) is under-exposed ..
TARGET_LEVEL = 0.75  # .. and its shadows are lifted until it lies here ..
WHITE_LEVEL = 0.85  # .. after all of it has been stretched until its very brightest lies here
FACE_LEVEL = 0.82  # no face is lifted above this
MOST_STRETCH, MOST_GAIN = 8.0, 10.0  # beyond that there is only noise to see
NOISE_TO_STRENGTH = 1.1  # non-local means: strength per unit of measured noise
LEAST_NOISE = 2.5  # in a photo that was lifted; noise below is left ..
LEAST_OWN_NOISE = 14.0  # .. as it is below this in any other
MOST_STRENGTH = 40.0
COARSE_NOISE = 1.6  # half the size halves fine noise and leaves coarse noise: more than half of it is coarse
SMALL_GROWTH = 1.8
SAMPLE_PX = 256  # long side of the copy that is measured


@dataclass(frozen=True, slots=True)
class Lift:
    """How a photo is brightened: every level times `stretch`, then the shadows by 1 - (1 - x) ** `gain`."""

    stretch: float = 1.0
    gain: float = 1.0


def needed_lift(photo: Rgb) -> Lift:
    """Return how much brighter a whole photo should be; nothing for a well exposed one."""
    scale = min(1.0, SAMPLE_PX / max(photo.shape[:2]))
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    brightest = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).max(axis=2)
    level, white = (max(float(value) / 255, 0.01) for value in np.percentile(brightest, (95, 99.5)))
    if level >= DARK_LEVEL:
        return Lift()
    stretch = float(np.clip(WHITE_LEVEL / white, 1, MOST_STRETCH))
    level = min(level * stretch, 0.99)
    if level >= TARGET_LEVEL:
        return Lift(stretch)
    return Lift(stretch, float(min(MOST_GAIN, np.log(1 - TARGET_LEVEL) / np.log(1 - level))))


def for_face(lift: Lift, face: Rgb) -> Lift:
    """Return as much of `lift` as the light on `face`, its pixels [h, w, 3], allows: a flash at night needs none."""
    if lift == Lift() or face.size == 0:
        return lift
    level = float(np.clip(np.percentile(face.max(axis=2), 75) / 255, 0.01, 0.99))
    stretch = float(np.clip(lift.stretch, 1, max(1.0, FACE_LEVEL / level)))
    level = min(level * stretch, 0.99)
    return Lift(stretch, float(np.clip(lift.gain, 1, max(1.0, np.log(1 - FACE_LEVEL) / np.log(1 - level)))))


def brighten(rgb: Rgb, lift: Lift) -> Rgb:
    """Brighten the strongest channel and the others in proportion; [H, W, 3].

    Nothing above white is cut off, and hue and saturation are kept, which a curve per channel would not.
    """
    if lift == Lift():
        return rgb
    levels = np.arange(256) / 255
    brighter = 1 - (1 - np.minimum(levels * lift.stretch, 1)) ** lift.gain
    factor = (brighter / np.maximum(levels, 1 / 255)).astype(np.float32)
    return np.asarray(np.round(rgb * factor[rgb.max(axis=2, keepdims=True)]), dtype=np.uint8)


def lifted(rgb: Rgb, lift: Lift) -> Rgb:
    """Brighten, and take out noise: as much as is measured, whether the lift made it visible or it was there."""
    bright = brighten(rgb, lift)
    if min(rgb.shape[:2]) < 4:
        return bright
    noise = noise_level(bright)
    if noise < (LEAST_OWN_NOISE if lift == Lift() else LEAST_NOISE):
        return bright
    strength = min(MOST_STRENGTH, NOISE_TO_STRENGTH * noise)
    quiet = cv2.fastNlMeansDenoisingColored(bright, None, strength, 1.5 * strength, 3, 9)
    return np.asarray(quiet, dtype=np.uint8)


def lifted_to(rgb: Rgb, size: tuple[int, int], lift: Lift) -> Rgb:
    """Return `rgb` lifted at `size` (width, height); the noise is taken out before it is enlarged."""
    if size[0] < rgb.shape[1]:
        return lifted(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), lift)
    if lift == Lift() and size[0] > SMALL_GROWTH * rgb.shape[1]:  # so small that detail would be taken for noise
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    return np.asarray(cv2.resize(lifted(rgb, lift), size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def noise_level(rgb: Rgb) -> float:
    """Estimate the standard deviation of the noise in grey levels, fine or, as JPEG and enlarging leave it, coarse."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    size = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
    half = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return max(noise_sd(grey), COARSE_NOISE * noise_sd(half))
