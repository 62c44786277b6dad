"""Pixel: big square cells and few colours, the face at least 24 cells wide where it can be."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import keep_skin, lively, shaded
from engine.classic.study import Study, feature_lines
from engine.classic.tone import to_picture
from engine.classic.variation import Variation
from engine.finish import CELL_BORDER, SIDE_PX
from engine.pixels import Lab, Plane

FACE_CELLS = 24  # below this eyes and mouth fall apart
CELL_SIZES_PX = (8, 7, 6)
COLOURS = (14, 18, 22)


def pixel(study: Study, variation: Variation) -> Drawing:
    """Draw cells."""
    cell, size = _grid(study)
    lab = lively(study, variation, amount=0.7)
    lab[..., 0] = 0.5 * lab[..., 0] + 0.5 * shaded(study, 11.0)
    lab = keep_skin(lab, study)
    lines = feature_lines(study, 1.2 * variation.line)
    lab[..., 0] *= 1 - 0.75 * lines * (1 - 0.8 * study.eyes)
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    small += 0.6 * (small - cv2.GaussianBlur(small, (0, 0), 1.0))
    matte = (cv2.resize(study.matte, size, interpolation=cv2.INTER_AREA) > 0.5).astype(np.float32)
    few = _few_colours(small, matte, variation.pick(COLOURS))
    return Drawing(_enlarge(to_picture(few), cell), _enlarge(matte, cell), cell)


def _grid(study: Study) -> tuple[int, tuple[int, int]]:
    """Cell size in px and the grid (columns, rows) that fills a sticker with its border."""
    height, width = study.matte.shape
    for cell in CELL_SIZES_PX:
        cells = SIDE_PX // cell - CELL_BORDER
        if study.face.width / max(height, width) * cells >= FACE_CELLS:
            break
    scale = cells / max(height, width)
    return cell, (max(1, round(width * scale)), max(1, round(height * scale)))


def _few_colours(lab: Lab, matte: Plane, count: int) -> Lab:
    """Give every cell one of `count` colours of the figure; the start is by lightness, so no dice are thrown."""
    inside = lab[matte > 0.5].astype(np.float32)
    if len(inside) < 4 * count:
        return lab
    ranks = np.argsort(np.argsort(inside[:, 0] + 0.35 * inside[:, 1], kind="stable"), kind="stable")
    start = (ranks * count // len(inside)).astype(np.int32)[:, None]
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 12, 0)
    _, _, centres = cv2.kmeans(inside, count, start, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    distance = ((lab[:, :, None] - centres[None, None]) ** 2).sum(-1)
    return centres[distance.argmin(-1)]


def _enlarge(cells: Plane, cell: int) -> Plane:
    return np.repeat(np.repeat(cells, cell, axis=0), cell, axis=1)
