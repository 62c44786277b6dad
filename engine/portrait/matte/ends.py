"""Round ends where the photo, not the background, ends a person: no slabs. Knows no network."""

from __future__ import annotations

import cv2
import numpy as np

from engine.pixels import Matte
from engine.portrait.matte.filters import Mask, disc

DOME_FW, DOME_SHARE = 0.25, 0.3  # height of the round top of a cut head, at most this share of the cut's length
BOTTOM_FW, BOTTOM_SHARE = 0.12, 0.08  # the same for a trunk cut off below: like a coin's edge
CORNER_FW = 0.22  # radius where an outline meets an edge of the photo
LEAST_PX = 3


def rounded_ends(matte: Matte, cover: Matte | None, unit_px: float) -> Matte:
    """Round `matte` where it touches an edge of its picture or of `cover`; `unit_px`: a face's width."""
    radius = CORNER_FW * unit_px
    if cover is not None:
        inside = cv2.erode((cover > 0.5).astype(np.uint8), disc(2), borderValue=1)
        pad = round(radius) + 2
        inside = cv2.copyMakeBorder(inside, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        matte = matte * _opened(inside, radius)[pad:-pad, pad:-pad]
    matte = _domed(matte, DOME_FW * unit_px, DOME_SHARE)
    matte = _domed(matte[::-1], BOTTOM_FW * unit_px, BOTTOM_SHARE)[::-1]
    return _rounded_corners(np.ascontiguousarray(matte), radius)


def _domed(matte: Matte, depth_px: float, share: float) -> Matte:
    """Give what the first row cuts off flat a round end, as wide as the figure is further in."""
    cut = np.full(matte.shape[1], -1.0, np.float32)
    for start, stop in _runs(matte[0] > 0.5):
        if stop - start < LEAST_PX:
            continue
        depth = min(depth_px, share * (stop - start), matte.shape[0] - 1)
        below = [run for run in _runs(matte[round(depth)] > 0.5) if run[0] < stop and run[1] > start]
        left, right = (min(run[0] for run in below), max(run[1] for run in below)) if below else (start, stop)
        across = (np.arange(left, right) + 0.5 - (left + right) / 2) / ((right - left) / 2)
        dome = depth * (1 - np.sqrt(np.clip(1 - across**2, 0, 1)))
        cut[left:right] = np.maximum(cut[left:right], dome)  # a wisp beside the head leaves the head its own
    rows = np.arange(matte.shape[0], dtype=np.float32)[:, None]
    return matte * np.clip(rows - cut, 0, 1)


def _rounded_corners(matte: Matte, radius_px: float) -> Matte:
    """Round the corners between an outline and the picture's edges, and the picture's own."""
    solid = cv2.copyMakeBorder((matte > 0.5).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    ends = np.ones(solid.shape, np.uint8)
    for edge, at in (
        (solid[1], ends[1]),
        (solid[-2], ends[-2]),
        (solid[:, 1], ends[:, 1]),
        (solid[:, -2], ends[:, -2]),
    ):
        for start, stop in _runs(edge > 0):
            if stop - start >= LEAST_PX:
                at[[start, stop - 1]] = 0
    if ends.all():
        return matte
    away = cv2.distanceTransform(ends, cv2.DIST_L2, 3) / np.float32(radius_px)
    opened = _opened(solid, radius_px)
    # Whole tips go, not the part of them that is near: what is half gone looks like fog.
    _, tips = cv2.connectedComponents(((solid > 0) & (opened < 0.5) & (away < 4)).astype(np.uint8))
    touched = np.unique(tips[(tips > 0) & (away < 1)])
    gone = cv2.dilate(np.isin(tips, touched).astype(np.uint8), disc(2)) if touched.size else np.zeros_like(solid)
    return np.where(gone[1:-1, 1:-1] > 0, np.minimum(matte, opened[1:-1, 1:-1]), matte)


def _opened(solid: Mask, radius_px: float) -> Matte:
    """Return the union of all discs that fit into `solid`, anti-aliased; the picture's edges are edges of `solid`."""
    framed = cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    fits = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > radius_px
    if not fits.any():
        return np.zeros(solid.shape, np.float32)
    away = cv2.distanceTransform((~fits).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.clip(radius_px + 0.5 - away, 0, 1)[1:-1, 1:-1]


def _runs(row: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return (start, stop) of every stretch of True."""
    steps = np.diff(np.concatenate([[0], row.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True))
