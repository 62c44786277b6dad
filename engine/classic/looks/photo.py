"""Photo: the person as they are, a little clearer, for a plain die-cut sticker."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.looks.drawing import Drawing
from engine.classic.looks.shading import keep_skin
from engine.classic.study import Study
from engine.classic.tone import to_picture
from engine.classic.variation import Variation


def photo(study: Study, variation: Variation) -> Drawing:
    """Clear up light and colour."""
    lab = study.lab * 0.75 + study.flat * 0.25
    lab[..., 0] += 0.4 * (lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 1.2))
    lab[..., 1:] *= 1.08 * variation.colour
    lab[..., 2] += 2.5 * variation.warmth
    return Drawing(np.asarray(to_picture(keep_skin(lab, study))), study.matte)
