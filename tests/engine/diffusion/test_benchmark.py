"""The GPU benchmark is right about what it times: the sizes, the operations, the same pictures from both."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from benchmarks import gpu, smoke_full
from benchmarks.architecture import FULL, TINY, Weights, draw_weights, enlarger_of, hires_of
from benchmarks.operations import controlnet_tflop, decoder_tflop, meta_networks, sticker_tflop, unet_tflop
from benchmarks.stock import share_of_steps
from engine.diffusion.inputs import GuidanceWindows
from engine.diffusion.networks import DiffusionNetworks


@pytest.fixture(scope="module")
def weights() -> Weights:
    return draw_weights(FULL, "meta", torch.bfloat16)


@pytest.fixture(scope="module")
def full() -> DiffusionNetworks:
    return meta_networks(FULL)


def millions(network: torch.nn.Module) -> float:
    return round(sum(parameter.numel() for parameter in network.parameters()) / 1e6, 2)


def test_full_size_networks_have_as_many_parameters_as_the_published_ones(weights: Weights) -> None:
    assert [millions(net) for net in (weights.unet, weights.identity, weights.depth, weights.vae)] == [
        2567.46,
        1251.01,
        1251.01,
        83.65,
    ]
    assert [millions(net) for net in hires_of(FULL)] == [859.52, 83.65]
    assert millions(enlarger_of(FULL)) == 16.70


def test_full_size_adapters_have_as_many_parameters_as_the_published_ones(weights: Weights) -> None:
    counted = [
        [round(sum(weight.numel() for weight in adapter[part].values()) / 1e6, 2) for part in adapter]
        for adapter in weights.adapters
    ]
    assert counted == [[81.98, 340.79], [82.96, 340.79]]


def test_the_engine_puts_no_tensor_on_another_device_or_dtype(full: DiffusionNetworks) -> None:
    """Check 27, on full-size networks that take no memory."""
    modules = [full.unet, full.vae, full.face_resampler, full.photo_resampler]
    modules += [part for guide in (full.identity, full.depth) for part in (guide.net, guide.embed_hint)]  # type: ignore[union-attr]
    found = {(weight.device.type, weight.dtype) for module in modules for weight in module.parameters()}  # type: ignore[union-attr]
    assert found == {("meta", torch.bfloat16)}


def test_operations_are_those_of_the_floor(full: DiffusionNetworks) -> None:
    net, hint = controlnet_tflop(FULL, full, 1024)
    assert unet_tflop(FULL, full, 1024) == pytest.approx(6.7965, abs=1e-3)
    assert net + hint == pytest.approx(2.9878, abs=1e-3)
    assert hint == pytest.approx(0.0589, abs=1e-3)
    assert decoder_tflop(full, 1024) == pytest.approx(10.4704, abs=1e-3)


def test_a_sticker_takes_466_tflop_less_what_is_cached() -> None:
    """466.2 with faces, words and depth, which take 2.1."""
    assert sticker_tflop(FULL, 1024, 20, GuidanceWindows()) == pytest.approx(464.0, abs=0.5)


def test_stock_diffusers_is_told_to_end_depth_where_the_engine_does() -> None:
    share = share_of_steps(GuidanceWindows().depth, 20)
    assert sum((step + 1) / 20 <= share for step in range(20)) == 11


def test_the_benchmark_runs_and_both_draw_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "table.md"
    told = ["--tiny", "--variants", "stock", "engine", "--batches", "1", "2", "--steps", "3", "--repeats", "1"]
    gpu.main([*told, "--stickers", "2", "--product-variants", "engine", "--upscale", "--out", str(out)])
    written = out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == written
    table = written.partition("Whole stickers")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith(("| stock", "| engine"))]
    assert [(row[1].strip(), row[2].strip()) for row in rows] == [
        ("stock", "1"),
        ("stock", "2"),
        ("engine", "1"),
        ("engine", "2"),
    ]
    assert all(float(row[3]) > 0 for row in rows)
    assert [row[4].strip() for row in rows[:2]] == ["1.00", "1.00"]
    (whole,) = [line.split("|") for line in written.splitlines() if "| engine | 4 |" in line]
    assert float(whole[3]) > 0
    assert "exact" in written
    assert "fast" in written


def test_the_benchmark_stops_where_the_pictures_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.stock.STRENGTHS", (0.5, 0.2))
    with pytest.raises(SystemExit, match="different pictures"):
        gpu.main(["--tiny", "--variants", "engine", "--batches", "1", "--repeats", "1"])


def test_the_ratio_is_to_stock_at_the_same_batch() -> None:
    settings = gpu.Settings(TINY, torch.device("cpu"), torch.float32, 64, 64, 20, 1, 790.0)
    rows = [gpu.Row("stock", 2, 4.0, 1.0, math.nan), gpu.Row("engine", 2, 1.0, 0.5, 20.0)]
    assert gpu.table(rows, settings)[2:] == [
        "| stock | 2 | 2.000 | 1.00 | 25.0% | nan |",
        "| engine | 2 | 0.500 | 4.00 | 50.0% | 20.0 |",
    ]


def test_the_smoke_run_draws_a_picture_and_says_how_much_memory_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    smoke_full.main(["--tiny", "--px", "64"])
    printed = capsys.readouterr().out
    assert "step 2 of 2" in printed
    assert "picture: (1, 3, 64, 64)" in printed
    assert "peak memory" in printed
