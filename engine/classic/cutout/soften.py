"""From a small hard mask to a matte and to the person's own colours at drawing size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.cutout.bust import Bust, Field
from engine.classic.cutout.prior import Where
from engine.classic.cutout.smooth import guided_filter
from engine.pixels import Matte, Rgb

CORNER_FW = 0.42  # radius of a bust's bottom corners, in face widths
DOME_FW = 0.25  # height of the round top that replaces a flat one
BLURS_PX = (45, 9)  # window of the colour estimate: wide first, then close to the edge (Forte 2021)


def soft_matte(mask: Where, bust: Bust) -> Matte:
    """The matte of `bust` from a mask of the same crop at a smaller size; its edge follows the colour edges."""
    size = bust.rgb.shape[1::-1]
    grown = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    ratio = bust.rgb.shape[1] / mask.shape[1]
    calm = np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.7 * ratio), dtype=np.float32)
    radius = max(4, round(1.6 * ratio))
    snapped = guided_filter(bust.rgb, ((calm - 0.5) * 4 + 0.5).clip(0, 1), radius, 1.5e-3, step=2)
    edge = cv2.GaussianBlur(snapped, (0, 0), 1.6)
    return bust_shaped(np.asarray(((edge - 0.5) * 2.6 + 0.5).clip(0, 1), dtype=np.float32), bust)


def bust_shaped(matte: Matte, bust: Bust) -> Matte:
    """`matte` with round corners at the bottom and a round top where the photo cuts the head off: no slabs."""
    return np.asarray(matte * _round_bottom(bust) * _round_top(matte, bust), dtype=np.float32)


def _round_top(matte: Matte, bust: Bust) -> Field:
    """1 below, 0 above a dome as wide as the head, where the photo's top edge cuts `matte` flat."""
    height, width = matte.shape
    depth = min(round(DOME_FW * bust.face.width), height - 1)
    head = np.flatnonzero(matte[depth] > 0.5)
    if not (matte[0] > 0.5).any() or len(head) == 0:
        return np.ones_like(matte)
    middle, reach = (head[0] + head[-1]) / 2, (head[-1] - head[0]) / 2 + 1
    across = np.clip(np.abs(np.arange(width) - middle) / reach, 0, 1)
    dome = depth * (1 - np.sqrt(1 - across**2)) + 1
    return np.clip(np.arange(height)[:, None] - dome[None, :], 0, 1).astype(np.float32)


def _round_bottom(bust: Bust) -> Field:
    """1 inside, 0 outside a rectangle whose bottom corners are round."""
    height, width = bust.rgb.shape[:2]
    radius = min(CORNER_FW * bust.face.width, width / 2, height / 2)
    y, x = np.ogrid[:height, :width]
    outside_x = np.maximum(np.abs(x + 0.5 - width / 2) - (width / 2 - radius), 0)
    below = np.maximum(y + 0.5 - (height - radius), 0)
    return np.clip(radius - np.hypot(outside_x, below), 0, 1).astype(np.float32)


def own_colours(rgb: Rgb, matte: Matte) -> Rgb:
    """The person's colours where the soft edge mixes them with the background: no fringe.

    Blur fusion (Forte, "Approximate fast foreground colour estimation", 2021), a wide pass and a close one.
    """
    picture = rgb.astype(np.float32)
    person = background = picture
    for window in BLURS_PX:
        person, background = _fused(picture, person, background, matte[..., None], window)
    known = matte[..., None] > 0.98
    return np.where(known, rgb, np.clip(person + 0.5, 0, 255).astype(np.uint8))


def _fused(
    picture: NDArray[np.float32],
    person: NDArray[np.float32],
    background: NDArray[np.float32],
    alpha: NDArray[np.float32],
    window: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    def blur(values: NDArray[np.float32]) -> NDArray[np.float32]:
        blurred = cv2.blur(values, (window, window))
        return blurred[..., None] if blurred.ndim == 2 else blurred

    near_alpha = blur(alpha)
    near_person = blur(person * alpha) / (near_alpha + 1e-5)
    near_background = blur(background * (1 - alpha)) / (1 - near_alpha + 1e-5)
    rest = picture - alpha * near_person - (1 - alpha) * near_background
    return (near_person + alpha * rest).clip(0, 255), near_background.clip(0, 255)
