"""Time the engine against stock diffusers on one GPU: `python -m benchmarks.gpu`, or `--tiny` on any CPU.

Nothing is downloaded: the networks have their published sizes and random weights. Both draw the same prepared inputs
to pixels: denoising and decoding, not faces, words and the cut-out, which are cached or small. First both are drawn in
fp32 at a small size and compared; a benchmark of two different pictures says nothing. Then every variant is timed at
every batch: medians, in one process, on one card. The floor is the operations a sticker needs, counted on these
networks, at the card's bf16 rate. With `--stickers` whole stickers are made too, as the product makes them
(`benchmarks.product`).
"""

from __future__ import annotations

import argparse
import gc
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import torch
from diffusers import EulerDiscreteScheduler
from torch import Tensor

from benchmarks.architecture import (
    FULL,
    TINY,
    Architecture,
    Weights,
    draw_weights,
    engine_networks,
    enlarger_of,
    hires_of,
    randomise,
)
from benchmarks.operations import sticker_tflop
from benchmarks.prepared import TEXT_TOKENS, draw_pictures
from benchmarks.product import VARIANTS as PRODUCT_VARIANTS
from benchmarks.product import measure_product, product_table
from benchmarks.stock import StockPipeline
from engine.diffusion.compile import GraphShape, speed_up, warm_up
from engine.diffusion.cuda_graphs import CudaRecorder
from engine.diffusion.denoise import decode, denoise
from engine.diffusion.engine import MAX_BATCH
from engine.diffusion.inputs import GuidanceWindows, PictureInputs
from engine.diffusion.models.face_to_sticker.enlarge import Enlarger
from engine.diffusion.models.face_to_sticker.tiles import Tiling
from engine.diffusion.models.face_to_sticker.upscale import HiresNetworks, Upscaler
from engine.diffusion.schedule import sde_karras

BF16_TFLOPS = 790.0  # of an H200, as a matrix product reaches it; give yours with --tflops
ROUNDING = 1e-4  # relative, fp32 against fp32 in another order of operations
UPSCALE_STEPS = 10
VARIANTS = ("stock", "stock-compiled", "engine", "engine-compiled", "engine-fp8", "engine-graphs")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: times are medians of a whole batch."""

    variant: str
    batch: int
    seconds: float
    floor_s: float
    peak_gb: float

    @property
    def per_sticker_s(self) -> float:
        return self.seconds / self.batch


@dataclass(frozen=True, slots=True)
class Settings:
    """What is measured."""

    architecture: Architecture
    device: torch.device
    dtype: torch.dtype
    side_px: int
    check_px: int
    steps: int
    repeats: int
    tflops: float


Draw = Callable[[Sequence[PictureInputs]], Tensor]


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, time, print; and write the table where `--out` says."""
    options = _parse(arguments)
    settings = _settings(options)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    lines = [
        _title(settings),
        "",
        f"Same pictures in fp32 at {settings.check_px} px: {compare(settings):.1e} apart.",
        "",
    ]
    rows = list(measure(settings, options.variants, options.batches))
    lines += table(rows, settings)
    if options.stickers:
        lines += ["", "Whole stickers, photos in and WebPs out:", "", *_product(settings, options)]
    if options.upscale:
        lines += ["", *(f"- {line}" for line in measure_upscale(settings))]
    print("\n".join(lines))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])  # type: ignore[union-attr]
    parser.add_argument("--tiny", action="store_true", help="tiny networks on the CPU: shows that the benchmark works")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 2, 4, 8])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--px", type=int, default=1024)
    parser.add_argument("--tflops", type=float, default=BF16_TFLOPS, help="the card's bf16 rate, for the floor")
    parser.add_argument("--stickers", type=int, default=0, help="make so many whole stickers with each variant too")
    parser.add_argument(
        "--product-variants",
        nargs="+",
        choices=list(PRODUCT_VARIANTS),
        default=["engine", "engine-compiled", "engine-fp8"],
    )
    parser.add_argument("--upscale", action="store_true", help="time the doubling too")
    parser.add_argument("--out", type=Path, help="write the table there too")
    return parser.parse_args(arguments)


