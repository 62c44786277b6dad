"""Colour spaces, curves and noise: measures that the styles share. Knows no style and no face."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Rgb

# All are float32 when they run; NumPy's stubs call a product with a Python number float64.
Plane = NDArray[np.floating[Any]]  # (height, width)
Lab = NDArray[np.floating[Any]]  # (height, width, 3), CIE Lab, L 0 .. 100
Picture = NDArray[np.floating[Any]]  # (height, width, 3), sRGB 0 .. 255
Colour = NDArray[np.floating[Any]]  # (3,), sRGB 0 .. 255


def to_lab(picture: NDArray[np.uint8] | Picture) -> Lab:
    """Convert sRGB 0 .. 255 to CIE Lab (D65, L 0 .. 100)."""
    return cv2.cvtColor(np.asarray(picture, np.float32) * np.float32(1 / 255), cv2.COLOR_RGB2LAB)


def to_picture(lab: Lab) -> Picture:
    """Convert CIE Lab to sRGB 0 .. 255, clipped."""
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * np.float32(255)


def to_bytes(picture: Picture) -> Rgb:
    """Round sRGB 0 .. 255 to bytes, clipped."""
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def rgb(colour: str) -> Colour:
    """Parse a colour written "#rrggbb"."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def colour_lab(colour: Colour) -> NDArray[np.floating[Any]]:
    """Convert one sRGB colour to Lab."""
    return to_lab(colour.reshape(1, 1, 3))[0, 0]


def lab_colour(lab: NDArray[np.floating[Any]]) -> Colour:
    """Convert one Lab colour to sRGB 0 .. 255."""
    return to_picture(np.asarray(lab, np.float32).reshape(1, 1, 3))[0, 0]


def smoothstep(low: float | Plane, high: float | Plane, x: Plane) -> Plane:
    """Return 0 below `low`, 1 above `high`, smooth between; falling where `low` is above `high`."""
    t = np.clip((x - low) / (high - low), 0, 1, dtype=np.float32)
    slope = t * np.float32(-2)
    slope += 3
    slope *= t
    slope *= t
    return slope


def sheet(size: tuple[int, int], colour: Colour) -> Picture:
    """Return a picture of one colour; rows are copied whole, as NumPy is slow to repeat three numbers."""
    rows = np.empty((size[0], 3 * size[1]), np.float32)
    rows[:] = np.tile(np.asarray(colour, np.float32), size[1])
    return rows.reshape(*size, 3)


def mix(low: Picture | Colour, high: Picture | Colour, share: Plane) -> Picture:
    """Blend: `low` where `share` is 0, `high` where it is 1; a colour is the same everywhere."""
    share = np.clip(share, 0, 1, dtype=np.float32)
    layers = [np.asarray(each, np.float32) for each in (low, high)]
    # OpenCV's blend of two pictures is twenty times as fast as NumPy's broadcast over three channels.
    wide = [each if each.ndim == 3 else sheet(share.shape, each) for each in layers]
    return cv2.blendLinear(wide[0], wide[1], 1 - share, share)


def scaled_chroma(lab: Lab, factor: float) -> Lab:
    """Return `lab` with its chroma times `factor`."""
    return cv2.multiply(lab, (1, factor, factor, 0))


def blur(field: NDArray[np.floating[Any]], sigma_px: float) -> NDArray[np.floating[Any]]:
    """Smooth with a Gaussian; a wide one is taken on a smaller picture."""
    if sigma_px < 2.4:
        return cv2.GaussianBlur(field, (0, 0), sigma_px)
    factor = int(min(16, max(2, sigma_px // 2)))
    size = (max(2, field.shape[1] // factor), max(2, field.shape[0] // factor))
    small = cv2.GaussianBlur(cv2.resize(field, size, interpolation=cv2.INTER_AREA), (0, 0), sigma_px / factor)
    return cv2.resize(small, field.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def noise_sd(plane: Plane, inside: NDArray[np.bool_] | None = None) -> float:
    """Estimate the standard deviation of the noise, in the units of `plane`; 0 where nothing is `inside`.

    Immerkaer's mask (1996), with the median instead of the mean: edges and lines do not move it.
    """
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(plane, -1, mask)
    sample = (response.ravel() if inside is None else response[inside])[::3]
    return float(np.median(np.abs(sample))) / 0.6745 / 6 if sample.size else 0.0


def soft_steps(lightness: Plane, step: float, firmness: float = 6.0) -> Plane:
    """Posterise in steps of `step` L with soft edges; `firmness` 1 hardly any step, 10 almost hard."""
    # A function of the lightness alone, so it is looked up: 256 steps over 0 .. 100 L.
    position = np.linspace(0, 100 / step, 256)
    level = np.floor(position)
    within = np.tanh((position - level - 0.5) * firmness) / np.tanh(firmness / 2)
    table = ((level + 0.5 + 0.5 * within) * step).astype(np.float32)
    return cv2.LUT(np.clip(lightness * np.float32(2.55) + np.float32(0.5), 0, 255).astype(np.uint8), table)


def grain(size: tuple[int, int], seed: int, scale_px: float) -> Plane:
    """Return smooth noise with features of `scale_px`, mean 0, sd about 1; the same on every machine."""
    rng = np.random.Generator(np.random.PCG64(seed))
    coarse = (int(size[0] / scale_px) + 4, int(size[1] / scale_px) + 4)
    noise = rng.standard_normal(coarse, np.float32)
    wide = (round(coarse[1] * scale_px), round(coarse[0] * scale_px))
    return cv2.resize(noise, wide, interpolation=cv2.INTER_CUBIC)[: size[0], : size[1]] * np.float32(1.25)


def guided_filter(guide: Plane, field: Plane, radius_px: int, eps: float) -> Plane:
    """Smooth `field` along the edges of `guide` (He et al., "Guided image filtering"); `eps` in units of guide^2."""
    size = (2 * radius_px + 1, 2 * radius_px + 1)
    mean_g, mean_f = cv2.blur(guide, size), cv2.blur(field, size)
    variance = cv2.blur(guide * guide, size) - mean_g * mean_g
    slope = (cv2.blur(guide * field, size) - mean_g * mean_f) / (variance + eps)
    return cv2.blur(slope, size) * guide + cv2.blur(mean_f - slope * mean_g, size)
