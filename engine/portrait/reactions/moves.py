"""What a face does in each reaction, as plain numbers, and where they take the points of its mesh. Knows no pixels.

Amounts that move the mouth are in mouth widths, those that move brows in face widths; down is positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.portrait import mesh as mesh_map
from engine.portrait.figure import Figure, Points
from engine.portrait.reactions.face import FaceFrame, corner_lift, mouth_openness, mouth_width


@dataclass(frozen=True, slots=True)
class Lids:
    """How one eye's lids stand: 0 as in the photo.

    `close`: 1 shut, as in sleep. `arch`: 1 shut in an upward arch, as in laughter. `wide`: 1 torn open. `squint`: 1
    the lower lid pushed up by a smile. `glare`: 1 the upper lid down at the nose. `droop`: 1 down at the temple.
    """

    close: float = 0
    arch: float = 0
    wide: float = 0
    squint: float = 0
    glare: float = 0
    droop: float = 0

    @property
    def is_shut(self) -> bool:
        """Whether the eye's inside is hidden: then a lash line is drawn instead."""
        return self.close > 0 or self.arch > 0


@dataclass(frozen=True, slots=True)
class Moves:
    """What a face does; 0 everywhere is the photo's own expression.

    `smile`: corners out and up, below 0 down; 1.2 is the most that looks human. `smirk`: added on the near side of
    the face and taken from the far one. `jaw`: how far the lower lip falls, at most .45. `shut`: how much of an open
    mouth is closed first. `pucker`: lips drawn together, at most .78 or thin lips vanish. `brow_inner`, `brow_outer`:
    ends of the brows; `brow_pinch`: towards the nose; `near_brow`: the near brow alone. `eye_zoom`: .24 enlarges the
    eyes by a third, more is uncanny.
    """

    smile: float = 0
    smirk: float = 0
    jaw: float = 0
    shut: float = 0
    pucker: float = 0
    brow_inner: float = 0
    brow_outer: float = 0
    brow_pinch: float = 0
    near_brow: float = 0
    eye_zoom: float = 0
    near_lids: Lids = Lids()
    far_lids: Lids = Lids()


LAUGHING = Lids(arch=1)
SHUT = Lids(close=1)
SMILING = Lids(squint=1)

MOVES = {
    "grin": Moves(smile=0.95, jaw=0.27, brow_inner=-0.02, brow_outer=-0.012, near_lids=SMILING, far_lids=SMILING),
    "joy": Moves(smile=1.1, jaw=0.36, brow_inner=-0.025, brow_outer=0.005, near_lids=LAUGHING, far_lids=LAUGHING),
    "heart eyes": Moves(smile=1.0, jaw=0.24, brow_inner=-0.03, brow_outer=-0.02),
    "star eyes": Moves(smile=1.1, jaw=0.34, brow_inner=-0.04, brow_outer=-0.03),
    "kiss": Moves(shut=0.94, pucker=0.74, brow_inner=-0.02, brow_outer=-0.02, near_lids=SHUT),
    "wink": Moves(
        smile=0.85, smirk=0.35, brow_inner=-0.03, brow_outer=-0.03, near_brow=0.055, near_lids=Lids(arch=0.7, close=0.3)
    ),
    "sunglasses": Moves(smile=0.7, smirk=0.4, brow_inner=-0.03, brow_outer=-0.03),
    "party": Moves(smile=1.1, jaw=0.32, brow_inner=-0.035, brow_outer=-0.03, near_lids=SMILING, far_lids=SMILING),
    "surprise": Moves(
        shut=0.94,
        pucker=0.5,
        jaw=0.42,
        brow_inner=-0.085,
        brow_outer=-0.07,
        eye_zoom=0.14,
        near_lids=Lids(wide=1),
        far_lids=Lids(wide=1),
    ),
    "sad": Moves(
        shut=0.94,
        smile=-1.0,
        brow_inner=-0.08,
        brow_outer=0.035,
        brow_pinch=0.018,
        near_lids=Lids(droop=1),
        far_lids=Lids(droop=1),
    ),
    "crying": Moves(
        shut=0.94,
        smile=-0.85,
        jaw=0.3,
        brow_inner=-0.085,
        brow_outer=0.03,
        brow_pinch=0.015,
        near_lids=LAUGHING,
        far_lids=LAUGHING,
    ),
    "angry": Moves(
        shut=0.94,
        smile=-0.75,
        brow_inner=0.06,
        brow_outer=-0.03,
        brow_pinch=0.022,
        near_lids=Lids(glare=1, squint=0.7),
        far_lids=Lids(glare=1, squint=0.7),
    ),
    "sleepy": Moves(shut=0.94, jaw=0.15, pucker=0.3, brow_inner=-0.02, near_lids=SHUT, far_lids=SHUT),
    "angel": Moves(smile=0.85, brow_inner=-0.03, near_lids=LAUGHING, far_lids=LAUGHING),
    "devil": Moves(
        smile=1.0,
        smirk=0.2,
        brow_inner=0.06,
        brow_outer=-0.05,
        brow_pinch=0.015,
        near_lids=Lids(glare=0.8, squint=0.8),
        far_lids=Lids(glare=0.8, squint=0.8),
    ),
    "sweat": Moves(smile=1.0, jaw=0.17, brow_inner=-0.06, brow_outer=0.012, near_lids=LAUGHING, far_lids=LAUGHING),
}

