"""Pop art: skin, hair and clothes each in a few shades of one loud colour, printed dots, black contours."""

from __future__ import annotations

import cv2
import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of
from engine.portrait.styles.backdrop import Palette, Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import silhouette
from engine.portrait.styles.textures import dots
from engine.portrait.tone import Colour, Picture, Plane, blur, mix, rgb, smoothstep, soft_steps, to_lab
from engine.portrait.variation import Variation

# for each: skin, hair, clothes, ground, its second colour
COLOURS = tuple(
    tuple(rgb(colour) for colour in row.split())
    for row in (
        "#ffb59e #ffd21f #1fb5e8 #f0308c #ff6bb0",
        "#ffd7a8 #f0308c #20c2a8 #ffcf1f #ffe17a",
        "#ffc9d6 #6a3df0 #ff8a1f #2bc7f0 #7fe0fa",
        "#ffb8c4 #19b39b #f0306a #7a4df2 #a684ff",
        "#ffc4a0 #2d6bf0 #ffd21f #ff5238 #ff8a76",
        "#ffcfb0 #ff4a4a #ffd21f #22c28a #74e0b8",
    )
)
INK = rgb("#150d1c")
WHITE = rgb("#ffffff")
BLOOD = rgb("#a02848")  # skin turns to it in the shade


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw three regions in three colours."""
    study = study_of(figure)
    skin, hair, clothes, ground, second = variation.pick("colours", COLOURS)
    light = study.flat[..., 0]
    light = light + study.skin * (study.skin_light - light)
    stepped = soft_steps(light, 13.0, 6.0)
    rest = np.clip(light + 0.6 * (light - blur(light, 0.1 * study.fw)), 0, 100)
    picture = _shades(soft_steps(rest, 15.0, 7.0), clothes)
    picture = mix(picture, _shades(soft_steps(rest * 1.15, 14.0, 7.0), hair), study.hair)
    picture = mix(picture, _shades(stepped, skin, BLOOD), np.maximum(study.skin, study.mouth_area))
    shade = smoothstep(2, -15 * study.skin_range, study.relief) * study.skin * (1 - study.eye_area)
    deeper = _shades(np.maximum(stepped - 16, 0), skin, BLOOD)
    picture = mix(picture, deeper, dots(0.8 * shade, 45, 6.5))
    _whites(picture, study)
    lines = np.maximum(study.lines(1.4 * variation.line), silhouette(study, 3.6 * variation.line))
    picture = mix(picture, INK, lines)
    hand = Hand(INK, weight=1.25 * variation.line, iris=0.0, brows=0.0, lips=0.0, jaw=0.85, nose=0.85)
    draw_features(picture, study, hand)
    scene = Scene(
        (Palette(ground, second, clothes),),
        shapes=("squircle", "disc", "burst", "hexagon"),
        textures=("dots", "dots", "rays", "plain", "stripes"),
        props=("stars", "hearts", "sparks"),
        rim=WHITE,
        ink=INK,
        shape_share=0.85,
        props_share=0.25,
    )
    picture, matte, _ = staged(picture, study, variation, scene)
    return Drawing(picture, matte, border(variation, ground, ink=INK), ink=INK, line_px=3.2 * variation.line)


def _shades(light: Plane, colour: Colour, warm: Colour = INK) -> Picture:
    """Map L to shades of one colour: ink, the colour darkened (to `warm`), itself, nearly white; L only ever rises."""
    own = float(to_lab(colour.reshape(1, 1, 3))[0, 0, 0])
    stops = (0.0, 0.42 * own, 0.9 * own, 100.0)
    shades = (INK, 0.42 * colour + 0.2 * warm, colour, 0.25 * colour + 0.75 * WHITE)
    at = np.linspace(0, 100, 256)
    index = np.clip(light * 2.55 + 0.5, 0, 255).astype(np.uint8)
    channels = (np.interp(at, stops, [shade[i] for shade in shades]).astype(np.float32) for i in range(3))
    return cv2.merge([cv2.LUT(index, channel) for channel in channels])


def _whites(picture: Picture, study: Study) -> None:
    """Print the white of the eyes, dark irises and brows, red lips, in place."""
    if not study.has_mesh:
        return
    light, skin_l = study.lab[..., 0], study.skin_lab[0]
    eyes = smoothstep(0.3, 0.7, study.eye_area)
    picture[:] = mix(picture, WHITE, eyes * smoothstep(0.62 * skin_l, 0.85 * skin_l, light))
    dark = np.maximum(eyes, study.brow_area) * smoothstep(0.72 * skin_l, 0.5 * skin_l, light)
    picture[:] = mix(picture, INK, dark)
    picture[:] = mix(picture, rgb("#d0304a"), 0.55 * study.lips)
