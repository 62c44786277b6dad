"""Moves the pixels, the matte, the mesh and the eyes of a figure together. Knows no reaction and no style.

One backward map and one resampling: a thin-plate spline (F. L. Bookstein, "Principal Warps", 1989) for mouth, brows,
cheeks and chin, behind it a column-wise map for each eye's lids, which a spline would smear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Eye, Figure, Points
from engine.portrait.mesh import EYES, OVAL
from engine.portrait.reactions.face import EyeFrame, eye_openness
from engine.portrait.reactions.moves import CONTROLS, EXACT, Lids, Moves, displacements
from engine.portrait.tone import Plane
from engine.types import Shape

Field = NDArray[np.float32]  # (height, width, 2), canvas px

GRID_PX = 8  # the spline is evaluated this coarsely and enlarged
STIFFNESS = 1e-3  # how little the spline minds passing a control by
RINGS = (1.3, 1.6)  # sizes of two rings of still controls around the oval
FADE = 0.15  # share of the warped box over which the warp fades out at its border
LID_REACH = 0.42  # skin that gives way above and below an eye, eye widths
ZOOM_RADIUS_FW = 0.24


@dataclass(frozen=True, slots=True)
class Warped:
    """`figure` after its moves; `lash_lines`: for each shut eye the line where the lids meet, [n, 2], else None."""

    figure: Figure
    lash_lines: tuple[Points | None, Points | None]


def warp(figure: Figure, moves: Moves, near: int, *, has_glasses: bool = False) -> Warped:
    """Return the figure with its face moved; `near` is the picture side (-1 or 1) that `Moves` calls near.

    Pixels further than about .6 face widths from the face stay as they are, bit for bit.
    """
    shift = displacements(figure, moves, near, has_glasses=has_glasses)
    wanted = (moves.near_lids, moves.far_lids)[:: -1 if near > 0 else 1]
    lids = [lid if eye.is_visible else Lids() for lid, eye in zip(wanted, figure.eyes, strict=True)]
    # Who stares already is not made to stare more.
    stare = float(np.clip((0.5 - max(eye_openness(eye) for eye in figure.eyes)) / 0.15, 0.3, 1))
    lids = [replace(lid, wide=lid.wide * stare) for lid in lids]
    zoom = 0.0 if has_glasses or not all(eye.is_visible for eye in figure.eyes) else moves.eye_zoom * stare
    frames = [EyeFrame.of(eye) for eye in figure.eyes]
    radius_px = ZOOM_RADIUS_FW * figure.face_px

    box, field = _spline(figure, shift)
    left, top, right, bottom = box
    x, y = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32))
    x += field[..., 0]
    y += field[..., 1]
    for frame, lid in zip(frames, lids, strict=True):
        reach = max(1.2 * frame.width_px, 2.5 * radius_px if zoom else 0) + 0.12 * figure.face_px
        rows = slice(max(0, int(frame.centre[1] - reach) - top), max(0, int(frame.centre[1] + reach) - top))
        columns = slice(max(0, int(frame.centre[0] - reach) - left), max(0, int(frame.centre[0] + reach) - left))
        patch = np.stack([x[rows, columns], y[rows, columns]], -1)
        if zoom:
            patch = _zoomed(patch, frame.centre, radius_px, zoom)
        if lid != Lids():
            patch = _through_lids(patch, frame, lid, is_backward=True)
        x[rows, columns], y[rows, columns] = patch[..., 0], patch[..., 1]

    rgb, person, matte = figure.rgb.copy(), figure.person.copy(), figure.matte
    inside = np.s_[top:bottom, left:right]
    rgb[inside] = cv2.remap(figure.rgb, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    person[inside] = cv2.remap(figure.person, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if figure.shape is not Shape.BADGE:
        matte = person if figure.matte is figure.person else figure.matte.copy()
        matte[inside] = cv2.remap(figure.matte, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def forward(points: Points) -> Points:
        """Where points of the photo have gone, lids left aside."""
        if zoom:
            for frame in frames:
                points = _inverted(points, partial(_zoomed, centre=frame.centre, radius_px=radius_px, amount=zoom))
        return _inverted(points, lambda at: at + _sampled(field, at - np.array([left, top], np.float32)))

    moved = figure.mesh.copy()
    for frame, lid, indices in zip(frames, lids, EYES, strict=True):
        moved[list(indices)] = _through_lids(moved[list(indices)], frame, lid, is_backward=False)
    mesh = forward(moved)
    exact = list(EXACT)
    mesh[exact] = figure.mesh[exact] + shift[exact]
    eyes, lines = [], []
    for eye, frame, lid in zip(figure.eyes, frames, lids, strict=True):
        contour = forward(_through_lids(eye.contour, frame, lid, is_backward=False))
        eyes.append(Eye(forward(eye.iris), contour, eye.is_visible and not lid.is_shut))
        lines.append(forward(frame.to_canvas(_shut_line(frame, lid))) if lid.is_shut else None)
    warped = replace(figure, rgb=rgb, matte=matte, person=person, mesh=mesh, eyes=(eyes[0], eyes[1]))
    return Warped(warped, (lines[0], lines[1]))


def _spline(figure: Figure, shift: Points) -> tuple[tuple[int, int, int, int], Field]:
    """The box of the canvas that moves (left, top, right, bottom) and its backward displacement in px."""
    oval = figure.mesh[list(OVAL)]
    centre = (oval.min(0) + oval.max(0)) / 2
    rings = [centre + (oval[:: step + 1] - centre) * size for step, size in enumerate(RINGS, start=1)]
    still = np.concatenate(rings)
    controls = list(CONTROLS)
    target = np.concatenate([figure.mesh[controls] + shift[controls], still])
    back = np.concatenate([-shift[controls], np.zeros_like(still)])
    height, width = figure.matte.shape
    low = np.maximum(np.floor(still.min(0)) - GRID_PX, 0).astype(int)
    high = np.minimum(np.ceil(still.max(0)) + GRID_PX, [width, height]).astype(int)
    across, down = (np.arange(low[k], high[k] + GRID_PX, GRID_PX, dtype=np.float32) for k in (0, 1))

    unit = np.float32(0.55 * figure.face_px)
    at = (target / unit).astype(np.float32)
    count = len(at)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(at, at) + STIFFNESS * np.eye(count)
    system[:count, count] = 1
    system[:count, count + 1 :] = at
    system[count:] = system[:, count:].T
    # OpenCV's solver: NumPy's starts threads that a system this small only waits for.
    _, solved = cv2.solve(system, np.concatenate([back, np.zeros((3, 2))]), flags=cv2.DECOMP_LU)
    weights = solved.astype(np.float32)
    grid = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2) / unit
    coarse = cv2.gemm(_kernel(grid, at), weights[:count], 1, cv2.gemm(grid, weights[count + 1 :], 1, None, 0), 1)
    coarse = (coarse + weights[count]).reshape(len(down), len(across), 2)
    coarse *= _window(across, low[0], high[0], width) * _window(down, low[1], high[1], height)[:, None]
    wide, high_px = (len(across) * GRID_PX, len(down) * GRID_PX)
    # Sample k of the grid belongs to pixel k * GRID_PX exactly, which cv2.resize, aligned to areas, would shift.
    to_grid = np.array([[1 / GRID_PX, 0, 0], [0, 1 / GRID_PX, 0]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    field = cv2.warpAffine(coarse, to_grid, (wide, high_px), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    left, top, right, bottom = int(low[0]), int(low[1]), int(high[0]), int(high[1])
    return (left, top, right, bottom), np.ascontiguousarray(field[: bottom - top, : right - left])


def _kernel(one: Points, other: Points) -> NDArray[np.float32]:
    """The spline's r**2 log r between two sets of points."""
    squared = cv2.gemm(one, other, -2, None, 0, flags=cv2.GEMM_2_T)  # NumPy's product would start threads, too
    squared += (one**2).sum(1)[:, None]
    squared += (other**2).sum(1)
    squared = np.maximum(squared, np.float32(1e-9), out=squared)
    return cv2.multiply(squared, cv2.log(squared), scale=0.5)


