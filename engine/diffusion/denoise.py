"""The denoising loop: prepared inputs in, latents out. Start reading here.

A batch is any number of pictures of one size and one schedule; each has its own prompt, face, photo, hints, noise,
guidance and strengths, and comes out as it would alone. Knows no file, no photo and no request. What the letters in
the shapes mean:

    N pictures     R rows: the unconditional row of each guided picture, then the conditional row of every picture
    C, h, w channels and sides of the latents; H, W sides of the picture, eight times as long
    T text tokens     D width of what the UNet reads     P width of the pooled prompt
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from engine.diffusion.inputs import DepthContext, GuidanceWindows, PictureInputs
from engine.diffusion.rows import ActiveControlNet, Rows, active_adapters, active_controlnets
from engine.diffusion.schedule import advance, draw_noise, first_latents
from engine.errors import Cancelled

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.networks import DiffusionNetworks

PREVIEW_SHRINK = 4  # along each side: 0.65 TFLOP at 1024 px, where a sticker takes 466


@dataclass(frozen=True, slots=True, eq=False)
class StepDone:
    """Progress; `clean` is the pictures' latents as far as they are known by now, [N, C, h, w] fp32."""

    done: int
    total: int
    clean: Tensor


OnStepDone = Callable[[StepDone], bool]  # False stops the whole batch


@torch.no_grad()
def denoise(
    networks: DiffusionNetworks,
    pictures: Sequence[PictureInputs],
    scheduler: Any,
    *,
    windows: GuidanceWindows | None = None,
    depth_context: DepthContext = DepthContext.FACE,
    begin: int = 0,
    on_step: OnStepDone = lambda step: True,
) -> Tensor:
    """Return the pictures' latents, [N, C, h, w] fp32, for `decode`.

    `scheduler` is one of `engine.diffusion.schedule`, made for this call: its state is used up. `windows` are
    face-to-sticker's unless given. The first `begin` steps are left out, and the pictures begin from their `initial`
    latents with the noise of that step; from nothing but noise where `begin` is 0. `on_step` is called after every
    step. Raises `Cancelled` when it says False,
    `ValueError` where a picture lacks what a loaded network needs.
    """
    windows = windows or GuidanceWindows()
    rows = Rows(pictures, networks.device, networks.dtype)
    adapters = active_adapters(networks, rows, windows, scheduler)
    face = adapters[0].tokens if networks.face_resampler is not None else None  # [R, tokens, D]
    controlnets = active_controlnets(networks, rows, windows, scheduler, face, depth_context)
    noise = draw_noise([picture.noise for picture in pictures], scheduler, networks.device)  # [1 + steps, N, C, h, w]
    latents = first_latents([picture.initial for picture in pictures], noise[0], scheduler, begin)  # [N, C, h, w]
    height, width = (side * networks.latent_factor for side in latents.shape[-2:])
    time_ids = rows.time_ids(height, width)  # [R, 6]
    tokens = [adapter.tokens for adapter in adapters]  # each [R, tokens, D]

    # The networks' timesteps lie on the device: each would copy its own there in every step and wait for it.
    timesteps = scheduler.timesteps.to(networks.device)

    for step, timestep in list(enumerate(scheduler.timesteps))[begin:]:
        text = rows.read_at(step)
        added = {} if text.pooled is None else {"text_embeds": text.pooled, "time_ids": time_ids}
        sample = rows.repeat(scheduler.scale_model_input(latents, timestep))  # [R, C, h, w]
        networks.scales.set([adapter.scale(step) for adapter in adapters])
        down, middle = _residuals(controlnets, step, sample, timesteps[step], added)
        predicted = networks.unet(
            sample,
            timesteps[step],
            encoder_hidden_states=text.states,
            encoder_attention_mask=text.mask,
            added_cond_kwargs={**added, "image_embeds": tokens},
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
            return_dict=False,
        )[0]  # [R, C, h, w]
        guided = rows.apply_guidance(predicted)  # [N, C, h, w]
        latents, clean = advance(scheduler, guided, timestep, latents, noise[step + 1 : step + 2])
        done = step - begin + 1
        if not on_step(StepDone(done, len(scheduler.timesteps) - begin, clean)):
            raise Cancelled(f"after step {done}")
    return latents


def _residuals(
    controlnets: Sequence[ActiveControlNet], step: int, sample: Tensor, timestep: Tensor, added: dict[str, Tensor]
) -> tuple[list[Tensor] | None, Tensor | None]:
    """Sum the residuals of the ControlNets active at `step`; those whose guidance has ended are not run."""
    downs, middles = [], []
    for controlnet in controlnets:
        if controlnet.is_active[step]:
            down, middle = controlnet.residuals(sample, timestep, added)
            downs.append(down)
            middles.append(middle)
    if not middles:
        return None, None
    return [reduce(add, layer) for layer in zip(*downs, strict=True)], reduce(add, middles)


@torch.no_grad()
def decode(networks: DiffusionNetworks, latents: Tensor) -> Tensor:
    """Return the pictures of `latents` [N, C, h, w], [N, 3, H, W] fp32 RGB in 0 .. 1.

    One after the other: the decoder needs more memory than the loop.
    """
    vae = networks.vae
    scaled = (latents / vae.config.scaling_factor).to(vae.dtype)
    decoded = torch.cat([vae.decode(one[None], return_dict=False)[0].float() for one in scaled])
    return (decoded / 2 + 0.5).clamp(0, 1)


@torch.no_grad()
def encode(networks: DiffusionNetworks, picture: Tensor) -> Tensor:
    """Return the latents [C, h, w] fp32 of a picture [3, H, W] RGB in 0 .. 1: the mean, no chance in it."""
    vae = networks.vae
    pixels = (picture * 2 - 1)[None].to(networks.device, vae.dtype)
    return vae.encode(pixels).latent_dist.mode()[0].float() * vae.config.scaling_factor


def preview(networks: DiffusionNetworks, clean: Tensor) -> Tensor:
    """Return small pictures of `StepDone.clean`, [N, 3, H / 4, W / 4] fp32 RGB in 0 .. 1."""
    return decode(networks, functional.avg_pool2d(clean, PREVIEW_SHRINK, ceil_mode=True))