def _settings(options: argparse.Namespace) -> Settings:
    if not options.tiny and not torch.cuda.is_available():
        raise SystemExit("no CUDA card here; `--tiny` runs on a CPU and shows that the benchmark works")
    return Settings(
        architecture=TINY if options.tiny else FULL,
        device=torch.device("cpu" if options.tiny else "cuda"),
        dtype=torch.float32 if options.tiny else torch.bfloat16,
        side_px=64 if options.tiny else options.px,
        check_px=64 if options.tiny else 256,
        steps=options.steps,
        repeats=options.repeats,
        tflops=options.tflops,
    )


def _product(settings: Settings, options: argparse.Namespace) -> list[str]:
    """Return the lines of the table of whole stickers, in batches of the engine's own size."""
    weights = draw_weights(settings.architecture, settings.device, settings.dtype)
    rows = measure_product(
        weights,
        options.product_variants,
        stickers=options.stickers,
        batch=MAX_BATCH,
        steps=settings.steps,
        side_px=256 if options.tiny else settings.side_px,
    )
    return product_table(list(rows))


def compare(settings: Settings, steps: int = 4, batch: int = 2) -> float:
    """Draw the same pictures with both, fp32; return how far the latents are apart, relative.

    Raises `SystemExit` where they are not the same pictures.
    """
    weights = draw_weights(settings.architecture, settings.device, torch.float32)
    networks = engine_networks(weights)
    side = settings.check_px
    pictures = draw_pictures(settings.architecture, batch, side, networks.latent_shape(side, side))
    ours = denoise(networks, pictures, sde_karras(steps))
    expected = StockPipeline(weights).draw(pictures, steps, GuidanceWindows(), output="latent")
    apart = float((ours - expected).abs().max() / expected.abs().max())
    del weights, networks
    _free()
    if not apart < ROUNDING:
        raise SystemExit(f"the engine and stock diffusers draw different pictures: {apart:.1e} apart")
    return apart


def measure(settings: Settings, variants: Sequence[str], batches: Sequence[int]) -> Iterator[Row]:
    """Time every variant at every batch; one variant is in memory at a time.

    All of them share what weights they can, so the peak of the engine's counts twice those that it lays out anew.
    """
    weights = draw_weights(settings.architecture, settings.device, settings.dtype)
    tflop = sticker_tflop(settings.architecture, settings.side_px, settings.steps, GuidanceWindows())
    for variant in variants:
        yield from _measure_variant(variant, weights, settings, batches, tflop / settings.tflops)
        _free()


def _measure_variant(
    variant: str, weights: Weights, settings: Settings, batches: Sequence[int], floor_s: float
) -> Iterator[Row]:
    """`floor_s` is one sticker's."""
    draw = _variant(variant, weights, settings)
    for batch in batches:
        pictures = draw_pictures(settings.architecture, batch, settings.side_px, engine_latent(settings))
        seconds, peak = _timed(partial(draw, pictures), settings)
        yield Row(variant, batch, seconds, batch * floor_s, peak)


def engine_latent(settings: Settings) -> tuple[int, int, int]:
    """Return the shape of a picture's latents."""
    factor = 2 ** (len(settings.architecture.vae["block_out_channels"]) - 1)
    side = settings.side_px // factor
    return settings.architecture.vae["latent_channels"], side, side