GLASSES_BROWS = 0.45  # brows under glasses move less, or the rims melt
# Points that keep their place whatever moves, so that one feature does not drag another.
_STILL = (*mesh_map.NOSE_BRIDGE, 4, 2, 64, 294, 33, 133, 362, 263, 145, 374)
_UPPER = np.isin(np.arange(468), mesh_map.UPPER_LIP + mesh_map.UPPER_MIDDLE)
_LOWER = np.isin(np.arange(468), mesh_map.LOWER_LIP + mesh_map.LOWER_MIDDLE)
_CORNERS = np.isin(np.arange(468), mesh_map.CORNERS + mesh_map.CORNERS_MIDDLE)
_LIPS = _UPPER | _LOWER | _CORNERS
_MOVABLE = (
    mesh_map.UPPER_LIP + mesh_map.LOWER_LIP + mesh_map.CORNERS + mesh_map.CHIN_AREA + mesh_map.JAW
    + mesh_map.LEFT_CHEEK + mesh_map.RIGHT_CHEEK + mesh_map.LEFT_BROW + mesh_map.RIGHT_BROW
    + mesh_map.LEFT_FOREHEAD + mesh_map.RIGHT_FOREHEAD
)  # fmt: skip
CONTROLS = tuple(dict.fromkeys(_MOVABLE + tuple(i for i in mesh_map.OVAL if i not in _MOVABLE) + _STILL))
EXACT = tuple(np.flatnonzero(_LIPS | np.isin(np.arange(468), _MOVABLE)).tolist())


def near_side(figure: Figure, tie: float) -> int:
    """Return the picture side of the face that is nearer, -1 left or 1 right: a wink or a tear shows best there.

    `tie` (-1 or 1) decides for a face that looks straight ahead.
    """
    left, right = (float(np.hypot(*(eye.contour[8] - eye.contour[0]))) for eye in figure.eyes)
    if abs(left - right) < 0.06 * max(left, right):
        return 1 if tie > 0 else -1
    return 1 if right > left else -1


def displacements(figure: Figure, moves: Moves, near: int, *, has_glasses: bool = False) -> Points:
    """Return how far each point of the mesh moves, [468, 2] canvas px; 0 for those that `EXACT` does not name.

    What the mouth already does is taken into account: who laughs needs little more jaw, who smiles less smile and
    more frown.
    """
    frame = FaceFrame.of(figure)
    where = frame.to_face(figure.mesh)
    mouth = mouth_width(figure.mesh) / figure.face_px
    middle = (where[61] + where[291]) / 2
    t = np.clip((where[:, 0] - middle[0]) / (mouth / 2), -1.05, 1.05)
    move = np.zeros((468, 2), np.float32)
    openness = 0.0 if moves.shut else mouth_openness(figure.mesh)
    lift = corner_lift(figure.mesh) + 0.6 * openness
    if moves.shut > 0:
        _shut(move, where, t, moves.shut)
    _smile(move, t, mouth, moves, near, lift, openness)
    _open(move, t, mouth, moves, openness)
    if moves.pucker > 0:
        move[_LIPS, 0] -= 0.275 * mouth * moves.pucker * t[_LIPS]
        # A smile's raised corners would stand beside pursed lips as lumps.
        move[_LIPS, 1] += (max(lift, 0) * mouth * moves.pucker * np.abs(t) ** 1.7)[_LIPS]
        move[[0, 37, 267, 39, 269, 72, 302], 1] -= 0.05 * moves.pucker * mouth
        move[[17, 84, 314, 181, 405, 85, 315], 1] += 0.06 * moves.pucker * mouth
    widths = [float(np.hypot(*(eye.contour[8] - eye.contour[0]))) for eye in figure.eyes]
    turned = min(widths) / max(*widths, 1e-3)  # brows of a turned head are near each other already
    _brows(move, moves, near, GLASSES_BROWS if has_glasses else 1.0, moves.brow_pinch * turned**2)
    return ((move * np.float32(figure.face_px)) @ frame.axes).astype(np.float32)


