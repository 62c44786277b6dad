"""Pencil: hatching as dark as the photo, firm contours, a breath of colour on paper."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engine.classic.lines import silhouette
from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import grain, mix
from engine.classic.study import Study, feature_lines
from engine.classic.tone import Picture, rgb, smoothstep, to_picture
from engine.classic.variation import Variation
from engine.pixels import Plane

PAPER = rgb("#fbf8f1")
LEADS = (rgb("#2b2a2e"), rgb("#33291f"), rgb("#1f2b3d"))  # graphite, sepia, blue
TINT = 0.4  # share of the photo's colour
# strokes: angle in degrees, period in px, from which darkness to which full
LAYERS = ((52.0, 4.6, 18.0, 66.0), (38.0, 4.1, 38.0, 84.0), (-42.0, 4.4, 58.0, 98.0))


def pencil(study: Study, variation: Variation) -> Drawing:
    """Draw hatching, contours and a pale tint."""
    size = study.matte.shape
    darkness = 100 - cv2.GaussianBlur(study.flat[..., 0], (0, 0), 1.0)
    tint = to_picture(_pale(study, variation))
    shade = np.zeros(size, np.float32)
    for number, (angle, period, low, high) in enumerate(LAYERS):
        amount = np.clip((darkness - low) / (high - low), 0, 1) * (0.75 - 0.2 * study.skin)
        layer = amount * _strokes(size, angle * variation.light_side, period, variation.grain + number, amount)
        shade = shade + layer * (1 - shade)
    shade *= 1 - 0.5 * study.eyes
    lead = variation.pick(LEADS)
    tooth = np.clip(1 + 0.22 * grain(size, variation.grain + 7, 1.5), 0.4, 1.4)
    lines = np.clip(feature_lines(study, 0.95 * variation.line, 1.15) * 0.92 * tooth, 0, 1)
    deep = 0.55 * smoothstep(70, 92, darkness) * tooth
    picture = mix(tint, lead, np.clip(0.8 * shade * tooth, 0, 1))
    picture = mix(mix(picture, lead, np.clip(deep, 0, 1)), lead, lines)
    return Drawing(mix(picture, lead, 0.85 * silhouette(study.matte, 1.6 * variation.line)), study.matte)


def _pale(study: Study, variation: Variation) -> Picture:
    lab = study.flat.copy()
    lab[..., 0] = 97 - (100 - lab[..., 0]) * 0.26
    lab[..., 1:] *= TINT * 1.3 * variation.colour
    lab[..., 2] += 2
    return lab


def _strokes(size: tuple[int, int], angle_deg: float, period: float, seed: int, amount: Plane) -> Plane:
    """Parallel, slightly wavy strokes; wider where `amount` is larger."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    angle = math.radians(angle_deg)
    across = x * math.sin(angle) + y * math.cos(angle) + 1.1 * grain(size, seed, 40) + 0.35 * grain(size, seed, 11)
    wave = 0.5 + 0.5 * np.cos(across * (2 * math.pi / period))
    return smoothstep(-0.35, 0.35, wave - (0.75 - 0.6 * amount))
