"""Toon: two or three clean shades of skin, flat lively colours, tinted lines, a firm silhouette."""

from __future__ import annotations

from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import inked, keep_skin, lively, shaded
from engine.classic.study import Study
from engine.classic.tone import rgb, to_picture
from engine.classic.variation import Variation

INKS = (rgb("#2e1a1c"), rgb("#1e2038"), rgb("#33202e"))  # brown, night blue, plum


def toon(study: Study, variation: Variation) -> Drawing:
    """Draw flat shades and lines."""
    lab = lively(study, variation)
    lab[..., 0] = shaded(study, 11.0)
    colour = to_picture(keep_skin(lab, study))
    return Drawing(inked(colour, study, 1.1 * variation.line, variation.pick(INKS)), study.matte)
