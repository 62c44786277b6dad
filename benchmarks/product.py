"""Stickers per second end to end: photos in, WebPs out, through `DiffusionEngine.generate`, on random networks.

UNet, ControlNets, adapters, VAE, text encoders and CLIP have their published sizes and random weights; face finder,
depth estimator and safety checker are the tests' tiny ones, and there is no matting network: what those take on a card
is not in the figure. Each request has a photo, words and a seed of its own, so that nothing comes from a cache.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from benchmarks.architecture import Architecture, Weights, engine_networks, randomise
from engine.diffusion.device import DevicePlacement
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.image_encoder import ImageEncoder
from engine.diffusion.models.face_to_sticker.model import FaceToSticker, LoadedFaceToSticker
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths
from engine.diffusion.networks import TextEncoder
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.model import FACE
from engine.types import StickerRequest, StickerResult, go_on

PHASES = ("face", "draw", "check", "wait", "likeness", "cutout", "finish")
# Variants of the engine by name: (compiles, fp8, CUDA graphs).
VARIANTS = {
    "engine": (False, False, False),
    "engine-graphs": (False, False, True),
    "engine-compiled": (True, False, False),
    "engine-compiled-graphs": (True, False, True),
    "engine-fp8": (True, True, False),
    "engine-fp8-graphs": (True, True, True),
}


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One line: `seconds` for all `stickers`, the median seconds of each phase, peak memory, start to ready."""

    variant: str
    batch: int
    stickers: int
    seconds: float
    phases: dict[str, float]
    peak_gb: float
    start_s: float


class FullSize(FaceToSticker):
    """face-to-sticker whose large networks are random ones of full size."""

    def __init__(self, paths: FaceToStickerPaths, weights: Weights) -> None:
        super().__init__(paths)
        self._weights = weights

    def load(self, placement: DevicePlacement, variant: str = "") -> LoadedFaceToSticker:
        """Load the small networks from their files and put the large ones in."""
        loaded = super().load(placement, variant)
        small, weights = loaded.parts.networks.text_encoders, self._weights
        words = int(small[0].model.config.vocab_size)
        encoders = tuple(
            TextEncoder(each.tokenizer, randomise(model, weights.device, weights.dtype))
            for each, model in zip(small, _text_encoders(weights.architecture, words), strict=True)
        )
        seeing = randomise(_image_encoder(weights.architecture), weights.device, weights.dtype)
        parts = replace(
            loaded.parts,
            networks=replace(engine_networks(weights), text_encoders=encoders),
            image_encoder=ImageEncoder(seeing, weights.device, weights.dtype),
        )
        return replace(loaded, parts=parts)


def measure_product(
    weights: Weights, variants: Sequence[str], *, stickers: int, batch: int, steps: int, side_px: int
) -> Iterator[ProductRow]:
    """Time every variant; its first batch is warm-up and not timed."""
    on_cuda = weights.device.type == "cuda"
    with tempfile.TemporaryDirectory() as folder:
        paths = build_paths(Path(folder))
        for variant in variants:
            compiles, is_fp8, has_graphs = VARIANTS[variant]
            engine = DiffusionEngine(
                [FullSize(paths, weights)],
                device=weights.device.type,
                max_batch=batch,
                is_compiled=compiles,
                is_fp8=is_fp8,
                has_cuda_graphs=has_graphs,
            )
            started = time.perf_counter()
            engine.load()
            start_s = time.perf_counter() - started
            _draw(engine, range(batch), steps, side_px)
            if on_cuda:
                torch.cuda.reset_peak_memory_stats()
            started = time.perf_counter()
            made = _draw(engine, range(batch, batch + stickers), steps, side_px)
            seconds = time.perf_counter() - started
            peak = torch.cuda.max_memory_allocated() / 1e9 if on_cuda else float("nan")
            phases = {phase: median(each.timings.get(phase, 0.0) for each in made) for phase in PHASES}
            yield ProductRow(variant, batch, stickers, seconds, phases, peak, start_s)
            engine.close()


def product_table(rows: Sequence[ProductRow]) -> list[str]:
    """Return the lines of the table; a batch shares its time of drawing, each sticker tells the whole of it."""
    lines = [
        f"| variant | batch | stickers/s | start, s | {' | '.join(PHASES)} | peak GB |",
        f"| --- | --- | --- | --- | {' | '.join('---' for _ in PHASES)} | --- |",
    ]
    for row in rows:
        phases = " | ".join(f"{row.phases[phase]:.3f}" for phase in PHASES)
        rate = row.stickers / row.seconds
        lines.append(f"| {row.variant} | {row.batch} | {rate:.2f} | {row.start_s:.0f} | {phases} | {row.peak_gb:.1f} |")
    return lines


def _draw(engine: DiffusionEngine, seeds: range, steps: int, side_px: int) -> list[StickerResult]:
    """Make one sticker for each seed, as a full queue hands them over: a batch is drawn while another is finished."""
    size = {"steps": steps, "width": side_px, "height": side_px}
    requests = [
        StickerRequest({FACE: (_photo(seed),)}, "toon", seed, prompt=f"number {seed}", parameters=size)
        for seed in seeds
    ]
    drawn = []
    for first in range(0, len(requests), engine.max_batch):
        drawn += engine.draw(requests[first : first + engine.max_batch], go_on)
    made = [each if isinstance(each, Exception) else each.result() for each in drawn]
    for each in made:
        if isinstance(each, Exception):
            raise each
    return [each for each in made if isinstance(each, StickerResult)]


def _photo(number: int) -> bytes:
    """Return a PNG on which the tiny face finder finds a face: a large red patch."""
    pixels = np.random.default_rng(number).integers(40, 80, (1280, 960, 3), dtype=np.uint8)
    pixels[300:900, 200:760, 0] = 255
    pixels[300:900, 200:760, 1:] //= 2
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _text_encoders(architecture: Architecture, words: int) -> list[Any]:
    """Return SDXL's two text encoders on the meta device; as few words suffice as the tests' tokenizers know."""
    kinds = (CLIPTextModel, CLIPTextModelWithProjection)
    with torch.device("meta"):
        return [
            kind(
                CLIPTextConfig(
                    vocab_size=words,
                    hidden_size=width,
                    intermediate_size=4 * width,
                    num_hidden_layers=layers,
                    num_attention_heads=heads,
                    projection_dim=width,
                    bos_token_id=words - 2,
                    eos_token_id=words - 1,
                )
            )
            for kind, (width, layers, heads) in zip(kinds, architecture.text_encoders, strict=True)
        ]


def _image_encoder(architecture: Architecture) -> CLIPVisionModelWithProjection:
    """Return the CLIP image encoder on the meta device."""
    (width, layers, heads), (side_px, patch_px) = architecture.image_encoder, architecture.image_px
    config = CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        image_size=side_px,
        patch_size=patch_px,
    )
    with torch.device("meta"):
        return CLIPVisionModelWithProjection(config)
