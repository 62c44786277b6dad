"""Colour spaces, noise and skin: measures and curves the looks share. Knows no look."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.subject import Face
from engine.pixels import Lab, Plane, Rgb

Picture = NDArray[np.float32]  # (height, width, 3), sRGB 0 .. 255
Colour = NDArray[np.float32]  # (3,), sRGB 0 .. 255

SKIN_CHROMA = 9.0  # how far in (a, b) skin strays from the face's median
SKIN_LIGHTNESS = 30.0  # and in L: shadows and shine are skin too


def to_rgb(lab: Lab) -> Rgb:
    """CIE Lab to sRGB bytes, clipped."""
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return (np.clip(rgb, 0, 1) * 255).round().astype(np.uint8)


def to_picture(lab: Lab) -> Picture:
    """CIE Lab to sRGB floats 0 .. 255, clipped."""
    return np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1) * np.float32(255)


def to_bytes(picture: Picture) -> Rgb:
    """sRGB floats to bytes, clipped and rounded."""
    return np.clip(picture, 0, 255).round().astype(np.uint8)


def rgb(colour: str) -> Colour:
    """A colour written "#rrggbb"."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def face_axes(face: Face, shape: tuple[int, int]) -> tuple[Plane, Plane]:
    """Coordinates of every pixel in face widths, along the eyes' line and down the nose; (0, 0) the centre."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    u = ((x - face.x) / face.width).astype(np.float32)
    v = ((y - face.y) / face.width).astype(np.float32)
    cos, sin = math.cos(math.radians(face.roll_deg)), math.sin(math.radians(face.roll_deg))
    return cos * u + sin * v, cos * v - sin * u


def face_oval(face: Face, shape: tuple[int, int], grow: float = 1.0) -> Plane:
    """1 inside the face's oval (brow to chin, cheek to cheek), soft edge, 0 outside."""
    u, v = face_axes(face, shape)
    radius = np.sqrt((u / (0.40 * grow)) ** 2 + ((v - 0.02) / (0.52 * grow)) ** 2)
    return np.clip((1 - radius) * 6 + 0.5, 0, 1)


def smoothstep(low: float, high: float, x: Plane) -> Plane:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def skin_median(lab: Lab, face: Face) -> NDArray[np.float32]:
    """Median Lab of the face's skin: inside the oval, without the darkest features."""
    inner = face_oval(face, lab.shape[:2], 0.85) > 0.5
    if not inner.any():
        return np.array([60, 12, 16], np.float32)
    pixels = lab[inner]
    return np.median(pixels[pixels[:, 0] >= np.percentile(pixels[:, 0], 25)], axis=0)


def face_lightness(lab: Lab, oval: Plane) -> float:
    """How light a face is: the 60th percentile of L inside its oval.

    A little above the median, because eyes, brows, lips and shade cover up to half of an oval and are no skin tone.
    """
    inside = lab[..., 0][oval > 0.5]
    return float(np.percentile(inside, 60)) if inside.size else 60.0


def skin_map(lab: Lab, face: Face, skin: NDArray[np.float32]) -> Plane:
    """How much each pixel is this person's skin, 0 .. 1: near the face and of its colour."""
    u, v = face_axes(face, lab.shape[:2])
    chroma = ((lab[..., 1] - skin[1]) ** 2 + (lab[..., 2] - skin[2]) ** 2) / SKIN_CHROMA**2
    light = ((lab[..., 0] - skin[0]) / SKIN_LIGHTNESS) ** 2
    like = np.exp(-0.5 * chroma - 0.35 * light)
    near = np.exp(-0.5 * (np.maximum(np.hypot(u / 0.62, (v - 0.12) / 0.85) - 0.75, 0) / 0.25) ** 2)
    rough = smoothstep(0.2, 0.55, like * near)
    return cv2.GaussianBlur(cv2.medianBlur(rough, 5), (0, 0), 1.5)


def tones(lightness: Plane, levels: NDArray[np.float32], cuts: NDArray[np.float32], soft: float) -> Plane:
    """Flatten `lightness` to `levels`, stepping at `cuts` over about `soft` L."""
    out = np.full_like(lightness, levels[0])
    for rise, cut in zip(np.diff(levels), cuts, strict=True):
        out += rise * smoothstep(cut - soft, cut + soft, lightness)
    return out
