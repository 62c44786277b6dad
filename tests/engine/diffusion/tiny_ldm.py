"""The tiny SDXL once more, as the one .safetensors in which base models are traded: the LDM layout.

Names go from diffusers to LDM here; the loader under test goes the other way.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.diffusion.tiny import sdxl

Weights = dict[str, Tensor]

_UNET_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_UNET_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_OPEN_CLIP = {
    "text_model.encoder.layers.": "transformer.resblocks.",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn": "attn",
    "text_model.final_layer_norm": "ln_final",
    "text_model.embeddings.token_embedding": "token_embedding",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
}


def build_single_file(path: Path, base: Path) -> Path:
    """Write the weights of the diffusers folder `base` as one LDM file."""
    unet = load_file(base / "unet" / "diffusion_pytorch_model.safetensors")
    vae = load_file(base / "vae" / "diffusion_pytorch_model.safetensors")
    first = load_file(base / "text_encoder" / "model.safetensors")
    second = load_file(base / "text_encoder_2" / "model.safetensors")
    weights = {f"model.diffusion_model.{_unet_name(name)}": weight for name, weight in unet.items()}
    weights |= {f"first_stage_model.{_vae_name(name)}": _vae_weight(name, weight) for name, weight in vae.items()}
    prefix = "conditioner.embedders.0.transformer.text_model."
    weights |= {prefix + name.removeprefix("text_model."): weight for name, weight in first.items()}
    weights |= {f"conditioner.embedders.1.model.{name}": weight for name, weight in _open_clip(second).items()}
    save_file({name: weight.contiguous() for name, weight in weights.items()}, path)
    return path


def _unet_name(name: str) -> str:
    for ours, theirs in _UNET_ENDS.items():
        if name.startswith(f"{ours}."):
            return theirs + name.removeprefix(ours)
    place, rest = _unet_place(name)
    if ".resnets." in name or name.startswith("mid_block.resnets"):
        module, _, kind = rest.rpartition(".")
        rest = f"{_UNET_RESNET[module]}.{kind}"
    return f"{place}.{rest}"


def _unet_place(name: str) -> tuple[str, str]:
    """Return where in LDM's flat list of blocks a weight stands, and the rest of its name."""
    layers = sdxl.LAYERS_PER_BLOCK
    if found := re.match(r"mid_block\.(resnets|attentions)\.(\d)\.(.*)", name):
        kind, number, rest = found.groups()
        return f"middle_block.{1 if kind == 'attentions' else 2 * int(number)}", rest
    found = re.match(r"(down|up)_blocks\.(\d)\.(\w+)\.(\d)\.(.*)", name)
    if found is None:
        raise KeyError(name)
    way, block, kind, number, rest = found.groups()
    if way == "down":
        first = 1 + int(block) * (layers + 1)
        if kind == "downsamplers":
            return f"input_blocks.{first + layers}.0", rest.replace("conv", "op")
        return f"input_blocks.{first + int(number)}.{int(kind == 'attentions')}", rest
    first = int(block) * (layers + 1)
    if kind == "upsamplers":
        has_attention = sdxl.UP_BLOCKS[int(block)].startswith("CrossAttn")
        return f"output_blocks.{first + layers}.{1 + has_attention}", rest
    return f"output_blocks.{first + int(number)}.{int(kind == 'attentions')}", rest


def _vae_name(name: str) -> str:
    name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda found: f"mid.block_{int(found[1]) + 1}", name)
    if "mid_block.attentions.0" in name:
        side, rest = name.split(".mid_block.attentions.0.")
        module, _, kind = rest.rpartition(".")
        return f"{side}.mid.attn_1.{_VAE_ATTENTION[module]}.{kind}"
    name = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d)\.resnets\.(\d)", lambda found: f"up.{3 - int(found[1])}.block.{found[2]}", name)
    return re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda found: f"up.{3 - int(found[1])}.upsample", name)


def _vae_weight(name: str, weight: Tensor) -> Tensor:
    """LDM's attention projects by convolutions of 1 x 1."""
    is_projection = "attentions" in name and "group_norm" not in name and name.endswith("weight")
    return weight[:, :, None, None] if is_projection else weight


def _open_clip(weights: Weights) -> Weights:
    renamed = {_open_clip_name(name): weight for name, weight in weights.items()}
    renamed["text_projection"] = renamed.pop("text_projection.weight").T
    for name in [name for name in renamed if name.endswith("attn.q_proj.weight")]:
        layer = name.removesuffix("q_proj.weight")
        for kind in ("weight", "bias"):
            parts = [renamed.pop(f"{layer}{part}_proj.{kind}") for part in "qkv"]
            renamed[f"{layer}in_proj_{kind}"] = torch.cat(parts)
    return renamed


def _open_clip_name(name: str) -> str:
    for ours, theirs in _OPEN_CLIP.items():
        name = name.replace(ours, theirs)
    return name
