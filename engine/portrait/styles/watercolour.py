"""Watercolour: washes of pigment on paper, darker where a wash dries, over a light sketch."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of
from engine.portrait.styles.backdrop import Scene, border, palettes, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import blushed, crisp_eyes, depth, keep_skin, painted
from engine.portrait.tone import Plane, blur, grain, mix, rgb, smoothstep, to_lab, to_picture
from engine.portrait.variation import Variation

PAPER = rgb("#fffdf8")
SKETCH = (rgb("#4a3129"), rgb("#33364f"), rgb("#4a2f3f"), rgb("#2f4440"))
PALETTES = palettes(
    "#bfe3f2 #9ccfe6 #3f7fa8",
    "#f9cfd2 #f2b3ba #b8506a",
    "#d8edc4 #bfe0a3 #5d8c46",
    "#fbe3ae #f6d184 #c98524",
    "#dccff0 #c5b1e6 #7658a8",
    "#f9d5b8 #f3bd94 #bf6a3a",
    "#c8ece4 #a5ddd2 #3b8f86",
)


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw washes and a sketch."""
    study = study_of(figure)
    lab = blushed(painted(study, variation, keep=0.35, clothes_step=11, gain=1.35, hair_contrast=1.1), study, 0.7)
    lab = blur(lab, 1.1)
    lab[..., 0] = 100 - (100 - lab[..., 0]) * (1 - 0.18 * (1 - study.skin))
    picture = crisp_eyes(to_picture(keep_skin(lab, study)), study, 0.6)
    density = _density(study, variation) * (1 + 0.5 * _dried(study))
    picture = _pigment(picture, density)
    picture = to_picture(keep_skin(to_lab(picture), study))
    picture = mix(picture, PAPER, _bare(study, variation))
    sketch = variation.pick("sketch", SKETCH)
    picture = mix(picture, sketch, 0.65 * study.lines(0.9 * variation.line))
    hand = Hand(sketch, weight=0.8 * variation.line, iris=0.35, brows=0.35, lips=0.45, jaw=0.4, nose=0.45, lids=0.8)
    draw_features(picture, study, hand)
    scene = Scene(
        PALETTES,
        shapes=("blob", "blob", "disc", "cloud"),
        textures=("plain", "plain", "dots"),
        props=("bubbles", "hearts", "stars"),
        rim=PAPER,
        shape_share=0.7,
    )
    figure_matte = study.matte
    picture, matte, palette = staged(picture, study, variation, scene)
    around = np.clip(matte - figure_matte, 0, 1)
    if around.any():
        clouds = 1 + 0.35 * grain(matte.shape, variation.grain + 9, 42) + 0.10 * grain(matte.shape, variation.grain, 5)
        rim = smoothstep(7, 1, depth(matte))
        picture = mix(picture, _pigment(picture, np.clip(clouds, 0.35, 1.8) + 0.6 * rim), around)
    return Drawing(picture, matte, border(variation, palette.accent), ink=sketch, line_px=1.6 * variation.line)


def _pigment(picture: np.ndarray, density: Plane) -> np.ndarray:
    """Return the colours as washes of `density` (1: as they are) on paper: light passes the pigment twice."""
    return PAPER * np.power(np.clip(picture, 4, 255) / 255, density[..., None], dtype=np.float32)


def _density(study: Study, variation: Variation) -> Plane:
    """Return how much pigment lies where: clouds and granulation."""
    size = study.matte.shape
    clouds = 0.14 * grain(size, variation.grain, 34) + 0.07 * grain(size, variation.grain + 1, 9)
    fine = 0.05 * grain(size, variation.grain + 2, 1.6)
    calm = (1 - 0.75 * np.maximum(study.oval, study.skin)) * smoothstep(5, 60, study.flat[..., 0])
    return np.clip(1 + (clouds + fine) * calm, 0.3, 1.8)


def _dried(study: Study) -> Plane:
    """Return the dark rim of a wash: along the edges between flat areas."""
    light = blur(study.flat[..., 0], 1.0)
    return smoothstep(1.0, 7.0, np.abs(light - blur(light, 2.5))) * (1 - 0.8 * np.maximum(study.oval, study.skin))


def _bare(study: Study, variation: Variation) -> Plane:
    """Return where the brush has not reached: a ragged rim of paper at the border of the figure."""
    size = study.matte.shape
    ragged = 3 + 4 * np.maximum(grain(size, variation.grain + 3, 26), 0) * (1 - 0.6 * study.oval)
    return 0.88 * (1 - smoothstep(0, 5, depth(study.matte) - ragged))
