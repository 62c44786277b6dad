"""Round ends where the photo, not the background, ends a person: no slabs. Knows no network."""

from __future__ import annotations

import cv2
import numpy as np

from engine.portrait.figure import Matte
from engine.portrait.matte.filters import disc

TOP_FW, TOP_DEPTH = 0.55, 0.5  # how far from its ends a cut head is rounded, and how deep, as a share of that
SIDE_FW, SIDE_DEPTH = 0.3, 0.6
CORNER_FW = 0.25  # of empty corners within the frame
LEAST_PX = 3


def rounded_ends(matte: Matte, cover: Matte | None, unit_px: float) -> Matte:
    """Round `matte` where it touches an edge of its picture or of `cover`; `unit_px`: a face's width."""
    if cover is not None:
        inside = cv2.erode((cover > 0.5).astype(np.uint8), disc(2), borderValue=1)
        pad = round(CORNER_FW * unit_px) + 2
        inside = cv2.copyMakeBorder(inside, *[pad] * 4, cv2.BORDER_REPLICATE)
        inside = cv2.morphologyEx(inside, cv2.MORPH_OPEN, disc(CORNER_FW * unit_px))[pad:-pad, pad:-pad]
        matte = matte * cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1.5)
    for quarter_turns in range(4):  # top, right, bottom, left
        upright = np.rot90(matte, quarter_turns)
        reach, depth = (TOP_FW, TOP_DEPTH) if quarter_turns == 0 else (SIDE_FW, SIDE_DEPTH)
        matte = np.rot90(_rounded_top(upright, reach * unit_px, depth), -quarter_turns)
    return np.ascontiguousarray(matte)


def _rounded_top(matte: Matte, reach_px: float, depth: float) -> Matte:
    """Round both ends of every stretch where `matte` touches its first row."""
    touching = np.concatenate([[0], (matte[0] > 0.5).astype(np.int8), [0]])
    starts, stops = np.flatnonzero(np.diff(touching) == 1), np.flatnonzero(np.diff(touching) == -1)
    cut = np.zeros(matte.shape[1], np.float32)
    for start, stop in zip(starts, stops, strict=True):
        if stop - start < LEAST_PX:
            continue
        # a little wider than the contact: the hair that grows outwards below it is rounded too
        reach = min(reach_px, (stop - start) / 2)
        x = np.arange(start, stop) + 0.5
        to_end = np.minimum(x - start, stop - x)
        bend = 1 - np.sqrt(np.clip(1 - (1 - np.minimum(to_end / reach, 1)) ** 2, 0, 1))
        cut[start:stop] = depth * reach * bend
        deepest = depth * reach
        for side, end in ((-1, start), (1, stop)):
            beyond = np.arange(1, round(0.5 * reach) + 1)
            places = end - beyond if side < 0 else end - 1 + beyond
            is_in = (places >= 0) & (places < len(cut))
            cut[places[is_in]] = np.maximum(cut[places[is_in]], deepest)
    if not cut.any():
        return matte
    rows = np.arange(matte.shape[0], dtype=np.float32)[:, None]
    return matte * np.clip(rows - cut[None] + np.where(cut > 0, 0, 1)[None], 0, 1)
