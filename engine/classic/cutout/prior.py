"""Where a person's body is likely to be, before any colour is looked at: shapes around the face, in face widths."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.cutout.bust import Bust, Field

Where = NDArray[np.bool_]  # (height, width)

SOFT = 0.14  # blur of the shapes' edges
CORE_FW = 0.5  # half the width of the body's column
NECK_FW = 0.6  # from the middle of the face to where the neck stands on the body
RIM = 0.05  # width of the frame that is taken for background, in face widths
TAIL = 0.04  # nothing is impossible: the prior stays within TAIL .. 1 - TAIL


@dataclass(frozen=True, slots=True)
class Prior:
    """`likely`: probability of the person per pixel with short hair; `long_hair`: the same with long hair.

    `surely_person` and `surely_background` are seeds; `hair_cap` is where the hair over the forehead should be;
    `core` is the column of head and body, whose colours are the person's wherever they are cut.
    """

    likely: Field
    long_hair: Field
    face: Where
    surely_person: Where
    surely_background: Where
    hair_cap: Where
    core: Where


def body_prior(bust: Bust) -> Prior:
    """Lay the shapes over `bust`, the head turned by the face's roll."""
    u, v = bust.coordinates()
    along, across = _head_axes(u, v, bust.face.roll_deg)
    aside = np.abs(u - _body_axis(v, bust.face.roll_deg))
    face = _ellipse(across, along, 0.38, 0.5, 0.0)
    head = _ellipse(across, along, 0.62, 0.82, -0.14)
    hair = _ellipse(across, along, 0.92, 1.15, 0.12)
    body = v > _shoulder_line(aside)
    neck = (aside < 0.36) & (v > 0) & (v < 1.2)
    throat_and_chest = (aside < np.where(v < 1.4, 0.15, 0.35)) & (v > 0)
    blur = SOFT * bust.face.width
    short = _soft(head | body | neck, blur)
    return Prior(
        likely=short,
        long_hair=np.maximum(short, 0.75 * _soft(hair, blur)).clip(TAIL, 1 - TAIL),
        face=face,
        surely_person=np.asarray(face | throat_and_chest),
        surely_background=_far_corners(bust, u, v),
        hair_cap=_ellipse(across, along, 0.34, 0.12, -0.68),
        core=np.asarray(aside < CORE_FW),
    )


def _body_axis(v: Field, roll_deg: float) -> Field:
    """Where the middle of head and body is, as `u` at each height: a leaning head stands on a body beside it."""
    sideways = -NECK_FW * np.sin(np.radians(np.clip(roll_deg, -60, 60)))
    return np.asarray(sideways * np.clip(v / NECK_FW, -1, 1), dtype=np.float32)


def _head_axes(u: Field, v: Field, roll_deg: float) -> tuple[Field, Field]:
    """`along` runs from the forehead to the chin, `across` from ear to ear, of a head that leans clockwise."""
    lean = np.radians(np.clip(roll_deg, -60, 60))
    return (v * np.cos(lean) - u * np.sin(lean)), (u * np.cos(lean) + v * np.sin(lean))


def _ellipse(across: Field, along: Field, half_across: float, half_along: float, middle: float) -> Where:
    return np.asarray((across / half_across) ** 2 + ((along - middle) / half_along) ** 2 < 1)


def _shoulder_line(distance: Field) -> Field:
    """The height `v` of the shoulders at `distance` from the middle: level at the neck, then falling."""
    return np.asarray(0.82 + 0.5 * (np.maximum(distance - 0.32, 0) / 0.95) ** 1.3, dtype=np.float32)


def _far_corners(bust: Bust, u: Field, v: Field) -> Where:
    """Where hardly anybody reaches: beside and above the head, far out; a thin frame above the shoulders."""
    beside = (np.abs(u) > 1.3) & (v < 0.35)
    above = (v < -1.25) & (np.abs(u) > 0.9)
    height, width = bust.rgb.shape[:2]
    thin = max(1, round(RIM * bust.face.width))
    rim = np.zeros((height, width), dtype=bool)
    rim[:thin] = rim[:, :thin] = rim[:, -thin:] = True
    return np.asarray((beside | above | rim) & (v < 0.45))


def _soft(where: Where, blur_px: float) -> Field:
    soft = cv2.GaussianBlur(where.astype(np.float32), (0, 0), blur_px)
    return np.asarray(soft.clip(TAIL, 1 - TAIL), dtype=np.float32)
