"""Random prepared inputs that fit the tiny networks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.inputs import Conditioning, PictureInputs
from engine.diffusion.schedule import SeededNoise
from engine.diffusion.tiny import sdxl

if TYPE_CHECKING:
    from torch import Tensor

SIDE_PX = 64
LATENT = (4, SIDE_PX // 8, SIDE_PX // 8)


def picture(number: int = 0, **changes: Any) -> PictureInputs:
    """Return a picture whose inputs all follow from `number`, square unless its hints and noise are changed."""
    generator = torch.Generator().manual_seed(1000 + number)
    made = PictureInputs(
        cond=conditioning(generator),
        uncond=conditioning(generator),
        noise=SeededNoise(number, LATENT),
        keypoints=hint(generator),
        depth=hint(generator),
    )
    return replace(made, **changes)


def conditioning(generator: torch.Generator, chunks: int = 1, photos: int = 1) -> Conditioning:
    """Return what one row is told."""

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    return Conditioning(
        text=random(77 * chunks, sdxl.CONTEXT),
        pooled=random(sdxl.TEXT_WIDTHS[1]),
        face=random(sdxl.FACE_WIDTH),
        photo=random(photos, 10, sdxl.CLIP_WIDTH),
    )


def hint(generator: torch.Generator, height: int = SIDE_PX, width: int = SIDE_PX) -> Tensor:
    """Return a picture of noise, [3, height, width] in 0 .. 1."""
    return torch.rand(3, height, width, generator=generator)


def relative(actual: Tensor, expected: Tensor) -> float:
    """Return the greatest difference as a share of the greatest value."""
    return ((actual - expected).abs().max() / expected.abs().max()).item()
