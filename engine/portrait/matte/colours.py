"""The person's own colours where a soft edge mixes them with the background. Knows no face.

Blur fusion (Forte, "Approximate fast foreground colour estimation", 2021), a wide pass and a close one, both at half
size; the last correction at full size.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.pixels import Matte, Rgb
from engine.portrait.tone import Picture

WIDE_FW, CLOSE_FW = 0.3, 0.06  # windows of the two passes
KNOWN = 0.98  # above, a pixel is the person's alone


def own_colours(rgb: Rgb, matte: Matte, unit_px: float) -> Rgb:
    """Return `rgb` with the person's colours under the matte's edge and a little beyond; `unit_px`: a face's width."""
    size = (max(1, rgb.shape[1] // 2), max(1, rgb.shape[0] // 2))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    alpha = cv2.resize(matte, size, interpolation=cv2.INTER_AREA)
    person = background = small
    for window_fw in (WIDE_FW, CLOSE_FW):
        person, background = _fused(small, person, background, alpha, max(3, round(window_fw * unit_px / 2)))
    full = rgb.shape[1::-1]
    person, background = (cv2.resize(each, full, interpolation=cv2.INTER_LINEAR) for each in (person, background))
    near = (matte < KNOWN) & (cv2.resize(cv2.blur(alpha, (15, 15)), full) > 0.002)
    alpha = matte[near][:, None]
    rest = rgb[near] - alpha * person[near] - (1 - alpha) * background[near]
    out = rgb.copy()
    out[near] = np.clip(person[near] + alpha * rest + 0.5, 0, 255).astype(np.uint8)
    return out


def _fused(
    picture: Picture, person: Picture, background: Picture, alpha: Matte, window_px: int
) -> tuple[Picture, Picture]:
    """Return blurred colours of person and background that, mixed by `alpha`, give `picture`."""
    size = (window_px, window_px)
    share = alpha[..., None]
    of_person = cv2.blur(person * share, size) / (cv2.blur(alpha, size) + np.float32(1e-5))[..., None]
    rest = 1 - share
    of_background = cv2.blur(background * rest, size) / (cv2.blur(1 - alpha, size) + np.float32(1e-5))[..., None]
    correction = picture - share * of_person - rest * of_background
    return np.clip(of_person + share * correction, 0, 255), np.clip(of_background, 0, 255)
