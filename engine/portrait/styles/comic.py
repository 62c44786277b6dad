"""Comic: bold ink, solid blacks, strong colour, shade printed as dots."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import study_of
from engine.portrait.styles.backdrop import Scene, border, palettes, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import blushed, inked, painted, silhouette
from engine.portrait.styles.textures import dots
from engine.portrait.tone import mix, rgb, smoothstep, to_picture
from engine.portrait.variation import Variation

INKS = (rgb("#14100f"), rgb("#101430"), rgb("#210c1d"))
PALETTES = palettes(
    "#ffd21f #ff9f1c #e3262e",
    "#35b8f2 #1a8fe0 #ffd21f",
    "#ff5a4f #e02a3c #ffd21f",
    "#ff77b7 #f04a98 #2b4fd8",
    "#8fe04a #5cc22a #e3262e",
    "#b58cff #8a58f0 #ffd21f",
    "#fff3d0 #ffdc84 #e3262e",
)
SHADE_L = 12.0


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw bold colour, dots for shade, thick ink."""
    study, ink = study_of(figure), variation.pick("ink", INKS)
    lab = blushed(
        painted(study, variation, hardness=3.0, keep=0.1, clothes_step=20, gain=1.7, hair_contrast=1.5), study, 0.7
    )
    paper = to_picture(lab)
    light = study.flat[..., 0]
    lab[..., 0] -= SHADE_L * study.skin_range
    features = np.clip(study.eye_area + study.mouth_area, 0, 1)
    shade = smoothstep(-3 * study.skin_range, -18 * study.skin_range, study.relief) * study.skin * (1 - features)
    shade = 0.65 * shade + (1 - study.skin) * 0.55 * smoothstep(10, 1, np.abs(light - 42))
    screen = dots(shade, variation.pick("angle", (45.0, 30.0, 15.0, 60.0)), variation.pick("dots", (5.5, 6.5, 8.0)))
    picture = mix(paper, to_picture(lab), screen)
    blacks = smoothstep(21, 14, light) * (1 - study.skin) * (1 - study.eye_area)
    picture = mix(picture, ink, blacks * (study.person if study.is_badge else 1))
    weight = 1.45 * variation.line
    lines = np.maximum(study.lines(weight), silhouette(study, 3.0 * weight))
    picture = inked(picture, lines, ink)
    hand = Hand(ink, weight=1.2 * variation.line, iris=0.85, big=1.05, brows=0.9, lips=0.6, jaw=0.9, nose=0.9)
    draw_features(picture, study, hand)
    scene = Scene(
        PALETTES,
        shapes=("burst", "burst", "disc", "cloud", "squircle"),
        textures=("rays", "dots", "plain", "rings"),
        props=("stars", "sparks"),
        ink=ink,
        shape_share=0.65,
    )
    picture, matte, palette = staged(picture, study, variation, scene)
    return Drawing(picture, matte, border(variation, palette.accent, ink=ink), ink=ink, line_px=2.6 * weight)
