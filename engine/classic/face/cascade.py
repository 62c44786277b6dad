"""Raw hits of OpenCV's frontal face cascades on one grey picture.

Sources: `data/lbpcascade_frontalface.xml` is OpenCV's own (see `data/README.md`), `haarcascade_frontalface_alt2.xml`
comes with the OpenCV wheel.
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
HAAR = Path(cv2.data.haarcascades) / "haarcascade_frontalface_alt2.xml"


@lru_cache
def classifier(path: Path) -> cv2.CascadeClassifier:
    """Load a cascade once; one thread at a time may use it. Raises `ValueError` where OpenCV cannot read it."""
    cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise ValueError(f"not a cascade: {path.name}")
    return cascade


def raw_hits(grey: Grey, path: Path, min_width: int) -> Boxes:
    """Every window the cascade lets through on `grey` and on its mirror image, in a fixed order."""
    cascade = classifier(path)
    width = grey.shape[1]
    found = [np.empty((0, 3))]
    for is_mirrored in (False, True):
        picture = cv2.flip(grey, 1) if is_mirrored else grey
        # minNeighbors 0: no grouping, the number of hits is the evidence
        boxes = cascade.detectMultiScale(
            picture, scaleFactor=1.1, minNeighbors=0, minSize=(min_width, min_width)
        )
        if len(boxes) == 0:
            continue
        x, y, side, _ = np.asarray(boxes, dtype=np.float64).T
        centre_x = x + side / 2
        found.append(np.stack([width - centre_x if is_mirrored else centre_x, y + side / 2, side], axis=1))
    hits = np.concatenate(found)
    return hits[np.lexsort(hits.T)]  # OpenCV's threads return them in any order
