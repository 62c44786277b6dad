"""Load SDXL and what is hung on it from local files. Downloads nothing; sizes are read off weights and configs.

Knows no photo, no request and no model: which files a model loads is said in its folder. What looks at photos or
pictures has its loader beside its use: `faces`, `image_encoder`, `safety`.
"""

from __future__ import annotations

import pickle  # noqa: TID251  only its error is named; weights are read with weights_only
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from diffusers import ControlNetModel, StableDiffusionXLPipeline
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from engine.diffusion.adapters import Resampler, ScaleBank
from engine.errors import EngineUnavailable

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class TextEncoder:
    """Hold one of SDXL's two text encoders with its tokenizer."""

    tokenizer: Any
    model: Any


@dataclass(frozen=True, slots=True, eq=False)
class ControlNet:
    """Hold a ControlNet whose hint picture is embedded once per job instead of once per step.

    `embed_hint` maps [pictures, 3, height, width] in 0 .. 1, RGB, to what `net` takes as `controlnet_cond`.
    """

    net: Any
    embed_hint: nn.Module


@dataclass(frozen=True, slots=True, eq=False)
class DiffusionNetworks:
    """Hold everything that a picture passes through between its prepared inputs and its pixels, in evaluation mode.

    The networks hold nothing of a job; `scales` is set anew by every call of `denoise`.
    """

    unet: Any
    vae: Any
    text_encoders: tuple[TextEncoder, TextEncoder]
    face_resampler: Resampler | None
    photo_resampler: Resampler | None
    scales: ScaleBank
    identity: ControlNet | None
    depth: ControlNet | None
    device: torch.device
    dtype: torch.dtype

    @property
    def denoisers(self) -> tuple[Any, ...]:
        """The networks that run in every step: the UNet and the ControlNets."""
        return (self.unet, *(each.net for each in (self.identity, self.depth) if each is not None))

    @property
    def latent_factor(self) -> int:
        """Pixels of the picture per latent, along one side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        """Return [channels, height, width] of the latents of a picture of `width` x `height` px."""
        factor = self.latent_factor
        return int(self.unet.config.in_channels), height // factor, width // factor


@contextmanager
def reading(role: str, path: Path) -> Iterator[None]:
    """Turn what libraries say about a missing, cut-off or foreign file into one `EngineUnavailable`."""
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError, pickle.UnpicklingError) as error:
        raise EngineUnavailable(f"{role}: cannot read {path}: {type(error).__name__}: {error}") from error


def load_base(base: Path, config: Path | None, lora: Path | None, dtype: torch.dtype) -> StableDiffusionXLPipeline:
    """Load SDXL as a pipeline of parts, on the CPU, `lora` fused into the UNet and both text encoders.

    `base` is a diffusers folder, or one .safetensors with `config` a diffusers folder without weights. Raises
    `EngineUnavailable`.
    """
    options = {"dtype": dtype, "local_files_only": True}
    with reading("base", base):
        if base.is_dir():
            pipeline = StableDiffusionXLPipeline.from_pretrained(base, **options)
        else:
            pipeline = StableDiffusionXLPipeline.from_single_file(
                str(base), config=str(config or base.parent), **options
            )
    if lora is not None:
        with reading("lora", lora):
            pipeline.load_lora_weights(str(lora.parent), weight_name=lora.name, local_files_only=True)
            # Fused before the adapters come: loaded as a layer, it would be switched off or doubled by them.
            pipeline.fuse_lora()
            pipeline.unload_lora_weights()
    return pipeline


def read_adapter(path: Path | None) -> dict[str, dict[str, Tensor]] | None:
    """Return an adapter file's `image_proj` and `ip_adapter` parts, None where there is no file.

    Raises `EngineUnavailable`.
    """
    if path is None:
        return None
    with reading("image adapter", path):
        if path.suffix != ".safetensors":
            nested = torch.load(path, map_location="cpu", weights_only=True)
            return {part: dict(nested[part]) for part in ("image_proj", "ip_adapter")}
        parts: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
        for name, weight in load_file(path).items():
            part, _, rest = name.partition(".")
            parts[part][rest] = weight
        return parts


def load_controlnet(
    path: Path | None, shaped_like: Path | None, device: torch.device, dtype: torch.dtype
) -> ControlNet | None:
    """Load a ControlNet from a diffusers folder or one .safetensors, None where there is no file.

    `shaped_like` is the folder whose config a single file without one of its own takes. Raises `EngineUnavailable`.
    """
    if path is None:
        return None
    with reading("ControlNet", path):
        if path.is_dir():
            net = ControlNetModel.from_pretrained(path, dtype=dtype, local_files_only=True)
        else:
            folder = path.parent if (path.parent / "config.json").exists() else shaped_like
            if folder is None:
                raise ValueError("a single file needs a config.json beside it")
            net = ControlNetModel.from_config(ControlNetModel.load_config(folder, local_files_only=True))
            net.load_state_dict(load_file(path), strict=True)
        net = to_device(net, device, dtype)
    embed_hint, net.controlnet_cond_embedding = net.controlnet_cond_embedding, nn.Identity()
    return ControlNet(net, embed_hint)


def to_device(network: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """Move a network of diffusers or transformers there, in evaluation mode; channels last on a CUDA device."""
    if network.dtype != dtype:  # diffusers warns of every conversion, one to the same dtype too
        network = network.to(dtype=dtype)
    network = network.to(device=device).requires_grad_(False).eval()
    if device.type == "cuda" and hasattr(network, "conv_in"):
        network.to(memory_format=torch.channels_last)
    return network
