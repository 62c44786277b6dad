"""Comic: solid blacks, bold colour, shade printed as dots."""

from __future__ import annotations

import math

import numpy as np

from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import inked, keep_skin, lively, mix, soft_steps
from engine.classic.study import Study
from engine.classic.tone import rgb, smoothstep, to_picture
from engine.classic.variation import Variation
from engine.pixels import Plane

INKS = (rgb("#14100f"), rgb("#0f1226"), rgb("#1c0d18"))
DOTS_PX = 6.0  # period of the screen
SHADE_L = 15.0


def comic(study: Study, variation: Variation) -> Drawing:
    """Draw bold colour, dots for shade, thick ink."""
    light = study.flat[..., 0]
    lit = float(study.skin_lab[0])
    lab = lively(study, variation, amount=0.9)
    above = (light - lit) / study.skin_range
    skin = lit + min(8.0, 0.35 * (100 - lit)) * smoothstep(6, 9, above)
    skin = skin - 0.9 * study.skin_range * np.maximum(-above - 24, 0)
    keep = 0.8 * np.maximum(study.eyes, 0.7 * study.mouth)
    lab[..., 0] = study.skin * skin + (1 - study.skin) * soft_steps(light, 20.0, 9.0)
    lab[..., 0] = lab[..., 0] * (1 - keep) + light * keep
    lab = keep_skin(lab, study)
    paper = to_picture(lab)
    lab[..., 0] -= SHADE_L * study.skin_range
    lab[..., 1] += 6 * study.skin
    shade = smoothstep(4, 22, -above) * study.skin
    shade += (1 - study.skin) * 0.55 * smoothstep(0, 9, 10 - np.abs(light - 42))
    dots = _dots(shade * (1 - study.eyes) * (1 - study.mouth), math.radians(45 if variation.light_side > 0 else 30))
    ink = variation.pick(INKS)
    printed = mix(paper, to_picture(lab), dots)
    blacks = smoothstep(0, 5, 21 - light) * (1 - study.skin * study.oval) * study.focus
    return Drawing(
        inked(mix(printed, ink, blacks), study, 1.5 * variation.line, ink, tint=0.0, edge_px=3.2), study.matte
    )


def _dots(density: Plane, angle: float) -> Plane:
    """A screen of round dots that cover the share `density` (0 .. 1) of the paper."""
    y, x = np.mgrid[: density.shape[0], : density.shape[1]].astype(np.float32)
    along, across = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    turn = 2 * math.pi / DOTS_PX
    screen = 0.5 - 0.25 * (np.cos(along * turn) + np.cos(across * turn))
    return smoothstep(-0.09, 0.09, np.minimum(density, 0.75) - screen)
