"""From the decoder's numbers to bytes: pixels, previews. Knows no model."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from engine.diffusion.compile import uncompiled
from engine.diffusion.denoise import preview
from engine.errors import DrawingFailed
from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.networks import DiffusionNetworks
    from engine.diffusion.safety import SafetyChecker

PREVIEW_QUALITY = 80  # of JPEG


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


def previews(
    networks: DiffusionNetworks, clean: Tensor, checker: SafetyChecker | None, are_checked: Sequence[bool]
) -> list[bytes]:
    """Return a small JPEG for each of the N latents `clean` [N, C, h, w].

    It is empty where the picture is to be checked and `checker` flags it.
    """
    with uncompiled():  # the decoder's graph is for the whole picture
        pixels = to_pixels(preview(networks, clean))
    flagged = checker.are_flagged(list(pixels)) if checker and any(are_checked) else [False] * len(pixels)
    jpegs = []
    for picture, is_flagged, is_checked in zip(pixels, flagged, are_checked, strict=True):
        buffer = io.BytesIO()
        if not (is_flagged and is_checked):
            Image.fromarray(picture).save(buffer, "JPEG", quality=PREVIEW_QUALITY)
        jpegs.append(buffer.getvalue())
    return jpegs
