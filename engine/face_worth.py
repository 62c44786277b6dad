"""How good a face in a photo is to draw: large and sharp. Knows no network."""

from __future__ import annotations

import cv2
import numpy as np

from engine.pixels import Rgb

FULL_PX = 320  # a wider face shows no more on a sticker
SEEN_PX = 160  # width at which a face's sharpness is measured
SHARP = 0.12  # contrast of fine detail, as a share of all contrast: a face this sharp is as good as any
LEAST_SHARP = 0.2  # of a blurred face's worth
WITH_OTHERS = 0.7  # of its worth, where it is not clear which face is meant


def face_worth(photo: Rgb, x: float, y: float, width: float, *, is_alone: bool) -> float:
    """Return the worth, 0 .. 1, of a face around (x, y), `width` px wide; `is_alone` in its photo."""
    size = min(width, FULL_PX) / FULL_PX
    sharpness = max(min(_fine_contrast(photo, x, y, width) / SHARP, 1.0), LEAST_SHARP)
    return size * sharpness * (1.0 if is_alone else WITH_OTHERS)


def _fine_contrast(photo: Rgb, x: float, y: float, width: float) -> float:
    """Return the contrast between neighbouring px of a face, as a share of its contrast as a whole."""
    half = width / 2
    crop = photo[max(int(y - half), 0) : int(y + half) + 1, max(int(x - half), 0) : int(x + half) + 1]
    if not crop.size:
        return 0.0
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    way = cv2.INTER_AREA if width > SEEN_PX else cv2.INTER_LINEAR
    seen = cv2.resize(grey, (SEEN_PX, SEEN_PX), interpolation=way).astype(np.float32)
    detail = seen - cv2.GaussianBlur(seen, (0, 0), 2.0)
    return float(detail.std() / max(float(seen.std()), 1.0))
