"""The networks of face-to-sticker with random weights, at full size or tiny, without a file.

A benchmark needs their shapes, not their pictures. The sizes are those of the published configs; the counts of
parameters and operations that follow from them are tested, so what is timed is what would be downloaded. Random, not
zero: a GPU multiplies zeros faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from engine.diffusion.adapters import Resampler, install_adapters
from engine.diffusion.models.face_to_sticker.enlarge import RRDBNet
from engine.diffusion.networks import ControlNet, DiffusionNetworks

CHUNK = 2**24  # random numbers drawn at once: a full-size network is filled with repetitions of these

_VAE_BLOCKS = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
_SDXL_UNET: dict[str, Any] = {
    "sample_size": 128,
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 10),
    "attention_head_dim": (5, 10, 20),
    "use_linear_projection": True,
    "cross_attention_dim": 2048,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
_VAE: dict[str, Any] = {
    **_VAE_BLOCKS,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "latent_channels": 4,
    "sample_size": 1024,
    "scaling_factor": 0.13025,
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """Constructor arguments of the networks. Of the resamplers: heads are 64 wide, `inner` is heads * 64."""

    unet: dict[str, Any] = field(default_factory=lambda: _SDXL_UNET)
    vae: dict[str, Any] = field(default_factory=lambda: _VAE)
    hint_channels: tuple[int, ...] = (16, 32, 96, 256)
    face_resampler: dict[str, int] = field(default_factory=lambda: resampler_sizes(source=512))
    photo_resampler: dict[str, int] = field(default_factory=lambda: resampler_sizes(source=1280))
    photo_states: int = 257  # of CLIP ViT-H: 16 x 16 patches and the class
    # (width, layers, heads) of the text encoders, CLIP ViT-L and OpenCLIP ViT-bigG, and of the image encoder, ViT-H,
    # which sees squares of 224 px in patches of 14.
    text_encoders: tuple[tuple[int, int, int], ...] = ((768, 12, 12), (1280, 32, 20))
    image_encoder: tuple[int, int, int] = (1280, 32, 16)
    image_px: tuple[int, int] = (224, 14)
    hires_unet: dict[str, Any] = field(default_factory=lambda: {"cross_attention_dim": 768, "sample_size": 64})
    hires_vae: dict[str, Any] = field(default_factory=lambda: _VAE | {"scaling_factor": 0.18215, "sample_size": 512})
    enlarger: dict[str, int] = field(default_factory=lambda: {"width": 64, "growth": 32, "blocks": 23, "doublings": 2})

    @property
    def pooled_width(self) -> int:
        """What the UNet reads beside the six sizes."""
        sizes = 6 * self.unet["addition_time_embed_dim"]
        return int(self.unet["projection_class_embeddings_input_dim"] - sizes)


def resampler_sizes(source: int, width: int = 1280, out: int = 2048, queries: int = 16) -> dict[str, int]:
    """Return what `Resampler` is built with, four layers deep."""
    return {
        "queries": queries,
        "width": width,
        "inner": width,
        "layers": 4,
        "ff": 4 * width,
        "source": source,
        "out": out,
    }


FULL = Architecture()
_TINY_UNET = _SDXL_UNET | {
    "sample_size": 8,
    "block_out_channels": (16, 32, 64),
    "transformer_layers_per_block": (1, 1, 2),
    "attention_head_dim": (2, 2, 4),
    "norm_num_groups": 8,
    "cross_attention_dim": 96,
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 112,
}
_TINY_VAE = _VAE | {"block_out_channels": (8, 8, 16, 16), "norm_num_groups": 4, "sample_size": 64}
TINY = Architecture(
    unet=_TINY_UNET,
    vae=_TINY_VAE,
    hint_channels=(4, 8, 8, 16),
    face_resampler=resampler_sizes(source=512, width=64, out=96, queries=4),
    photo_resampler=resampler_sizes(source=48, width=64, out=96, queries=4),
    photo_states=10,
    text_encoders=((32, 2, 2), (64, 2, 2)),
    image_encoder=(48, 2, 2),
    image_px=(32, 8),
    hires_unet={
        "sample_size": 8,
        "block_out_channels": (8, 16, 16, 16),
        "attention_head_dim": 4,
        "norm_num_groups": 4,
        "cross_attention_dim": 32,
        "layers_per_block": 1,
    },
    hires_vae=_TINY_VAE | {"scaling_factor": 0.18215},
    enlarger={"width": 8, "growth": 4, "blocks": 2, "doublings": 2},
)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Random weights that the engine and the stock pipeline are both built on. The modules are never run."""

    architecture: Architecture
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    identity: ControlNetModel
    depth: ControlNetModel
    adapters: tuple[dict[str, dict[str, Tensor]], dict[str, dict[str, Tensor]]]
    device: torch.device
    dtype: torch.dtype


