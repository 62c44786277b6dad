"""What the photo tells the UNet, and the picture it is kept away from."""

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
from engine.diffusion.models.face_to_sticker.unconditional import uncond_picture
from engine.diffusion.tiny.parts import CLIP_SIDE, build_image_encoder
from engine.diffusion.tiny.sdxl import CLIP_WIDTH
from engine.errors import EngineUnavailable

CPU = torch.device("cpu")
LEVELS = (0.05, 0.2, 0.5, 1.0)


def photo(height: int = 300, width: int = 200) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ImageEncoder:
    return load_image_encoder(build_image_encoder(tmp_path_factory.mktemp("clip")), CPU, torch.float32)


def blurred_with_numpy(field: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, one axis after the other, in double precision."""
    reach = (int(8 * sigma + 1) | 1) // 2
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    bell /= bell.sum()
    for axis in (0, 1):
        padded = np.pad(field, [(reach, reach) if each == axis else (0, 0) for each in (0, 1)], mode="reflect")
        field = np.apply_along_axis(np.convolve, axis, padded, bell, mode="valid")
    return field


def sampled_with_numpy(square: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bilinear, black outside, darkened once more by how much of the four px lies outside."""
    side = square.shape[0]
    wide = np.pad(np.dstack([square, np.ones((side, side))]), ((99, 99), (99, 99), (0, 0)))
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = (y - top)[..., None], (x - left)[..., None]
    top, left = top + 99, left + 99
    upper = wide[top, left] * (1 - right) + wide[top, left + 1] * right
    lower = wide[top + 1, left] * (1 - right) + wide[top + 1, left + 1] * right
    mixed = upper * (1 - down) + lower * down
    return mixed[..., :3] * mixed[..., 3:]


@pytest.mark.parametrize("noise", LEVELS)
def test_the_unwanted_picture_follows_the_recipe(noise: float) -> None:
    """Bent, turned upside down, grained: computed again in double precision from the same draws."""
    picture = torch.from_numpy(photo(224, 224).copy())[None].float() / 255
    draws = torch.Generator().manual_seed(0)
    dx, dy = (
        blurred_with_numpy(torch.rand([224, 224], generator=draws).double().numpy() * 2 - 1, 3.5 * noise) * 75 / 2
        for _ in range(2)
    )
    torch.rand(1, generator=draws)
    torch.rand(1, generator=draws)

    ys, xs = np.mgrid[0:224, 0:224].astype(float)
    expected = sampled_with_numpy(picture[0].double().numpy(), ys + dy, xs + dx)[::-1, ::-1]
    grain = uncond_picture(picture, noise)[0].numpy() - expected

    amplitude = 0.25 * (1 - noise) + 0.05
    expected_grain = torch.empty(1, 3, 224, 224).permute(0, 2, 3, 1).normal_(generator=draws)[0].numpy() * amplitude
    np.testing.assert_allclose(grain, expected_grain, atol=2e-3)


def test_every_noise_is_another_picture_and_each_always_the_same() -> None:
    picture = to_picture(photo())
    made = [uncond_picture(picture, noise) for noise in (0.0, *LEVELS)]

    for number, each in enumerate(made):
        assert each.shape == (1, 224, 224, 3)
        assert all((each - other).abs().max() > 0.1 for other in made[:number])
    assert all(torch.equal(each, uncond_picture(picture, noise)) for each, noise in zip(made[1:], LEVELS, strict=True))


def test_without_noise_the_unwanted_picture_is_black() -> None:
    assert not uncond_picture(to_picture(photo()), 0).any()


def test_more_noise_grains_less() -> None:
    black = torch.zeros(1, 300, 200, 3)

    grain = [float(uncond_picture(black, noise).std()) for noise in LEVELS]

    np.testing.assert_allclose(grain, [0.25 * (1 - noise) + 0.05 for noise in LEVELS], rtol=0.02)


def test_the_unwanted_picture_is_drawn_without_the_global_dice_and_default_dtype() -> None:
    picture = to_picture(photo())
    before, expected = torch.get_rng_state(), uncond_picture(picture, 0.5)
    torch.set_default_dtype(torch.bfloat16)
    try:
        actual = uncond_picture(picture, 0.5)
    finally:
        torch.set_default_dtype(torch.float32)

    assert torch.equal(actual, expected)
    assert torch.equal(torch.get_rng_state(), before)


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


def test_noise_reaches_the_unwanted_states_and_never_the_wanted_ones(encoder: ImageEncoder) -> None:
    unwanted = [encoder.states(uncond_picture(to_picture(photo()), noise)) for noise in (0.0, 0.2, 0.5, 1.0)]

    for number, each in enumerate(unwanted):
        assert not torch.equal(each, encoder.encode(photo()))
        assert all((each - other).abs().max() > 1e-3 for other in unwanted[:number])


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
