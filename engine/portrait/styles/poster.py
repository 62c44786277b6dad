"""Poster: four flat inks and a screen, as a printed campaign poster."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of, without_specks
from engine.portrait.styles.backdrop import Palette, Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import silhouette
from engine.portrait.styles.textures import dots, opened, stripes
from engine.portrait.tone import Colour, Picture, Plane, blur, mix, rgb, sheet, smoothstep
from engine.portrait.variation import Variation

# dark, warm, cool, paper and, for the darker half of skin, a tan between warm and paper
INKS = tuple(
    tuple(rgb(colour) for colour in colours.split())
    for colours in (
        "#0c2a47 #d6292f #7ea3ab #fbe6bd #c98a55",
        "#2b1447 #d8347f #8d8fc9 #ffe9d6 #c5805c",
        "#10363a #e0642c #7db39a #fdeec4 #c98a4a",
        "#241a1a #e8871e #b7a68d #fff1d3 #bd8050",
        "#1c1f5c #f0524f #6fb4d6 #fff0dc #cd8660",
        "#2a1a3e #f2a03d #c97f9a #ffefcf #c88358",
        "#0f3322 #d9483b #8bb86a #fbf0cd #c4864f",
    )
)
SHADE_AT = -4.0  # tone below which paper is printed on
SHADE_MIN_PX = 300  # smaller patches of an ink look like stains


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw four inks: dark, warm, cool, paper."""
    study = study_of(figure)
    dark, warm, cool, paper, tan = variation.pick("inks", INKS)
    depth = float(np.interp(study.skin_lab[0], (22, 80), (1.0, 0.0)))  # the darker the skin, the deeper its inks
    skin_paper, skin_cool = paper + 1.15 * depth * (tan - paper), cool + 0.5 * depth * (dark - cool)
    tone = _tone(study)
    darks = _below(tone, -33.0)
    warms = without_specks(opened(np.clip(_below(tone, -16.0) - darks, 0, 1), 7), SHADE_MIN_PX)
    warms = warms * (1 - study.eye_area) * (1 - study.skin * study.oval)  # no red noses
    shades = without_specks(opened(np.clip(_below(tone, SHADE_AT) - warms - darks, 0, 1), 7), SHADE_MIN_PX)
    cools = shades * _screen(shades, variation)
    picture = mix(sheet(tone.shape, paper), skin_paper, study.skin)
    picture = mix(picture, mix(sheet(tone.shape, cool), skin_cool, study.skin), cools)
    picture = mix(mix(picture, warm, warms), dark, darks)
    weight = 1.3 * variation.line
    picture = mix(picture, dark, study.lines(weight))
    hand = Hand(dark, weight=1.15, brows=0, lips=0, iris=0, catchlight=0, lower_lid=0.7, nose=0.9, jaw=0.9)
    _eyes_and_lips(picture, study, dark, warm, skin_paper)
    draw_features(picture, study, hand)
    picture = mix(picture, dark, silhouette(study, 2.6))
    ground = Palette(variation.pick("ground", (warm, cool, paper)), dark, warm)
    second = paper if ground.ground is not paper else cool
    ground = Palette(ground.ground, 0.45 * second + 0.55 * ground.ground, warm)
    scene = Scene(
        (ground,),
        shapes=("disc", "squircle", "hexagon", "disc"),
        textures=("rays", "rays", "plain", "stripes", "rings"),
        props=("stars",),
        rim=paper,
        shape_share=0.7,
        props_share=0.25,
    )
    picture, matte, _ = staged(picture, study, variation, scene)
    inks = (dark, warm, cool, paper)
    return Drawing(
        picture,
        matte,
        border(variation, warm, ink=dark),
        ink=dark,
        line_px=2.6,
        recolour=lambda colours: _nearest(colours, inks),
    )


def _tone(study: Study) -> Plane:
    """Return lightness relative to paper: on skin to the lit skin, elsewhere to the figure's own light and dark."""
    light = study.along_edges(blur(study.flat[..., 0], 1.6))
    relief = study.relief / study.skin_range
    inside = relief[(study.skin > 0.6) & (study.oval > 0.5)][::5]
    # At most a quarter of a face lies in shade, however it is lit.
    shade_at = min(-3.2, float(np.percentile(inside, 24))) if inside.size > 50 else -3.2
    skin = 1.25 * (relief - shade_at) + SHADE_AT
    rest = 0.75 * (light - 60) + 0.5 * (light - blur(light, 12))
    return study.skin * skin + (1 - study.skin) * rest


def _below(tone: Plane, cut: float) -> Plane:
    """Return where `tone` is under `cut`: smooth shapes, no crumbs."""
    shape = smoothstep(1.6, -1.6, tone - cut)
    return 1 - without_specks(1 - without_specks(shape, 90), 90)


def _screen(area: Plane, variation: Variation) -> Plane:
    """Return the texture that the cool ink is printed in."""
    kind = variation.pick("screen", ("level", "slanted", "dots", "solid"))
    if kind == "dots":
        return dots(np.full_like(area, 0.42), 45, 7)
    if kind == "solid":
        return np.ones_like(area)
    return stripes(area.shape, 0 if kind == "level" else -38, 6.0)


def _eyes_and_lips(picture: Picture, study: Study, dark: Colour, warm: Colour, paper: Colour) -> None:
    """Print eyes from the photo in dark and paper, brows dark, lips warm."""
    if not study.has_mesh:
        return
    light = study.lab[..., 0]
    skin_l = study.skin_lab[0]
    eyes = study.eye_area * smoothstep(0.3, 0.7, study.eye_area)
    picture[:] = mix(picture, paper, eyes * smoothstep(0.62 * skin_l, 0.85 * skin_l, light))
    picture[:] = mix(picture, dark, eyes * smoothstep(0.60 * skin_l, 0.45 * skin_l, light))
    picture[:] = mix(picture, dark, study.brow_area * smoothstep(0.78 * skin_l, 0.60 * skin_l, light))
    lips = study.lips
    picture[:] = mix(picture, warm, lips * 0.85)


def _nearest(colours: Picture, inks: tuple[Colour, ...]) -> Picture:
    """Return every colour as the ink nearest to it."""
    away = np.stack([((colours - ink) ** 2).sum(-1) for ink in inks], -1)
    return np.asarray(inks, np.float32)[away.argmin(-1)]
