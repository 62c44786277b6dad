"""The first drawing, for nobody: what is slow once is done before the first photo comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.denoise import decode, denoise
from engine.diffusion.parameters import FaceToStickerParameters
from engine.diffusion.picture import Picture, Wish
from engine.diffusion.schedule import SeededNoise, sde_karras
from engine.diffusion.text import encode_prompt

if TYPE_CHECKING:
    from engine.diffusion.models import Models

DEFAULT_SIZE = (FaceToStickerParameters().width, FaceToStickerParameters().height)
STEPS = 4  # enough that the depth net has ended before the last: both kinds of step are met


def warm_up(models: Models, size: tuple[int, int] = DEFAULT_SIZE) -> None:
    """Draw nothing at `size` (width, height), as the first request will be drawn."""
    batch = [_nothing(models, *size)]
    decode(models.networks, denoise(models.networks, batch, sde_karras(STEPS)))


def _nothing(models: Models, width: int, height: int) -> Picture:
    networks = models.networks
    text, pooled = encode_prompt(networks.text_encoders, "")
    face = torch.zeros(networks.face_resampler.proj_in.in_features) if networks.face_resampler else None
    encoder = models.image_encoder
    photo = encoder.states(torch.zeros(1, 224, 224, 3)) if encoder else None  # [1, states, width]
    wish = Wish(text, pooled, face, photo)
    black = torch.zeros(3, height, width)
    return Picture(wish, wish, SeededNoise(0, networks.latent_shape(width, height)), keypoints=black, depth=black)
