"""Two colour models, person and background: smoothed three-dimensional histograms in Lab, and their log ratio."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.cutout.bust import Field
from engine.pixels import Lab

Cells = NDArray[np.intp]  # (height, width): index of a pixel's histogram cell

BINS = 24
BLUR_BINS = 1.0
RANGE = np.array([[0.0, 100.0], [-60.0, 70.0], [-70.0, 70.0]], dtype=np.float32)
LIMIT = 4.0  # no colour alone proves more than e ** 4 to one
FLOOR = 0.004  # share of an even spread mixed in: a colour never seen says nothing


def cells(lab: Lab) -> Cells:
    """The histogram cell of every pixel."""
    steps = (lab - RANGE[:, 0]) / (RANGE[:, 1] - RANGE[:, 0]) * BINS
    index = np.clip(steps, 0, BINS - 1).astype(np.intp)
    return np.asarray((index[..., 0] * BINS + index[..., 1]) * BINS + index[..., 2])


def density(where: Cells, weights: Field) -> NDArray[np.float32]:
    """How often each cell occurs among the weighted pixels: (BINS ** 3,), sums to 1."""
    counts = np.bincount(where.ravel(), weights.ravel().astype(np.float64), BINS**3).astype(np.float32)
    cube = counts.reshape(BINS, BINS, BINS)
    for _ in range(3):  # blur one axis, turn, three times
        cube = cv2.GaussianBlur(cube.reshape(BINS, -1), (1, 7), 0, sigmaY=BLUR_BINS)
        cube = cube.reshape(BINS, BINS, BINS).transpose(1, 2, 0).copy()
    flat = cube.ravel()
    return np.asarray(flat / max(float(flat.sum()), 1e-9) * (1 - FLOOR) + FLOOR / BINS**3, dtype=np.float32)


def log_ratio(where: Cells, person: Field, background: Field, around: Cells | None = None) -> Field:
    """log p(colour | person) - log p(colour | background) per pixel, -LIMIT .. LIMIT.

    Both weights are (height, width), 0 .. 1; `around` are further cells, (1, n), that count as background.
    """
    behind, weights = where, background
    if around is not None:
        behind = np.concatenate([where.ravel(), around.ravel()])
        weights = np.concatenate([background.ravel(), np.ones(around.size, dtype=np.float32)])
    ratio = np.log(density(where, person)) - np.log(density(behind, weights))
    return np.asarray(ratio[where].clip(-LIMIT, LIMIT), dtype=np.float32)