def _shut(move: Points, where: Points, t: NDArray[np.float32], share: float) -> None:
    """Bring the lips together, `share` of the way; the lower lip does two thirds of it."""
    gap = float(where[14, 1] - where[13, 1])
    if gap < 0.012:
        return
    between = (where[list(mesh_map.INNER_LOWER)] - where[list(mesh_map.INNER_UPPER)]) * share
    fall = 0.35 * gap * share * np.clip(1 - t**2, 0, 1)
    move[_UPPER, 1] += fall[_UPPER]
    move[_LOWER, 1] -= (fall * 0.65 / 0.35)[_LOWER]
    for upper, lower, way in zip(mesh_map.INNER_UPPER, mesh_map.INNER_LOWER, between, strict=True):
        if upper != lower:
            move[upper], move[lower] = 0.35 * way, -0.65 * way
    move[list(mesh_map.CHIN_AREA), 1] -= 0.45 * gap * share


def _smile(
    move: Points, t: NDArray[np.float32], mouth: float, moves: Moves, near: int, lift: float, openness: float
) -> None:
    amount = moves.smile
    if amount > 0:
        amount *= float(np.clip(1 - (lift - 0.05) / 0.3, 0.45, 1) * np.clip(1.25 - 2.5 * openness, 0.7, 1))
    elif amount < 0:
        amount = max(amount - max(lift - 0.03, 0) / 0.3, -1.25)
    side = amount + moves.smirk * near * np.clip(t * 1.5, -1, 1)
    move[_LIPS, 0] += (0.155 * side * mouth * t)[_LIPS]
    move[_LIPS, 1] += (mouth * side * (-0.2 * np.abs(t) ** 1.7 + 0.03))[_LIPS]
    for sign, cheek in ((-1, mesh_map.LEFT_CHEEK), (1, mesh_map.RIGHT_CHEEK)):
        here = amount + moves.smirk * near * sign
        move[list(cheek), 0] += 0.02 * sign * here * mouth
        move[list(cheek), 1] -= (0.10 if here > 0 else 0.03) * here * mouth


def _open(move: Points, t: NDArray[np.float32], mouth: float, moves: Moves, openness: float) -> None:
    fall = moves.jaw * mouth
    fall *= float(np.clip(1 - (openness - 0.06) / 0.22, 0.12, 1))  # or the real teeth become long
    move[_LOWER, 1] += (fall * (1 - 0.75 * t**2))[_LOWER]
    move[list(mesh_map.CHIN_AREA), 1] += 0.62 * fall
    move[list(mesh_map.JAW), 1] += 0.3 * fall


def _brows(move: Points, moves: Moves, near: int, share: float, pinch: float) -> None:
    upper = np.linspace(0, 1, 5)
    inward = np.concatenate([upper, upper[::-1]])
    for sign, brow, forehead in (
        (-1, mesh_map.LEFT_BROW, mesh_map.LEFT_FOREHEAD),
        (1, mesh_map.RIGHT_BROW, mesh_map.RIGHT_FOREHEAD),
    ):
        down = moves.brow_inner * inward + moves.brow_outer * (1 - inward) + (moves.near_brow if sign == near else 0)
        move[list(brow), 0] -= sign * share * pinch * inward
        move[list(brow), 1] += share * down
        move[list(forehead), 1] += 0.45 * share * down[:5]
