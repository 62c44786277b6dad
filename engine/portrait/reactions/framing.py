"""Room on the canvas: brings a small face closer and makes place for what stands above and beside it.

Knows no reaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from engine.portrait.figure import Eye, Figure, Points
from engine.portrait.reactions.face import FaceFrame
from engine.portrait.reactions.props import Placed
from engine.types import Shape

MARGIN = 0.04  # of the canvas, free on every side for border and shadow
SCATTER_MARGIN = 0.09  # left, right and above, where pieces are strewn about the figure
SMALLEST_FACE = 0.33  # of the canvas; a smaller face shows no expression on a sticker
CLOSE_FACE = 0.40  # what it is enlarged to
BUST_FW = (1.1, 1.15, 0.95)  # what stays of a figure brought closer: to the sides, above and below the eyes' middle


def close_up(figure: Figure) -> Figure:
    """Return the figure with its face large enough for an expression; raised arms may leave the canvas."""
    size = figure.matte.shape[0]
    if figure.face_px >= SMALLEST_FACE * size or figure.shape is Shape.BADGE:
        return figure
    height, width = figure.matte.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    place = FaceFrame.of(figure).to_face(np.stack([x, y], -1))
    side, above, below = BUST_FW
    across, down = place[..., 0] / side, place[..., 1] / np.where(place[..., 1] > 0, below, above)
    keep = np.clip((1 - np.abs(across) ** 3 - np.abs(down) ** 3) * 20 + 0.5, 0, 1).astype(np.float32)
    scale = CLOSE_FACE * size / figure.face_px
    person = figure.person * keep
    _, pieces = cv2.connectedComponents((person > 0.5).astype(np.uint8))
    nose = np.clip(np.round(figure.mesh[4]).astype(int), 0, size - 1)
    person *= cv2.dilate((pieces == pieces[nose[1], nose[0]]).astype(np.uint8), np.ones((5, 5), np.uint8))
    figure = replace(figure, matte=person, person=person)
    rows, columns = np.flatnonzero((person > 0.5).any(1)), np.flatnonzero((person > 0.5).any(0))
    low = np.array([columns[0], rows[0]], np.float32)
    high = np.array([columns[-1], rows[-1]], np.float32)
    free = (1 - 2 * MARGIN) * size
    scale = min(scale, float(free / (high - low).max()))
    return moved(figure, scale, (size - 1) / 2 - scale * (low + high) / 2)


def framed(figure: Figure, placed: Sequence[Placed]) -> Figure:
    """Return the figure made smaller and moved just so far that it and everything placed on it lie on the canvas."""
    size = figure.matte.shape[0]
    rows, columns = np.flatnonzero((figure.matte > 0.5).any(1)), np.flatnonzero((figure.matte > 0.5).any(0))
    if len(rows) == 0:
        return figure
    boxes = [(np.array([columns[0], rows[0]], np.float32), np.array([columns[-1], rows[-1]], np.float32))]
    boxes += [each.box() for each in placed if not each.part.scatter]
    low, high = np.min([box[0] for box in boxes], 0), np.max([box[1] for box in boxes], 0)
    has_scatter = any(each.part.scatter for each in placed)
    start = np.array([SCATTER_MARGIN, SCATTER_MARGIN / 2] if has_scatter else [MARGIN, MARGIN], np.float32) * size
    end = size - np.array([start[0], MARGIN * size], np.float32)
    if (low >= start - 1).all() and (high <= end + 1).all():
        return figure
    scale = min(1.0, float(((end - start) / (high - low)).min()))
    # As little out of the old place as possible, and centred where it had to shrink.
    at = np.clip((start + end) / 2 - scale * (low + high) / 2, start - scale * low, end - scale * high)
    return moved(figure, scale, at)


def moved(figure: Figure, scale: float, shift: Points) -> Figure:
    """Return the figure scaled about the canvas's corner, then shifted by `shift` px."""
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
    size = figure.matte.shape[::-1]
    flags = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR if scale < 1 else cv2.INTER_CUBIC
    rgb = cv2.warpAffine(figure.rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    person = cv2.warpAffine(figure.person, matrix, size, flags=cv2.INTER_LINEAR)
    matte = person
    if figure.matte is not figure.person:
        matte = cv2.warpAffine(figure.matte, matrix, size, flags=cv2.INTER_LINEAR)
    factor, offset = np.float32(scale), np.asarray(shift, np.float32)
    eyes = tuple(Eye(eye.iris * factor + offset, eye.contour * factor + offset, eye.is_visible) for eye in figure.eyes)
    return replace(
        figure,
        rgb=rgb,
        matte=matte,
        person=person,
        mesh=figure.mesh * factor + offset,
        depth=figure.depth * factor,
        eyes=(eyes[0], eyes[1]),
        face_px=figure.face_px * scale,
    )
