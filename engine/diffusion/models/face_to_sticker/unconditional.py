"""What the unconditional row sees in place of the person: a face of noise, a scrambled photo. Knows no network."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from engine.diffusion.image_encoder import centre_square

if TYPE_CHECKING:
    from torch import Tensor

SIDE_PX = 224  # the scrambling is defined at this size, whatever the encoder takes
ELASTIC_REACH_PX = 75.0
ELASTIC_SIGMA_PX = 3.5  # at noise 1
SEED = 0  # the same for every photo and job, so that the states can be kept


class UncondFace(StrEnum):
    """The face embedding of the unconditional row; the values are those of the parameter `unwanted_face`."""

    NOISE = "noise"  # 0.35 * uniform noise that depends on the photo alone: face-to-sticker
    ZEROS = "zeros"  # the InstantID reference


def uncond_face(embedding: Tensor, kind: UncondFace = UncondFace.NOISE) -> Tensor:
    """Return the embedding for the unconditional row, [512], fp32 on the CPU like `embedding`.

    Zeros still go through the resampler: its tokens for a zero embedding are not zero.
    """
    if kind is UncondFace.ZEROS:
        return torch.zeros_like(embedding)
    seed = int(embedding.float().sum().item()) % 1_000_000_007
    generator = torch.Generator("cpu").manual_seed(seed)
    return 0.35 * torch.rand(1, len(embedding), generator=generator, dtype=torch.float32)[0]


def uncond_picture(picture: Tensor, noise: float, seed: int = SEED) -> Tensor:
    """Return the negative picture, whose CLIP states the unconditional row gets: [1, 224, 224, 3], float32, RGB.

    `picture` is [1, height, width, 3] in 0 .. 1. `noise` 0 .. 1: 0 is black, above it the photo after an elastic
    transform, upside down, under Gaussian noise, which goes beyond 0 .. 1. More noise bends it more smoothly and
    grains it less. The order of the draws is the recipe's: equal seed, equal px.
    """
    if noise <= 0:
        return torch.zeros(1, SIDE_PX, SIDE_PX, 3, dtype=torch.float32)
    generator = torch.Generator("cpu").manual_seed(seed)
    bent = _elastic_transform(centre_square(picture, SIDE_PX), noise * ELASTIC_SIGMA_PX, generator)
    for axis in (-2, -1):
        torch.rand(1, generator=generator, dtype=torch.float32)  # the recipe draws whether to flip, and always does
        bent = bent.flip(axis)
    turned = bent.movedim(1, -1)
    # empty_like keeps the strides, and the order in which normal_ fills them is part of the recipe
    grain = torch.empty_like(turned).normal_(generator=generator)
    return turned + (0.25 * (1 - noise) + 0.05) * grain


def _elastic_transform(square: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Move each px of [1, 3, side, side] by a smooth random displacement; x is drawn before y.

    What lies outside is black, and the border fades into it twice over.
    """
    side = square.shape[-1]
    centres = torch.linspace((1 - side) / side, (side - 1) / side, side, dtype=torch.float32)
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    displacements = []
    for _ in "xy":
        uniform = torch.rand([1, 1, side, side], generator=generator, dtype=torch.float32) * 2 - 1
        displacements.append(_gaussian_blur(uniform, sigma) * ELASTIC_REACH_PX / side)
    grid = torch.stack([x, y], -1)[None] + torch.cat(displacements, 1).permute(0, 2, 3, 1)  # [1, side, side, 2]
    covered = torch.ones((1, 1, side, side), dtype=torch.float32)
    sampled = functional.grid_sample(
        torch.cat((square, covered), 1), grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )
    return sampled[:, :3] * sampled[:, 3:]


def _gaussian_blur(plane: Tensor, sigma: float) -> Tensor:
    """Blur [1, 1, side, side]; the kernel reaches four sigmas, its width is odd, borders mirror: torchvision's rule."""
    width = int(8 * sigma + 1) | 1
    reach = width // 2
    distance = torch.linspace(-reach, reach, width, dtype=torch.float32)
    bell = torch.exp(-0.5 * (distance / sigma).pow(2))
    bell = bell / bell.sum()
    padded = functional.pad(plane, [reach] * 4, mode="reflect")
    return functional.conv2d(padded, torch.mm(bell[:, None], bell[None, :])[None, None])
