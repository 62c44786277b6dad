"""When a cut is not to be shown without asking. Knows no network."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.pixels import Matte
from engine.portrait.figure import Points
from engine.portrait.matte.filters import disc

MOST_UNSURE_GUESS, MOST_UNSURE_EDGE = 0.40, 0.13  # square face widths


@dataclass(frozen=True, slots=True)
class Doubt:
    """Areas around head and shoulders, in square face widths, that are neither person nor background.

    `guess`: in what the network said, and in what the colours told of it, on average; `edge`: after the colours' edges
    were found.
    """

    guess: float
    edge: float

    @property
    def is_grave(self) -> bool:
        """Whether a badge should be shown instead."""
        return self.guess > MOST_UNSURE_GUESS or self.edge > MOST_UNSURE_EDGE


def doubt(guess: Matte, told: Matte, edged: Matte, centre: Points, unit_px: float) -> Doubt:
    """Measure a cut; the mattes have one size, `unit_px` is a face's width in it."""
    height, width = guess.shape
    u = np.abs((np.arange(width) - centre[0]) / unit_px)[None]
    v = ((np.arange(height) - centre[1]) / unit_px)[:, None]
    bust = (v < 1.2) & (u < 1.15 + 0.45 * np.clip(1.3 - v, 0, 1))

    def unsure(matte: Matte, radius_fw: float) -> float:
        wide = ((matte > 0.2) & (matte < 0.8)).astype(np.uint8)
        wide = cv2.morphologyEx(wide, cv2.MORPH_OPEN, disc(radius_fw * unit_px))
        return float((wide[bust] > 0).sum() / unit_px**2)

    return Doubt((unsure(guess, 0.03) + unsure(told, 0.03)) / 2, unsure(edged, 0.02))
