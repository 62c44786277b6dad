"""What a style hands back, and how reactions paint over it. Knows no style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.tone import Colour, Picture, Plane, rgb


@dataclass(frozen=True, slots=True)
class Border:
    """The die-cut border as rings from the figure outwards: (sRGB colour, width in px of the sticker) each.

    `dash`: a broken line of this colour in the middle of the last ring, None for none.
    """

    rings: tuple[tuple[Colour, float], ...]
    dash: Colour | None = None


WHITE_BORDER = Border(((rgb("#ffffff"), 10.0),))


def as_it_is(picture: Picture) -> Picture:
    """Return `picture`: the recolouring of a style whose colours are natural ones."""
    return picture


@dataclass(frozen=True, slots=True)
class Drawing:
    """`picture` [S, S, 3] sRGB 0..255 and its `matte` [S, S] 0..1, with the backdrop; S is `study.DRAWING_PX`.

    `border`: what the finish puts around it. `cell_px` above 0: drawn in square cells of that size, all edges hard.

    For what is painted over it afterwards: `ink` is the colour and `line_px` the width of the style's lines,
    `recolour` turns natural colours (float sRGB, any shape ending in 3) into the style's own.
    """

    picture: Picture
    matte: Plane
    border: Border = WHITE_BORDER
    ink: Colour = field(default_factory=lambda: rgb("#2c1a1e"))
    line_px: float = 2.2
    recolour: Callable[[Picture], Picture] = as_it_is
    cell_px: int = 0


def paint_over(drawing: Drawing, colours: NDArray[np.floating[Any]], alpha: Plane) -> Drawing:
    """Lay a painted layer (mouth, tears, props; sRGB 0..255 and alpha 0..1, any square size) over a drawing.

    The colours are turned into the style's own; the matte grows where the layer lies beside the figure.
    """
    size = drawing.matte.shape[::-1]
    if alpha.shape != drawing.matte.shape:
        light = cv2.resize(colours * alpha[..., None], size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
        colours = light / np.maximum(alpha, 1e-4)[..., None]
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    if len(rows) == 0:
        return drawing
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    picture, matte = drawing.picture.copy(), drawing.matte.copy()
    # What lies beside the figure, under the layer's soft edge, is not seen and may not colour it.
    matte[box] = alpha[box] + matte[box] * (1 - alpha[box])
    share = (alpha[box] / np.maximum(matte[box], np.float32(1e-4)))[..., None]
    picture[box] += (drawing.recolour(colours[box]) - picture[box]) * share
    return replace(drawing, picture=picture, matte=matte)
