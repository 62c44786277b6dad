"""Which pieces of a matte belong to the person: the face's own, near ones, no specks. Knows no network."""

from __future__ import annotations

import cv2
import numpy as np

from engine.pixels import Matte
from engine.portrait.matte.filters import disc

BRIDGE_FW = 0.03  # thinner than this does not connect
NEAR_FW, NEAR_AREA_FW2 = 0.12, 0.02  # a piece so near and so large is a hand, a hat, a strand of hair
GROW_FW = 0.05
HOLE_FW2 = 0.08  # a smaller hole is filled
SPECK_FW2 = 0.012
FOG_FW = 0.03  # radius; a soft edge is narrower


def keep_piece(matte: Matte, seed: Matte, unit_px: float) -> Matte:
    """Keep the piece under `seed` with what lies near it, and fill small holes; `unit_px`: a face's width.

    Returns `matte` as it is where nothing lies under the seed.
    """
    core = cv2.morphologyEx((matte > 0.5).astype(np.uint8), cv2.MORPH_OPEN, disc(BRIDGE_FW * unit_px))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(core)
    votes = np.bincount(pieces[seed > 0.5], minlength=count)
    votes[0] = 0
    if votes.max() == 0:
        return matte
    main = int(votes.argmax())
    kept = np.zeros(count, bool)
    kept[main] = True
    candidates = [one for one in range(1, count) if stats[one, cv2.CC_STAT_AREA] > NEAR_AREA_FW2 * unit_px**2]
    if len(candidates) > 1:
        away = cv2.distanceTransform((pieces != main).astype(np.uint8), cv2.DIST_L2, 5)
        for one in candidates:
            kept[one] |= bool(away[pieces == one].min() < NEAR_FW * unit_px)
    grown = cv2.dilate(kept[pieces].astype(np.uint8), disc(max(2, GROW_FW * unit_px))).astype(np.float32)
    return _without_holes(matte * cv2.GaussianBlur(grown, (0, 0), max(1, 0.012 * unit_px)), unit_px)


def without_specks(matte: Matte, unit_px: float) -> Matte:
    """Drop what hangs on nothing: small pieces beside the person."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((matte > 0.25).astype(np.uint8))
    if count < 3:
        return matte
    kept = stats[:, cv2.CC_STAT_AREA] > SPECK_FW2 * unit_px**2
    kept[0] = False
    return matte * cv2.dilate(kept[pieces].astype(np.uint8), disc(2))


def without_fog(matte: Matte, unit_px: float) -> Matte:
    """Drop what is rather background where it is wider than a soft edge: half seen it looks like dirt."""
    faint = ((matte > 0.02) & (matte < 0.5)).astype(np.uint8)
    wide = cv2.morphologyEx(faint, cv2.MORPH_OPEN, disc(FOG_FW * unit_px))
    return matte * (1 - wide)


def _without_holes(matte: Matte, unit_px: float) -> Matte:
    height, width = matte.shape
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((matte < 0.5).astype(np.uint8))
    for one in range(1, count):
        left, top, wide, high, area = stats[one]
        is_inside = left > 0 and top > 0 and left + wide < width and top + high < height
        if is_inside and area < HOLE_FW2 * unit_px**2:
            matte = np.maximum(matte, cv2.dilate((pieces == one).astype(np.uint8), disc(1)))
    return matte
