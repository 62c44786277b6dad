"""Loads every network of face-to-sticker from local files. Downloads nothing; sizes are read off weights and configs.

Knows no photo and no request. This file loads what `denoise` runs; what looks at photos or works on finished pictures
has its loader beside its use: `faces`, `depth`, `image_prompt`, `safety`, `enlarge`, `upscale`.
"""

from __future__ import annotations

import pickle  # noqa: TID251  only its error is named; weights are read with weights_only
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from diffusers import ControlNetModel, StableDiffusionXLPipeline
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from engine.diffusion.adapters import (
    Resampler,
    ScaleBank,
    install_adapters,
)
from engine.errors import EngineUnavailable

if TYPE_CHECKING:
    from torch import Tensor

MOST_ROWS = 16  # of the scales' buffer at first: a batch of eight with guidance


@dataclass(frozen=True, slots=True)
class FaceToStickerPaths:
    """Where each network lies. What is None is left out, and the picture is made without it.

    `base` is a diffusers folder, or one .safetensors with `base_config` a diffusers folder without weights. `lora` is
    a .safetensors, kohya or diffusers naming. `instantid_adapter` is ip-adapter.bin or a .safetensors,
    `plus_face_adapter` likewise. `identity_net` and `depth_net` are diffusers folders; `depth_net` may be one
    .safetensors, with a config.json beside it or else shaped like `identity_net`. `depth_estimator`, `image_encoder`,
    `safety` and `hires` are folders; `faces` a folder of .onnx, `upscaler` a .pth, `matte` a folder or file.
    """

    base: Path
    base_config: Path | None = None
    lora: Path | None = None
    instantid_adapter: Path | None = None
    identity_net: Path | None = None
    depth_net: Path | None = None
    depth_estimator: Path | None = None
    plus_face_adapter: Path | None = None
    image_encoder: Path | None = None
    faces: Path | None = None
    matte: Path | None = None
    safety: Path | None = None
    upscaler: Path | None = None
    hires: Path | None = None

    def missing(self) -> dict[str, Path]:
        """Return the roles whose path does not exist."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {role: path for role, path in given.items() if path is not None and not path.exists()}


@dataclass(frozen=True, slots=True, eq=False)
class TextEncoder:
    """One of SDXL's two text encoders with its tokenizer."""

    tokenizer: Any
    model: Any


