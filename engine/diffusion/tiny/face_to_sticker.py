"""Every network of face-to-sticker, tiny and random, on the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths
from engine.diffusion.tiny import parts, sdxl


def build_paths(folder: Path, flags_everything: bool = False) -> FaceToStickerPaths:
    """Write all networks below `folder`; `flags_everything` makes a safety checker that lets nothing pass."""
    return replace(
        build_sdxl(folder),
        faces=parts.build_faces(folder / "faces"),
        image_encoder=parts.build_image_encoder(folder / "image_encoder"),
        depth_estimator=parts.build_depth_estimator(folder / "depth_estimator"),
        safety=parts.build_safety_checker(folder / "safety", flags_everything),
        upscaler=parts.build_enlarger(folder / "upscaler.pth"),
        hires=parts.build_hires(folder / "hires"),
    )


def build_sdxl(folder: Path) -> FaceToStickerPaths:
    """Write every network of the SDXL side below `folder` and return their paths."""
    base = sdxl.build_base(folder / "base")
    return FaceToStickerPaths(
        base=base,
        lora=sdxl.build_lora(folder / "lora" / "stickers.safetensors", base),
        instantid_adapter=sdxl.build_instantid(folder / "ip-adapter.bin", base),
        identity_net=sdxl.build_controlnet(folder / "ControlNetModel", base, seed=5),
        depth_net=sdxl.build_controlnet(folder / "depth", base, seed=6),
        plus_face_adapter=sdxl.build_plus_face(folder / "ip-adapter-plus-face.safetensors", base),
    )
