"""Weights that lie are found at loading, by role and path: empty, foreign, incomplete, of another width, no numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import ControlNetModel
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.diffusion.models.face_to_sticker.enlarge import load_enlarger
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.models.face_to_sticker.upscale import load_hires
from engine.diffusion.networks import load_base
from engine.diffusion.reading import reading
from engine.diffusion.safety import load_safety_checker
from engine.diffusion.tiny import parts
from engine.errors import EngineUnavailable, UnsupportedModel
from tests.engine.diffusion.tiny_ldm import build_single_file
from tests.engine.diffusion.whole import request

CPU = (torch.device("cpu"), torch.float32)
Damage = Callable[[dict[str, Tensor], str], None]


def lose(weights: dict[str, Tensor], name: str) -> None:
    del weights[name]


def spoil(weights: dict[str, Tensor], name: str) -> None:
    weights[name] = weights[name].clone()
    weights[name].view(-1)[0] = float("nan")


def widen(weights: dict[str, Tensor], name: str) -> None:
    weights[name] = torch.cat([weights[name], weights[name]], dim=-1).contiguous()


def damage(file: Path, how: Damage, part: str = "") -> None:
    """Change the middle one of the weights of `file` whose names begin with `part`."""
    weights: dict[str, Any] = load_file(file) if file.suffix == ".safetensors" else torch.load(file)
    inner = weights[part] if file.suffix == ".bin" else weights
    names = [name for name, weight in sorted(inner.items()) if name.startswith(part) or inner is not weights]
    names = [name for name in names if inner[name].is_floating_point() and inner[name].ndim > 1]
    how(inner, names[len(names) // 2])
    if file.suffix == ".safetensors":
        save_file(weights, file, {"format": "pt"})
    else:
        torch.save(weights, file)


@pytest.fixture
def own(paths: FaceToStickerPaths, tmp_path: Path) -> FaceToStickerPaths:
    """Copies that a test may damage."""
    root = paths.base.parent
    shutil.copytree(root, tmp_path / "own")
    assert paths.lora and paths.instantid_adapter and paths.plus_face_adapter and paths.identity_net
    return replace(
        paths,
        **{
            role: tmp_path / "own" / getattr(paths, role).relative_to(root)
            for role in ("base", "lora", "instantid_adapter", "plus_face_adapter", "identity_net", "depth_net")
        },
    )


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>"])
@pytest.mark.parametrize("name", ["tokenizer/merges.txt", "unet/config.json", "text_encoder_2/model.safetensors"])
def test_an_empty_or_foreign_file_of_a_folder_is_named(own: FaceToStickerPaths, name: str, content: bytes) -> None:
    (own.base / name).write_bytes(content)
    with pytest.raises(EngineUnavailable, match=rf"^base: .*{own.base}"):
        load_base(own.base, None, None, torch.float32)


@pytest.mark.parametrize("role", ["instantid_adapter", "plus_face_adapter", "lora"])
def test_an_empty_file_is_named(own: FaceToStickerPaths, role: str) -> None:
    path = getattr(own, role)
    path.write_bytes(b"")
    with pytest.raises(EngineUnavailable, match=f"{role}: {path} is empty"):
        load_networks(own)


def test_an_empty_upscaler_or_onnx_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "upscaler.pth").write_bytes(b"")
    with pytest.raises(EngineUnavailable, match=r"upscaler: .*upscaler\.pth is empty"):
        load_enlarger(tmp_path / "upscaler.pth", *CPU)


@pytest.mark.parametrize("how", [lose, spoil])
@pytest.mark.parametrize("part", ["text_encoder/model", "text_encoder_2/model", "unet/diffusion_pytorch_model"])
def test_a_base_with_a_missing_or_broken_weight_is_not_loaded(own: FaceToStickerPaths, part: str, how: Damage) -> None:
    damage(own.base / f"{part}.safetensors", how)
    with pytest.raises(EngineUnavailable, match=rf"^base.*{own.base}.*(missing|no number)"):
        load_base(own.base, None, None, torch.float32)


@pytest.mark.parametrize("how", [lose, spoil])
@pytest.mark.parametrize("part", ["conditioner.embedders.0", "conditioner.embedders.1", "model.diffusion_model"])
def test_a_single_file_with_a_missing_or_broken_weight_is_not_loaded(
    own: FaceToStickerPaths, tmp_path: Path, part: str, how: Damage
) -> None:
    single = build_single_file(tmp_path / "albedo.safetensors", own.base)
    damage(single, how, part)
    with pytest.raises(EngineUnavailable, match=rf"^base.*{single}"):
        load_base(single, own.base, None, torch.float32)


@pytest.mark.parametrize("how", [lose, spoil, widen])
@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("instantid_adapter", "ip_adapter"),
        ("instantid_adapter", "image_proj"),
        ("plus_face_adapter", "ip_adapter"),
        ("lora", ""),
    ],
)
def test_an_adapter_that_is_broken_or_of_another_width_is_not_loaded(
    own: FaceToStickerPaths, role: str, part: str, how: Damage
) -> None:
    damage(getattr(own, role), how, part)
    with pytest.raises(EngineUnavailable, match=f"{role}: .*{getattr(own, role)}"):
        load_networks(own)


def test_a_controlnet_of_another_base_model_is_not_loaded(own: FaceToStickerPaths) -> None:
    assert own.depth_net is not None
    config = dict(ControlNetModel.load_config(own.depth_net))
    other = ControlNetModel.from_config({**config, "cross_attention_dim": 2 * config["cross_attention_dim"]})
    other.save_pretrained(own.depth_net)
    with pytest.raises(EngineUnavailable, match=rf"depth_net: .*{own.depth_net}.*cross_attention_dim"):
        load_networks(own)


@pytest.mark.parametrize("how", [lose, spoil])
def test_a_checker_and_a_tile_model_with_random_layers_are_not_loaded(tmp_path: Path, how: Damage) -> None:
    damage(parts.build_safety_checker(tmp_path / "safety") / "model.safetensors", how, "vision_model")
    with pytest.raises(EngineUnavailable, match="safety"):
        load_safety_checker(tmp_path / "safety", *CPU)
    damage(parts.build_hires(tmp_path / "hires") / "text_encoder" / "model.safetensors", how)
    with pytest.raises(EngineUnavailable, match="hires"):
        load_hires(tmp_path / "hires", *CPU)


def test_memory_that_runs_out_while_reading_is_no_fault_of_the_file(own: FaceToStickerPaths) -> None:
    with pytest.raises(torch.OutOfMemoryError), reading("base", own.base):
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_upscaling_without_its_weights_is_refused_before_anything_is_drawn(paths: FaceToStickerPaths) -> None:
    model = FaceToSticker(replace(paths, upscaler=None))
    with pytest.raises(UnsupportedModel, match="upscaler, hires"):
        model.read(request(upscale=True))
    assert model.read(request()).parameters.upscale is False
