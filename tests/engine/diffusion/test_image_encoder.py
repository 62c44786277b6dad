"""CLIP's image encoder: what it is given of a photo, and which of its states are taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from engine.diffusion.image_encoder import (
    CLIP_MEAN,
    CLIP_STD,
    ImageEncoder,
    clip_pixels,
    load_image_encoder,
    to_picture,
)
from engine.diffusion.tiny.parts import CLIP_SIDE, build_image_encoder
from engine.diffusion.tiny.sdxl import CLIP_WIDTH
from engine.errors import EngineUnavailable

CPU = torch.device("cpu")


def photo(height: int = 300, width: int = 200) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ImageEncoder:
    return load_image_encoder(build_image_encoder(tmp_path_factory.mktemp("clip")), CPU, torch.float32)


def test_the_encoder_takes_the_centre_square_clipped_and_in_bytes() -> None:
    picture = to_picture(photo(32, 48)) * 3 - 1  # beyond 0 .. 1 on both sides

    pixels = clip_pixels(picture, 32)

    mean, std = (torch.tensor(each).view(3, 1, 1) for each in (CLIP_MEAN, CLIP_STD))
    levels = (pixels[0] * std + mean) * 255
    expected = (picture[0, :, 8:40].permute(2, 0, 1) * 255).clip(0, 255).round()
    torch.testing.assert_close(levels, expected, rtol=0, atol=1e-3)


def test_states_are_those_before_the_last_layer(encoder: ImageEncoder) -> None:
    states = encoder.encode(photo())

    picture = clip_pixels(to_picture(photo()), CLIP_SIDE)
    with torch.no_grad():
        every = encoder._network(picture, output_hidden_states=True).hidden_states
    assert states.shape == (1, 1 + (CLIP_SIDE // 8) ** 2, CLIP_WIDTH)
    assert torch.equal(states, every[-2])


def test_a_missing_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="image_encoder"):
        load_image_encoder(tmp_path, CPU, torch.float32)


def test_vit_h_of_full_size_has_the_parameters_of_the_file() -> None:
    config = CLIPVisionConfig(
        hidden_size=1280,
        intermediate_size=5120,
        num_hidden_layers=32,
        num_attention_heads=16,
        patch_size=14,
        projection_dim=1024,
    )
    with torch.device("meta"):
        network = CLIPVisionModelWithProjection(config)

    assert sum(each.numel() for each in network.parameters()) / 1e6 == pytest.approx(632.08, abs=0.01)
