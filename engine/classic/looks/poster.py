"""Poster: four flat inks and a screen of lines, as a printed campaign poster."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.lines import silhouette, soft_box, without_specks
from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import mix
from engine.classic.study import Study, feature_lines
from engine.classic.tone import face_oval, rgb, smoothstep
from engine.classic.variation import Variation
from engine.pixels import Plane

# dark, warm, cool, paper and, for the darker half of skin, a tan between warm and paper
PALETTES = tuple(
    tuple(rgb(colour) for colour in colours.split())
    for colours in (
        "#0c2a47 #d6292f #7ea3ab #fbe6bd #c98a55",
        "#2b1447 #d8347f #8d8fc9 #ffe9d6 #c5805c",
        "#10363a #e0642c #7db39a #fdeec4 #c98a4a",
        "#241a1a #e8871e #b7a68d #fff1d3 #bd8050",
        "#1c1f5c #f0524f #6fb4d6 #fff0dc #cd8660",
    )
)
STRIPES_PX = 6.0
WARM_MIN_PX = 420  # smaller patches of the warm ink look like stains


def poster(study: Study, variation: Variation) -> Drawing:
    """Draw four inks: dark, warm, cool, paper."""
    dark, warm, cool, paper, tan = variation.pick(PALETTES)
    depth = float(np.interp(study.skin_lab[0], (22, 80), (1.0, 0.0)))  # the darker the skin, the deeper its inks
    skin_paper, skin_cool = paper + 1.15 * depth * (tan - paper), cool + 0.5 * depth * (dark - cool)
    tone = _tone(study)
    darks = _below(tone, -31.0)
    warms = without_specks(_broad(_below(tone, -14.0) - darks, 5), WARM_MIN_PX)
    warms = warms * (1 - study.eyes) * (1 - face_oval(study.face, tone.shape, 0.62))  # no red noses
    cools = _broad(_below(tone, 0.0) - warms - darks, 9) * _stripes(tone)
    picture = mix(paper, skin_paper, study.skin)
    for colour, share in ((mix(cool, skin_cool, study.skin), cools), (warm, warms), (dark, darks)):
        picture = mix(picture, colour, share)
    picture = mix(picture, dark, feature_lines(study, 1.25 * variation.line))
    return Drawing(mix(picture, dark, silhouette(study.matte, 2.5)), study.matte)


def _stripes(tone: Plane) -> Plane:
    """Even horizontal stripes, 0 .. 1."""
    row = np.sin(np.arange(tone.shape[0], dtype=np.float32)[:, None] * np.float32(2 * np.pi / STRIPES_PX))
    return np.broadcast_to(smoothstep(-0.25, 0.25, row), tone.shape)


def _broad(shape: Plane, size: int) -> Plane:
    """`shape` without what is narrower than `size` px: no rims, no crumbs."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.morphologyEx(shape, cv2.MORPH_OPEN, disc)


def _tone(study: Study) -> Plane:
    """Lightness relative to paper: on skin to the lit skin, elsewhere to the figure's own light and dark."""
    light = study.flow.smooth(cv2.GaussianBlur(study.flat[..., 0], (0, 0), 1.6), 3.5)
    lit = float(study.skin_lab[0])
    skin = (light - lit) / study.skin_range + 7.5
    rest = 0.75 * (light - 62) + 0.5 * (light - soft_box(light, 41))
    return study.skin * skin + (1 - study.skin) * rest


def _below(tone: Plane, cut: float) -> Plane:
    """Where `tone` is under `cut`: smooth shapes, no crumbs."""
    shape = smoothstep(-1.4, 1.4, cut - tone)
    return 1 - without_specks(1 - without_specks(shape, 70), 70)
