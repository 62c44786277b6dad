"""What stands behind and around the figure, and the border's colours: by seed, another sticker each time.

Knows no style: a style says which shapes, textures and palettes suit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Points
from engine.portrait.pen import circle, coverage, ellipse, fill, stroke
from engine.portrait.study import DRAWING_PX, Study
from engine.portrait.styles.drawing import Border
from engine.portrait.tone import Colour, Picture, Plane, mix, rgb, sheet
from engine.portrait.variation import Variation

CENTRE = np.array([DRAWING_PX / 2, DRAWING_PX / 2], np.float32)
RADIUS_PX = DRAWING_PX / 2 - 22  # leaves room for border and shadow
RIM_PX = 4.5  # white between the figure and the shape behind it
PROP_ROOM_PX = 20.0  # a prop needs this much free space around its middle
WHITE = rgb("#ffffff")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours around the figure: `ground` of a shape, `second` of its texture, `accent` of border and props."""

    ground: Colour
    second: Colour
    accent: Colour


def palettes(*rows: str) -> tuple[Palette, ...]:
    """Parse palettes written "#ground #second #accent"."""
    return tuple(Palette(*(rgb(colour) for colour in row.split())) for row in rows)


PALETTES = palettes(
    "#ffd75a #ffc22e #e8452c",
    "#86d6f8 #58bdf0 #1f63c4",
    "#ffa9bb #ff8aa3 #d01f58",
    "#a9e6a6 #82d48a #1c8f5c",
    "#cdbaff #b297fa #5d38cb",
    "#ffc094 #ffa468 #cf4d1c",
    "#8fe2d7 #5fcdc2 #0d7f88",
    "#ff837a #f2615a #94163a",
    "#f6f0e2 #e6dcc4 #2f4a9c",
    "#42508f #333e73 #ffcb45",
)
SHAPES = ("disc", "burst", "squircle", "blob", "heart", "cloud", "hexagon")
TEXTURES = ("plain", "rays", "dots", "stripes", "rings")
PROPS = ("stars", "hearts", "sparks", "bubbles")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a style lets the seed choose from; an empty tuple: never."""

    palettes: Sequence[Palette] = PALETTES
    shapes: Sequence[str] = SHAPES
    textures: Sequence[str] = TEXTURES
    props: Sequence[str] = PROPS
    rim: Colour | None = None  # between figure and shape; None: white
    ink: Colour | None = None  # contour of shape and props; None: no contour
    shape_share: float = 0.55
    props_share: float = 0.4


def staged(picture: Picture, study: Study, variation: Variation, scene: Scene) -> tuple[Picture, Plane, Palette]:
    """Return the picture with what the seed puts behind and beside the figure, the matte of both, and the palette.

    A badge keeps its own background.
    """
    palette = variation.pick("palette", scene.palettes)
    matte = study.matte
    if study.is_badge or not variation.has_backdrop:
        return picture, matte, palette
    behind: Picture | None = None
    cover = np.zeros_like(matte)
    if scene.shapes and variation.chance("has shape", scene.shape_share):
        behind, cover = _shape(variation, scene, palette)
    if scene.props and variation.chance("has props", scene.props_share):
        ground = sheet(matte.shape, WHITE) if behind is None else behind
        behind, beside = _props(ground, matte, cover, variation, scene, palette)
        cover = np.maximum(cover, beside)
    if behind is None:
        return picture, matte, palette
    if cover.any():
        outside = cv2.distanceTransform((matte <= 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        rim = np.clip(RIM_PX + 0.5 - cv2.GaussianBlur(outside, (0, 0), 1.2), 0, 1)
        behind = mix(behind, WHITE if scene.rim is None else scene.rim, rim)
    return mix(behind, picture, matte), np.maximum(matte, cover), palette


def border(variation: Variation, accent: Colour, *, ink: Colour | None = None) -> Border:
    """Return the border of this seed: white, coloured, double, dashed or with a dark rim (`ink`)."""
    kinds = [
        Border(((WHITE, 10.0),)),
        Border(((WHITE, 12.5),)),
        Border(((WHITE, 4.0), (accent, 4.0), (WHITE, 4.0))),
        Border(((WHITE, 12.5),), dash=accent),
        Border(((accent, 9.0), (WHITE, 3.5))),
        Border(((WHITE, 6.0), (accent, 5.0))),
    ]
    if ink is not None:
        kinds.append(Border(((WHITE, 8.0), (ink, 3.0))))
    return variation.pick("border", kinds)


# -- the shape behind -------------------------------------------------------------------------------------------------


def _shape(variation: Variation, scene: Scene, palette: Palette) -> tuple[Picture, Plane]:
    dice = variation.dice("shape")
    polygon = _outline(variation.pick("shape", scene.shapes), dice)
    cover = coverage((DRAWING_PX, DRAWING_PX), [polygon])
    picture = sheet((DRAWING_PX, DRAWING_PX), palette.ground)
    texture = _texture(variation.pick("texture", scene.textures), dice)
    if texture is not None:
        picture = mix(picture, palette.second, texture)
    if scene.ink is not None:
        line = np.zeros(cover.shape, np.uint8)
        cv2.polylines(line, [np.round(polygon * 16).astype(np.int32)], True, 255, 6, cv2.LINE_AA, 4)
        picture = mix(picture, scene.ink, line.astype(np.float32) / 255)
    return picture, cover


def _outline(shape: str, dice: np.random.Generator) -> Points:
    """Return the polygon of a shape that fills the sticker."""
    turn = np.linspace(0, 2 * np.pi, 160, endpoint=False) + dice.uniform(0, 0.4) * (shape in ("hexagon", "squircle"))
    radius = np.ones_like(turn)
    if shape == "burst":
        turn = np.linspace(0, 2 * np.pi, 2 * int(dice.integers(11, 17)), endpoint=False) + dice.uniform(0, 1)
        radius = np.where(np.arange(len(turn)) % 2, 0.80, 1.0)
    elif shape == "squircle":
        tilt = dice.uniform(0.0, 0.3) - 0.15
        radius = 0.93 / (np.abs(np.cos(turn - tilt)) ** 5 + np.abs(np.sin(turn - tilt)) ** 5) ** 0.2
    elif shape == "blob":
        waves = dice.uniform(0.25, 1.0, 3) * (0.07, 0.05, 0.03)
        phases = dice.uniform(0, 2 * np.pi, 3)
        wobble = [
            wave * np.sin(count * turn + phase) for count, wave, phase in zip((2, 3, 5), waves, phases, strict=True)
        ]
        radius = 0.93 + np.sum(wobble, axis=0)
    elif shape == "cloud":
        bumps = int(dice.integers(9, 12))
        radius = 0.90 + 0.10 * np.abs(np.sin(0.5 * bumps * (turn + dice.uniform(0, 1))))
    elif shape == "hexagon":
        lean = dice.uniform(-0.15, 0.15)
        corner = (turn - lean) % (np.pi / 3) - np.pi / 6
        radius = 0.87 / np.cos(corner)
    unit = np.stack([np.cos(turn), np.sin(turn)], 1)
    if shape == "heart":
        curves = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
        unit = np.stack([1.02 * np.sin(turn) ** 3, -(curves + 2.5) / 14.9], 1)
    return (CENTRE + np.clip(unit * radius[:, None], -1.02, 1.02) * RADIUS_PX).astype(np.float32)


def _texture(texture: str, dice: np.random.Generator) -> Plane | None:
    """Return where the second colour lies, 0..1; None for nowhere."""
    size, far = (DRAWING_PX, DRAWING_PX), 1.5 * DRAWING_PX
    if texture == "rays":
        count = int(dice.integers(9, 15))
        edges = np.linspace(0, 2 * np.pi, 2 * count, endpoint=False) + dice.uniform(0, 1)
        way = np.stack([np.cos(edges), np.sin(edges)], 1) * far + CENTRE
        wedges = [np.array([CENTRE, way[2 * n], way[2 * n + 1]], np.float32) for n in range(count)]
        return np.max([coverage(size, wedges[n::2]) for n in range(2)], axis=0)
    if texture == "dots":
        step = float(dice.uniform(24, 40))
        rows = np.arange(-1, DRAWING_PX / step + 1)
        spots = [
            circle(np.array([(column + 0.5 * (row % 2)) * step, row * step], np.float32), 0.24 * step, 20)
            for row in rows
            for column in rows
        ]
        return coverage(size, spots)
    if texture == "stripes":
        step, angle = float(dice.uniform(26, 48)), float(dice.uniform(-0.9, 0.9))
        along = np.array([np.cos(angle), np.sin(angle)], np.float32)
        across = np.array([-along[1], along[0]], np.float32)
        bands = []
        for number in range(-int(far / step), int(far / step)):
            middle = CENTRE + across * step * number
            half, reach = across * 0.25 * step, along * far
            bands.append(
                np.array([middle - half - reach, middle - half + reach, middle + half + reach, middle + half - reach])
            )
        return coverage(size, bands)
    if texture == "rings":
        step = float(dice.uniform(34, 54))
        radii = np.arange(step, RADIUS_PX * 1.3, step)
        return coverage(size, [circle(CENTRE, float(radius), 90) for radius in radii])
    return None


# -- props around the head ---------------------------------------------------------------------------------------------


def _props(
    ground: Picture, matte: Plane, shape_cover: Plane, variation: Variation, scene: Scene, palette: Palette
) -> tuple[Picture, Plane]:
    """Draw a handful of small shapes in the free space beside the head; on the shape behind it they are white."""
    kind, dice = variation.pick("props", scene.props), variation.dice("props at")
    free = (matte < 0.1).astype(np.uint8)
    free[:20], free[-20:], free[:, :20], free[:, -20:] = 0, 0, 0, 0
    free[cv2.morphologyEx(np.uint8(shape_cover > 0.5), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0] = 0
    room = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_5)
    room[int(0.72 * DRAWING_PX) :] = 0
    near = cv2.distanceTransform((matte < 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    picture, cover = ground.copy(), np.zeros(matte.shape, np.uint8)
    for _ in range(int(dice.integers(4, 8))):
        spots = np.flatnonzero((room > PROP_ROOM_PX) & (near < 90))
        if not len(spots):
            break
        y, x = divmod(int(spots[int(dice.integers(len(spots)))]), DRAWING_PX)
        size = float(min(room[y, x], dice.uniform(26, 46)))
        middle = np.array([x, y], np.float32)
        shape = prop(kind, size * 0.9, float(dice.uniform(-25, 25))) + middle
        colour = WHITE if shape_cover[y, x] > 0.5 else palette.accent if dice.uniform() < 0.6 else palette.ground
        fill(picture, shape, colour)
        if kind == "bubbles":
            fill(picture, circle(middle - 0.12 * size, 0.56 * size), WHITE, 0.6)
        bits = np.round(shape * 16).astype(np.int32)
        cv2.fillPoly(cover, [bits], 255, cv2.LINE_AA, 4)
        if scene.ink is not None:
            outline = np.concatenate([shape, shape[:2]])
            stroke(picture, outline, 3.0, scene.ink, start=1.0, end=1.0)
        cv2.circle(room, (x, y), round(size + PROP_ROOM_PX + 8), 0, -1)
    return picture, cover.astype(np.float32) / 255


def prop(kind: str, radius_px: float, turn_deg: float) -> NDArray[np.floating[Any]]:
    """Return the polygon of a small shape around (0, 0): one of `PROPS`."""
    if kind == "bubbles":
        return ellipse(np.zeros(2, np.float32), (radius_px, radius_px))
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    if kind == "hearts":
        x, y = 16 * np.sin(angle) ** 3, 13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle)
        shape = np.stack([x, -y + np.cos(4 * angle)], 1) / 16
    else:
        points, inner = (5, 0.45) if kind == "stars" else (4, 0.36)
        corner = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False)
        radius = np.where(np.arange(2 * points) % 2, inner, 1.0)
        shape = np.stack([np.sin(corner) * radius, -np.cos(corner) * radius], 1)
    cos, sin = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    return (shape @ np.array([[cos, sin], [-sin, cos]]) * radius_px).astype(np.float32)
