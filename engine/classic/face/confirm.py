"""The second look: is a candidate a face, and how does it lean?

Two cascades that err differently look at a small crop, at several angles and mirrored. On a face both find dozens
of windows; on anything else at most one of them does, so the geometric mean of the two counts is the score.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engine.classic.face.cascade import HAAR, LBP, Boxes, Grey, raw_hits
from engine.classic.face.screen import Candidate, is_near
from engine.classic.subject import Face

FACE_PX = 48  # the candidate's width in the crop
CROP_PX = 120
LEANS_DEG = (-24.0, -12.0, 0.0, 12.0, 24.0)  # around the candidate's own angle
GLIMPSE_DEG = (0.0, -15.0, 15.0)
WINDOW_PX = (32, 72)  # windows this much smaller or larger than FACE_PX mean something else


def is_worth_confirming(grey: Grey, candidate: Candidate) -> bool:
    """A cheap glimpse: does the Haar cascade see anything at all there? Most candidates end here."""
    return any(
        len(_central(raw_hits(_crop(grey, candidate, candidate.angle_deg + lean)[0], HAAR, *WINDOW_PX)))
        for lean in GLIMPSE_DEG
    )


def confirm(grey: Grey, candidate: Candidate) -> Face:
    """Look closely at one candidate: its face with the score (0 for nothing there), in pixels of `grey`."""
    counts = np.zeros((len(LEANS_DEG), 2))
    boxes = []
    for row, lean in enumerate(LEANS_DEG):
        crop, to_photo = _crop(grey, candidate, candidate.angle_deg + lean)
        lbp, haar = _hits(crop, LBP), _hits(crop, HAAR)
        counts[row] = len(lbp), len(haar)
        boxes.append(_placed(lbp, to_photo))
    score = float(np.sqrt(counts.sum(axis=0).prod()))
    weights = counts.prod(axis=1)
    if score == 0 or weights.sum() == 0:
        return Face(candidate.x, candidate.y, candidate.width, candidate.angle_deg, 0.0)
    x, y, width = np.median(boxes[int(weights.argmax())], axis=0)
    lean = float(weights @ np.array(LEANS_DEG) / weights.sum())
    return Face(float(x), float(y), float(width), candidate.angle_deg + lean, score)


def _crop(grey: Grey, candidate: Candidate, angle_deg: float) -> tuple[Grey, np.ndarray]:
    """The candidate set upright in the middle of a CROP_PX square, and the (2, 3) matrix back to the photo."""
    scale = FACE_PX / candidate.width
    matrix = cv2.getRotationMatrix2D((candidate.x, candidate.y), angle_deg, scale)
    matrix[:, 2] += [CROP_PX / 2 - candidate.x, CROP_PX / 2 - candidate.y]
    crop = cv2.warpAffine(grey, matrix, (CROP_PX, CROP_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, dtype=np.uint8), cv2.invertAffineTransform(matrix)


def _hits(crop: Grey, path: Path) -> Boxes:
    """Windows of one cascade at the middle of the crop, seen straight and in the mirror."""
    straight = raw_hits(crop, path, *WINDOW_PX)
    mirrored = raw_hits(np.asarray(cv2.flip(crop, 1), dtype=np.uint8), path, *WINDOW_PX)
    mirrored[:, 0] = CROP_PX - mirrored[:, 0]
    return _central(np.concatenate([straight, mirrored]))


def _central(hits: Boxes) -> Boxes:
    """The hits that mean the face in the middle of the crop."""
    return hits[is_near(hits, np.array([CROP_PX / 2, CROP_PX / 2, FACE_PX]))]


def _placed(hits: Boxes, to_photo: np.ndarray) -> Boxes:
    """The same boxes in photo pixels."""
    centres = hits[:, :2] @ to_photo[:, :2].T + to_photo[:, 2]
    scale = np.sqrt(abs(np.linalg.det(to_photo[:, :2])))
    return np.column_stack([centres, hits[:, 2] * scale])
