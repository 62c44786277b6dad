"""From the decoder's numbers to pixels, in the size that was asked for. Knows no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from engine.errors import DrawingFailed
from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor


def to_pixels(pictures: Tensor) -> Rgb:
    """Round [N, 3, height, width] in 0 .. 1 to (N, height, width, 3) uint8. Raises `DrawingFailed` for no numbers."""
    if not torch.isfinite(pictures).all():
        raise DrawingFailed("the decoder made no numbers")
    return (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def in_size(picture: Rgb, width: int, height: int) -> Rgb:
    """Return `picture` at the size that was asked for: the middle of one that is up to 7 px larger, for networks draw
    multiples of 8; one that was drawn on a smaller canvas is enlarged.
    """
    if picture.shape[0] < height or picture.shape[1] < width:
        return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))
    above, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return np.ascontiguousarray(picture[above : above + height, left : left + width])
