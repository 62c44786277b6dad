"""The best of several photos of a person: the one whose face is the largest, clearest and most to the front."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.errors import NoFace
from engine.pixels import Rgb
from engine.portrait.faces import Face, find_faces
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto

FULL_PX = 320  # a wider face shows no more on a sticker
SEEN_PX = 160  # width at which a face's sharpness is measured
SHARP = 0.12  # contrast of fine detail, as a share of all contrast: a face this sharp is as good as any
LEAST_SHARP = 0.2  # of a blurred face's worth
WITH_OTHERS = 0.7  # of its worth, where it is not clear which face is meant
HALF_HIDDEN = 0.5  # where the mesh does not lie on the face: a profile, a covered face


def best_photo(photos: Sequence[OpenedPhoto], networks: Networks) -> int:
    """Return the index of the photo with the best face, 0 where none has one; of equals the first."""
    worths = []
    for photo in photos:
        try:
            found = find_faces(photo.rgb, networks)
        except NoFace:
            worths.append(0.0)
            continue
        worth = face_worth(photo.turned(found.quarter_turns).rgb, found.choose())
        worths.append(worth * (WITH_OTHERS if len(found.faces) > 1 else 1.0))
    return int(np.argmax(worths))


def face_worth(photo: Rgb, face: Face) -> float:
    """Return how good a face is to draw, above 0: its size, 0 .. 1, times what else speaks for it."""
    size = min(face.width, FULL_PX) / FULL_PX
    sharpness = max(min(_fine_contrast(photo, face) / SHARP, 1.0), LEAST_SHARP)
    return size * sharpness * face.presence * (1.0 if face.is_mesh_sure else HALF_HIDDEN)


def _fine_contrast(photo: Rgb, face: Face) -> float:
    """Return the contrast between neighbouring px of a face, as a share of its contrast as a whole."""
    half = face.width / 2
    top, left = max(int(face.y - half), 0), max(int(face.x - half), 0)
    crop = photo[top : int(face.y + half) + 1, left : int(face.x + half) + 1]
    if not crop.size:
        return 0.0
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    shrinking = face.width > SEEN_PX
    seen = cv2.resize(grey, (SEEN_PX, SEEN_PX), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR).astype(
        np.float32
    )
    detail = seen - cv2.GaussianBlur(seen, (0, 0), 2.0)
    return float(detail.std() / max(float(seen.std()), 1.0))
