"""Counts the operations of a sticker on networks that take no memory. One multiplication with its addition is two."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.architecture import Architecture, draw_weights, engine_networks
from engine.diffusion.inputs import GuidanceWindows
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.schedule import sde_karras

TERA = 1e12


def meta_networks(architecture: Architecture) -> DiffusionNetworks:
    """Return the engine's networks without weights."""
    return engine_networks(draw_weights(architecture, "meta", torch.bfloat16))


def sticker_tflop(architecture: Architecture, side_px: int, steps: int, windows: GuidanceWindows) -> float:
    """Return the TFLOP from prepared inputs to one picture with guidance: two rows a step, no net after its end."""
    networks = meta_networks(architecture)
    scheduler = sde_karras(steps)
    net_calls = sum(sum(window.active_steps(scheduler)) for window in (windows.identity, windows.depth))
    net, hint = controlnet_tflop(architecture, networks, side_px)
    decoding = decoder_tflop(networks, side_px)
    return 2 * (steps * unet_tflop(architecture, networks, side_px) + net_calls * net) + 2 * hint + decoding


def unet_tflop(architecture: Architecture, networks: DiffusionNetworks, side_px: int, text: int = 77) -> float:
    """Return the TFLOP of one row of the UNet with both adapters."""
    width = architecture.unet["cross_attention_dim"]
    tokens = [
        _meta(1, sizes["queries"], width) for sizes in (architecture.face_resampler, architecture.photo_resampler)
    ]
    added = {**_added(architecture), "image_embeds": tokens}
    return _count(networks.unet, _latents(networks, side_px), 1.0, _meta(1, text, width), added_cond_kwargs=added)


def controlnet_tflop(architecture: Architecture, networks: DiffusionNetworks, side_px: int) -> tuple[float, float]:
    """Return the TFLOP of one row of a ControlNet that reads face tokens, and of its hint, embedded once a picture."""
    guide = networks.identity
    assert guide is not None
    hint = _count(guide.embed_hint, _meta(1, 3, side_px, side_px))
    face = _meta(1, architecture.face_resampler["queries"], architecture.unet["cross_attention_dim"])
    sample = _latents(networks, side_px)
    embedded = _meta(1, architecture.unet["block_out_channels"][0], *sample.shape[-2:])
    told = {"controlnet_cond": embedded, "added_cond_kwargs": _added(architecture)}
    return _count(guide.net, sample, 1.0, face, **told), hint


def decoder_tflop(networks: DiffusionNetworks, side_px: int) -> float:
    """Return the TFLOP of decoding one picture."""
    return _count(networks.vae.decode, _latents(networks, side_px))


def _latents(networks: DiffusionNetworks, side_px: int) -> torch.Tensor:
    return _meta(1, *networks.latent_shape(side_px, side_px))


def _added(architecture: Architecture) -> dict[str, torch.Tensor]:
    return {"text_embeds": _meta(1, architecture.pooled_width), "time_ids": _meta(1, 6)}


def _meta(*shape: int) -> torch.Tensor:
    return torch.empty(shape, device="meta", dtype=torch.bfloat16)


@torch.no_grad()
def _count(network: Any, *args: Any, **told: Any) -> float:
    with FlopCounterMode(display=False) as counter:
        network(*args, return_dict=False, **told) if told or hasattr(network, "__self__") else network(*args)
    return counter.get_total_flops() / TERA
