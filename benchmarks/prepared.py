"""Prepared inputs of random numbers, as many as a batch needs: what `denoise` gets when faces and words are done."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.architecture import Architecture
from engine.diffusion.inputs import Conditioning, PictureInputs
from engine.diffusion.schedule import SeededNoise

TEXT_TOKENS = 77


def draw_pictures(
    architecture: Architecture, count: int, side_px: int, latent: tuple[int, int, int]
) -> list[PictureInputs]:
    """Return `count` square pictures with face-to-sticker's default strengths; the n-th has the seed n."""
    return [_picture(architecture, seed, side_px, latent) for seed in range(count)]


def _picture(architecture: Architecture, seed: int, side_px: int, latent: tuple[int, int, int]) -> PictureInputs:
    generator = torch.Generator().manual_seed(1000 + seed)
    keypoints, depth = (torch.rand(3, side_px, side_px, generator=generator) for _ in range(2))
    return PictureInputs(
        cond=_conditioning(architecture, generator),
        uncond=_conditioning(architecture, generator),
        noise=SeededNoise(seed, latent),
        keypoints=keypoints,
        depth=depth,
    )


def _conditioning(architecture: Architecture, generator: torch.Generator) -> Conditioning:
    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    return Conditioning(
        text=random(TEXT_TOKENS, architecture.unet["cross_attention_dim"]),
        pooled=random(architecture.pooled_width),
        face=random(architecture.face_resampler["source"]),
        photo=random(1, architecture.photo_states, architecture.photo_resampler["source"]),
    )