def _variant(variant: str, weights: Weights, settings: Settings) -> Draw:
    """Return how `variant` draws pictures to pixels."""
    if variant.startswith("stock"):
        stock = StockPipeline(weights)
        if variant.endswith("compiled"):
            stock.compile()
        return lambda pictures: stock.draw(pictures, settings.steps, GuidanceWindows())
    networks = engine_networks(weights)
    has_graphs = variant == "engine-graphs"
    speed_up(
        networks,
        compiles=variant in ("engine-compiled", "engine-fp8"),
        is_fp8=variant == "engine-fp8",
        recorder=CudaRecorder() if has_graphs and settings.device.type == "cuda" else None,
    )
    if has_graphs:
        side = settings.side_px
        warm_up(networks, [GraphShape(2 * batch, side, side) for batch in (1, 2)])
    return lambda pictures: decode(networks, denoise(networks, pictures, sde_karras(settings.steps)))


def _timed(work: Callable[[], object], settings: Settings) -> tuple[float, float]:
    """Return the median seconds of `work` and the peak memory in GB, nan on a CPU. The first two are warm-up."""
    for _ in range(2 if settings.device.type == "cuda" else 1):
        work()
    on_cuda = settings.device.type == "cuda"
    if on_cuda:
        torch.cuda.reset_peak_memory_stats()
    clock = _cuda_seconds if on_cuda else _cpu_seconds
    seconds = median(clock(work) for _ in range(settings.repeats))
    return seconds, torch.cuda.max_memory_allocated() / 1e9 if on_cuda else float("nan")


def _cuda_seconds(work: Callable[[], object]) -> float:
    started, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    started.record()
    work()
    ended.record()
    torch.cuda.synchronize()
    return float(started.elapsed_time(ended)) / 1000


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _free() -> None:
    gc.collect()
    torch.compiler.reset()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def measure_upscale(settings: Settings) -> Iterator[str]:
    """Time the doubling of one picture, exact and fast."""
    side = settings.side_px
    picture = torch.randint(0, 256, (side, side, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    upscaler = _upscaler(settings)
    for mode in ("exact", "fast"):
        seconds, peak = _timed(
            lambda: upscaler.upscale(picture.numpy(), UPSCALE_STEPS, 0, lambda done, total: True, mode == "fast"),  # noqa: B023
            settings,
        )
        yield f"upscale {side} to {2 * side} px, {UPSCALE_STEPS} steps, {mode}: {seconds:.2f} s, peak {peak:.1f} GB"


def _upscaler(settings: Settings) -> Upscaler:
    unet, vae = (randomise(net, settings.device, settings.dtype) for net in hires_of(settings.architecture))
    texts = torch.randn(2, TEXT_TOKENS, settings.architecture.hires_unet["cross_attention_dim"])
    schedule = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    texts = texts.to(settings.device, settings.dtype)
    networks = HiresNetworks(unet, vae, texts, schedule, settings.device, settings.dtype)
    enlarger = randomise(enlarger_of(settings.architecture), settings.device, settings.dtype)
    tiling = Tiling() if settings.side_px >= 512 else Tiling(side=64, padding=8, blur=2)
    return Upscaler(Enlarger(enlarger, settings.device, settings.dtype), networks, tiling)


def table(rows: Sequence[Row], settings: Settings) -> list[str]:
    """Return the lines of the table; the ratio is to stock diffusers at the same batch."""
    stock = {row.batch: row.per_sticker_s for row in rows if row.variant == "stock"}
    lines = [
        "| variant | batch | s per sticker | times stock | share of the floor | peak GB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        ratio = f"{stock[row.batch] / row.per_sticker_s:.2f}" if row.batch in stock else "-"
        share = f"{row.floor_s / row.seconds:.1%}"
        lines.append(
            f"| {row.variant} | {row.batch} | {row.per_sticker_s:.3f} | {ratio} | {share} | {row.peak_gb:.1f} |"
        )
    return lines


def _title(settings: Settings) -> str:
    card = (
        torch.cuda.get_device_name() if settings.device.type == "cuda" else f"CPU {platform.machine()}, tiny networks"
    )
    size = f"{settings.side_px} px, {settings.steps} steps, {str(settings.dtype).removeprefix('torch.')}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {card}, torch {torch.__version__}, {size}, median of {settings.repeats}."


if __name__ == "__main__":
    main()
