"""Where props hold on to a figure: named frames on the face and about the head. Knows no prop.

An anchor is an affine [2, 3] from the prop's units to canvas px: one unit is a face width, x runs along the eyes' line,
y down the nose. At a sided anchor ("left_eye": left in the picture) x runs away from the nose, so that one drawing
serves both sides; "near_..." is the side of the face turned to us.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Figure, Points
from engine.portrait.reactions.face import FaceFrame

Affine = NDArray[np.float32]  # (2, 3)

HIGHEST_HAIR_FW = 0.85  # above the forehead; what rises higher is an arm or another's head
HALF_HEAD_FW = 0.8  # from the forehead's middle to the side of the hair at most
FARTHEST_CROWN_FW = 0.3  # of the crown from the face's middle
HORN_FW = 0.25  # of a horn from the crown
_SIDED: dict[str, tuple[int, int]] = {  # points of the mesh, left and right
    "eye_corner": (33, 263),
    "cheek": (50, 280),
    "mouth_corner": (61, 291),
    "temple": (103, 332),
    "brow": (105, 334),
    "ear": (234, 454),
}
_SINGLE: dict[str, int] = {"forehead": 10, "between_eyes": 168, "chin": 152}


def _framed(frame: FaceFrame, at: Points, side: int = 1) -> Affine:
    axes = frame.axes * np.float32(frame.face_px)
    return np.stack([axes[0] * side, axes[1], at], 1).astype(np.float32)


def crown(figure: Figure, frame: FaceFrame) -> Points:
    """Return the top of the hair in the middle of the head, canvas px; a turned head's middle is not its face's."""
    forehead = frame.to_face(figure.mesh[10][None])[0]
    ends = [_edge(figure, figure.mesh[10], side * frame.axes[0], HALF_HEAD_FW) for side in (-1, 1)]
    left, right = (float(frame.to_face(end[None])[0, 0]) for end in ends)
    shift = float(np.clip((left + right) / 2 - forehead[0], -FARTHEST_CROWN_FW, FARTHEST_CROWN_FW))
    return hair_top(figure, frame, float(forehead[0]) + shift)


def hair_top(figure: Figure, frame: FaceFrame, across_fw: float) -> Points:
    """Return the top of the hair at `across_fw` in the face's frame, canvas px."""
    forehead = frame.to_face(figure.mesh[10][None])[0]
    start = frame.to_canvas(np.array([[across_fw, forehead[1] + 0.05]], np.float32))[0]
    return _edge(figure, start, -frame.axes[1], HIGHEST_HAIR_FW)


def _edge(figure: Figure, start: Points, way: Points, most_fw: float) -> Points:
    """The last point of the person on the way from `start`."""
    steps = np.arange(0, most_fw * figure.face_px, 2, dtype=np.float32)
    line = start + steps[:, None] * way
    height, width = figure.person.shape
    x, y = np.round(line[:, 0]).astype(int), np.round(line[:, 1]).astype(int)
    is_on = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    is_hair = is_on & (figure.person[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] > 0.5)
    gaps = np.flatnonzero(~is_hair)
    return line[max(int(gaps[0]) - 1, 0) if len(gaps) else -1]


def _eye(figure: Figure, frame: FaceFrame, side: int) -> Affine:
    return _framed(frame, figure.eyes[side > 0].iris[0], side)


def _under_eye(figure: Figure, frame: FaceFrame, side: int) -> Affine:
    return _framed(frame, figure.eyes[side > 0].contour[4], side)


def _lens(figure: Figure, frame: FaceFrame, side: int) -> Affine:
    """At the eye; one unit across is twice the way from the eye to the nose's bridge: less on the side turned away."""
    bridge = 0.6 * figure.mesh[168] + 0.4 * figure.mesh[6]
    eye = figure.eyes[side > 0].iris[0]
    across_px = max(2 * abs(float((eye - bridge) @ frame.axes[0])), 0.16 * frame.face_px)
    at = eye + frame.axes[1] * float((bridge - eye) @ frame.axes[1]) * 0.5
    return np.stack([frame.axes[0] * side * across_px, frame.axes[1] * 0.42 * frame.face_px, at], 1, dtype=np.float32)


def _arm(figure: Figure, frame: FaceFrame, side: int) -> Affine:
    """An arm of glasses: from the lens's outer end at (0, 0) to the ear at (1, 0)."""
    lens = _lens(figure, frame, side)
    start = lens @ np.array([0.42, -0.2, 1], np.float32)
    way = figure.mesh[127 if side < 0 else 356] - start
    across = max(float(way @ frame.axes[0]) * side, 0.02 * frame.face_px)  # a far ear is hidden behind the lens
    down = float(np.clip(way @ frame.axes[1], -0.25 * across, 0.25 * across))
    end = start + across * side * frame.axes[0] + down * frame.axes[1]
    return np.stack([end - start, frame.axes[1] * frame.face_px, start], 1, dtype=np.float32)


def _crown(figure: Figure, frame: FaceFrame, side: int) -> Affine:
    return _framed(frame, crown(figure, frame), side)


def _horn(figure: Figure, frame: FaceFrame, side: int) -> Affine:
    """On the hair's outline, to either side of the crown."""
    top = frame.to_face(crown(figure, frame)[None])[0]
    place = frame.to_face(hair_top(figure, frame, float(top[0]) + side * HORN_FW)[None])[0]
    place[1] = np.clip(place[1], top[1], top[1] + 0.3)
    return _framed(frame, frame.to_canvas(place[None])[0], side)


_BUILT: dict[str, Callable[[Figure, FaceFrame, int], Affine]] = {
    "eye": _eye,
    "under_eye": _under_eye,
    "lens": _lens,
    "glasses_arm": _arm,
    "crown": _crown,
    "horn": _horn,
}
_ALSO_SINGLE = ("crown",)
ANCHORS = frozenset(
    {f"{side}_{name}" for side in ("left", "right", "near", "far") for name in (*_SIDED, *_BUILT)}
    | set(_SINGLE)
    | set(_ALSO_SINGLE)
)


def anchor(figure: Figure, name: str, near: int) -> tuple[Affine, int]:
    """Return the named anchor and its side, -1 left or 1 right (1 for those of the middle).

    Raises `KeyError` for a name that is not in `ANCHORS`.
    """
    frame = FaceFrame.of(figure)
    if name in _SINGLE:
        return _framed(frame, figure.mesh[_SINGLE[name]]), 1
    if name in _ALSO_SINGLE:
        return _BUILT[name](figure, frame, 1), 1
    which, place = name.split("_", 1)
    side = {"left": -1, "right": 1, "near": near, "far": -near}[which]
    if place in _SIDED:
        return _framed(frame, figure.mesh[_SIDED[place][side > 0]], side), side
    return _BUILT[place](figure, frame, side), side
