"""When not to trust a cut: signs, each with its own code, that the mask is not the person."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.cutout.bust import Bust
from engine.classic.cutout.colours import to_lab
from engine.classic.cutout.cuts import Vote
from engine.classic.cutout.prior import Where, body_prior
from engine.classic.subject import Matte

AGREEMENT = 0.86  # mean overlap (IoU) of the four cuts with the result
CONTRAST = 0.74  # share of the contour with ..
CONTRAST_LAB = 12.0  # .. at least this Lab distance across it
SIDE_CONTACT = 0.12  # share of the sides above the shoulders where the mask touches
TOP_CONTACT = 0.3  # of the crop's width
LEAK = 1.0
FULL = 0.85  # share of the crop
FACE_COVER = 0.85  # mean of a network's matte over the face and throat


def measures(vote: Vote, small: Bust) -> dict[str, float]:
    """What the doubts are decided on, by name."""
    mask = vote.mask
    _, v = small.coordinates()
    upper = (v < 0.55)[:, 0]
    sides = mask[upper][:, [0, -1]]
    return {
        "leak": float((mask & (vote.ratio < -LEAK) & ~core(small)).sum() / max(1, (mask & ~core(small)).sum())),
        "loss": float((~mask & (vote.ratio > LEAK) & (vote.prior.long_hair > 0.5)).sum() / mask.sum()),
        "straight": longest_straight(mask) / small.face.width,
        "lopsided": lopsided(mask, small),
        "agreement": float(np.mean([overlap(cut, mask) for cut in vote.cuts])),
        "contrast": _contrast(mask, small),
        "side": float(sides.mean()) if sides.size else 0.0,
        "top": float(mask[0].mean()),
        "full": float(mask.mean()),
    }


def core(small):
    u, v = small.coordinates()
    return (np.abs(u) < 0.6) & (np.abs(v) < 9)


def longest_straight(mask):
    h, w = mask.shape
    best = 0
    edges = mask[1:] != mask[:-1]
    for e in (edges, (mask[:, 1:] != mask[:, :-1]).T):
        # a run of contour within two neighbouring rows
        two = e[1:] | e[:-1]
        for row in two:
            pad = np.concatenate([[0], row.astype(int), [0]])
            d = np.flatnonzero(np.diff(pad))
            if len(d):
                best = max(best, int((d[1::2] - d[::2]).max()))
    return best


def lopsided(mask, small):
    u, v = small.coordinates()
    rows = ((v > -0.5) & (v < 0.3))[:, 0]
    left, right = (mask[rows] & (u < 0)).sum(1) / small.face.width, (mask[rows] & (u > 0)).sum(1) / small.face.width
    return float(np.abs(left - right).mean() / max(0.1, (left + right).mean())) if rows.any() else 0.0


def doubts(measured: dict[str, float]) -> tuple[str, ...]:
    """The codes of what speaks against the cut; none for a trusted one."""
    signs = {
        "cuts_disagree": measured["agreement"] < AGREEMENT,
        "faint_edge": measured["contrast"] < CONTRAST,
        "touches_sides": measured["side"] > SIDE_CONTACT,
        "touches_top": measured["top"] > TOP_CONTACT,
        "fills_photo": measured["full"] > FULL,
    }
    return tuple(code for code, is_seen in signs.items() if is_seen)


def matte_measures(matte: Matte, bust: Bust) -> dict[str, float]:
    """The same questions to a network's matte: does it hold the face, and does it end before the crop does?"""
    _, v = bust.coordinates()
    mask = matte > 0.5
    sides = mask[(v < 0.55)[:, 0]][:, [0, -1]]
    return {
        "face": float(matte[body_prior(bust).surely_person].mean()),
        "side": float(sides.mean()) if sides.size else 0.0,
        "top": float(mask[0].mean()),
        "full": float(mask.mean()),
    }


def matte_doubts(measured: dict[str, float]) -> tuple[str, ...]:
    """The codes of what speaks against a network's matte."""
    signs = {
        "misses_face": measured["face"] < FACE_COVER,
        "touches_sides": measured["side"] > SIDE_CONTACT,
        "touches_top": measured["top"] > TOP_CONTACT,
        "fills_photo": measured["full"] > FULL,
    }
    return tuple(code for code, is_seen in signs.items() if is_seen)


def overlap(one: Where, other: Where) -> float:
    """Intersection over union."""
    union = float((one | other).sum())
    return float((one & other).sum()) / union if union else 1.0


def _contrast(mask: Where, small: Bust) -> float:
    """The share of the contour whose two sides differ in colour; the crop's own edges do not count."""
    lab = to_lab(small.rgb)
    signed = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5) - cv2.distanceTransform(
        (~mask).astype(np.uint8), cv2.DIST_L2, 5
    )
    calm = cv2.GaussianBlur(signed, (0, 0), 1.5)
    slope_y, slope_x = np.gradient(calm)
    contour = (signed > 0) & (signed <= 1)
    contour[[0, -1]] = False
    contour[:, [0, -1]] = False
    y, x = np.nonzero(contour)
    if len(y) == 0:
        return 0.0
    length = np.hypot(slope_x[y, x], slope_y[y, x]) + 1e-6
    step_x, step_y = 2.5 * slope_x[y, x] / length, 2.5 * slope_y[y, x] / length
    inside = _sample(lab, x + step_x, y + step_y)
    outside = _sample(lab, x - step_x, y - step_y)
    return float((np.linalg.norm(inside - outside, axis=-1) > CONTRAST_LAB).mean())


def _sample(lab: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(
        cv2.remap(lab, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    ).reshape(-1, 3)
