"""Closed-form matting in the uncertain band. Knows no face.

Levin, Lischinski, Weiss, "A closed form solution to natural image matting" (2008): alpha is linear in colour within
every 3 x 3 window. The Laplacian of the band's pixels is a 5 x 5 stencil each; conjugate gradients solve for them.
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
    neighbours = pixels[:, None] + np.array([row * unknown.shape[1] + column for row, column in STENCIL])
    weights = _laplacian(picture, unknown, pixels)
    values = alpha.ravel()
    place = np.zeros(values.size, np.float32)  # of a vector over the band, zero elsewhere

    def product(vector: NDArray[np.float32]) -> NDArray[np.float32]:
        place[pixels] = vector
        return np.einsum("ij,ij->i", weights, place[neighbours])

    residual = -np.einsum("ij,ij->i", weights, values[neighbours])
    scale = np.reciprocal(np.maximum(weights[:, len(STENCIL) // 2], np.float32(1e-6)))  # Jacobi preconditioner
    found = _conjugate_gradients(product, residual, scale)
    values[pixels] = np.clip(values[pixels] + found, 0, 1)
    return values.reshape(unknown.shape)[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX].copy()


def _laplacian(picture: Picture, unknown: Mask, pixels: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the matting Laplacian's rows of `pixels`: [n, 25] over STENCIL."""
    width = unknown.shape[1]
    centres = np.flatnonzero(cv2.dilate(unknown, np.ones((3, 3), np.uint8)))
    around = np.array([row * width + column for row, column in WINDOW])
    colours = picture.reshape(-1, 3)[centres[:, None] + around].astype(np.float64)  # [windows, 9, 3]
    colours -= colours.mean(axis=1, keepdims=True)
    spread = np.einsum("kic,kid->kcd", colours, colours) / 9 + EPS / 9 * np.eye(3)
    alike = ((colours @ np.linalg.inv(spread)) @ colours.transpose(0, 2, 1) + 1) / 9
    window_weights = (np.eye(9) - alike).astype(np.float32)

    row_of = np.full(unknown.size, len(pixels))  # what is known collects in a row that is thrown away
    row_of[pixels] = np.arange(len(pixels))
    weights = np.zeros((len(pixels) + 1, len(STENCIL)), np.float32)
    column_of = {offset: column for column, offset in enumerate(STENCIL)}
    for one, (row, column) in enumerate(WINDOW):
        rows = row_of[centres + around[one]]
        for other, (other_row, other_column) in enumerate(WINDOW):
            offset = column_of[other_row - row, other_column - column]
            weights[rows, offset] += window_weights[:, one, other]
    return weights[:-1]


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
