"""Watercolour: washes of pigment on paper, darker where a wash dries, over a light sketch."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.lines import depth
from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import grain, keep_skin, lively, soft_steps
from engine.classic.study import Study, feature_lines
from engine.classic.tone import rgb, smoothstep, to_picture
from engine.classic.variation import Variation
from engine.pixels import Plane

PAPER = rgb("#fffdf8")
SKETCH = (rgb("#4a3129"), rgb("#33364f"), rgb("#4a2f3f"))


def watercolour(study: Study, variation: Variation) -> Drawing:
    """Draw washes and a sketch."""
    lab = lively(study, variation, amount=0.6)
    blurred = cv2.GaussianBlur(lab, (0, 0), 1.2)
    keep = np.maximum(study.eyes, study.mouth)[..., None]
    lab = blurred * (1 - keep) + lab * keep
    steps = soft_steps(lab[..., 0], 9.0, 5.0)
    lab[..., 0] += (1 - 0.85 * keep[..., 0]) * (steps - lab[..., 0])
    lab[..., 0] = 100 - (100 - lab[..., 0]) * (1 - 0.2 * (1 - study.skin))
    wash = to_picture(keep_skin(lab, study))
    density = _density(study, variation) * (1 + 0.55 * _dried(study))
    painted = PAPER * (np.maximum(wash, 4) / 255) ** density[..., None]
    lines = 0.75 * feature_lines(study, 0.95 * variation.line)[..., None]
    return Drawing(painted * (1 - lines) + variation.pick(SKETCH) * lines, study.matte)


def _density(study: Study, variation: Variation) -> Plane:
    """How much pigment lies where: clouds, granulation, paper showing at the border of the figure."""
    size = study.matte.shape
    clouds = 0.13 * grain(size, variation.grain, 34) + 0.07 * grain(size, variation.grain + 1, 9)
    fine = 0.055 * grain(size, variation.grain + 2, 1.6)
    calm = (1 - 0.65 * study.oval) * smoothstep(5, 60, study.flat[..., 0])
    inside = depth(study.matte)
    ragged = smoothstep(0, 5, inside - 3 - 4 * np.maximum(grain(size, variation.grain + 3, 26), 0) * calm)
    return np.clip(1 + (clouds + fine) * calm, 0.3, 1.8) * (0.12 + 0.88 * ragged)


def _dried(study: Study) -> Plane:
    """The dark rim of a wash: along the edges between flat areas."""
    light = cv2.GaussianBlur(study.flat[..., 0], (0, 0), 1.0)
    rim = np.abs(light - cv2.GaussianBlur(light, (0, 0), 2.5))
    return smoothstep(1.0, 7.0, rim) * (1 - 0.7 * study.oval)
