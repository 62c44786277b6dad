"""Finding the faces of a photo, whichever way up it is. Knows nothing of cutting out."""

from __future__ import annotations

from engine.classic.face.finder import Found, find_face

__all__ = ["Found", "find_face"]