@dataclass(frozen=True, slots=True, eq=False)
class GuideNet:
    """A ControlNet whose hint picture is embedded once per job instead of once per step.

    `embed_hint` maps [pictures, 3, height, width] in 0 .. 1, RGB, to what `net` takes as `controlnet_cond`.
    """

    net: Any
    embed_hint: nn.Module


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """Everything that a picture passes through between its prepared inputs and its pixels, in evaluation mode.

    The networks hold nothing of a job; `scales` is set anew by every call of `denoise`.
    """

    unet: Any
    vae: Any
    text_encoders: tuple[TextEncoder, TextEncoder]
    face_resampler: Resampler | None
    photo_resampler: Resampler | None
    scales: ScaleBank
    identity: GuideNet | None
    depth: GuideNet | None
    device: torch.device
    dtype: torch.dtype

    @property
    def denoisers(self) -> tuple[Any, ...]:
        """The networks that run in every step: the UNet and the ControlNets."""
        return (self.unet, *(guide.net for guide in (self.identity, self.depth) if guide is not None))

    @property
    def latent_factor(self) -> int:
        """Pixels of the picture per latent, along one side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        """Return [channels, height, width] of the latents of a picture of `width` x `height` px."""
        factor = self.latent_factor
        return int(self.unet.config.in_channels), height // factor, width // factor


def load_networks(
    paths: FaceToStickerPaths, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> Networks:
    """Load what `denoise`, `decode` and the text encoders need. Takes seconds to minutes.

    The LoRA is fused into the UNet and both text encoders. With `dtype` float16 the VAE stays float32, which
    overflows otherwise. Raises `EngineUnavailable` naming what is missing or unreadable.
    """
    if missing := paths.missing():
        raise EngineUnavailable("; ".join(f"{role}: nothing at {path}" for role, path in missing.items()))
    device = torch.device(device)
    base = _load_base(paths, dtype)
    face, photo = (read_adapter(path) for path in (paths.instantid_adapter, paths.plus_face_adapter))
    unet = _place(base.unet, device, dtype)
    attention = [_to(adapter["ip_adapter"], device, dtype) for adapter in (face, photo) if adapter]
    return Networks(
        unet=unet,
        vae=_place(base.vae, device, torch.float32 if dtype == torch.float16 else dtype),
        text_encoders=(
            TextEncoder(base.tokenizer, _place(base.text_encoder, device, dtype)),
            TextEncoder(base.tokenizer_2, _place(base.text_encoder_2, device, dtype)),
        ),
        face_resampler=_load_resampler(face, device, dtype),
        photo_resampler=_load_resampler(photo, device, dtype),
        scales=install_adapters(unet, attention, MOST_ROWS).to(device),
        identity=_load_guide(paths.identity_net, paths.identity_net, device, dtype),
        depth=_load_guide(paths.depth_net, paths.identity_net, device, dtype),
        device=device,
        dtype=dtype,
    )


@contextmanager
def reading(role: str, path: Path) -> Iterator[None]:
    """Turn what libraries say about a missing, cut-off or foreign file into one `EngineUnavailable`."""
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError, pickle.UnpicklingError) as error:
        raise EngineUnavailable(f"{role}: cannot read {path}: {type(error).__name__}: {error}") from error


def _load_base(paths: FaceToStickerPaths, dtype: torch.dtype) -> Any:
    """Return the SDXL pipeline as a bag of parts, with the LoRA fused."""
    options = {"dtype": dtype, "local_files_only": True}
    with reading("base", paths.base):
        if paths.base.is_dir():
            pipeline = StableDiffusionXLPipeline.from_pretrained(paths.base, **options)
        else:
            config = str(paths.base_config or paths.base.parent)
            pipeline = StableDiffusionXLPipeline.from_single_file(str(paths.base), config=config, **options)
    if paths.lora is not None:
        with reading("lora", paths.lora):
            pipeline.load_lora_weights(str(paths.lora.parent), weight_name=paths.lora.name, local_files_only=True)
            # Fused before the adapters come: loaded as a layer, it would be switched off or doubled by them.
            pipeline.fuse_lora()
            pipeline.unload_lora_weights()
    return pipeline


def read_adapter(path: Path | None) -> dict[str, dict[str, Tensor]] | None:
    """Return an adapter file's `image_proj` and `ip_adapter` parts, None where there is no file."""
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


def _load_resampler(
    adapter: Mapping[str, Mapping[str, Tensor]] | None, device: torch.device, dtype: torch.dtype
) -> Resampler | None:
    return Resampler.from_weights(adapter["image_proj"]).to(device, dtype) if adapter else None


def _load_guide(
    path: Path | None, shaped_like: Path | None, device: torch.device, dtype: torch.dtype
) -> GuideNet | None:
    """`shaped_like`: the ControlNet folder whose config a single file without one of its own takes."""
    if path is None:
        return None
    with reading("ControlNet", path):
        net = _place(_read_controlnet(path, shaped_like, dtype), device, dtype)
    embed_hint, net.controlnet_cond_embedding = net.controlnet_cond_embedding, nn.Identity()
    return GuideNet(net, embed_hint)


def _read_controlnet(path: Path, shaped_like: Path | None, dtype: torch.dtype) -> Any:
    if path.is_dir():
        return ControlNetModel.from_pretrained(path, dtype=dtype, local_files_only=True)
    folder = path.parent if (path.parent / "config.json").exists() else shaped_like
    if folder is None:
        raise ValueError("a single file needs a config.json beside it")
    net = ControlNetModel.from_config(ControlNetModel.load_config(folder, local_files_only=True))
    net.load_state_dict(load_file(path), strict=True)
    return net


def _place(network: Any, device: torch.device, dtype: torch.dtype) -> Any:
    if network.dtype != dtype:  # diffusers warns of every conversion, one to the same dtype too
        network = network.to(dtype=dtype)
    network = network.to(device=device).requires_grad_(False).eval()
    if device.type == "cuda" and hasattr(network, "conv_in"):
        network.to(memory_format=torch.channels_last)
    return network


def _to(weights: Mapping[str, Tensor], device: torch.device, dtype: torch.dtype) -> dict[str, Tensor]:
    return {name: weight.to(device, dtype) for name, weight in weights.items()}
