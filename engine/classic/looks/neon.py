"""Neon: a night portrait between two coloured tubes, with a glowing contour."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.lines import silhouette, soft_box
from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import mix
from engine.classic.study import Study, feature_lines
from engine.classic.tone import Picture, rgb, smoothstep
from engine.classic.variation import Variation
from engine.pixels import Plane

# for each side: black, deep, tube, glow, white
PALETTES = tuple(
    tuple(tuple(rgb(colour) for colour in side.split()) for side in pair.split("|"))
    for pair in (
        "#0d0826 #43107a #e8249c #ff8fc4 #fff0f6 | #080d2c #113a86 #12a8e8 #8fe6ff #f0fcff",
        "#140a24 #5b1380 #b63cf0 #e3a2ff #faf0ff | #06141f #0b5a66 #10cfa8 #9cf7d8 #f0fff9",
        "#1c0820 #7a1048 #ff3d5e #ffa48f #fff3ec | #0a0a30 #2f2599 #5a6bff #abc0ff #f2f5ff",
        "#190a1c #7d1a3a #ff6a2b #ffc07a #fff6e6 | #0b0930 #3a1a96 #8a3dff #c9a4ff #f6f0ff",
    )
)
STOPS = (0.0, 26.0, 56.0, 78.0, 100.0)  # L of the five colours


def neon(study: Study, variation: Variation) -> Drawing:
    """Draw two coloured lights and a glowing contour."""
    light = study.flat[..., 0]
    light = np.clip(light + 0.35 * (light - soft_box(light, 31)), 0, 100)
    left, right = variation.pick(PALETTES)
    if variation.light_side > 0:
        left, right = right, left
    side = _side(study)
    picture = mix(_ramp(light, left), _ramp(light, right), side)
    lines = feature_lines(study, 1.1 * variation.line)
    picture = mix(picture, 0.5 * (left[0] + right[0]), lines)
    tube = silhouette(study.matte, 3.2) * (study.matte > 0.5)
    glow = np.clip(cv2.GaussianBlur(tube, (0, 0), 7) * 1.5, 0, 1)
    colour = mix(np.broadcast_to(left[2], picture.shape), right[2], side)
    picture = 255 - (255 - picture) * (1 - glow[..., None] * colour / 255)
    core = mix(np.broadcast_to(left[3], picture.shape), right[3], side)
    return Drawing(mix(picture, core, tube), study.matte)


def _ramp(light: Plane, colours: tuple[np.ndarray, ...]) -> Picture:
    """Map L to colours; lightness only ever rises, so the order of skin tones is kept."""
    return np.dstack([np.interp(light, STOPS, [c[i] for c in colours]) for i in range(3)]).astype(np.float32)


def _side(study: Study) -> Plane:
    """Which tube lights a point: 0 the left one, 1 the right one; turned by the relief of the face."""
    height, width = study.matte.shape
    relief = cv2.GaussianBlur(study.lab[..., 0], (0, 0), 0.05 * study.face.width)
    slope = cv2.Sobel(relief, cv2.CV_32F, 1, 0) / 8
    x = (np.arange(width, dtype=np.float32)[None] - study.face.x) / study.face.width
    return smoothstep(-0.75, 0.75, x - 0.35 * np.clip(slope, -1.5, 1.5) + np.zeros((height, 1), np.float32))
