"""From hits to faces: thin first version."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.classic.face.cascade import LBP, raw_hits
from engine.classic.subject import Face, Rgb
from engine.errors import NoFace


@dataclass(frozen=True, slots=True)
class Found:
    """`photo` set upright, its main face, and how many faces were found in all."""

    photo: Rgb
    face: Face
    faces: int


def find_face(photo: Rgb) -> Found:
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    scale = 640 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pad = 77
    small = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    hits = raw_hits(small, LBP, 30)
    best, votes = None, 0
    for hit in hits:
        near = (np.hypot(*(hits[:, :2] - hit[:2]).T) < 0.25 * hit[2]) & (
            abs(np.log(hits[:, 2] / hit[2])) < 0.35
        )
        if near.sum() > votes:
            best, votes = np.median(hits[near], axis=0), int(near.sum())
    if best is None or votes < 15:
        raise NoFace
    x, y, width = (best - [pad, pad, 0]) / scale
    return Found(photo, Face(float(x), float(y), float(width), 0.0, float(votes)), 1)
