"""Random prepared inputs that fit the tiny networks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.picture import Picture, Wish
from engine.diffusion.schedule import SeededNoise
from tests.engine.diffusion import tiny

if TYPE_CHECKING:
    from torch import Tensor

SIDE_PX = 64
LATENT = (4, SIDE_PX // 8, SIDE_PX // 8)


def picture(number: int = 0, **changes: Any) -> Picture:
    """Return a picture whose inputs all follow from `number`, square unless its hints and noise are changed."""
    generator = torch.Generator().manual_seed(1000 + number)
    made = Picture(
        wanted=wish(generator),
        unwanted=wish(generator),
        noise=SeededNoise(number, LATENT),
        keypoints=hint(generator),
        depth=hint(generator),
    )
    return replace(made, **changes)


def wish(generator: torch.Generator, chunks: int = 1, photos: int = 1) -> Wish:
    """Return what one row is told."""

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    return Wish(
        text=random(77 * chunks, tiny.CONTEXT),
        pooled=random(tiny.TEXT_WIDTHS[1]),
        face=random(tiny.FACE_WIDTH),
        photo=random(photos, 10, tiny.CLIP_WIDTH),
    )


def hint(generator: torch.Generator, height: int = SIDE_PX, width: int = SIDE_PX) -> Tensor:
    """Return a picture of noise, [3, height, width] in 0 .. 1."""
    return torch.rand(3, height, width, generator=generator)


def relative(actual: Tensor, expected: Tensor) -> float:
    """Return the greatest difference as a share of the greatest value."""
    return ((actual - expected).abs().max() / expected.abs().max()).item()
