"""Every network of ip-adapter-face-id, tiny and random, on the disk."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from engine.diffusion.models.face_id.networks import FaceIdPaths
from engine.diffusion.models.face_id.record import MODEL_TYPES, SD15_BASE, SDXL_BASE, ModelType, base_repos
from engine.diffusion.tiny import parts, sdxl

TOKENS = 4
RANK = 2
HEAD = 64  # width of a resampler's head


def build_paths(folder: Path, flags_everything: bool = False) -> FaceIdPaths:
    """Write all networks below `folder`, AuraFace's adapter too; `flags_everything` lets no picture pass."""
    bases = {
        (SD15_BASE, base_repos(SD15_BASE)[0]): parts.build_hires(folder / "sd15"),
        (SDXL_BASE, base_repos(SDXL_BASE)[0]): sdxl.build_base(folder / "sdxl"),
    }
    adapters = {}
    for number, kind in enumerate(MODEL_TYPES.values()):
        base = next(path for (role, _), path in bases.items() if role == kind.base)
        adapters[kind.adapter] = build_adapter(folder / f"{kind.adapter}.bin", base, kind, seed=40 + number)
    return FaceIdPaths(
        adapters=adapters,
        bases=bases,
        faces=dict.fromkeys((kind.faces for kind in MODEL_TYPES.values()), parts.build_faces(folder / "faces")),
        image_encoder=parts.build_image_encoder(folder / "image_encoder"),
        safety=parts.build_safety_checker(folder / "safety", flags_everything),
    )


def build_adapter(path: Path, base: Path, kind: ModelType, seed: int) -> Path:
    """Write the pickle of one type: a projection, keys and values, and a LoRA for every attention of `base`."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator) / shape[-1] ** 0.5

    unet = UNet2DConditionModel.from_pretrained(base, subfolder="unet")
    out = unet.config.cross_attention_dim
    weights: dict[str, Tensor] = {}
    for number, name in enumerate(unet.attn_processors):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        layers = {"q": attention.to_q, "k": attention.to_k, "v": attention.to_v, "out": attention.to_out[0]}
        for letter, layer in layers.items():
            weights[f"{number}.to_{letter}_lora.down.weight"] = random(RANK, layer.in_features)
            weights[f"{number}.to_{letter}_lora.up.weight"] = random(layer.out_features, RANK)
        if name.endswith("attn2.processor"):
            for letter in "kv":
                weights[f"{number}.to_{letter}_ip.weight"] = random(attention.to_k.out_features, out)
    projection = {
        **sdxl.dense("proj.0", sdxl.FACE_WIDTH, 2 * sdxl.FACE_WIDTH, random),
        **sdxl.dense("proj.2", 2 * sdxl.FACE_WIDTH, TOKENS * out, random),
        **sdxl.norm("norm", out, random),
    }
    if kind.is_plus:
        seen = sdxl.resampler(sdxl.CLIP_WIDTH, out, out, random)
        projection |= {f"perceiver_resampler.{name}": weight for name, weight in seen.items() if name != "latents"}
    torch.save({"image_proj": projection, "ip_adapter": weights}, path)
    return path
