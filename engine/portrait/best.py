"""The best of several photos of a person: the one whose face is the largest, clearest and most to the front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import NoFace
from engine.face_worth import face_worth
from engine.portrait.faces import find_faces
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto

HALF_HIDDEN = 0.5  # of its worth, where the mesh does not lie on the face: a profile, a covered face


def best_photo(photos: Sequence[OpenedPhoto], networks: Networks) -> int:
    """Return the index of the photo with the best face, 0 where none has one; of equals the first."""
    worths = []
    for photo in photos:
        try:
            found = find_faces(photo.rgb, networks)
        except NoFace:
            worths.append(0.0)
            continue
        face, upright = found.choose(), photo.turned(found.quarter_turns).rgb
        worth = face_worth(upright, face.x, face.y, face.width, is_alone=len(found.faces) == 1)
        worths.append(worth * face.presence * (1.0 if face.is_mesh_sure else HALF_HIDDEN))
    return int(np.argmax(worths))