def _window(at: NDArray[np.float32], low: int, high: int, end: int) -> NDArray[np.float32]:
    """1 inside, 0 on a border of the box that is not the canvas's own border. [n, 1]."""
    fade = FADE * (high - low)
    near = np.full_like(at, np.inf)
    if low > 0:
        near = np.minimum(near, at - low - GRID_PX)
    if high < end:
        near = np.minimum(near, high - GRID_PX - at)
    t = np.clip(near / fade, 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)[:, None]


def _sampled(field: Field, at: Points) -> Points:
    """`field` at points in its own px; 0 outside."""
    x, y = at[None, :, 0].astype(np.float32), at[None, :, 1].astype(np.float32)
    return cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)[0]


def _inverted(points: Points, backward: Callable[[Points], Points], rounds: int = 8) -> Points:
    """Where `backward` takes to `points`, by fixed-point iteration."""
    at = points.astype(np.float32)
    for _ in range(rounds):
        at = points - (backward(at) - at)
    return at.astype(np.float32)


def _zoomed(at: Field, centre: Points, radius_px: float, amount: float) -> Field:
    """Source of each point when the eye at `centre` is enlarged to 1 / (1 - `amount`)."""
    away = at - centre
    squared = (away**2).sum(-1, keepdims=True) / np.float32(radius_px**2)
    return centre + away * (1 - np.float32(amount) * np.exp(-1.6 * squared))


