"""Raw hits of OpenCV's two frontal face cascades on one grey picture.

Sources: `data/lbpcascade_frontalface.xml` is OpenCV's own (see `data/README.md`);
`haarcascade_frontalface_alt2.xml` comes inside the OpenCV wheel.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # (height, width)
Boxes = NDArray[np.float64]  # (n, 3): centre x, centre y, width of the square box, in pixels

LBP = Path(__file__).parent.parent / "data" / "lbpcascade_frontalface.xml"
HAAR = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml"


@lru_cache
def classifier(path: Path) -> cv2.CascadeClassifier:
    """Load a cascade once; one thread at a time may use it. Raises `ValueError` where OpenCV cannot read it."""
    cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise ValueError(f"not a cascade: {path.name}")
    return cascade


def raw_hits(grey: Grey, path: Path, min_width: int, max_width: int | None = None) -> Boxes:
    """Every window of `min_width` .. `max_width` pixels that the cascade lets through, in a fixed order.

    No grouping (minNeighbors 0): how many windows agree is the evidence the callers weigh.
    """
    limit = max_width or max(grey.shape)
    boxes = classifier(path).detectMultiScale(
        grey, scaleFactor=1.1, minNeighbors=0, minSize=(min_width, min_width), maxSize=(limit, limit)
    )
    if len(boxes) == 0:
        return np.empty((0, 3))
    x, y, side, _ = np.asarray(boxes, dtype=np.float64).T
    hits = np.stack([x + side / 2, y + side / 2, side], axis=1)
    return hits[np.lexsort(hits.T)]  # OpenCV's threads return them in any order
