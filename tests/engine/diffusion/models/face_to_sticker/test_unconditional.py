"""What the unconditional row sees: the recipe of the negative picture, and the face of noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.diffusion.image_encoder import ImageEncoder, load_image_encoder, to_picture
from engine.diffusion.models.face_to_sticker.unconditional import UncondFace, uncond_face, uncond_picture
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.tiny.parts import build_image_encoder
from tests.engine.diffusion.prepared import relative

LEVELS = (0.05, 0.2, 0.5, 1.0)


def photo(height: int = 300, width: int = 200) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ImageEncoder:
    folder = build_image_encoder(tmp_path_factory.mktemp("clip"))
    return load_image_encoder(folder, torch.device("cpu"), torch.float32)


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
def test_the_unconditional_picture_follows_the_recipe(noise: float) -> None:
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


def test_without_noise_the_unconditional_picture_is_black() -> None:
    assert not uncond_picture(to_picture(photo()), 0).any()


def test_more_noise_grains_less() -> None:
    black = torch.zeros(1, 300, 200, 3)

    grain = [float(uncond_picture(black, noise).std()) for noise in LEVELS]

    np.testing.assert_allclose(grain, [0.25 * (1 - noise) + 0.05 for noise in LEVELS], rtol=0.02)


def test_the_unconditional_picture_is_drawn_without_the_global_dice_and_default_dtype() -> None:
    picture = to_picture(photo())
    before, expected = torch.get_rng_state(), uncond_picture(picture, 0.5)
    torch.set_default_dtype(torch.bfloat16)
    try:
        actual = uncond_picture(picture, 0.5)
    finally:
        torch.set_default_dtype(torch.float32)

    assert torch.equal(actual, expected)
    assert torch.equal(torch.get_rng_state(), before)


def test_noise_reaches_the_unconditional_states_and_never_the_conditional_ones(encoder: ImageEncoder) -> None:
    uncond = [encoder.states(uncond_picture(to_picture(photo()), noise)) for noise in (0.0, 0.2, 0.5, 1.0)]

    for number, each in enumerate(uncond):
        assert not torch.equal(each, encoder.encode(photo()))
        assert all((each - other).abs().max() > 1e-3 for other in uncond[:number])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_unconditional_face_is_noise_that_depends_on_the_photo_alone(sign: int) -> None:
    """Below zero the seed comes round from 1,000,000,007."""
    embedding = torch.randn(512, generator=torch.Generator().manual_seed(0)).abs() * 20 * sign
    torch.manual_seed(int(embedding.sum().item()) % 1_000_000_007)
    expected = 0.35 * torch.rand(1, 512)[0]
    torch.manual_seed(99)
    assert torch.equal(uncond_face(embedding), expected)
    assert not torch.equal(uncond_face(embedding + 1), expected)


def test_the_references_unconditional_face_is_zeros_but_its_tokens_are_not(networks: DiffusionNetworks) -> None:
    zeros = uncond_face(torch.ones(512), UncondFace.ZEROS)
    assert not zeros.any()
    tokens = networks.face_resampler(torch.stack([zeros, uncond_face(torch.ones(512))])[:, None])  # type: ignore[misc]
    assert bool(tokens.isfinite().all())
    assert bool(tokens[0].any())
    assert relative(tokens[0], tokens[1]) > 1e-2
