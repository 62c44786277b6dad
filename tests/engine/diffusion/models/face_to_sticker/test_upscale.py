"""Doubling a picture with a tiny RRDBNet and a tiny Stable Diffusion 1.5."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionImg2ImgPipeline
from PIL import Image
from torch._dynamo.utils import counters
from transformers import CLIPTextModel, CLIPTokenizer

from engine.diffusion.models.face_to_sticker.enlarge import Enlarger, load_enlarger
from engine.diffusion.models.face_to_sticker.tiles import Tile, Tiling, cut, put, take
from engine.diffusion.models.face_to_sticker.upscale import (
    GUIDANCE,
    NEGATIVE_PROMPT,
    PROMPT,
    HiresNetworks,
    Upscaler,
    _StepCounter,
    last_steps,
    load_hires,
    redraw_parts,
)
from engine.diffusion.tiny import parts
from engine.diffusion.tiny.parts import build_enlarger, build_hires
from engine.errors import Cancelled, EngineUnavailable

CPU = torch.device("cpu")
SMALL = Tiling(side=64, padding=16, blur=2)  # sixteen tiles of 80 px on 256 px


def always(done: int, total: int) -> bool:
    return True


def noise_picture(side: int) -> np.ndarray:
    return np.random.default_rng(9).integers(0, 256, (side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_hires(tmp_path_factory.mktemp("hires"))


@pytest.fixture(scope="module")
def networks(folder: Path) -> HiresNetworks:
    return load_hires(folder, CPU, torch.float32)


@pytest.fixture(scope="module")
def enlarger(tmp_path_factory: pytest.TempPathFactory) -> Enlarger:
    return load_enlarger(build_enlarger(tmp_path_factory.mktemp("esrgan") / "4x.pth"), CPU, torch.float32)


@pytest.fixture
def upscaler(enlarger: Enlarger, networks: HiresNetworks) -> Upscaler:
    return Upscaler(enlarger, networks, SMALL)


@contextmanager
def shapes_into(network: torch.nn.Module) -> Iterator[list[tuple[int, ...]]]:
    """Note the shape of what `network` is called with."""
    shapes: list[tuple[int, ...]] = []
    hook = network.register_forward_pre_hook(lambda _, given: shapes.append(tuple(given[0].shape)))
    yield shapes
    hook.remove()


def test_the_result_is_exactly_twice_as_large(upscaler: Upscaler) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (48, 72, 3), dtype=np.uint8)

    assert upscaler.upscale(picture, 1, 1, always).shape == (96, 144, 3)


@pytest.mark.parametrize("steps", [1, 3])
def test_every_tile_is_given_as_many_steps_as_asked_for(
    upscaler: Upscaler, networks: HiresNetworks, steps: int
) -> None:
    with shapes_into(networks.unet) as calls:
        upscaler.upscale(noise_picture(128), steps, 1, always)

    assert calls == [(2, 4, 10, 10)] * 16 * steps


def test_a_picture_of_1024_px_is_sixteen_tiles_of_544(networks: HiresNetworks) -> None:
    enlarger = Enlarger(parts.enlarger(1, width=2, growth=1, blocks=1, doublings=1), CPU, torch.float32)
    with shapes_into(networks.vae.encoder) as calls:
        upscaled = Upscaler(enlarger, networks).upscale(noise_picture(1024), 1, 1, always)

    assert upscaled.shape == (2048, 2048, 3)
    assert calls == [(1, 3, 544, 544)] * 16


def test_the_fast_mode_draws_four_groups_at_once(upscaler: Upscaler, networks: HiresNetworks) -> None:
    with shapes_into(networks.unet) as calls:
        upscaler.upscale(noise_picture(128), 2, 1, always, is_fast=True)

    assert calls == [(8, 4, 10, 10)] * 4 * 2


def test_both_modes_draw_nearly_the_same(upscaler: Upscaler) -> None:
    exact, fast = (upscaler.upscale(noise_picture(128), 2, 1, always, is_fast).astype(int) for is_fast in (False, True))
    another = upscaler.upscale(noise_picture(128), 2, 2, always).astype(int)

    assert np.abs(exact - fast).mean() < 0.5 * np.abs(exact - another).mean()


def test_a_seed_draws_always_the_same_and_another_one_something_else(upscaler: Upscaler) -> None:
    first, again, other = (upscaler.upscale(noise_picture(64), 2, seed, always) for seed in (3, 3, 4))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_tile_is_drawn_from_the_same_noise(networks: HiresNetworks) -> None:
    part = Image.fromarray(noise_picture(80))

    drawn = redraw_parts(networks, [part, part], 2, 5, _StepCounter(always, 0, 2))

    np.testing.assert_allclose(np.asarray(drawn[0]).astype(int), np.asarray(drawn[1]).astype(int), atol=1)


def test_a_tile_sees_its_neighbours_redrawn(upscaler: Upscaler, networks: HiresNetworks) -> None:
    before = Image.fromarray(noise_picture(128)).crop((0, 0, 128, 64))
    first, second = cut(*before.size, SMALL)

    def redrawn(seen: Image.Image, tile: Tile, into: Image.Image) -> Image.Image:
        part = take(seen, tile, SMALL.drawn_side)
        return put(into, tile, redraw_parts(networks, [part], 1, 5, _StepCounter(always, 0, 1))[0], SMALL.blur)

    once = redrawn(before, first, before)
    drawn = np.asarray(upscaler.redraw(before, 1, 5, always))

    np.testing.assert_array_equal(drawn, redrawn(once, second, once))
    assert not np.array_equal(drawn, redrawn(before, second, once))


def test_words_and_guidance_are_face_to_sticker_s() -> None:
    """The parity with the stock pipeline takes them from the code, whatever they are there."""
    assert (PROMPT, NEGATIVE_PROMPT) == ("svg, vector art, sharp", "nsfw, photo, photography, watermark")
    assert GUIDANCE == 8.0


def test_ten_steps_are_the_last_ten_of_fifty(networks: HiresNetworks) -> None:
    schedule, timesteps = last_steps(networks.schedule, 10, CPU)

    assert len(timesteps) == 10
    assert [int(each) for each in timesteps[:2]] == [183, 163]
    assert float(timesteps[-1]) == 0
    sigmas = schedule.sigmas[40:].tolist()
    assert sigmas[0] == pytest.approx(0.533, abs=1e-3)
    assert sigmas[-2] == pytest.approx(0.029, abs=1e-3)
    assert sigmas[-1] == 0


def test_a_tile_is_what_the_stock_pipeline_draws(folder: Path, networks: HiresNetworks) -> None:
    stock = StableDiffusionImg2ImgPipeline(
        vae=networks.vae,
        unet=networks.unet,
        text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder"),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer"),
        scheduler=EulerDiscreteScheduler.from_config(networks.schedule.config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    stock.set_progress_bar_config(disable=True)
    part = Image.fromarray(noise_picture(80))
    encoded = torch.from_numpy(noise_picture(80)).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():  # the mean, where the pipeline would draw lots, given to it as latents
        latents = networks.vae.encode(encoded).latent_dist.mode() * networks.vae.config.scaling_factor

    expected = stock(
        PROMPT,
        image=latents,
        negative_prompt=NEGATIVE_PROMPT,
        num_inference_steps=20,
        strength=0.2,
        guidance_scale=GUIDANCE,
        generator=torch.Generator().manual_seed(6),
    ).images[0]
    drawn = redraw_parts(networks, [part], 4, 6, _StepCounter(always, 0, 4))[0]

    np.testing.assert_allclose(np.asarray(drawn).astype(int), np.asarray(expected).astype(int), atol=1)


def test_progress_counts_every_step_and_stops_before_the_next(upscaler: Upscaler, networks: HiresNetworks) -> None:
    told: list[tuple[int, int]] = []

    def until_the_fourth(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 3

    with shapes_into(networks.unet) as calls, pytest.raises(Cancelled):
        upscaler.upscale(noise_picture(128), 2, 1, until_the_fourth)

    assert told == [(done, 32) for done in range(4)]
    assert len(calls) == 3


def test_the_default_dtype_of_the_process_changes_nothing(upscaler: Upscaler) -> None:
    expected = upscaler.upscale(noise_picture(64), 1, 1, always)
    torch.set_default_dtype(torch.bfloat16)
    try:
        actual = upscaler.upscale(noise_picture(64), 1, 1, always)
    finally:
        torch.set_default_dtype(torch.float32)

    np.testing.assert_array_equal(actual, expected)


def test_a_folder_without_its_unet_is_said_to_be_incomplete(tmp_path: Path) -> None:
    (build_hires(tmp_path) / "unet" / "config.json").unlink()

    with pytest.raises(EngineUnavailable, match="hires"):
        load_hires(tmp_path, CPU, torch.float32)


def test_compiled_it_draws_the_same_and_never_compiles_again(
    folder: Path, tmp_path: Path, networks: HiresNetworks, enlarger: Enlarger
) -> None:
    torch._dynamo.reset()
    counters.clear()
    own_enlarger = load_enlarger(build_enlarger(tmp_path / "4x.pth"), CPU, torch.float32)
    own = Upscaler(own_enlarger, load_hires(folder, CPU, torch.float32), SMALL)
    own.speed_up(backend="eager")
    after_warm_up = counters["stats"]["unique_graphs"]
    part = Image.fromarray(noise_picture(80))
    drawn, expected = (
        redraw_parts(each, [part], 1, 5, _StepCounter(always, 0, 1))[0] for each in (own._networks, networks)
    )
    np.testing.assert_allclose(np.asarray(drawn).astype(int), np.asarray(expected).astype(int), atol=1)
    picture = noise_picture(24)
    np.testing.assert_allclose(own_enlarger.enlarge(picture), enlarger.enlarge(picture), atol=1)
    own.upscale(noise_picture(72), 1, 1, always, is_fast=True)  # groups of other sizes than those of the warm-up
    assert counters["stats"]["unique_graphs"] == after_warm_up > 0
    torch._dynamo.reset()
