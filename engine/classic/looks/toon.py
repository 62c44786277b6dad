"""Toon: two or three clean shades of skin, flat lively colours, tinted lines, a firm silhouette."""

from __future__ import annotations

from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import inked, keep_skin, lively, mix, rim_light, shaded
from engine.classic.study import Study
from engine.classic.tone import rgb, to_picture
from engine.classic.variation import Variation
from engine.types import Shape

INKS = (rgb("#2e1a1c"), rgb("#1e2038"), rgb("#33202e"))  # brown, night blue, plum
RIMS = (rgb("#ffe9c4"), rgb("#ffd3ec"), rgb("#c9ecff"))  # light from behind: evening, neon, sky


def toon(study: Study, variation: Variation) -> Drawing:
    """Draw flat shades and lines."""
    lab = lively(study, variation)
    lab[..., 0] = shaded(study, 11.0)
    colour = to_picture(keep_skin(lab, study))
    if study.shape is Shape.BUST:
        colour = mix(colour, variation.pick(RIMS), 0.5 * rim_light(study, variation.light_side))
    return Drawing(inked(colour, study, 1.1 * variation.line, variation.pick(INKS)), study.matte)
