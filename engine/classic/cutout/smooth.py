"""Edge-aware smoothing: the colour guided filter (He, Sun, Tang 2013), with box filters only."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.cutout.bust import Field
from engine.pixels import Rgb


def guided_filter(guide: Rgb, values: Field, radius: int, eps: float, step: int = 1) -> Field:
    """Smooth `values` (height, width) so that their edges follow the colour edges of `guide`.

    `radius` in pixels; `eps` against colours in 0 .. 1: larger is smoother. `step` > 1 fits the local colour
    model on a copy that much smaller (He, Sun 2015): nearly the same at a fraction of the time.
    """
    colours = np.asarray(guide, dtype=np.float32) / np.float32(255)
    size = (max(1, guide.shape[1] // step), max(1, guide.shape[0] // step))
    small, target = _to_size(colours, size), _to_size(values, size)
    slope, offset = _local_model(small, target, max(1, radius // step), eps)
    slope, offset = _to_size(slope, guide.shape[1::-1]), _to_size(offset, guide.shape[1::-1])
    return np.asarray(np.einsum("hwc,hwc->hw", slope, colours) + offset, dtype=np.float32)


def _local_model(
    colours: NDArray[np.float32], values: Field, radius: int, eps: float
) -> tuple[NDArray[np.float32], Field]:
    """The slope (height, width, 3) and offset (height, width) with values = slope . colour + offset nearby."""
    mean_colour, mean_value = _mean(colours, radius), _mean(values, radius)
    together = _mean(colours * values[..., None], radius) - mean_colour * mean_value[..., None]
    products = np.stack([colours[..., i] * colours[..., j] for i in range(3) for j in range(i, 3)], axis=-1)
    moments = np.concatenate([_mean(products[..., :3], radius), _mean(products[..., 3:], radius)], axis=-1)
    slope = _solve(moments, mean_colour, together, eps)
    offset = mean_value - np.einsum("hwc,hwc->hw", slope, mean_colour)
    return _mean(slope, radius), _mean(offset, radius)


def _solve(
    moments: NDArray[np.float32], mean: NDArray[np.float32], together: NDArray[np.float32], eps: float
) -> NDArray[np.float32]:
    """Solve (covariance + eps) slope = together in every pixel, by cofactors: numpy's solver takes 20 x longer."""
    r, g, b = mean[..., 0], mean[..., 1], mean[..., 2]
    rr, rg, rb = moments[..., 0] - r * r + eps, moments[..., 1] - r * g, moments[..., 2] - r * b
    gg, gb, bb = moments[..., 3] - g * g + eps, moments[..., 4] - g * b, moments[..., 5] - b * b + eps
    inv_rr, inv_rg, inv_rb = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    inv_gg, inv_gb, inv_bb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * inv_rr + rg * inv_rg + rb * inv_rb
    x, y, z = together[..., 0], together[..., 1], together[..., 2]
    slope_r = inv_rr * x + inv_rg * y + inv_rb * z
    slope_g = inv_rg * x + inv_gg * y + inv_gb * z
    slope_b = inv_rb * x + inv_gb * y + inv_bb * z
    slope = np.stack([slope_r, slope_g, slope_b], axis=-1)
    return np.asarray(slope / np.maximum(determinant, 1e-12)[..., None], dtype=np.float32)


def _to_size(values: NDArray[np.float32], size: tuple[int, ...]) -> NDArray[np.float32]:
    """`values` at `size` (width, height)."""
    if values.shape[1::-1] == size:
        return values
    is_smaller = size[0] < values.shape[1]
    interpolation = cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, size, interpolation=interpolation), dtype=np.float32)


def _mean(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), dtype=np.float32)
