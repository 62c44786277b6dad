"""The frames of a face and of its eyes, measures of mouth, eyes and glasses. Knows no reaction."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Eye, Figure, Points

Vector = NDArray[np.float32]  # (2,)


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """A face's own coordinates: origin between the eyes, x along their line, y down the nose, one unit a face width."""

    origin: Vector
    axes: NDArray[np.float32]  # rows: x and y, unit vectors on the canvas
    face_px: float

    @classmethod
    def of(cls, figure: Figure) -> FaceFrame:
        """Return the frame of the figure's mesh."""
        along = figure.mesh[263] - figure.mesh[33]
        along = along / np.hypot(*along)
        axes = np.stack([along, [-along[1], along[0]]]).astype(np.float32)
        return cls(figure.mesh[168].copy(), axes, figure.face_px)

    def to_face(self, points: Points) -> Points:
        """Return canvas px as face widths."""
        return ((points - self.origin) @ self.axes.T / self.face_px).astype(np.float32)

    def to_canvas(self, points: Points) -> Points:
        """Return face widths as canvas px."""
        return ((points * self.face_px) @ self.axes + self.origin).astype(np.float32)


@dataclass(frozen=True, slots=True)
class EyeFrame:
    """An eye's own coordinates: origin between its corners, x from corner to corner, one unit the eye's width.

    `upper` and `lower`: [n, 2] the lids in these units, left to right. `nose`: where the nose is, -1 left or 1 right.
    """

    centre: Vector
    axes: NDArray[np.float32]
    width_px: float
    upper: Points
    lower: Points
    nose: int

    @classmethod
    def of(cls, eye: Eye) -> EyeFrame:
        """Return the frame of an eye's contour."""
        first, last = eye.contour[0], eye.contour[8]
        left, right = (first, last) if first[0] <= last[0] else (last, first)
        width_px = max(float(np.hypot(*(right - left))), 1.0)
        along = (right - left) / width_px
        axes = np.stack([along, [-along[1], along[0]]]).astype(np.float32)
        centre = ((left + right) / 2).astype(np.float32)
        lower = (eye.contour[:9] - centre) @ axes.T / width_px
        upper = (eye.contour[[0, 9, 10, 11, 12, 13, 14, 15, 8]] - centre) @ axes.T / width_px
        nose = 1 if first[0] <= last[0] else -1
        return cls(centre, axes, width_px, upper[np.argsort(upper[:, 0])], lower[np.argsort(lower[:, 0])], nose)

    def to_eye(self, points: Points) -> Points:
        """Return canvas px as eye widths."""
        return ((points - self.centre) @ self.axes.T / self.width_px).astype(np.float32)

    def to_canvas(self, points: Points) -> Points:
        """Return eye widths as canvas px."""
        return ((points * self.width_px) @ self.axes + self.centre).astype(np.float32)


def mouth_width(mesh: Points) -> float:
    """Return the px between the corners of the mouth."""
    return float(np.hypot(*(mesh[291] - mesh[61])))


def mouth_openness(mesh: Points) -> float:
    """Return the gap between the lips over the mouth's width: 0 closed, above .06 open, .3 a laugh."""
    return float(np.hypot(*(mesh[13] - mesh[14]))) / max(mouth_width(mesh), 1e-3)


def corner_lift(mesh: Points) -> float:
    """Return how far the corners of the mouth stand above its upper lip's middle, in mouth widths.

    At rest about -.06 .. .02, with the teeth showing .02 .. .05, in a broad smile .1 and more.
    """
    across = mesh[291] - mesh[61]
    down = np.array([-across[1], across[0]]) / max(float(across @ across), 1e-6)
    return float((mesh[13] - (mesh[61] + mesh[291]) / 2) @ down)


def eye_openness(eye: Eye) -> float:
    """Return the largest gap between the lids over the eye's width: about .1 closed, .3 open."""
    frame = EyeFrame.of(eye)
    across = np.linspace(-0.3, 0.3, 7)
    upper = np.interp(across, frame.upper[:, 0], frame.upper[:, 1])
    lower = np.interp(across, frame.lower[:, 0], frame.lower[:, 1])
    return float((lower - upper).max())


GLASSES_BRIDGE_L, GLASSES_RIM_L = 12.0, 9.0  # how much darker (L) than skin on both sides of them


def has_glasses(figure: Figure) -> bool:
    """Return whether the face wears glasses: a dark bar crosses the nose's bridge, and a rim runs under an eye."""
    frame = FaceFrame.of(figure)
    low = np.maximum(figure.mesh.min(0), 0).astype(int)
    high = np.maximum(figure.mesh.max(0), low + 1).astype(int)
    face = figure.rgb[low[1] : high[1], low[0] : high[0]]
    smooth = cv2.GaussianBlur(face, (0, 0), max(0.6, 0.004 * figure.face_px))

    def valley(start: Points, down_fw: float) -> float:
        """The deepest valley of L on the way down from a place in face widths."""
        line = frame.to_canvas(start + np.linspace((0, 0), (0, down_fw), 60, dtype=np.float32))
        line -= low
        seen = cv2.remap(smooth, line[None, :, 0], line[None, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        light = cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0, :, 0]
        banks = np.minimum(np.maximum.accumulate(light), np.maximum.accumulate(light[::-1])[::-1])
        return float((banks - light).max())

    brow, tip = frame.to_face(figure.mesh[[9, 195]])
    bridge = [valley(brow + np.array([x, 0.03], np.float32), float(tip[1] - brow[1])) for x in (-0.02, 0.0, 0.02)]
    rims = [
        np.median([valley(point + np.array([0, 0.03], np.float32), 0.22) for point in frame.to_face(eye.contour[3:6])])
        for eye in figure.eyes
    ]
    return float(np.median(bridge)) > GLASSES_BRIDGE_L and float(max(rims)) > GLASSES_RIM_L
