"""Closed-form matting in the uncertain band. Knows no face.

Levin, Lischinski, Weiss, "A closed form solution to natural image matting" (2008): alpha is linear in colour within
every 3 x 3 window. The Laplacian of the band's pixels is a 5 x 5 stencil each; conjugate gradients solve for them.
Arrays have their pixels last: NumPy is several times as fast along a long axis as along a short one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte
from engine.portrait.matte.filters import Mask, Picture

EPS = 1e-6  # how far alpha may stray from linear in colour
MAX_STEPS = 60
TOLERANCE = 2e-3  # of the first residual
WINDOW = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
STENCIL = [(row, column) for row in range(-2, 3) for column in range(-2, 3)]
EDGE_PX = 3  # border added so that windows and stencils of the photo's edge stay inside


def refine(picture: Picture, matte: Matte, band: Mask) -> Matte:
    """Return `matte` with the pixels where `band` is 1 solved anew; they begin as they are, the others are facts.

    All arguments have one size, [H, W].
    """
    if not band.any() or band.all():
        return matte
    picture = _framed(picture, cv2.BORDER_REFLECT)
    alpha = _framed(matte, cv2.BORDER_REFLECT).astype(np.float32)
    unknown = _framed(band, cv2.BORDER_CONSTANT)
    pixels = np.flatnonzero(unknown)
    neighbours = np.array([row * unknown.shape[1] + column for row, column in STENCIL])[:, None] + pixels
    weights = _laplacian(picture, unknown, pixels)
    values = alpha.ravel()
    place = np.zeros(values.size, np.float32)  # of a vector over the band, zero elsewhere

    def product(vector: NDArray[np.float32]) -> NDArray[np.float32]:
        place[pixels] = vector
        return np.einsum("sn,sn->n", weights, np.take(place, neighbours))

    residual = -np.einsum("sn,sn->n", weights, np.take(values, neighbours))
    scale = np.reciprocal(np.maximum(weights[len(STENCIL) // 2], np.float32(1e-6)))  # Jacobi preconditioner
    found = _conjugate_gradients(product, residual, scale)
    values[pixels] = np.clip(values[pixels] + found, 0, 1)
    return values.reshape(unknown.shape)[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX].copy()


def _laplacian(picture: Picture, unknown: Mask, pixels: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the matting Laplacian's rows of `pixels`: [25, n] over STENCIL."""
    width = unknown.shape[1]
    centres = np.flatnonzero(cv2.dilate(unknown, np.ones((3, 3), np.uint8)))
    around = np.array([row * width + column for row, column in WINDOW])
    channels = np.ascontiguousarray(picture.reshape(-1, 3).T)
    colours = np.take(channels, around[:, None] + centres, axis=1)  # [3, 9, windows]
    colours -= colours.mean(axis=1, keepdims=True)
    even = _whitened(*colours)

    window_of = np.zeros(unknown.size, np.intp)
    window_of[centres] = np.arange(len(centres))
    weights = np.zeros((5, 5, len(pixels)), np.float32)
    for one, (row, column) in enumerate(WINDOW):  # where the pixel lies in a window, whose centre is opposite
        alike = (np.einsum("cn,cjn->jn", even[:, one], even) + 1) * np.float32(-1 / 9)
        alike[one] += 1
        of_pixels = np.take(alike, window_of[pixels - around[one]], axis=1).reshape(3, 3, -1)
        weights[1 - row : 4 - row, 1 - column : 4 - column] += of_pixels
    return weights.reshape(len(STENCIL), -1)


def _whitened(red: NDArray[np.float32], green: NDArray[np.float32], blue: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return [3, 9, n]: the colours of n windows, [9, n] about their means, times the root of their covariance's
    inverse, by its Cholesky factor."""

    def mean(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.einsum("wn,wn->n", one, other) * np.float32(1 / 9)

    eps = np.float32(EPS / 9)
    rr = np.sqrt(mean(red, red) + eps)
    rg, rb = mean(red, green) / rr, mean(red, blue) / rr
    gg = np.sqrt(np.maximum(mean(green, green) - rg * rg, 0) + eps)
    gb = (mean(green, blue) - rg * rb) / gg
    bb = np.sqrt(np.maximum(mean(blue, blue) - rb * rb - gb * gb, 0) + eps)
    first = red / rr
    second = (green - rg * first) / gg
    return np.stack([first, second, (blue - rb * first - gb * second) / bb])


def _conjugate_gradients(
    product: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    residual: NDArray[np.float32],
    scale: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Solve for the change that brings `residual` to zero; starts from none."""
    found = np.zeros_like(residual)
    scaled = scale * residual
    direction = scaled.copy()
    energy = float(residual @ scaled)
    enough = TOLERANCE**2 * energy
    for _ in range(MAX_STEPS):
        if energy <= enough:
            break
        moved = product(direction)
        step = energy / float(direction @ moved)
        found += step * direction
        residual = residual - step * moved
        scaled = scale * residual
        before, energy = energy, float(residual @ scaled)
        direction = scaled + energy / before * direction
    return found


def _framed(values: Any, border: int) -> Any:
    return cv2.copyMakeBorder(values, EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX, border)
