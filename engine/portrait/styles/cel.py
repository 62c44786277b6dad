"""Cel: an animation film's hard shades, painted eyes, firm lines."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import study_of
from engine.portrait.styles.backdrop import Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import blushed, inked, painted, silhouette
from engine.portrait.tone import rgb, to_picture
from engine.portrait.variation import Variation

INKS = (rgb("#2c1a1e"), rgb("#1b1c33"), rgb("#301c2c"))


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw hard shades and painted eyes."""
    study, ink = study_of(figure), variation.pick("ink", INKS)
    lab = painted(study, variation, hardness=3.0, keep=0.1, clothes_step=16, gain=1.45, hair_contrast=1.4)
    picture = to_picture(blushed(lab, study, 0.8))
    lines = np.maximum(0.9 * study.lines(1.15 * variation.line), silhouette(study, 3.2 * variation.line))
    picture = inked(picture, lines, ink)
    hand = Hand(ink, weight=1.1 * variation.line, iris=1.0, big=1.1, brows=0.85, lips=0.6, jaw=0.8, nose=0.75)
    draw_features(picture, study, hand)
    picture, matte, palette = staged(picture, study, variation, Scene(ink=ink))
    return Drawing(picture, matte, border(variation, palette.accent, ink=ink), ink=ink, line_px=2.8 * variation.line)
