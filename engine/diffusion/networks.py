"""Load SDXL and what is hung on it from local files. Downloads nothing; sizes are read off weights and configs.

Knows no photo, no request and no model: which files a model loads is said in its folder. What looks at photos or
pictures has its loader beside its use: `faces`, `image_encoder`, `safety`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import load_file
from torch import nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from engine.diffusion.adapters import FaceIdProjection, Resampler, ScaleBank
from engine.diffusion.reading import check_weights, read_pretrained, reading

if TYPE_CHECKING:
    from torch import Tensor

MEMORY_FORMATS = {"cuda": torch.channels_last}  # by device: what its fast convolutions want


@dataclass(frozen=True, slots=True, eq=False)
class TextEncoder:
    """Hold one text encoder with its tokenizer."""

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
    text_encoders: tuple[TextEncoder, ...]  # two in SDXL, one in Stable Diffusion 1.5
    scales: ScaleBank
    device: torch.device
    dtype: torch.dtype
    face_resampler: Resampler | None = None
    photo_resampler: Resampler | None = None
    face_id: FaceIdProjection | None = None  # its tokens are made before the loop
    identity: ControlNet | None = None
    depth: ControlNet | None = None

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


def load_base(base: Path, config: Path | None, lora: Path | None, dtype: torch.dtype) -> StableDiffusionXLPipeline:
    """Load SDXL as a pipeline of parts, on the CPU, `lora` fused into the UNet and both text encoders.

    `base` is a diffusers folder, or one .safetensors with `config` a diffusers folder without weights. Raises
    `EngineUnavailable`.
    """
    options = {"dtype": dtype, "local_files_only": True}
    with reading("base", base):
        if base.is_dir():
            parts = {
                name: read_pretrained(kind, base / name, dtype=dtype)
                for name, kind in (
                    ("unet", UNet2DConditionModel),
                    ("vae", AutoencoderKL),
                    ("text_encoder", CLIPTextModel),
                    ("text_encoder_2", CLIPTextModelWithProjection),
                )
            }
            pipeline = StableDiffusionXLPipeline.from_pretrained(base, **parts, **options)
        else:
            pipeline = StableDiffusionXLPipeline.from_single_file(
                str(base), config=str(config or base.parent), **options
            )
    if lora is not None:
        with reading("lora", lora):
            check_weights("lora", lora, load_file(lora).items())
            pipeline.load_lora_weights(str(lora.parent), weight_name=lora.name, local_files_only=True)
            # Fused before the adapters come: loaded as a layer, it would be switched off or doubled by them.
            pipeline.fuse_lora()
            pipeline.unload_lora_weights()
    for name in ("unet", "vae", "text_encoder", "text_encoder_2"):
        check_weights(f"base, {name}", base, getattr(pipeline, name))
    return pipeline


@dataclass(frozen=True, slots=True, eq=False)
class Sd15Base:
    """Stable Diffusion 1.5 in parts, called as in a pipeline of diffusers."""

    unet: Any
    vae: Any
    tokenizer: Any
    text_encoder: Any


def load_base_sd15(folder: Path, vae: Path | None, dtype: torch.dtype) -> Sd15Base:
    """Load Stable Diffusion 1.5 from a diffusers folder, on the CPU.

    `vae` is the folder of another VAE than the one in `folder`. Raises `EngineUnavailable`.
    """
    with reading("base", folder):
        unet = read_pretrained(UNet2DConditionModel, folder / "unet", dtype=dtype)
        tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)  # nosec B615
        text_encoder = read_pretrained(CLIPTextModel, folder / "text_encoder", dtype=dtype)
        if vae is None:
            decoder = read_pretrained(AutoencoderKL, folder / "vae", dtype=dtype)
    if vae is not None:
        with reading("vae", vae):
            decoder = read_pretrained(AutoencoderKL, vae, dtype=dtype)
    for name, network in {"unet": unet, "vae": decoder, "text_encoder": text_encoder}.items():
        check_weights(f"base, {name}", folder, network)
    return Sd15Base(unet, decoder, tokenizer, text_encoder)


def place_base(base: Any, device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
    """Move what a base pipeline has there and return it by its names in `DiffusionNetworks`.

    With `dtype` float16 the VAE stays float32, which overflows otherwise.
    """
    pairs = [(base.tokenizer, base.text_encoder)]
    if hasattr(base, "text_encoder_2"):
        pairs.append((base.tokenizer_2, base.text_encoder_2))
    return {
        "unet": to_device(base.unet, device, dtype),
        "vae": to_device(base.vae, device, torch.float32 if dtype == torch.float16 else dtype),
        "text_encoders": tuple(
            TextEncoder(tokenizer, to_device(encoder, device, dtype)) for tokenizer, encoder in pairs
        ),
        "device": device,
        "dtype": dtype,
    }


def read_adapter(path: Path | None, role: str = "image adapter") -> dict[str, dict[str, Tensor]] | None:
    """Return an adapter file's `image_proj` and `ip_adapter` parts, None where there is no file.

    Raises `EngineUnavailable`.
    """
    if path is None:
        return None
    with reading(role, path):
        if path.suffix != ".safetensors":
            nested = torch.load(path, map_location="cpu", weights_only=True)
            parts = {part: dict(nested[part]) for part in ("image_proj", "ip_adapter")}
        else:
            parts = {"image_proj": {}, "ip_adapter": {}}
            for name, weight in load_file(path).items():
                part, _, rest = name.partition(".")
                parts[part][rest] = weight
        check_weights(role, path, [(name, weight) for part in parts.values() for name, weight in part.items()])
    return parts


def read_resampler(
    role: str, path: Path | None, weights: dict[str, Tensor], unet: Any, source: int | None = None
) -> Resampler:
    """Build the resampler of an adapter for `unet`, whose images are `source` wide. Raises `EngineUnavailable`."""
    with reading(role, path or Path()):
        resampler = Resampler.from_weights(weights)
        width, wanted = len(resampler.norm_out.weight), unet.config.cross_attention_dim
        if width != wanted:
            raise ValueError(f"its tokens are {width} wide, and the base model reads {wanted}")
        if source is not None and resampler.proj_in.in_features != source:
            raise ValueError(f"it reads images {resampler.proj_in.in_features} wide, and they are {source}")
    return resampler


def load_controlnet(
    role: str, path: Path | None, shaped_like: Path | None, unet: Any, device: torch.device, dtype: torch.dtype
) -> ControlNet | None:
    """Load a ControlNet for `unet` from a diffusers folder or one .safetensors, None where there is no file.

    `shaped_like` is the folder whose config a single file without one of its own takes. Raises `EngineUnavailable`.
    """
    if path is None:
        return None
    with reading(role, path):
        if path.is_dir():
            net = read_pretrained(ControlNetModel, path, dtype=dtype)
        else:
            folder = path.parent if (path.parent / "config.json").exists() else shaped_like
            if folder is None:
                raise ValueError("a single file needs a config.json beside it")
            net = ControlNetModel.from_config(ControlNetModel.load_config(folder, local_files_only=True))
            net.load_state_dict(load_file(path), strict=True)
        for name in ("block_out_channels", "layers_per_block", "cross_attention_dim"):
            if (own := net.config[name]) != (wanted := unet.config[name]):
                raise ValueError(f"it was made for another base model: its {name} is {own} and not {wanted}")
        check_weights(role, path, net)
        net = to_device(net, device, dtype)
    embed_hint, net.controlnet_cond_embedding = net.controlnet_cond_embedding, nn.Identity()
    return ControlNet(net, embed_hint)


def to_device(network: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """Move a network of diffusers or transformers there, in evaluation mode; channels last on a CUDA device."""
    if network.dtype != dtype:  # diffusers warns of every conversion, one to the same dtype too
        network = network.to(dtype=dtype)
    network = network.to(device=device).requires_grad_(False).eval()
    if memory_format := MEMORY_FORMATS.get(device.type):
        network.to(memory_format=memory_format)
    return network
