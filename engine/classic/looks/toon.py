"""Toon: soft flat shades, dark-brown lines, lively colour."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.lines import ink
from engine.classic.subject import Rgb, Subject
from engine.classic.tone import noise_sd, to_lab, to_rgb
from engine.classic.variation import Variation


def toon(subject: Subject, variation: Variation) -> Rgb:
    """Draw `subject` with flat shades and lines; same size."""
    smooth = subject.rgb
    for _ in range(3):
        smooth = cv2.bilateralFilter(smooth, 9, 28, 5)
    lab = to_lab(cv2.pyrMeanShiftFiltering(smooth, 8, 14, maxLevel=1))
    lightness = lab[..., 0]
    step = 100 / 7
    level = np.floor(lightness / step)
    within = lightness / step - level - 0.5
    lab[..., 0] = (level + 0.5 + 0.5 * np.tanh(within * 5)) * step
    lab[..., 1:] *= 1.35 * variation.colour
    base = to_lab(smooth)[..., 0]
    lines = ink(base, 1.1 * variation.line + 0.1 * noise_sd(to_lab(subject.rgb)[..., 0]))
    flat = to_rgb(lab).astype(np.float32)
    inked = flat * (1 - lines[..., None]) + np.array([52, 30, 24], np.float32) * lines[..., None]
    return inked.round().astype(np.uint8)
