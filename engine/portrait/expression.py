"""What a face does by itself: smile, open mouth, shut eyes, as numbers of its mesh. Knows no picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.portrait.figure import Eye, Points
from engine.portrait.mesh import LIPS_MIDDLE, MOUTH_CORNERS

SHUT = 0.16  # eye openness below
OPEN = 0.32  # mouth openness from which it laughs or gapes
SMILES, GRINS = 0.04, 0.10


@dataclass(frozen=True, slots=True)
class Expression:
    """`mouth_open`: gap between the lips by the mouth's width; `smile`: how far the mouth's corners lie above its
    middle, by its width, negative for a sad one; `eyes_open` (picture-left, picture-right): height by width of what
    the lids leave free, None for an eye behind dark glass."""

    mouth_open: float
    smile: float
    eyes_open: tuple[float | None, float | None]


def measure(mesh: Points, eyes: tuple[Eye, Eye]) -> Expression:
    """Measure a mesh [468, 2] and eyes in px of one picture."""
    left, right = mesh[MOUTH_CORNERS[0]], mesh[MOUTH_CORNERS[1]]
    width = float(np.linalg.norm(right - left)) + 1e-6
    across = (right - left) / width
    down = np.array([-across[1], across[0]])
    upper, lower = mesh[LIPS_MIDDLE[0]], mesh[LIPS_MIDDLE[1]]
    middle = (upper + lower) / 2
    smile = float((middle - (left + right) / 2) @ down) / width
    opened = float((lower - upper) @ down) / width
    return Expression(max(0.0, opened), smile, (_openness(eyes[0]), _openness(eyes[1])))


def emoji_of(expression: Expression) -> str:
    """Return the emoji that says best what a face does; "" for a face that does nothing special."""
    shut = [eye is not None and eye < SHUT for eye in expression.eyes_open]
    is_glad = expression.smile > SMILES or expression.mouth_open > OPEN
    if None in expression.eyes_open:
        return "😎"
    if any(shut) and not all(shut) and max(eye or 0.0 for eye in expression.eyes_open) > 1.6 * SHUT:
        return "😉"
    if all(shut):
        return "😆" if is_glad and expression.mouth_open > OPEN / 2 else "😊" if is_glad else "😌"
    if expression.mouth_open > OPEN:
        return "😄" if expression.smile > 0 else "😮"
    is_grinning = expression.smile > GRINS or (expression.smile > SMILES and expression.mouth_open > OPEN / 3)
    return "😀" if is_grinning else "🙂" if expression.smile > SMILES else ""


def _openness(eye: Eye) -> float | None:
    if not eye.is_visible:
        return None
    outer, inner = eye.contour[0], eye.contour[8]
    width = float(np.linalg.norm(inner - outer)) + 1e-6
    middle = eye.contour[12] - eye.contour[4]  # of the upper and the lower lid
    return float(np.linalg.norm(middle)) / width
