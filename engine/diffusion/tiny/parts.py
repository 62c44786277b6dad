"""The networks around SDXL, tiny and random, in the real file formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import numpy as np
import onnx
import torch
from diffusers import AutoencoderKL, DEISMultistepScheduler, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from onnx import NodeProto, TensorProto, helper, numpy_helper
from transformers import (
    CLIPConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    ZoeDepthConfig,
    ZoeDepthForDepthEstimation,
)

from engine.diffusion.models.face_to_sticker.enlarge import RRDBNet
from engine.diffusion.tiny.sdxl import CLIP_WIDTH, TEXT_WIDTHS, randomise, text_config, tokenizer, write_tokenizer

CLIP_SIDE = 32
STRIDES = (8, 16, 32)  # of SCRFD's three outputs; only the last one ever finds something here


def build_image_encoder(folder: Path) -> Path:
    """Write a CLIP image encoder; no preprocessor config, as in h94/IP-Adapter."""
    config = CLIPVisionConfig(**_vision_config(), projection_dim=16)
    randomise(CLIPVisionModelWithProjection(config), 21).save_pretrained(folder)
    return folder


def _vision_config() -> dict[str, int]:
    return {
        "hidden_size": CLIP_WIDTH,
        "intermediate_size": 2 * CLIP_WIDTH,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "image_size": CLIP_SIDE,
        "patch_size": 8,
    }


def build_depth_estimator(folder: Path) -> Path:
    """Write ZoeDepth, with the preprocessor config of Intel/zoedepth-nyu-kitti at a smaller size."""
    backbone = {
        "model_type": "beit",
        "image_size": 32,
        "patch_size": 16,
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 4,
        "num_attention_heads": 2,
        "out_features": ["stage1", "stage2", "stage3", "stage4"],
        "reshape_hidden_states": False,
        "use_relative_position_bias": True,
    }
    config = ZoeDepthConfig(
        backbone_config=backbone,
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        bottleneck_features=8,
        num_relative_features=8,
        num_attractors=[4, 2, 1, 1],
        bin_embedding_dim=8,
    )
    randomise(ZoeDepthForDepthEstimation(config), 22).save_pretrained(folder)
    preprocessor = {
        "do_pad": True,
        "ensure_multiple_of": 32,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "size": {"height": 64, "width": 96},
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
    return folder


def build_safety_checker(folder: Path, flags_everything: bool = False) -> Path:
    """Write the safety checker; with thresholds that nothing stays below, or nothing reaches."""
    config = CLIPConfig(vision_config=_vision_config(), projection_dim=16)
    checker = randomise(StableDiffusionSafetyChecker(config), 23)
    threshold = -1.0 if flags_everything else 1.0
    checker.concept_embeds_weights.data.fill_(threshold)
    checker.special_care_embeds_weights.data.fill_(1.0)
    checker.save_pretrained(folder)
    write_clip_preprocessor(folder)
    return folder


def write_clip_preprocessor(folder: Path) -> None:
    """Write CLIP's preprocessor config, spelled as in CompVis/stable-diffusion-safety-checker."""
    preprocessor = {
        "crop_size": CLIP_SIDE,
        "size": CLIP_SIDE,
        "resample": 3,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")


def build_enlarger(path: Path, spelling: str = "esrgan") -> Path:
    """Write a 4x RRDBNet as .pth, spelled as the first ESRGAN ("esrgan"), "basicsr" or "realesrgan" do."""
    weights = enlarger(24).state_dict()
    named = {_SPELLINGS[spelling](name): weight for name, weight in weights.items()}
    torch.save({"params_ema": named} if spelling == "realesrgan" else named, path)
    return path


def enlarger(seed: int, width: int = 4, growth: int = 2, blocks: int = 2, doublings: int = 2) -> RRDBNet:
    """Return the same network, in memory."""
    network = randomise(RRDBNet(width, growth, blocks, doublings), seed)
    return cast(RRDBNet, network)


def _esrgan(name: str) -> str:
    part, _, rest = name.partition(".")
    if part == "body":
        number, block, conv, kind = rest.split(".")
        return f"model.1.sub.{number}.{block.upper()}.{conv}.0.{kind}"
    place = {"conv_first": "0", "conv_body": "1.sub.2", "conv_hr": "8", "conv_last": "10"}
    if part == "conv_up":
        number, kind = rest.split(".")
        return f"model.{3 * (int(number) + 1)}.{kind}"
    return f"model.{place[part]}.{rest}"


def _basicsr(name: str) -> str:
    name = _realesrgan(name).replace("body.", "RRDB_trunk.", 1) if name.startswith("body.") else _realesrgan(name)
    for ours, theirs in (("rdb", "RDB"), ("conv_body", "trunk_conv"), ("conv_up", "upconv"), ("conv_hr", "HRconv")):
        name = name.replace(ours, theirs)
    return name


def _realesrgan(name: str) -> str:
    return name.replace("conv_up.0", "conv_up1").replace("conv_up.1", "conv_up2")


_SPELLINGS = {"esrgan": _esrgan, "basicsr": _basicsr, "realesrgan": _realesrgan}


def build_hires(folder: Path) -> Path:
    """Write Stable Diffusion 1.5 as a diffusers folder, its scheduler config that of Lykon/dreamshaper-8."""
    randomise(_hires_unet(), 25).save_pretrained(folder / "unet")
    randomise(_hires_vae(), 26).save_pretrained(folder / "vae")
    randomise(CLIPTextModel(text_config(TEXT_WIDTHS[0])), 27).save_pretrained(folder / "text_encoder")
    tokenizer("<|endoftext|>").save_pretrained(folder / "tokenizer")
    write_tokenizer(folder / "tokenizer", "<|endoftext|>")
    scheduler = DEISMultistepScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    scheduler.save_pretrained(folder / "scheduler")
    return folder


def _hires_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        layers_per_block=1,
        block_out_channels=(8, 8),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2,
        norm_num_groups=4,
        cross_attention_dim=TEXT_WIDTHS[0],
    )


