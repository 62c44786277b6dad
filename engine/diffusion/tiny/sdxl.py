"""SDXL, its adapters, ControlNets and a LoRA, tiny, every parameter random, in the real file formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from tokenizers.pre_tokenizers import ByteLevel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

TEXT_WIDTHS = (32, 64)  # of the two text encoders; one head is 16 wide in the first, 32 in the second
CONTEXT = sum(TEXT_WIDTHS)
FACE_WIDTH = 512  # ArcFace
CLIP_WIDTH = 48  # of the image encoder's hidden states
QUERIES = 4  # image tokens of each adapter
RESAMPLER_WIDTH = 64
LAYERS_PER_BLOCK = 2
UP_BLOCKS = ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")


def build_base(folder: Path) -> Path:
    """Write SDXL as a diffusers folder."""
    pipeline = StableDiffusionXLPipeline(
        vae=randomise(_vae(), 1),
        text_encoder=randomise(CLIPTextModel(text_config(TEXT_WIDTHS[0])), 2),
        text_encoder_2=randomise(CLIPTextModelWithProjection(text_config(TEXT_WIDTHS[1])), 3),
        tokenizer=tokenizer("<|endoftext|>"),
        tokenizer_2=tokenizer("!"),
        unet=randomise(UNet2DConditionModel(**_unet_config()), 4),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            timestep_spacing="leading",
            steps_offset=1,
        ),
    )
    pipeline.save_pretrained(folder)
    for name, pad in (("tokenizer", "<|endoftext|>"), ("tokenizer_2", "!")):
        write_tokenizer(folder / name, pad)
    return folder


def randomise(network: nn.Module, seed: int) -> nn.Module:
    """Give every parameter a random value of a size that keeps activations alive, zero convolutions too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim > 1:
                parameter.copy_(noise / parameter[0].numel() ** 0.5)
            else:
                is_norm_weight = name.endswith("weight")
                parameter.copy_(noise * 0.1 + (1.0 if is_norm_weight else 0.0))
    return network.eval()


def build_instantid(path: Path, base: Path) -> Path:
    """Write InstantID's pickle: a resampler of face embeddings and the UNet's extra keys and values."""
    torch.save(_adapter(FACE_WIDTH, base, seed=7), path)
    return path


def build_plus_face(path: Path, base: Path) -> Path:
    """Write IP-Adapter plus-face as .safetensors."""
    parts = _adapter(CLIP_WIDTH, base, seed=8)
    save_file({f"{part}.{name}": weight for part, names in parts.items() for name, weight in names.items()}, path)
    return path


def build_controlnet(folder: Path, base: Path, seed: int) -> Path:
    """Write an SDXL ControlNet as a diffusers folder."""
    unet = UNet2DConditionModel.from_pretrained(base, subfolder="unet")
    net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8, 8, 16))
    randomise(net, seed).save_pretrained(folder)
    return folder


def build_lora(path: Path, base: Path) -> Path:
    """Write a LoRA for the UNet's and both text encoders' attentions in kohya's naming."""
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(9)
    weights: dict[str, Tensor] = {}
    for prefix, folder in (("lora_unet", "unet"), ("lora_te1", "text_encoder"), ("lora_te2", "text_encoder_2")):
        for name, layer in _attention_layers(base, folder):
            weights |= _lora_of(f"{prefix}_{name.replace('.', '_')}", layer, generator)
    save_file(weights, path)
    return path


def _lora_of(name: str, layer: nn.Linear, generator: torch.Generator, rank: int = 4) -> dict[str, Tensor]:
    down, up = (rank, layer.in_features), (layer.out_features, rank)
    return {
        f"{name}.lora_down.weight": torch.randn(down, generator=generator) / layer.in_features**0.5,
        f"{name}.lora_up.weight": torch.randn(up, generator=generator) * 0.3,
        f"{name}.alpha": torch.tensor(float(rank)),
    }


def _attention_layers(base: Path, folder: str) -> list[tuple[str, nn.Linear]]:
    classes = {
        "unet": UNet2DConditionModel,
        "text_encoder": CLIPTextModel,
        "text_encoder_2": CLIPTextModelWithProjection,
    }
    network = classes[folder].from_pretrained(base, subfolder=folder)
    ends = ("to_q", "to_k", "to_v", "to_out.0", "q_proj", "k_proj", "v_proj", "out_proj")
    found = [(name, layer) for name, layer in network.named_modules() if name.endswith(ends)]
    # transformers flattened CLIPTextModel; the files keep the name it had before.
    return [(name if folder != "text_encoder" else _text_model_name(name), layer) for name, layer in found]


