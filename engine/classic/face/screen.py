"""The first, generous look: where a face might be, at any angle. Almost everything it says is wrong.

One LBP cascade per angle on a small copy of the photo. `confirm.py` throws the wrong ones out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.classic.face.cascade import LBP, Boxes, Grey, raw_hits

PAD = 0.12  # of the side, replicated around: a face that the photo's edge cuts still fills a window
MIN_WIDTH = 0.05  # of the padded side
SAME_CENTRE = 0.25  # hits closer than this share of their width ..
SAME_SIZE = 0.35  # .. and whose widths differ by less than this factor's logarithm are one face


@dataclass(frozen=True, slots=True)
class Candidate:
    """Perhaps a face: centre and width in photo pixels, how far it leans clockwise, and how many windows agreed."""

    x: float
    y: float
    width: float
    angle_deg: float
    votes: int


def screen(grey: Grey, angles_deg: Sequence[float], side_px: int) -> list[Candidate]:
    """Look for faces that lean by any of `angles_deg` on `grey`, scaled so that its long side is `side_px`."""
    scale = side_px / max(grey.shape)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = np.asarray(cv2.resize(grey, size, interpolation=interpolation), dtype=np.uint8)
    return [found for angle in angles_deg for found in _at_angle(small, angle, scale)]


def _at_angle(small: Grey, angle_deg: float, scale: float) -> list[Candidate]:
    turned, to_small = _turned(small, angle_deg)
    hits = raw_hits(turned, LBP, round(MIN_WIDTH * max(turned.shape)))
    found = []
    for box, votes in clusters(hits):
        x, y = to_small @ [box[0], box[1], 1.0]
        found.append(Candidate(x / scale, y / scale, box[2] / scale, angle_deg, votes))
    return found


def _turned(small: Grey, angle_deg: float) -> tuple[Grey, np.ndarray]:
    """Turn `small` counter-clockwise on a padded canvas; also the (2, 3) matrix back to pixels of `small`."""
    height, width = small.shape
    pad = PAD * max(small.shape)
    cos, sin = abs(np.cos(np.radians(angle_deg))), abs(np.sin(np.radians(angle_deg)))
    canvas = (round(width * cos + height * sin + 2 * pad), round(width * sin + height * cos + 2 * pad))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    matrix[:, 2] += [canvas[0] / 2 - width / 2, canvas[1] / 2 - height / 2]
    turned = cv2.warpAffine(small, matrix, canvas, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8), cv2.invertAffineTransform(matrix)


def clusters(hits: Boxes) -> list[tuple[np.ndarray, int]]:
    """Group hits that mean the same face, most votes first: each group's median box and its number of hits."""
    groups = []
    while len(hits):
        near = np.array([is_near(hits, hit) for hit in hits])
        together = near[int(near.sum(axis=1).argmax())]
        groups.append((np.median(hits[together], axis=0), int(together.sum())))
        hits = hits[~together]
    return groups


def is_near(hits: Boxes, box: np.ndarray) -> np.ndarray:
    """Which of `hits` mean the same face as `box`: (n,) booleans."""
    distance = np.hypot(hits[:, 0] - box[0], hits[:, 1] - box[1])
    same_size = np.abs(np.log(hits[:, 2] / box[2])) < SAME_SIZE
    return np.asarray((distance < SAME_CENTRE * box[2]) & same_size)
