"""The person of a photo, cut out and placed on the canvas that styles and reactions draw on. Knows no style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte, Rgb
from engine.types import Shape

CANVAS_PX = 768  # styles and reactions draw at this size; the finish scales to 512

# float32 when they run; NumPy's stubs call a product with a Python number float64.
Points = NDArray[np.floating[Any]]  # (points, 2), x and y in px


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye in canvas px.

    `iris` [5, 2]: centre, then 4 on its rim. `contour` [16, 2]: 9 along the lower lid, corner to corner, then 7 along
    the upper. `is_visible`: False behind dark glasses.
    """

    iris: Points
    contour: Points
    is_visible: bool


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A person on the canvas.

    `rgb` [H, W, 3] sRGB with the person's own colours also under the soft edge; `matte` [H, W] float32 0..1; for a
    badge `matte` is the badge's shape and `rgb` keeps the background. `person` [H, W] is the person's matte in both
    cases. `mesh` [468, 2] float32 canvas px (MediaPipe's face mesh); `depth` [468] in the same px, smaller is nearer;
    `eyes`: picture-left, picture-right. `face_px`: width of the face box in canvas px, the unit ("fw") of every size.

    `is_mesh_sure`: False for profiles beyond about 50 degrees of yaw and wherever the mesh should not be drawn on:
    then no mesh lines, no painted mouths, props only. `has_face`: False for a pet or a thing; mesh, eyes and depth are
    then placeholders that nobody draws.
    """

    rgb: Rgb
    matte: Matte
    person: Matte
    mesh: Points
    depth: NDArray[np.float32]
    eyes: tuple[Eye, Eye]
    face_px: float
    shape: Shape
    is_mesh_sure: bool = True
    has_face: bool = True
