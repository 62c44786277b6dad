"""Reads the expression of a face as it is, for the emoji of a plain sticker. Knows no pixels."""

from __future__ import annotations

from engine.portrait.figure import Eye, Points
from engine.portrait.reactions.face import corner_lift, eye_openness, mouth_openness

SMILE = 0.05  # lift of the corners, and a little for teeth that show
FROWN_LIFT = -0.12
LAUGH_GAP = 0.11  # between the lips, mouth widths
WONDER_GAP, WONDER_LIFT = 0.38, 0.06
SHUT_EYE, OPEN_EYE = 0.16, 0.22  # between the lids, eye widths


def expression_emoji(mesh: Points, eyes: tuple[Eye, Eye]) -> str | None:
    """Return the emoji of a face's expression, None for one at rest.

    `mesh` [468, 2] and the eyes in the same px; of eyes only the contours count.
    """
    lift, gap = corner_lift(mesh), mouth_openness(mesh)
    openness = [eye_openness(eye) for eye in eyes]
    is_smiling = lift + 0.15 * min(gap, 0.2) > SMILE
    if max(openness) < SHUT_EYE:
        return "😆" if is_smiling and gap > LAUGH_GAP else "😊" if is_smiling else "😴"
    if min(openness) < SHUT_EYE and max(openness) > OPEN_EYE:
        return "😉"
    if gap > WONDER_GAP and lift < WONDER_LIFT:
        return "😮"
    if is_smiling:
        return "😀" if gap > LAUGH_GAP else "🙂"
    return "🙁" if lift < FROWN_LIFT else None
