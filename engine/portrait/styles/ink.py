"""Ink: black brush on white paper with one spot colour."""

from __future__ import annotations

import numpy as np

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of, without_specks
from engine.portrait.styles.backdrop import Palette, Scene, border, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import silhouette
from engine.portrait.tone import Picture, blur, grain, mix, rgb, sheet, smoothstep, to_lab
from engine.portrait.variation import Variation

PAPER = rgb("#fffefb")
INKS = (rgb("#16131a"), rgb("#14203a"), rgb("#231310"))
SPOTS = (rgb("#ff5a4d"), rgb("#ffc62e"), rgb("#39b7ee"), rgb("#ff8fb3"), rgb("#45c58d"), rgb("#9a7bf5"), rgb("#ff9447"))


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw black shapes and lines, and a spot of colour."""
    study = study_of(figure)
    ink, spot = variation.pick("ink", INKS), variation.pick("spot", SPOTS)
    size = study.matte.shape
    light = study.along_edges(blur(study.flat[..., 0], 1.2))
    depth = float(np.interp(study.skin_lab[0], (20, 85), (0.62, 0.0)))  # the darker the skin, the deeper its wash
    shade = 0.45 * spot + 0.55 * ink
    picture = sheet(size, PAPER)
    picture = mix(picture, PAPER + (shade - PAPER) * depth, study.skin)
    cast = smoothstep(-4.2 * study.skin_range, -5.8 * study.skin_range, study.relief) * study.skin
    picture = mix(picture, PAPER + (shade - PAPER) * min(depth + 0.26, 0.85), without_specks(cast, 200))
    where = variation.pick("spot on", ("clothes", "hair", "clothes"))
    coloured = study.clothes if where == "clothes" else study.hair
    offset = int(variation.dice("offset").integers(2, 6))
    coloured = np.roll(blur(coloured, 1.5), (offset, -offset), axis=(0, 1)) * study.person
    picture = mix(picture, spot, 0.9 * coloured * smoothstep(12, 40, light))
    rest = light + 0.7 * (light - blur(light, 0.08 * study.fw))
    edge = 3 * grain(size, variation.grain, 5)  # a dry brush
    blacks = smoothstep(39, 33, rest + edge) * (1 - study.skin) * (1 - study.eye_area)
    picture = mix(picture, ink, without_specks(blacks * study.person, 60))
    weight = 1.35 * variation.line
    picture = mix(picture, ink, np.maximum(study.lines(weight, 1.15), silhouette(study, 3.0 * variation.line)))
    _eyes(picture, study, spot, ink)
    hand = Hand(ink, weight=1.2 * variation.line, brows=0, lips=0, jaw=1.0, nose=1.0, crease=0.8, lower_lid=0.8)
    draw_features(picture, study, hand)
    pale = 0.3 * spot + 0.7 * PAPER
    scene = Scene(
        (Palette(spot, 0.75 * spot + 0.25 * PAPER, spot), Palette(pale, PAPER, spot)),
        shapes=("disc", "blob", "squircle"),
        textures=("plain", "plain", "dots", "stripes"),
        props=("stars", "hearts", "sparks"),
        rim=PAPER,
        shape_share=0.6,
    )
    picture, matte, _ = staged(picture, study, variation, scene)
    return Drawing(
        picture,
        matte,
        border(variation, spot, ink=ink),
        ink=ink,
        line_px=2.6 * variation.line,
        recolour=lambda colours: _printed(colours, spot),
    )


def _eyes(picture: Picture, study: Study, spot: np.ndarray, ink: np.ndarray) -> None:
    if not study.has_mesh:
        return
    light, skin_l = study.lab[..., 0], study.skin_lab[0]
    eyes = smoothstep(0.3, 0.7, study.eye_area)
    picture[:] = mix(picture, PAPER, eyes * smoothstep(0.62 * skin_l, 0.85 * skin_l, light))
    dark = np.maximum(eyes, study.brow_area) * smoothstep(0.74 * skin_l, 0.52 * skin_l, light)
    picture[:] = mix(picture, ink, dark)
    is_warm = spot[0] > spot[2]  # blue lips are cold lips
    picture[:] = mix(picture, 0.85 * spot + 0.1 * ink if is_warm else 0.5 * ink + 0.5 * PAPER, 0.7 * study.lips)


def _printed(colours: Picture, spot: np.ndarray) -> Picture:
    """Return natural colours in grey, and strong ones in the spot colour."""
    lab = to_lab(np.ascontiguousarray(colours, np.float32))
    grey = np.repeat(lab[..., :1] * np.float32(2.55), 3, axis=-1)
    strong = smoothstep(30, 55, np.hypot(lab[..., 1], lab[..., 2]))[..., None]
    return grey + (spot * (lab[..., :1] / 100) ** 0.3 - grey) * strong