def _arch(x: Plane) -> Plane:
    """1 in the middle of an eye, 0 a little beyond its corners."""
    return np.clip(1 - (2 * x / np.float32(1.1)) ** 2, 0, 1)


def _shut_height(frame: EyeFrame, lids: Lids, x: Plane) -> Plane:
    """Where the lids meet, eye widths below the line between the corners."""
    total = max(lids.close + lids.arch, 1e-6)
    low = np.interp(x, frame.lower[:, 0], frame.lower[:, 1]) * 0.55 + 0.06 * _arch(x)
    high = 0.10 - 0.27 * _arch(x)
    return ((lids.close * low + lids.arch * high) / total).astype(np.float32)


def _shut_line(frame: EyeFrame, lids: Lids) -> Points:
    x = np.linspace(-0.54, 0.54, 41, dtype=np.float32)
    return np.stack([x, _shut_height(frame, lids, x)], -1)


def _through_lids(at: Field, frame: EyeFrame, lids: Lids, *, is_backward: bool) -> Field:
    """Map points through the lids' columns: crease, upper lid, lower lid, cheek, linear between.

    Backward: where on the photo a point of the result comes from; forward: where a point of the photo goes.
    """
    place = frame.to_eye(at)
    x, y = place[..., 0], place[..., 1]
    edge = (0.045, 0.075) if lids.is_shut else (0.035, 0.035)  # lashes and the lids' wet rims go with the eye
    upper = np.interp(x, frame.upper[:, 0], frame.upper[:, 1]).astype(np.float32) - np.float32(edge[0])
    lower = np.interp(x, frame.lower[:, 0], frame.lower[:, 1]).astype(np.float32) + np.float32(edge[1])
    arch = _arch(x)
    fade = np.clip((0.82 - np.abs(x)) / 0.3, 0, 1)
    inward = np.clip(0.5 + frame.nose * x, 0, 1)
    new_upper = upper - 0.09 * lids.wide * arch + 0.03 * lids.squint * arch
    new_upper += (0.10 * lids.glare * inward + 0.10 * lids.droop * (1 - inward)) * arch
    new_lower = lower + 0.05 * lids.wide * arch - 0.075 * lids.squint * arch
    if lids.is_shut:
        line = _shut_height(frame, lids, x)
        new_upper = upper + (line - 0.02 - upper) * fade
        new_lower = lower + (line + 0.02 - lower) * fade
    top = np.minimum(upper, new_upper) - np.float32(LID_REACH)
    bottom = np.maximum(lower, new_lower) + np.float32(LID_REACH)
    photo, result = (top, upper, lower, bottom), (top, new_upper, new_lower, bottom)
    place[..., 1] = _columns(y, result, photo) if is_backward else _columns(y, photo, result)
    return frame.to_canvas(place)


def _columns(y: Plane, here: tuple[Plane, ...], there: tuple[Plane, ...]) -> Plane:
    """Map `y` from knots `here` to knots `there`, linear between them, itself outside."""
    out = y.copy()
    for k in range(len(here) - 1):
        share = (y - here[k]) / np.maximum(here[k + 1] - here[k], np.float32(1e-4))
        out = np.where((y >= here[k]) & (y < here[k + 1]), there[k] + share * (there[k + 1] - there[k]), out)
    return out
