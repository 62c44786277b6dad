"""Photo: the person as they are, a little clearer, for a plain die-cut sticker."""

from __future__ import annotations

import cv2

from engine.portrait.figure import Figure
from engine.portrait.study import study_of
from engine.portrait.styles.backdrop import Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import keep_skin
from engine.portrait.tone import blur, rgb, scaled_chroma, to_lab, to_picture
from engine.portrait.variation import Variation


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Clear up light and colour."""
    study = study_of(figure)
    lab = to_lab(study.rgb if study.noise < 0.4 else study.clean)
    light = lab[..., 0]
    lab = scaled_chroma(lab, 1.1 * variation.colour)
    sharp = light + 0.45 * (light - cv2.GaussianBlur(light, (0, 0), 1.2))
    broad = blur(light, 0.25 * study.fw)
    lab[..., 0] = sharp + (1 - study.skin) * 0.15 * (light - broad)
    lab[..., 2] += 1.5 * variation.warmth * (1 - study.skin)
    picture = to_picture(keep_skin(lab, study))
    picture, matte, palette = staged(picture, study, variation, Scene(shape_share=0.5))
    return Drawing(picture, matte, border(variation, palette.accent), ink=rgb("#2c1a1e"), line_px=1.8)