def _hires_vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(4, 4, 4, 4),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=2,
        latent_channels=4,
        layers_per_block=1,
        sample_size=64,
    )


def build_faces(folder: Path) -> Path:
    """Write a pack shaped like antelopev2: SCRFD, for which a large red patch is a face, and a random ArcFace."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(_detector(), folder / "scrfd_10g_bnkps.onnx")
    _save(_recogniser(np.random.default_rng(28)), folder / "glintr100.onnx")
    return folder


def _save(graph: onnx.GraphProto, path: Path) -> None:
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def _detector() -> onnx.GraphProto:
    """Nine outputs: scores, boxes and keypoints at three strides, two anchors each."""
    nodes: list[NodeProto] = []
    constants: list[TensorProto] = []
    outputs: dict[str, list[str]] = {"score": [], "box": [], "keypoints": []}
    for stride in STRIDES:
        pooled = f"pooled{stride}"
        size = [stride, stride]
        nodes.append(helper.make_node("AveragePool", ["input.1"], [pooled], kernel_shape=size, strides=size))
        for kind, per_anchor in (("score", 1), ("box", 4), ("keypoints", 10)):
            weights, bias = _head(kind, stride)
            outputs[kind].append(_add_head(nodes, constants, f"{kind}{stride}", pooled, weights, bias, per_anchor))
    photo = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, "height", "width"])
    width = {"score": 1, "box": 4, "keypoints": 10}
    results = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width[kind]])
        for kind, names in outputs.items()
        for name in names
    ]
    return helper.make_graph(nodes, "scrfd", [photo], results, constants)


def _head(kind: str, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights [channels, 3, 1, 1] and bias of a head: red minus blue scores, box and keypoints are fixed."""
    if kind == "score":
        weights = np.array([[6, 0, -6], [0, 0, 0]], np.float32)[..., None, None]
        return weights, np.array([-6 if stride == STRIDES[-1] else -99, -99], np.float32)
    if kind == "box":
        return np.zeros((8, 3, 1, 1), np.float32), np.full(8, 20, np.float32)
    points = np.array([[-1, -1], [1, -1], [0, 0], [-0.8, 1], [0.8, 1]], np.float32).ravel()
    return np.zeros((20, 3, 1, 1), np.float32), np.tile(points, 2)


def _add_head(
    nodes: list[NodeProto],
    constants: list[TensorProto],
    name: str,
    source: str,
    weights: np.ndarray,
    bias: np.ndarray,
    per_anchor: int,
) -> str:
    shape = np.array([-1, per_anchor], np.int64)
    for suffix, value in (("w", weights), ("b", bias), ("s", shape)):
        constants.append(numpy_helper.from_array(value, f"{name}.{suffix}"))
    nodes.append(helper.make_node("Conv", [source, f"{name}.w", f"{name}.b"], [f"{name}.c"]))
    nodes.append(helper.make_node("Transpose", [f"{name}.c"], [f"{name}.t"], perm=[0, 2, 3, 1]))
    is_score = per_anchor == 1
    nodes.append(helper.make_node("Reshape", [f"{name}.t", f"{name}.s"], [f"{name}.r" if is_score else name]))
    if is_score:
        nodes.append(helper.make_node("Sigmoid", [f"{name}.r"], [name]))
    return name


def _recogniser(random: np.random.Generator) -> onnx.GraphProto:
    """[n, 3, 112, 112] -> [n, 512]"""
    weights = random.standard_normal((3 * 7 * 7, 512)).astype(np.float32)
    face = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, ["n", 3, 112, 112])
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 512])
    nodes = [
        helper.make_node("AveragePool", ["input.1"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["embedding"]),
    ]
    return helper.make_graph(nodes, "arcface", [face], [embedding], [numpy_helper.from_array(weights, "weights")])
