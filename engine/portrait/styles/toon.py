"""Toon: soft clean shades, friendly eyes, tinted lines."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import study_of
from engine.portrait.styles.backdrop import Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import blushed, crisp_eyes, inked, painted, silhouette
from engine.portrait.tone import rgb, to_picture
from engine.portrait.variation import Variation

INKS = (rgb("#2e1a1c"), rgb("#1e2038"), rgb("#33202e"))  # brown, night blue, plum


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw soft shades and lines."""
    study, ink = study_of(figure), variation.pick("ink", INKS)
    picture = to_picture(blushed(painted(study, variation, hardness=1.0, keep=0.3, gain=1.35), study, 0.5))
    picture = crisp_eyes(picture, study)
    lines = np.maximum(0.7 * study.lines(variation.line), 0.9 * silhouette(study, 2.4 * variation.line))
    picture = inked(picture, lines, ink)
    draw_features(picture, study, Hand(ink, weight=variation.line, iris=0.55, brows=0.5, lips=0.4, jaw=0.55, nose=0.5))
    picture, matte, palette = staged(picture, study, variation, Scene())
    return Drawing(picture, matte, border(variation, palette.accent), ink=ink, line_px=2.2 * variation.line)
