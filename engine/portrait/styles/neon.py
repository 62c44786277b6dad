"""Neon: a night portrait between two coloured tubes, with a glowing contour."""

from __future__ import annotations

import cv2
import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of
from engine.portrait.styles.backdrop import Palette, Scene, border, staged
from engine.portrait.styles.drawing import Border, Drawing
from engine.portrait.styles.painting import silhouette
from engine.portrait.tone import Colour, Picture, Plane, blur, mix, rgb, sheet, smoothstep, to_lab
from engine.portrait.variation import Variation

# for each side: black, deep, tube, glow, white
TUBES = tuple(
    tuple(tuple(rgb(colour) for colour in side.split()) for side in pair.split("|"))
    for pair in (
        "#0d0826 #43107a #e8249c #ff8fc4 #fff0f6 | #080d2c #113a86 #12a8e8 #8fe6ff #f0fcff",
        "#140a24 #5b1380 #b63cf0 #e3a2ff #faf0ff | #06141f #0b5a66 #10cfa8 #9cf7d8 #f0fff9",
        "#1c0820 #7a1048 #ff3d5e #ffa48f #fff3ec | #0a0a30 #2f2599 #5a6bff #abc0ff #f2f5ff",
        "#190a1c #7d1a3a #ff6a2b #ffc07a #fff6e6 | #0b0930 #3a1a96 #8a3dff #c9a4ff #f6f0ff",
        "#0a1220 #0f4a6a #16c8e0 #9df3ff #f2ffff | #1c1405 #7a4a06 #ffb21e #ffe08a #fffbea",
        "#1f0a10 #80122c #ff4f6d #ffb3b3 #fff4f0 | #04161c #0a5560 #19c7c2 #a0f5ea #f1fffd",
    )
)
STOPS = (0.0, 26.0, 56.0, 78.0, 100.0)  # L of the five colours


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw two coloured lights and a glowing contour."""
    study = study_of(figure)
    light = study.flat[..., 0]
    light = light + study.skin * 0.6 * (1 - study.eye_area) * (study.skin_light - light)
    light = np.clip(light + 0.35 * (light - blur(light, 12)), 0, 100)
    left, right = variation.pick("tubes", TUBES)
    if variation.light_side > 0:
        left, right = right, left
    side = _side(study)
    picture = mix(_ramp(light, left), _ramp(light, right), side)
    dark = 0.5 * (left[0] + right[0])
    picture = mix(picture, dark, study.lines(1.1 * variation.line))
    hand = Hand(dark, weight=0.9, iris=0, brows=0, lips=0, jaw=0.5, nose=0.6, crease=0.5, catchlight=1.0)
    draw_features(picture, study, hand)
    tube = silhouette(study, 3.2)
    glow = np.clip(blur(tube, 7) * 1.5, 0, 1)
    colour = mix(sheet(side.shape, left[2]), right[2], side)
    picture = 255 - (255 - picture) * (1 - glow[..., None] * colour / 255)
    picture = mix(picture, mix(sheet(side.shape, left[3]), right[3], side), tube)
    scene = Scene(
        (Palette(dark, 0.75 * dark + 0.25 * left[2], right[2]), Palette(dark, 0.75 * dark + 0.25 * right[2], left[2])),
        shapes=("disc", "hexagon", "squircle", "heart"),
        textures=("rays", "rings", "stripes", "plain", "dots"),
        props=("stars", "sparks", "hearts"),
        rim=dark,
        ink=left[3],
        shape_share=0.65,
    )
    picture, matte, palette = staged(picture, study, variation, scene)
    edge = variation.pick("neon edge", ("tube", "dark", "other"))
    rings: Border
    if edge == "tube":
        rings = Border(((dark, 6.0), (palette.accent, 5.0)))
    elif edge == "dark":
        rings = Border(((dark, 4.0), (palette.accent, 3.0), (dark, 5.0)))
    else:
        rings = border(variation, palette.accent)
    return Drawing(
        np.asarray(picture, np.float32),
        matte,
        rings,
        ink=dark,
        line_px=2.2,
        recolour=lambda colours: _lit(colours, left, right),
    )


def _ramp(light: Plane, colours: tuple[Colour, ...]) -> Picture:
    """Map L to colours; lightness only ever rises, so the order of skin tones is kept."""
    at = np.linspace(0, 100, 256)
    table = np.stack([np.interp(at, STOPS, [colour[i] for colour in colours]) for i in range(3)], -1)
    index = np.clip(light * 2.55 + 0.5, 0, 255).astype(np.uint8)
    return cv2.merge([cv2.LUT(index, table[:, channel].astype(np.float32)) for channel in range(3)])


def _side(study: Study) -> Plane:
    """Return which tube lights a point: 0 the left one, 1 the right one; turned by the relief of the face."""
    height, width = study.matte.shape
    slope = cv2.Sobel(blur(study.lab[..., 0], 0.05 * study.fw), cv2.CV_32F, 1, 0) / 8
    middle = float(study.mesh[168, 0]) if study.has_face else width / 2
    x = (np.arange(width, dtype=np.float32)[None] - middle) / study.fw
    return smoothstep(-0.75, 0.75, x - 0.35 * np.clip(slope, -1.5, 1.5) + np.zeros((height, 1), np.float32))


def _lit(colours: Picture, left: tuple[Colour, ...], right: tuple[Colour, ...]) -> Picture:
    """Return natural colours in the light of both tubes."""
    light = to_lab(np.ascontiguousarray(colours, np.float32))[..., 0]
    return 0.5 * (_ramp(light, left) + _ramp(light, right))
