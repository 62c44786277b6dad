"""Doubles a picture: enlarged by an ESRGAN network, its details redrawn tile by tile by Stable Diffusion 1.5.

As UltimateSDUpscale does it, where each tile sees its redrawn neighbours ("exact"); or in four groups of tiles that do
not touch, each group in few large batches ("fast"), which looks the same. Knows no face and no style.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from PIL import Image

from engine.diffusion.compile import compile_blocks, fuse_self_attention, uncompiled
from engine.diffusion.models.face_to_sticker.enlarge import Enlarger
from engine.diffusion.models.face_to_sticker.tiles import Tile, Tiling, cut, independent_groups, put, take
from engine.diffusion.networks import to_device
from engine.diffusion.reading import check_weights, read_pretrained, reading
from engine.errors import Cancelled
from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor

FACTOR = 2
DENOISE = 0.2  # the last fifth of a schedule five times as long: that many steps are really made
GUIDANCE = 8.0
PROMPT = "svg, vector art, sharp"
NEGATIVE_PROMPT = "nsfw, photo, photography, watermark"
MOST_AT_ONCE = 8  # tiles of a batch in the fast mode

KeepGoing = Callable[[int, int], bool]  # told (steps done, of how many) before each step; False stops


@dataclass(frozen=True, slots=True, eq=False)
class HiresNetworks:
    """Stable Diffusion 1.5, in evaluation mode.

    `texts` [2, T, D] are the hidden states of NEGATIVE_PROMPT and PROMPT; the text encoder is not needed again.
    """

    unet: Any
    vae: Any
    texts: Tensor
    schedule: EulerDiscreteScheduler
    device: torch.device
    dtype: torch.dtype


def load_hires(folder: Path, device: torch.device, dtype: torch.dtype) -> HiresNetworks:
    """Load Stable Diffusion 1.5 from a diffusers folder. Raises `EngineUnavailable`."""
    from transformers import CLIPTextModel, CLIPTokenizer

    with reading("hires", folder):
        unet = read_pretrained(UNet2DConditionModel, folder / "unet", dtype=dtype)
        vae = read_pretrained(AutoencoderKL, folder / "vae", dtype=dtype)
        tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)  # nosec B615
        encoder = read_pretrained(CLIPTextModel, folder / "text_encoder", dtype=torch.float32)
        for network in (unet, vae, encoder):
            check_weights("hires", folder, network)
        length = encoder.config.max_position_embeddings
        chunk = {"padding": "max_length", "truncation": True, "max_length": length, "return_tensors": "pt"}
        with torch.inference_mode():  # Stable Diffusion 1.5 takes the states after the last norm
            texts = encoder.eval()(tokenizer([NEGATIVE_PROMPT, PROMPT], **chunk).input_ids).last_hidden_state
        # Euler with the betas on disk, whatever scheduler they were saved for.
        config = EulerDiscreteScheduler.load_config(folder, subfolder="scheduler", local_files_only=True)
        names = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type")
        betas = {name: config[name] for name in names if name in config}
        schedule = EulerDiscreteScheduler(**betas, timestep_spacing="linspace")
    unet, vae = (to_device(network, device, dtype) for network in (unet, vae))
    return HiresNetworks(unet, vae, texts.to(device, dtype), schedule, device, dtype)


class Upscaler:
    """Doubles pictures. Holds nothing of a picture."""

    def __init__(self, enlarger: Enlarger, networks: HiresNetworks, tiling: Tiling | None = None) -> None:
        self._enlarger, self._networks = enlarger, networks
        self._tiling = tiling or Tiling()
        self._compiled: set[int] | None = None  # tiles of a batch for which there are graphs; None: is not compiled

    def speed_up(self, **options: Any) -> None:
        """Compile its networks in place and double a blank picture both ways, so that nobody waits for it later.

        `options` go to `torch.compile`. What has another shape is drawn without graphs. Call once, before any job.
        """
        fuse_self_attention(self._networks.unet)
        compile_blocks(self._networks.unet, dynamic=False, **options)
        self._networks.vae.decoder.compile(dynamic=False, **options)
        self._enlarger.compile(**options)
        blank = Image.new("RGB", (4 * self._tiling.side,) * 2)
        self._compiled = set()
        for is_fast in (False, True):
            self._compiled |= {len(batch) for batch in self._batches(blank.size, is_fast)}
            self.redraw(blank, 1, 0, lambda done, total: True, is_fast)

    def upscale(self, picture: Rgb, steps: int, seed: int, keep_going: KeepGoing, is_fast: bool = False) -> Rgb:
        """Return `picture` exactly twice as wide and high. `steps` are made for every tile, all from `seed`.

        Raises `Cancelled` where `keep_going` asks to stop.
        """
        height, width = picture.shape[:2]
        size = (FACTOR * width, FACTOR * height)
        enlarged = Image.fromarray(self._enlarger.enlarge(picture)).resize(size, Image.Resampling.LANCZOS)
        return np.asarray(self.redraw(enlarged, steps, seed, keep_going, is_fast))

    def redraw(
        self, picture: Image.Image, steps: int, seed: int, keep_going: KeepGoing, is_fast: bool = False
    ) -> Image.Image:
        """Redraw the details of `picture` (mode RGB) at its size."""
        batches = self._batches(picture.size, is_fast)
        for done, batch in enumerate(batches):
            parts = [take(picture, tile, self._tiling.drawn_side) for tile in batch]
            progress = _StepCounter(keep_going, done * steps, len(batches) * steps)
            has_graphs = self._compiled is None or len(batch) in self._compiled
            with nullcontext() if has_graphs else uncompiled():
                redrawn = redraw_parts(self._networks, parts, steps, seed, progress)
            for tile, part in zip(batch, redrawn, strict=True):
                picture = put(picture, tile, part, self._tiling.blur)
        return picture

    def _batches(self, size: tuple[int, int], is_fast: bool) -> list[list[Tile]]:
        """Return the tiles that are drawn at once, in order; `size` is (width, height) of the whole in px."""
        tiles = cut(*size, self._tiling)
        if not is_fast:
            return [[tile] for tile in tiles]
        return [
            group[start : start + MOST_AT_ONCE]
            for group in independent_groups(tiles)
            for start in range(0, len(group), MOST_AT_ONCE)
        ]


@dataclass(slots=True)
class _StepCounter:
    """Counts the steps of all batches."""

    keep_going: KeepGoing
    done: int
    total: int

    def step(self) -> None:
        if not self.keep_going(self.done, self.total):
            raise Cancelled("while upscaling")
        self.done += 1


@torch.inference_mode()
def redraw_parts(
    networks: HiresNetworks, parts: Sequence[Image.Image], steps: int, seed: int, progress: _StepCounter
) -> list[Image.Image]:
    """Redraw pictures of one size, each from the same noise, in one batch."""
    vae, texts = networks.vae, networks.texts
    pixels = torch.from_numpy(np.stack([np.array(part) for part in parts])).permute(0, 3, 1, 2)
    pixels = (pixels.to(torch.float32) / 127.5 - 1).to(networks.device, networks.dtype)
    # The mean of what the encoder says, no chance in it: [n, c, h, w] float32
    latents = vae.encode(pixels).latent_dist.mode().float() * vae.config.scaling_factor
    generator = torch.Generator("cpu").manual_seed(seed)
    noise = torch.randn(latents[:1].shape, generator=generator, dtype=torch.float32).to(networks.device)
    schedule, timesteps = last_steps(networks.schedule, steps, networks.device)
    latents = schedule.add_noise(latents, noise.expand_as(latents), timesteps[:1])
    for timestep in timesteps:
        progress.step()
        seen = schedule.scale_model_input(latents, timestep)
        rows = torch.cat([seen, seen]).to(networks.dtype)  # [2 n, c, h, w], unconditional first
        row_texts = texts.repeat_interleave(len(seen), dim=0)  # [2 n, T, D]
        uncond, cond = networks.unet(rows, timestep, row_texts, return_dict=False)[0].float().chunk(2)
        latents = schedule.step(uncond + GUIDANCE * (cond - uncond), timestep, latents).prev_sample
    redrawn = []
    for row in (latents / vae.config.scaling_factor).to(networks.dtype):
        # One by one: a decoder needs far more memory than the loop.
        decoded = ((vae.decode(row[None]).sample[0].float() + 1) * 127.5).round().clip(0, 255).to(torch.uint8)
        redrawn.append(Image.fromarray(np.ascontiguousarray(decoded.permute(1, 2, 0).cpu().numpy())))
    return redrawn


def last_steps(
    schedule: EulerDiscreteScheduler, steps: int, device: torch.device
) -> tuple[EulerDiscreteScheduler, Tensor]:
    """Return a scheduler of a job's own, set to the last `steps` of `steps` / DENOISE, and their timesteps."""
    own = EulerDiscreteScheduler.from_config(schedule.config)
    whole = round(steps / DENOISE)
    own.set_timesteps(whole, device=device)
    own.set_begin_index(whole - steps)
    return own, own.timesteps[whole - steps :]
