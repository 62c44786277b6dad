"""Filters and morphology that several steps of the matte share. Knows no face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte, Rgb
from engine.portrait.figure import Points

Picture = NDArray[np.float32]  # (height, width, 3), sRGB 0 .. 1
Mask = NDArray[np.uint8]  # (height, width), 0 or 1

BLOCK_RATIO, BLOCK_STEP = 2.0, 3.2  # the step at blocks' edges, in others and in grey levels


def levels(values: Matte, low: float, high: float) -> Matte:
    """Stretch `low` .. `high` to 0 .. 1, clipped."""
    return np.clip((values - low) * np.float32(1 / (high - low)), 0, 1)


def disc(radius_px: float) -> Mask:
    """Return a structuring element; at least 3 x 3."""
    side = 2 * max(1, round(radius_px)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def polygon(points: Points, shape: tuple[int, ...]) -> Matte:
    """Fill a polygon [n, 2] in px with 1, edges anti-aliased."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    return mask * np.float32(1 / 255)


def is_blocky(rgb: Rgb) -> bool:
    """Return whether a picture [H, W, 3] shows the 8 px blocks of a strongly compressed JPEG."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    for lines in (grey, grey.T):
        steps = np.abs(np.diff(lines, axis=1)).mean(axis=0)
        if len(steps) < 24:
            return False
        by_phase = np.array([steps[phase::8].mean() for phase in range(8)])
        rest = float(np.median(by_phase))
        if by_phase.max() < BLOCK_RATIO * rest or by_phase.max() - rest < BLOCK_STEP:
            return False
    return True


def guided_filter(guide: Picture, field: Matte, radius_px: int, eps: float, onto: Picture | None = None) -> Matte:
    """Smooth `field` so that its edges follow those of a colour `guide` (He et al., "Guided image filtering").

    `eps` is in units of the guide squared. With `onto`, the guide at a larger size, the result has that size ("Fast
    guided filter": the linear model is enlarged, not the result).
    """
    size = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)

    red, green, blue = (np.ascontiguousarray(guide[..., channel]) for channel in range(3))
    mean_r, mean_g, mean_b = mean(red), mean(green), mean(blue)
    mean_field = mean(field)
    to_r = mean(red * field) - mean_r * mean_field
    to_g = mean(green * field) - mean_g * mean_field
    to_b = mean(blue * field) - mean_b * mean_field
    rr = mean(red * red) - mean_r * mean_r + eps
    gg = mean(green * green) - mean_g * mean_g + eps
    bb = mean(blue * blue) - mean_b * mean_b + eps
    rg = mean(red * green) - mean_r * mean_g
    rb = mean(red * blue) - mean_r * mean_b
    gb = mean(green * blue) - mean_g * mean_b
    inverse_rr, inverse_rg, inverse_rb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    inverse_gg, inverse_gb, inverse_bb = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    scale = 1 / (rr * inverse_rr + rg * inverse_rg + rb * inverse_rb + np.float32(1e-12))
    slope_r = (inverse_rr * to_r + inverse_rg * to_g + inverse_rb * to_b) * scale
    slope_g = (inverse_rg * to_r + inverse_gg * to_g + inverse_gb * to_b) * scale
    slope_b = (inverse_rb * to_r + inverse_gb * to_g + inverse_bb * to_b) * scale
    offset = mean_field - slope_r * mean_r - slope_g * mean_g - slope_b * mean_b
    model = mean(cv2.merge([slope_r, slope_g, slope_b, offset]))
    if onto is not None:
        model = cv2.resize(model, onto.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        guide = onto
    return np.einsum("hwc,hwc->hw", model[..., :3], guide) + model[..., 3]
