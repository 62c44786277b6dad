"""Caricature: one trait of the face exaggerated, large eyes, a bold line. The composition makes the head big."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.features import Hand, draw_features
from engine.portrait.figure import CANVAS_PX, Eye, Figure, Points
from engine.portrait.mesh import BETWEEN_EYES, LEFT_EYE, RIGHT_EYE
from engine.portrait.study import study_of
from engine.portrait.styles.backdrop import Scene, border, palettes, staged
from engine.portrait.styles.drawing import Drawing
from engine.portrait.styles.painting import blushed, inked, painted, silhouette
from engine.portrait.tone import rgb, to_picture
from engine.portrait.variation import Variation
from engine.types import Shape

INKS = (rgb("#2a1512"), rgb("#1a1a36"), rgb("#2f1630"))
PALETTES = palettes(
    "#ffdf6e #ffc93c #e2452b",
    "#9be0ff #6cc9f5 #2464c2",
    "#ffb3c7 #ff93b0 #c81e5a",
    "#b8eda0 #93d977 #237d3f",
    "#d9c8ff #bda3fa #5f36c4",
    "#ffcba0 #ffb074 #c24a16",
)
GRID_PX = 8  # where pixels come from changes so slowly that it is worked out this coarsely
RIM_PX, CALM_PX = 20.0, 110.0  # nothing moves at the rim of the canvas, and little near it

# What is exaggerated, by seed: (points of the mesh whose middle it is, radius in face widths, magnification, shift in
# face widths to the outside and up). Every one keeps the eyes large and the person likeable.
FACES = {
    "wide eyes": (
        (LEFT_EYE, 0.34, 1.38, (0.0, 0.0)),
        (RIGHT_EYE, 0.34, 1.38, (0.0, 0.0)),
        ((152,), 0.60, 0.84, (0.0, 0.05)),
        ((10,), 0.95, 1.16, (0.0, 0.03)),
    ),
    "smile": (
        (LEFT_EYE, 0.32, 1.30, (0.0, 0.0)),
        (RIGHT_EYE, 0.32, 1.30, (0.0, 0.0)),
        ((13, 14), 0.40, 1.08, (0.0, 0.0)),
        ((61,), 0.24, 1.0, (0.028, 0.040)),
        ((291,), 0.24, 1.0, (0.028, 0.040)),
        ((10,), 0.95, 1.12, (0.0, 0.03)),
    ),
    "egg head": (
        (LEFT_EYE, 0.30, 1.26, (0.0, 0.0)),
        (RIGHT_EYE, 0.30, 1.26, (0.0, 0.0)),
        ((10,), 1.15, 1.34, (0.0, 0.10)),
        ((152,), 0.70, 0.80, (0.0, 0.06)),
    ),
    "round cheeks": (
        (LEFT_EYE, 0.32, 1.30, (0.0, 0.0)),
        (RIGHT_EYE, 0.32, 1.30, (0.0, 0.0)),
        ((205, 187), 0.50, 1.14, (0.02, 0.0)),
        ((425, 411), 0.50, 1.14, (0.02, 0.0)),
        ((152,), 0.40, 0.92, (0.0, 0.03)),
        ((4,), 0.24, 1.10, (0.0, 0.0)),
    ),
}


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw an exaggerated face with a bold line."""
    if figure.has_face and figure.is_mesh_sure:
        figure = exaggerated(figure, variation)
    study, ink = study_of(figure), variation.pick("ink", INKS)
    lab = painted(study, variation, hardness=1.8, keep=0.15, clothes_step=16, gain=1.5, hair_contrast=1.4)
    picture = to_picture(blushed(lab, study, 1.2))
    lines = np.maximum(0.95 * study.lines(1.35 * variation.line), silhouette(study, 4.2 * variation.line))
    picture = inked(picture, lines, ink)
    hand = Hand(ink, weight=1.35 * variation.line, iris=0.95, big=1.12, brows=0.9, lips=0.55, jaw=0.9, nose=0.9)
    draw_features(picture, study, hand)
    picture, matte, palette = staged(picture, study, variation, Scene(PALETTES, ink=ink))
    return Drawing(picture, matte, border(variation, palette.accent, ink=ink), ink=ink, line_px=3.6 * variation.line)


def exaggerated(figure: Figure, variation: Variation) -> Figure:
    """Return the figure with one trait of the face exaggerated; pixels, mattes and mesh move together."""
    mesh, fw = figure.mesh, figure.face_px
    right = (mesh[263] - mesh[33]) / (np.linalg.norm(mesh[263] - mesh[33]) + 1e-6)
    up = np.array([right[1], -right[0]], np.float32)
    strength = float(variation.dice("exaggeration").uniform(0.8, 1.1))
    moves: list[Move] = []
    for points, radius, magnified, (outside, rise) in FACES[variation.pick("face", tuple(FACES))]:
        centre = mesh[list(points)].mean(0)
        side = np.sign((centre - mesh[BETWEEN_EYES]) @ right)
        shift = (right * side * outside + up * rise) * fw * strength
        moves.append((centre, radius * fw, 1 + (magnified - 1) * strength, shift.astype(np.float32)))
    grid = np.arange(0, figure.rgb.shape[0] + GRID_PX, GRID_PX, dtype=np.float32)
    coarse = np.stack(np.meshgrid(grid, grid), -1)
    source = coarse + _shift(coarse.reshape(-1, 2), moves, inverse=True).reshape(coarse.shape)
    size = figure.rgb.shape[1::-1]
    # cv2.resize samples at half pixels, but the grid's points lie on pixels
    to_grid = np.array([[GRID_PX, 0, 0], [0, GRID_PX, 0]], np.float32)
    field = cv2.warpAffine(source, to_grid, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def moved(plane: NDArray[Any]) -> NDArray[Any]:
        return cv2.remap(plane, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    is_badge = figure.shape is Shape.BADGE
    person = moved(figure.person)
    return replace(
        figure,
        rgb=moved(figure.rgb),
        matte=figure.matte if is_badge else person,
        person=person,
        mesh=_moved(mesh, moves),
        eyes=(_moved_eye(figure.eyes[0], moves), _moved_eye(figure.eyes[1], moves)),
    )


Move = tuple[Points, float, float, Points]  # centre, radius in px, magnification there, shift in px


def _moved(points: Points, moves: list[Move]) -> NDArray[np.float32]:
    return (points + _shift(points, moves)).astype(np.float32)


def _moved_eye(eye: Eye, moves: list[Move]) -> Eye:
    return Eye(_moved(eye.iris, moves), _moved(eye.contour, moves), eye.is_visible)


def _shift(points: Points, moves: list[Move], *, inverse: bool = False) -> Points:
    """Return how far every point moves; `inverse`: where what is seen at a point comes from, less the point."""
    total = np.zeros_like(points)
    for centre, radius, magnified, shift in moves:
        away = points - centre
        inside = np.clip(1 - (away**2).sum(-1, keepdims=True) / radius**2, 0, 1) ** 2
        growth = 1 / (1 + (magnified - 1) * inside) - 1 if inverse else (magnified - 1) * inside
        total += away * growth + (-shift if inverse else shift) * inside
    # Nothing is pushed over the rim of the canvas, where the border has to be.
    rim = np.minimum(points, CANVAS_PX - 1 - points).min(-1, keepdims=True)
    return (total * np.clip((rim - RIM_PX) / CALM_PX, 0, 1)).astype(np.float32)
