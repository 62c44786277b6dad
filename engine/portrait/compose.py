"""Where the person stands on the canvas: bust, whole figure, big head or badge, in one resampling. Knows no style."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte, Rgb
from engine.portrait.figure import CANVAS_PX, Eye, Figure, Points
from engine.portrait.matte.cut import Cut
from engine.portrait.matte.filters import disc, levels, polygon
from engine.portrait.mesh import OVAL
from engine.portrait.tone import Plane
from engine.portrait.variation import Variation
from engine.types import Shape

MARGIN_PX = 27.0  # free canvas around the figure, for border and shadow
LEFT_LEAN = 0.3  # share of a head's lean that stays: it looks alive
MOST_UNDONE_DEG = 20.0  # a head that leans more means it, unless the body leans along
MOST_LEFT_DEG = 8.0
CAMERA_FROM_DEG, CAMERA_AGREES_DEG = 18.0, 22.0
CHIN_GAP_FW = 0.04  # below the chin where the body begins
BEND = 0.20  # how far the cut below a bust rises towards its sides, fw at one fw
SIDES_FW, SIDES_SLOPE = 1.05, 0.45  # half the width of a bust at the cut, and how it widens above
LEAN_FW = 0.07  # how far the body is shifted under the head
CRISP = (0.38, 0.62)  # a sticker's edge is firm: wisps fight a border
WISP_FW = 0.035
BADGE_FW = 1.3  # wanted radius of a round badge
LEAST_BADGE_FW = 1.02  # a smaller circle cuts hair and chin: a rounded rectangle shows more
BADGE_DOWN_FW = 0.1
BADGE_CORNER = 0.3  # of the shorter side
MAP_STEP_PX = 4  # where the canvas comes from changes so slowly that every fourth px is worked out
LEAN_STEP_PX = 4

Source = Callable[[Plane, Plane], tuple[Plane, Plane]]  # place on the sticker -> place in the photo, face widths


@dataclass(frozen=True, slots=True)
class Pose:
    """How a figure stands: `head` times as large as the body, which shrinks over `blend_fw` below the chin and is cut
    `below_fw` below the face's centre (none for a whole figure); `tilt_deg` clockwise; `lean_fw`: the body's shift."""

    head: float
    blend_fw: float
    below_fw: float | None
    tilt_deg: float
    lean_fw: float


def pose(shape: Shape, variation: Variation) -> Pose:
    """Return the pose that `variation` gives a die-cut `shape`."""
    lean = LEAN_FW * variation.lean
    if shape is Shape.HEAD:
        return Pose(1.55 + 0.15 * variation.head, 0.38, 1.08 + 0.08 * variation.bust, variation.tilt_deg, 1.5 * lean)
    if shape is Shape.FIGURE:
        return Pose(1.15 + 0.25 * variation.head, 0.5, None, 0.4 * variation.tilt_deg, 0.0)
    return Pose(1.25 + 0.2 * variation.head, 0.5, 1.2 + 0.3 * variation.bust, 0.75 * variation.tilt_deg, lean)


def compose(cut: Cut, shape: Shape, variation: Variation) -> Figure:
    """Place `cut` on a canvas of `CANVAS_PX`; `shape` is BUST, FIGURE, HEAD or BADGE."""
    if shape is Shape.BADGE:
        return _badge(cut, variation)
    stance = pose(shape, variation)
    axes = _rotation(undone_lean(cut, is_whole=stance.below_fw is None))
    unit, centre = np.float32(cut.face.width), cut.face.centre
    upright = (cut.face.mesh - centre) @ axes.T / unit
    chin_u, neck_v = float(upright[:, 0].mean()), float(upright[list(OVAL), 1].max()) + CHIN_GAP_FW
    tilt = _rotation(-stance.tilt_deg)
    alpha = levels(cv2.GaussianBlur(cut.matte, (0, 0), max(0.6, 0.006 * cut.face.width)), *CRISP)

    def source(x: Plane, y: Plane) -> tuple[Plane, Plane, Plane]:
        """Return where a place on the tilted sticker lies in px of the cut, and how far inside the bust's ends, fw."""
        u, v = tilt[0, 0] * x + tilt[1, 0] * y, tilt[0, 1] * x + tilt[1, 1] * y
        source_u, source_v = _with_small_body(u, v, chin_u, neck_v, stance)
        map_x = (source_u * axes[0, 0] + source_v * axes[1, 0]) * unit + centre[0]
        map_y = (source_u * axes[0, 1] + source_v * axes[1, 1]) * unit + centre[1]
        return map_x, map_y, _inside(u - 0.5 * chin_u, v, stance.below_fw)

    def matte_at(map_x: Plane, map_y: Plane, inside: Plane) -> Matte:
        there = cv2.remap(alpha, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return there * np.clip(inside * 60 + 0.5, 0, 1)

    scale, offset = _fitted(lambda x, y: matte_at(*source(x, y)), cut)
    coarse = source(*_grid(scale, offset, MAP_STEP_PX))
    map_x, map_y, inside = (cv2.resize(plane, (CANVAS_PX, CANVAS_PX)) for plane in coarse)
    matte = matte_at(map_x, map_y, inside)
    rgb = cv2.remap(cut.rgb, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def placed(points: Points) -> Points:
        """Return points of the head in px of the canvas."""
        on_sticker = ((points - centre) @ axes.T / unit) @ tilt.T
        return (on_sticker * scale + offset).astype(np.float32)

    mesh = placed(cut.face.mesh)
    matte = _without_wisps(matte, mesh, scale)
    return _figure(cut, rgb, matte, matte, placed, scale, shape)


def undone_lean(cut: Cut, *, is_whole: bool = False) -> float:
    """Return by how many degrees, counter-clockwise, a cut is turned so that it stands well.

    A leaning head keeps some of it, on a whole figure all; where the body leans along, the camera was askew. A head
    without a body may be turned as far as it takes.
    """
    roll = cut.face.roll_deg
    if abs(roll) > CAMERA_FROM_DEG:
        body = _body_lean_deg(cut)
        if body is None:
            return roll - float(np.clip(LEFT_LEAN * roll, -MOST_LEFT_DEG, MOST_LEFT_DEG))
        if abs(body - roll) < CAMERA_AGREES_DEG:
            return roll
    if is_whole:
        return 0.0
    return float(np.clip((1 - LEFT_LEAN) * roll, -MOST_UNDONE_DEG, MOST_UNDONE_DEG))


def _body_lean_deg(cut: Cut) -> float | None:
    """Return how far a body leans clockwise: where most of it lies, seen from the face. None where there is none."""
    matte, centre, unit = cut.matte[::LEAN_STEP_PX, ::LEAN_STEP_PX], cut.face.centre, cut.face.width / LEAN_STEP_PX
    x, y = np.meshgrid(np.arange(matte.shape[1]), np.arange(matte.shape[0]))
    u, v = x / unit - centre[0] / cut.face.width, y / unit - centre[1] / cut.face.width
    distance = np.hypot(u, v)
    roll = math.radians(cut.face.roll_deg)
    below = -math.sin(roll) * u + math.cos(roll) * v > 0.3  # of the chin, or straight below
    weight = matte * ((distance > 0.9) & (distance < 1.9) & (below | (v > 0.3)))
    total = float(weight.sum())
    if total < 0.2 * unit**2:
        return None
    return math.degrees(math.atan2(-float((u * weight).sum()), float((v * weight).sum())))


def _with_small_body(u: Plane, v: Plane, chin_u: float, neck_v: float, stance: Pose) -> tuple[Plane, Plane]:
    """Return where a place comes from when the body is shrunk below the chin, without a seam."""
    t = np.clip((v - neck_v) / stance.blend_fw, 0, 1)
    smooth = t * t * (3 - 2 * t)
    grow = 1 + (stance.head - 1) * smooth
    integral = t * t * (t - 0.5 * t * t) + np.maximum((v - neck_v) / stance.blend_fw - 1, 0)
    return (
        chin_u + (u - chin_u - stance.lean_fw * smooth) * grow,
        v + (stance.head - 1) * stance.blend_fw * integral,
    )


def _inside(u: Plane, v: Plane, below_fw: float | None) -> Plane:
    """Return how far above a cut that bends up towards the sides like a coin's edge, negative below, in face widths."""
    if below_fw is None:
        return np.ones_like(v)
    cut = below_fw - BEND * np.minimum(np.abs(u), 1.6) ** 2 - v
    sides = SIDES_FW + SIDES_SLOPE * (below_fw - v) - np.abs(u)  # a close crop narrows instead of ending in slivers
    return np.minimum(cut, sides)


def _fitted(figure: Callable[[Plane, Plane], Matte], cut: Cut) -> tuple[np.float32, Points]:
    """Return scale and offset from face widths to px that fit the visible figure into the canvas."""
    reach = float(np.hypot(*cut.matte.shape)) / cut.face.width
    steps = np.linspace(-reach, reach, 240, dtype=np.float32)
    x, y = np.meshgrid(steps, steps)
    rows, columns = np.nonzero(figure(x, y) > 0.4)
    if len(rows) == 0:
        return np.float32(CANVAS_PX / 3), np.full(2, CANVAS_PX / 2, np.float32)
    step = steps[1] - steps[0]
    low = np.array([steps[columns.min()], steps[rows.min()]]) - step
    high = np.array([steps[columns.max()], steps[rows.max()]]) + step
    scale = np.float32((CANVAS_PX - 2 * MARGIN_PX) / (high - low).max())
    return scale, (CANVAS_PX / 2 - (low + high) / 2 * scale).astype(np.float32)


def _grid(scale: np.float32, offset: Points, step_px: int = 1) -> tuple[Plane, Plane]:
    """Return the place of every px of the canvas, in face widths; with `step_px`, of every square of px's middle."""
    px = np.arange(0, CANVAS_PX, step_px, dtype=np.float32) + np.float32((step_px - 1) / 2)
    x, y = np.meshgrid((px - offset[0]) / scale, (px - offset[1]) / scale)
    return x, y


def _without_wisps(matte: Matte, mesh: Points, unit_px: np.float32) -> Matte:
    """Drop hairs and slivers thinner than a sticker's border could follow, and loose pieces."""
    size = matte.shape[::-1]
    unit_px = unit_px / 2  # at half size: what goes is thicker than a px
    small = cv2.resize(matte, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA)
    thin = disc(max(1, WISP_FW * float(unit_px)))
    body = cv2.morphologyEx((small > 0.5).astype(np.uint8), cv2.MORPH_OPEN, thin)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(body)
    votes = np.bincount(pieces[polygon(mesh[list(OVAL)] / 2, small.shape) > 0.5], minlength=count)
    votes[0] = 0
    if votes.max() == 0:
        return matte
    main = int(votes.argmax())
    kept = pieces == main
    large = [one for one in range(1, count) if one != main and stats[one, cv2.CC_STAT_AREA] > 0.05 * unit_px**2]
    if large:
        away = cv2.distanceTransform((~kept).astype(np.uint8), cv2.DIST_L2, 5)
        for one in large:
            if away[pieces == one].min() < 0.15 * unit_px:
                kept |= pieces == one
    near = cv2.GaussianBlur(cv2.dilate(kept.astype(np.uint8), thin).astype(np.float32), (0, 0), 0.6)
    return matte * cv2.resize(near, size)


def _badge(cut: Cut, variation: Variation) -> Figure:
    """Crop to a circle around the face where one fits that shows the head, else to a rounded rectangle."""
    height, width = cut.matte.shape
    unit, face = cut.face.width, cut.face.centre
    wanted = BADGE_FW * (0.9 + 0.15 * variation.bust) * unit
    axes = _rotation(undone_lean(cut))
    centre = face + axes.T @ np.array([0, BADGE_DOWN_FW * unit])
    fits = min(centre[0], centre[1], width - centre[0], height - centre[1])
    radius = min(wanted, float(fits))
    span = CANVAS_PX - 2 * MARGIN_PX
    if radius >= LEAST_BADGE_FW * unit:
        half, corner = np.array([radius, radius]), span / 2
    else:
        axes = np.eye(2, dtype=np.float32)
        middle = face + np.array([0, BADGE_DOWN_FW * unit])
        low, high = np.maximum(middle - wanted, 0), np.minimum(middle + wanted, (width, height))
        centre, half = (low + high) / 2, (high - low) / 2
        corner = BADGE_CORNER * span * float(half.min() / half.max())
    scale = np.float32(span / (2 * half.max()))  # px of the canvas per px of the cut
    offset = np.full(2, CANVAS_PX / 2, np.float32)
    x, y = _grid(scale, offset)
    map_x = (x * axes[0, 0] + y * axes[1, 0] + centre[0]).astype(np.float32)
    map_y = (x * axes[0, 1] + y * axes[1, 1] + centre[1]).astype(np.float32)
    rgb = cv2.remap(cut.photo, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    matte = rounded_rectangle(half * float(scale), corner)
    person = cv2.remap(cut.matte, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT) * matte

    def placed(points: Points) -> Points:
        return (((points - centre) @ axes.T) * scale + offset).astype(np.float32)

    return _figure(cut, rgb, matte, person, placed, scale * np.float32(unit), Shape.BADGE)


def rounded_rectangle(half: NDArray[np.float64], corner_px: float) -> Matte:
    """Return the matte of a rectangle in the middle of the canvas; `half` [2]: half its width and height in px."""
    px = np.abs(np.arange(CANVAS_PX) - CANVAS_PX / 2 + 0.5)
    outside_x = np.maximum(px - (half[0] - corner_px), 0)[None]
    outside_y = np.maximum(px - (half[1] - corner_px), 0)[:, None]
    return np.clip(corner_px + 0.5 - np.hypot(outside_x, outside_y), 0, 1).astype(np.float32)


def _figure(
    cut: Cut,
    rgb: Rgb,
    matte: Matte,
    person: Matte,
    placed: Callable[[Points], Points],
    face_px: np.float32,
    shape: Shape,
) -> Figure:
    left, right = (Eye(placed(eye.iris), placed(eye.contour), eye.is_visible) for eye in cut.eyes)
    return Figure(
        rgb=rgb,
        matte=matte,
        person=person,
        mesh=placed(cut.face.mesh),
        depth=cut.face.depth * (face_px / np.float32(cut.face.width)),
        eyes=(left, right),
        face_px=float(face_px),
        shape=shape,
        is_mesh_sure=cut.face.is_mesh_sure,
    )


def _rotation(degrees: float) -> NDArray[np.float32]:
    """Return the 2 x 2 matrix that turns a point counter-clockwise in a picture, whose y points down."""
    turn = math.radians(degrees)
    return np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], np.float32)