def draw_weights(
    architecture: Architecture, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> Weights:
    """Return random weights on `device`; on `meta` none are drawn, and nothing takes memory."""
    device = torch.device(device)
    fill = _Filler(device, dtype)
    unet = fill(unet_of(architecture))
    return Weights(
        architecture=architecture,
        unet=unet,
        vae=fill(vae_of(architecture)),
        identity=fill(controlnet_of(architecture)),
        depth=fill(controlnet_of(architecture)),
        adapters=(
            _adapter(architecture.face_resampler, unet, fill),
            _adapter(architecture.photo_resampler, unet, fill),
        ),
        device=device,
        dtype=dtype,
    )


def unet_of(architecture: Architecture) -> UNet2DConditionModel:
    """Return SDXL's UNet, like all of these on the meta device."""
    with torch.device("meta"):
        return UNet2DConditionModel(**architecture.unet)


def vae_of(architecture: Architecture) -> AutoencoderKL:
    """Return SDXL's autoencoder."""
    with torch.device("meta"):
        return AutoencoderKL(**architecture.vae)


def controlnet_of(architecture: Architecture) -> ControlNetModel:
    """Return the ControlNet that goes with SDXL's UNet."""
    own = {name: value for name, value in architecture.unet.items() if name not in {"sample_size", "up_block_types"}}
    with torch.device("meta"):
        return ControlNetModel(**own, conditioning_embedding_out_channels=architecture.hint_channels)


def hires_of(architecture: Architecture) -> tuple[UNet2DConditionModel, AutoencoderKL]:
    """Return UNet and autoencoder of Stable Diffusion 1.5, which redraws the tiles of an enlarged picture."""
    with torch.device("meta"):
        return UNet2DConditionModel(**architecture.hires_unet), AutoencoderKL(**architecture.hires_vae)


def enlarger_of(architecture: Architecture) -> RRDBNet:
    """Return the ESRGAN network."""
    with torch.device("meta"):
        return RRDBNet(**architecture.enlarger)


def _adapter(sizes: dict[str, int], unet: Any, fill: _Filler) -> dict[str, dict[str, Tensor]]:
    """Return an adapter as its file holds it: the resampler, and keys and values for every cross-attention."""
    with torch.device("meta"):
        resampler = Resampler(**sizes)
        attention = nn.ParameterDict()
        for number, name in enumerate(unet.attn_processors):
            if name.endswith("attn2.processor"):
                width = unet.get_submodule(name.removesuffix(".processor")).to_k.out_features
                for kind in ("to_k_ip", "to_v_ip"):
                    attention[_flat(f"{number}.{kind}.weight")] = nn.Parameter(torch.empty(width, sizes["out"]))
    projections = fill(attention).state_dict()
    return {
        "image_proj": fill(resampler).state_dict(),
        "ip_adapter": {_flat(name): weight for name, weight in projections.items()},
    }


def _flat(name: str) -> str:
    """Swap dots, which a parameter's name may not hold, and colons."""
    return name.translate(str.maketrans(".:", ":."))


def randomise(network: nn.Module, device: str | torch.device, dtype: torch.dtype) -> Any:
    """Move a network from the meta device to `device` and fill it."""
    return _Filler(torch.device(device), dtype)(network)


class _Filler:
    """Fills networks with random weights of a size that keeps activations alive."""

    def __init__(self, device: torch.device, dtype: torch.dtype) -> None:
        self._device, self._dtype = device, dtype
        self._start = 0
        if device.type != "meta":
            generator = torch.Generator("cpu").manual_seed(0)
            self._noise = torch.randn(CHUNK + 1, generator=generator).to(device, dtype)

    def __call__(self, network: nn.Module) -> Any:
        # Not the network's own `to`, which warns of layers to be kept in fp32 where there are none.
        network = nn.Module.to(network, self._dtype).requires_grad_(False).eval()
        if self._device.type == "meta":
            return network
        network = network.to_empty(device=self._device)
        for name, parameter in network.named_parameters():
            if parameter.ndim > 1:
                self._write(parameter, 0.0, parameter[0].numel() ** -0.5)
            else:
                self._write(parameter, 1.0 if name.endswith("weight") else 0.0, 0.1)
        self._finish(network)
        return network

    def _write(self, parameter: Tensor, mean: float, deviation: float) -> None:
        flat = parameter.data.view(-1)
        for part in flat.split(CHUNK):
            # Each piece starts elsewhere in the noise, so that no two layers are alike.
            self._start = (self._start + 104_729) % CHUNK
            first = min(len(part), CHUNK - self._start)
            part[:first] = self._noise[self._start : self._start + first]
            part[first:] = self._noise[: len(part) - first]
        flat.mul_(deviation).add_(mean)

    def _finish(self, network: nn.Module) -> None:
        """Give buffers, which `to_empty` leaves undefined, their value: those of CLIP number the positions."""
        for name, buffer in network.named_buffers():
            if not name.endswith("position_ids"):
                raise ValueError(f"{type(network).__name__} has a buffer {name}, and nobody fills it")
            buffer.copy_(torch.arange(buffer.numel(), device=buffer.device).view_as(buffer))


def engine_networks(weights: Weights) -> DiffusionNetworks:
    """Return the engine's networks on `weights`, as `load_networks` returns them from files."""
    unet = _twin(lambda: unet_of(weights.architecture), weights.unet)
    face, photo = weights.adapters
    networks = DiffusionNetworks(
        unet=unet,
        vae=_twin(lambda: vae_of(weights.architecture), weights.vae),
        text_encoders=(),  # type: ignore[arg-type]  # prompts come prepared
        face_resampler=Resampler.from_weights(face["image_proj"]),
        photo_resampler=Resampler.from_weights(photo["image_proj"]),
        scales=install_adapters(unet, [face["ip_adapter"], photo["ip_adapter"]], 16).to(weights.device),
        identity=_guide(weights.architecture, weights.identity),
        depth=_guide(weights.architecture, weights.depth),
        device=weights.device,
        dtype=weights.dtype,
    )
    if weights.device.type == "cuda":
        channels_last([networks.unet, networks.vae, networks.identity.net, networks.depth.net])  # type: ignore[union-attr]
    return networks


def channels_last(networks: Iterable[nn.Module]) -> None:
    """Lay out the convolutions' weights as the fast kernels want them."""
    for network in networks:
        network.to(memory_format=torch.channels_last)


def _twin(build: Callable[[], Any], original: nn.Module) -> Any:
    """Return another module on the same memory: what is installed in one does not show in the other."""
    twin = build()
    twin.load_state_dict(original.state_dict(), assign=True)
    return twin.requires_grad_(False).eval()


def _guide(architecture: Architecture, net: nn.Module) -> ControlNet:
    twin = _twin(lambda: controlnet_of(architecture), net)
    embed_hint, twin.controlnet_cond_embedding = twin.controlnet_cond_embedding, nn.Identity()
    return ControlNet(twin, embed_hint)