def _text_model_name(name: str) -> str:
    return name if name.startswith("text_model.") else f"text_model.{name}"


def _adapter(source: int, base: Path, seed: int) -> dict[str, dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator) / shape[-1] ** 0.5

    unet = UNet2DConditionModel.from_pretrained(base, subfolder="unet")
    attention = {}
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            width = unet.get_submodule(name.removesuffix(".processor")).to_k.out_features
            attention[f"{number}.to_k_ip.weight"] = random(width, CONTEXT)
            attention[f"{number}.to_v_ip.weight"] = random(width, CONTEXT)
    return {"image_proj": resampler(source, RESAMPLER_WIDTH, CONTEXT, random), "ip_adapter": attention}


def resampler(source: int, width: int, out: int, random: Callable[..., Tensor]) -> dict[str, Tensor]:
    """Return the weights of a resampler of two heads."""
    inner = 128
    weights = {
        "latents": random(1, QUERIES, width),
        **dense("proj_in", source, width, random),
        **dense("proj_out", width, out, random),
        **norm("norm_out", out, random),
    }
    for layer in range(4):
        attention, feed_forward = f"layers.{layer}.0", f"layers.{layer}.1"
        weights |= norm(f"{attention}.norm1", width, random) | norm(f"{attention}.norm2", width, random)
        weights[f"{attention}.to_q.weight"] = random(inner, width)
        weights[f"{attention}.to_kv.weight"] = random(2 * inner, width)
        weights[f"{attention}.to_out.weight"] = random(width, inner)
        weights |= norm(f"{feed_forward}.0", width, random)
        weights[f"{feed_forward}.1.weight"] = random(4 * width, width)
        weights[f"{feed_forward}.3.weight"] = random(width, 4 * width)
    return weights


def dense(name: str, source: int, out: int, random: Callable[..., Tensor]) -> dict[str, Tensor]:
    """Return weight and bias of a linear layer."""
    return {f"{name}.weight": random(out, source), f"{name}.bias": random(out)}


def norm(name: str, width: int, random: Callable[..., Tensor]) -> dict[str, Tensor]:
    """Return weight and bias of a layer norm."""
    return {f"{name}.weight": 1 + random(width), f"{name}.bias": random(width)}


def _unet_config() -> dict[str, object]:
    return {
        "sample_size": 8,
        "in_channels": 4,
        "out_channels": 4,
        "layers_per_block": LAYERS_PER_BLOCK,
        "block_out_channels": (16, 32, 32),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": UP_BLOCKS,
        "transformer_layers_per_block": (1, 1, 2),
        "attention_head_dim": (2, 2, 4),
        "norm_num_groups": 8,
        "use_linear_projection": True,
        "cross_attention_dim": CONTEXT,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 6 * 8 + TEXT_WIDTHS[1],
    }


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        latent_channels=4,
        layers_per_block=2,
        sample_size=64,
        scaling_factor=0.13025,
    )


def text_config(width: int) -> CLIPTextConfig:
    """Return the config of a text encoder as wide as `width`."""
    return CLIPTextConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=3,
        num_attention_heads=2,
        projection_dim=width,
        max_position_embeddings=77,
        hidden_act="quick_gelu" if width == TEXT_WIDTHS[0] else "gelu",
        bos_token_id=0,
        eos_token_id=2,  # as in SDXL's own configs: the highest id marks the end
    )


_MERGES = (("p", "e"), ("s", "t"), ("e", "r</w>"), ("o", "n</w>"))


def _vocabulary() -> dict[str, int]:
    letters = sorted(ByteLevel.alphabet())  # "!" comes first: SDXL's second tokenizer pads with id 0
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in _MERGES)]
    return {word: number for number, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}


def tokenizer(pad: str) -> CLIPTokenizer:
    """Return a tokenizer of single letters and four merges."""
    return CLIPTokenizer(vocab=_vocabulary(), merges=list(_MERGES), pad_token=pad, model_max_length=77)


def write_tokenizer(folder: Path, pad: str) -> None:
    """Replace the one file that transformers writes by the two that SDXL's repositories have."""
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(_vocabulary()), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in _MERGES)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
