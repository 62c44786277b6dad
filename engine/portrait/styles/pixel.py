"""Pixel: big square cells and few colours, the face at least 24 cells wide where it can be."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.finish import CELL_BORDER, SIDE_PX
from engine.portrait.features import SHUT, Hand, draw_features
from engine.portrait.figure import Figure
from engine.portrait.study import Study, study_of
from engine.portrait.styles.backdrop import Scene, staged
from engine.portrait.styles.drawing import Border, Drawing
from engine.portrait.styles.painting import blushed, crisp_eyes, inked, painted
from engine.portrait.tone import Lab, Plane, colour_lab, rgb, to_lab, to_picture
from engine.portrait.variation import Variation

FACE_CELLS = 24  # below this eyes and mouth fall apart
LEAST_EYE_CELLS = 3.0
CELL_SIZES_PX = (8, 7, 6)
COLOURS, FACE_COLOURS = (12, 16, 20), 10
INKS = (rgb("#1e1622"), rgb("#14203c"), rgb("#3a1420"), rgb("#10302c"))


def draw(figure: Figure, variation: Variation) -> Drawing:
    """Draw cells."""
    study, ink = study_of(figure), variation.pick("ink", INKS)
    picture = to_picture(blushed(painted(study, variation, hardness=2, keep=0.2, gain=1.5), study, 0.6))
    picture = crisp_eyes(picture, study)
    picture = inked(picture, 0.75 * study.lines(1.2 * variation.line), ink)
    hand = Hand(ink, weight=1.35, iris=0.7, big=1.05, brows=0.8, lips=0.6, jaw=0.5, nose=0.7, crease=0.0)
    draw_features(picture, study, hand)
    scene = Scene(
        shapes=("disc", "squircle", "heart", "hexagon"),
        textures=("plain", "rays", "stripes", "dots"),
        props=("stars", "hearts"),
        rim=ink,
        shape_share=0.6,
    )
    picture, matte, palette = staged(picture, study, variation, scene)
    cell = next((size for size in CELL_SIZES_PX if study.fw / size >= FACE_CELLS), CELL_SIZES_PX[-1])
    cells = _cells(matte, cell)
    small = cv2.resize(to_lab(picture), (cells, cells), interpolation=cv2.INTER_AREA)
    small += 0.5 * (small - cv2.GaussianBlur(small, (0, 0), 1.0))
    inside = (cv2.resize(matte, (cells, cells), interpolation=cv2.INTER_AREA) > 0.5).astype(np.float32)
    few = _few_colours(small, inside, variation.pick("colours", COLOURS))
    if study.has_face:  # the face in colours of its own: large clothes would take them all

        def in_cells(plane: Plane) -> NDArray[np.bool_]:
            return cv2.resize(plane, (cells, cells), interpolation=cv2.INTER_AREA) * inside > 0.5

        oval, skin = in_cells(study.oval), in_cells(study.skin)
        face = oval | skin
        few[face] = _few_colours(small, face.astype(np.float32), FACE_COLOURS)[face]
        if (oval & skin).any():  # few colours round the skin up or down: put it back
            photo_l = float(np.median(study.lab[..., 0][study.oval > 0.5]))
            few[oval & skin, 0] += photo_l + 1 - float(np.median(few[oval, 0]))
        _set_eyes(few, study, colour_lab(ink))
    whole, cut = np.zeros_like(picture), np.zeros_like(matte)
    start = (picture.shape[0] // cell - cells) // 2 * cell
    used = (slice(start, start + cells * cell),) * 2
    whole[used], cut[used] = _enlarged(to_picture(few), cell), _enlarged(inside, cell)
    outline = variation.pick("outline", (ink, ink, palette.accent))
    return Drawing(
        whole, cut, Border(((outline, 1.0), (rgb("#ffffff"), 1.0))), ink=ink, line_px=float(cell), cell_px=cell
    )


def _cells(matte: Plane, cell: int) -> int:
    """Return how many cells the canvas gets, so that the figure and its border of cells fit into a sticker."""
    rows, columns = np.nonzero(matte > 0.5)
    whole = matte.shape[0] // cell
    if not len(rows):
        return whole
    reach = max(np.ptp(rows), np.ptp(columns)) + 1
    return int(min(whole, (SIDE_PX // cell - CELL_BORDER) * matte.shape[0] / reach))


def _set_eyes(cells: Lab, study: Study, ink: NDArray[np.floating[Any]]) -> None:
    """Set each eye cell by cell, in place: lashes, white, a dark iris. Averages of so few cells have no eyes left."""
    scale = cells.shape[0] / study.matte.shape[0]
    if not study.has_mesh:
        return
    white = np.array([np.clip(study.skin_lab[0] + 22, 62, 97), 0, 2], np.float32)
    for eye in study.eyes:
        ends = np.array(sorted((eye.contour[[0, 8]] * scale).tolist()))
        iris, height = eye.iris[0] * scale, float(np.ptp(eye.contour @ study.axes[1])) * scale
        if not eye.is_visible or ends[1, 0] - ends[0, 0] < LEAST_EYE_CELLS:
            continue
        half = max(0.5, float(np.mean(np.linalg.norm(eye.iris[1:] * scale - iris, axis=1))))
        is_open = height > SHUT * (ends[1, 0] - ends[0, 0])
        for column in range(int(ends[0, 0]), int(ends[1, 0]) + 1):
            row = int(iris[1] + np.interp(column + 0.5, ends[:, 0], ends[:, 1] - ends[:, 1].mean()))
            is_end = column in (int(ends[0, 0]), int(ends[1, 0]))
            cells[row - (not is_end and is_open), column] = ink
            if is_open and not is_end:
                deep = 2 if height > 2.6 else 1
                cells[row : row + deep, column] = ink if abs(column + 0.5 - iris[0]) <= half else white


def _few_colours(lab: Lab, matte: Plane, count: int) -> Lab:
    """Give every cell one of `count` colours of the figure; the start is by lightness, so no dice are thrown."""
    inside = np.ascontiguousarray(lab[matte > 0.5], np.float32)
    if len(inside) < 4 * count:
        return lab
    ranks = np.argsort(np.argsort(inside[:, 0] + 0.35 * inside[:, 1], kind="stable"), kind="stable")
    start = (ranks * count // len(inside)).astype(np.int32)[:, None]
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 12, 0)
    _, _, centres = cv2.kmeans(inside, count, start, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    distance = ((lab[:, :, None] - centres[None, None]) ** 2).sum(-1)
    return centres[distance.argmin(-1)].astype(np.float32)


def _enlarged(cells: np.ndarray, cell: int) -> np.ndarray:
    return np.repeat(np.repeat(cells, cell, axis=0), cell, axis=1)
