"""Pencil: hatching as dark as the photo, firm contours, a breath of colour on paper."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of
from engine.portrait.styles.backdrop import Palette, Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import silhouette
from engine.portrait.styles.textures import strokes
from engine.portrait.tone import Colour, Picture, blur, grain, mix, rgb, scaled_chroma, smoothstep, to_lab, to_picture
from engine.portrait.variation import Variation

PAPERS = (rgb("#fbf8f1"), rgb("#fffdf9"), rgb("#f3e9d6"), rgb("#f8f3ea"))
LEADS = (rgb("#2b2a2e"), rgb("#3b2417"), rgb("#1f2f55"), rgb("#5a1f2a"), rgb("#24343a"))
TINTS = (0.0, 0.45, 0.45, 0.9)  # share of the photo's colour
# strokes: angle in degrees, period in px, from which darkness to which full
HATCHES = {
    "crossed": ((52.0, 5.6, 18.0, 70.0), (38.0, 5.0, 42.0, 88.0), (-42.0, 5.2, 60.0, 100.0)),
    "parallel": ((40.0, 5.4, 16.0, 66.0), (47.0, 4.8, 50.0, 98.0)),
    "steep": ((68.0, 6.0, 18.0, 68.0), (-60.0, 5.6, 48.0, 94.0)),
}


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw hatching, contours and a pale tint."""
    study = study_of(figure)
    size = study.matte.shape
    lead, paper, tint = (
        variation.pick("lead", LEADS),
        variation.pick("paper", PAPERS),
        variation.pick("tint", TINTS),
    )
    light = study.flat[..., 0] + study.skin * (study.skin_light - study.flat[..., 0])
    darkness = 100 - blur(light, 1.0)
    picture = _pale(study, variation, paper, tint)
    shade = np.zeros(size, np.float32)
    for number, (angle, period, low, high) in enumerate(HATCHES[variation.pick("hatch", tuple(HATCHES))]):
        amount = np.clip((darkness - low) / (high - low), 0, 1) * (0.75 - 0.2 * study.skin)
        layer = amount * strokes(amount, angle * variation.light_side, period, variation.grain + number)
        shade = shade + layer * (1 - shade)
    shade *= 1 - 0.6 * study.eye_area
    tooth = np.clip(1 + 0.22 * grain(size, variation.grain + 7, 1.5), 0.4, 1.4)
    picture = mix(picture, lead, np.clip(0.8 * shade * tooth, 0, 1))
    picture = mix(picture, lead, np.clip(0.55 * smoothstep(70, 92, darkness) * tooth, 0, 1))
    picture = mix(picture, lead, np.clip(study.lines(0.9 * variation.line, 1.2) * 0.92 * tooth, 0, 1))
    _eyes(picture, study, lead, paper)
    hand = Hand(lead, weight=0.75 * variation.line, brows=0, lips=0.0, jaw=0.65, nose=0.7, catchlight=0.9, lids=0.9)
    draw_features(picture, study, hand)
    picture = mix(picture, lead, 0.85 * silhouette(study, 1.6 * variation.line) * np.clip(tooth, 0, 1))
    wash = 0.28 * rgb(variation.pick("wash", ("#f2b04a", "#66b5d9", "#e8788a", "#86bf74", "#a68ad6"))) + 0.72 * paper
    scene = Scene(
        (Palette(wash, 0.72 * wash + 0.28 * lead, lead),),
        shapes=("blob", "squircle", "disc"),
        textures=("stripes", "plain", "dots"),
        props=("stars", "hearts", "sparks"),
        rim=paper,
        ink=lead,
    )
    picture, matte, _ = staged(picture, study, variation, scene)
    return Drawing(
        picture,
        matte,
        border(variation, lead),
        ink=lead,
        line_px=1.7 * variation.line,
        recolour=lambda colours: _tinted(colours, paper, lead, tint),
    )


def _pale(study: Study, variation: Variation, paper: Colour, tint: float) -> Picture:
    """Return the photo's colours as a thin layer on the paper."""
    lab = scaled_chroma(study.flat, tint * 1.3 * variation.colour)
    lab[..., 0] = 98 - (100 - lab[..., 0]) * 0.26
    return to_picture(lab) * (paper / 255)


def _eyes(picture: Picture, study: Study, lead: Colour, paper: Colour) -> None:
    """Draw eyes and brows from the photo: dark by the darkness there, the white of the eye paper."""
    if not study.has_mesh:
        return
    light, skin_l = study.lab[..., 0], study.skin_lab[0]
    picture[:] = mix(picture, paper, 0.7 * study.eye_area * smoothstep(0.6 * skin_l, 0.9 * skin_l, light))
    dark = np.maximum(study.eye_area, 0.8 * study.brow_area) * smoothstep(0.75 * skin_l, 0.35 * skin_l, light)
    picture[:] = mix(picture, lead, 0.9 * dark)


def _tinted(colours: Picture, paper: Colour, lead: Colour, tint: float) -> Picture:
    """Return natural colours as this pencil draws them: grey by lightness, with a breath of their colour."""
    lab = to_lab(np.ascontiguousarray(colours, np.float32))
    grey = lead + (paper - lead) * (np.clip(lab[..., :1], 0, 100) / 100)
    return grey + max(tint, 0.35) * (colours - grey)
