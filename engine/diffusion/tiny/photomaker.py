"""Every network of photomaker, tiny and random, on the disk."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor
from transformers import CLIPVisionConfig

from engine.diffusion.models.photomaker.identity import IdentityEncoder
from engine.diffusion.models.photomaker.networks import PhotoMakerPaths
from engine.diffusion.models.photomaker.record import PLAIN, STYLED
from engine.diffusion.tiny import parts, sdxl

RANK = 2


def build_paths(folder: Path, flags_everything: bool = False) -> PhotoMakerPaths:
    """Write all networks below `folder`; `flags_everything` lets no picture pass."""
    base = sdxl.build_base(folder / "base")
    return PhotoMakerPaths(
        adapter=build_adapter(folder / "photomaker-v1.bin", base),
        bases={PLAIN: base, STYLED: base},
        style_lora=sdxl.build_lora(folder / "style" / "style.safetensors", base),
        safety=parts.build_safety_checker(folder / "safety", flags_everything),
    )


def build_adapter(path: Path, base: Path) -> Path:
    """Write photomaker-v1.bin: an identity encoder, and a LoRA of the UNet in the old naming of diffusers."""
    config = CLIPVisionConfig(
        hidden_size=128,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=28,
        patch_size=14,
        projection_dim=sdxl.TEXT_WIDTHS[0],
    )
    encoder = sdxl.randomise(IdentityEncoder(config, sdxl.TEXT_WIDTHS[1]), 61)
    generator = torch.Generator().manual_seed(62)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator) / shape[-1] ** 0.5

    unet = UNet2DConditionModel.from_pretrained(base, subfolder="unet")
    lora: dict[str, Tensor] = {}
    for name in unet.attn_processors:
        attention = unet.get_submodule(name.removesuffix(".processor"))
        layers = {"q": attention.to_q, "k": attention.to_k, "v": attention.to_v, "out": attention.to_out[0]}
        for letter, layer in layers.items():
            lora[f"unet.{name}.to_{letter}_lora.down.weight"] = random(RANK, layer.in_features)
            lora[f"unet.{name}.to_{letter}_lora.up.weight"] = random(layer.out_features, RANK)
    torch.save({"id_encoder": dict(encoder.state_dict()), "lora_weights": lora}, path)
    return path
