"""When not to trust a cut: signs, each with its own code, that the mask is not the person.

The limits were set on composites: people cut out of photos laid over other backgrounds, where the truth is known.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.cutout.bust import Bust
from engine.classic.cutout.cuts import Vote
from engine.classic.cutout.prior import Where, body_prior
from engine.pixels import Matte, to_lab

UNSURE = 0.17  # most of: disagreement of the four cuts, plus ..
CONTRADICTION_WEIGHT = 1.5  # .. this times the share of clear colours on the wrong side
LEAK = 0.25  # most of the person beside the body's middle that looks like the background
CLEAR = 1.0  # log ratio from which a colour speaks for one side
WEAK = 0.6  # most of the likely person whose colours speak for neither side
CONTRAST = 0.72  # least share of the contour with ..
CONTRAST_LAB = 12.0  # .. at least this Lab distance across it
CONTRAST_PX = 2.5  # measured this far to each side
NEAR_PX = 20.0  # as far from the contour as its direction is looked at
SIDE_CONTACT = 0.12  # most of the sides above the shoulders that the mask touches
TOP_CONTACT_FW = 0.7  # most of the photo's top edge that it touches, in face widths ..
TOP_CONTACT = 0.3  # .. and as a share of the crop's width
FULL = 0.82  # most of the crop
FACE_COVER = 0.85  # least mean of a network's matte over the face and throat
SHOULDERS_V = 0.55  # above here nothing but hair may reach the sides


def measures(vote: Vote, small: Bust) -> dict[str, float]:
    """What the doubts about a vote are decided on, by the code of the doubt."""
    mask, ratio = vote.mask, vote.ratio
    beside = mask & ~vote.prior.core
    clear = np.abs(ratio) > CLEAR
    reachable = vote.prior.long_hair > 0.1
    disagreement = 1 - float(np.mean([overlap(cut, mask) for cut in vote.cuts]))
    contradiction = _share((ratio > 0) != mask, clear)
    return {
        "unsure": disagreement + CONTRADICTION_WEIGHT * contradiction,
        "background_inside": _share(ratio < -CLEAR, beside),
        "colours_alike": _share(~clear, reachable),
        "faint_edge": contrast(mask, small),
        **contacts(mask, small),
    }


def contacts(mask: Where, bust: Bust) -> dict[str, float]:
    """How far the mask runs into the crop's edges, by the code of the doubt."""
    _, v = bust.coordinates()
    sides = mask[(v < SHOULDERS_V)[:, 0]][:, [0, -1]]
    return {
        "touches_sides": float(sides.mean()) if sides.size else 0.0,
        "touches_top": float(mask[0].sum()) / bust.face.width,
        "cut_at_top": float(mask[0].mean()),
        "fills_photo": float(mask.mean()),
    }


def doubts(measured: Mapping[str, float]) -> tuple[str, ...]:
    """The codes of what speaks against the cut; none for a trusted one."""
    at_least = {
        "faint_edge": CONTRAST,
        "misses_face": FACE_COVER,
    }
    at_most = {
        "unsure": UNSURE,
        "background_inside": LEAK,
        "colours_alike": WEAK,
        "touches_sides": SIDE_CONTACT,
        "touches_top": TOP_CONTACT_FW,
        "cut_at_top": TOP_CONTACT,
        "fills_photo": FULL,
    }
    return tuple(
        code
        for code, value in measured.items()
        if value < at_least.get(code, -np.inf) or value > at_most.get(code, np.inf)
    )


def matte_measures(matte: Matte, bust: Bust) -> dict[str, float]:
    """The questions to a network's matte: does it hold the face, and does it end before the crop does?"""
    face = float(matte[body_prior(bust).surely_person].mean())
    return {"misses_face": face, **contacts(matte > 0.5, bust)}


def overlap(one: Where, other: Where) -> float:
    """Intersection over union."""
    union = float((one | other).sum())
    return float((one & other).sum()) / union if union else 1.0


def contrast(mask: Where, small: Bust) -> float:
    """The share of the contour whose two sides differ in colour; the crop's own edges do not count."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    signed = np.clip(inside - outside, -NEAR_PX, NEAR_PX)  # a full mask's distance is endless
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(signed, (0, 0), 1.5))
    contour = (inside > 0) & (inside <= 1)
    contour[[0, -1]] = False
    contour[:, [0, -1]] = False
    y, x = np.nonzero(contour)
    if len(y) == 0:
        return 0.0
    length = np.hypot(slope_x[y, x], slope_y[y, x]) + 1e-6
    step_x, step_y = CONTRAST_PX * slope_x[y, x] / length, CONTRAST_PX * slope_y[y, x] / length
    lab = to_lab(small.rgb)
    difference = _colours_at(lab, x + step_x, y + step_y) - _colours_at(lab, x - step_x, y - step_y)
    return float((np.linalg.norm(difference, axis=1) > CONTRAST_LAB).mean())


def _colours_at(lab: NDArray[np.float32], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    """The colours at n places between pixels: (n, 3)."""
    places = x.astype(np.float32)[:, None], y.astype(np.float32)[:, None]
    colours = cv2.remap(lab, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(colours[:, 0], dtype=np.float32)


def _share(where: Where, of: Where) -> float:
    """The share of `of` that is in `where`; 0 of nothing."""
    return float(where[of].mean()) if of.any() else 0.0
