"""Everything face-to-sticker runs, loaded once from local files. Knows no photo and no request."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.diffusion.adapters import check_fits, install_adapters
from engine.diffusion.device import onnx_providers
from engine.diffusion.faces import FaceFinder, load_faces
from engine.diffusion.image_encoder import ImageEncoder, load_image_encoder
from engine.diffusion.models.face_to_sticker.depth import DepthEstimator, load_depth_estimator
from engine.diffusion.models.face_to_sticker.enlarge import load_enlarger
from engine.diffusion.models.face_to_sticker.upscale import Upscaler, load_hires
from engine.diffusion.networks import (
    DiffusionNetworks,
    load_base,
    load_controlnet,
    place_base,
    read_adapter,
    read_resampler,
)
from engine.diffusion.pictures import load_finisher
from engine.diffusion.reading import reading
from engine.diffusion.safety import SafetyChecker
from engine.errors import EngineUnavailable
from engine.matte import MattingModel

if TYPE_CHECKING:
    from engine.diffusion.adapters import Resampler
    from engine.diffusion.device import DevicePlacement

EMBEDDING_WIDTH = 512  # of ArcFace
MOST_ROWS = 16  # of the scales' buffer at first: a batch of eight with guidance


@dataclass(frozen=True, slots=True)
class FaceToStickerPaths:
    """Say where each network lies. What is None is left out, and the picture is made without it.

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

    @property
    def lacks_to_upscale(self) -> list[str]:
        """Roles that upscaling needs and that are not there."""
        return [role for role in ("upscaler", "hires") if getattr(self, role) is None]

    def check(self) -> None:
        """Raise `EngineUnavailable` with every role whose path does not exist."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        missing = {role: path for role, path in given.items() if path is not None and not path.exists()}
        if missing:
            raise EngineUnavailable("; ".join(f"{role}: nothing at {path}" for role, path in missing.items()))


@dataclass(frozen=True, slots=True, eq=False)
class FaceToStickerParts:
    """Hold what is loaded; what is None was not given, and stickers are made without it."""

    networks: DiffusionNetworks
    faces: FaceFinder
    image_encoder: ImageEncoder | None
    depth: DepthEstimator | None
    matting: MattingModel | None
    checker: SafetyChecker | None
    upscaler: Upscaler | None


def load_parts(paths: FaceToStickerPaths, placement: DevicePlacement, *, has_safety: bool = True) -> FaceToStickerParts:
    """Load everything; takes seconds to minutes. Without `has_safety` no picture is checked.

    Raises `EngineUnavailable` naming what is missing or unreadable, and where a role is left out that another needs.
    """
    paths.check()
    needed = {  # said at once: the first photo would meet it otherwise
        "faces": True,
        "image_encoder": paths.plus_face_adapter is not None,
        "depth_estimator": paths.depth_net is not None,
        "safety": has_safety,
    }
    lacking = [role for role, is_needed in needed.items() if is_needed and getattr(paths, role) is None]
    if lacking:
        hint = "; SAFETY_CHECKER=false runs without one" if "safety" in lacking else ""
        raise EngineUnavailable(f"no weights for {', '.join(lacking)}{hint}")
    assert paths.faces is not None  # noqa: S101  checked with the other roles
    here = (placement.device, placement.dtype)
    providers = onnx_providers(placement.device)
    finisher = load_finisher(paths.matte, paths.safety, placement, has_safety=has_safety)
    networks = load_networks(paths, *here)
    encoder = load_image_encoder(paths.image_encoder, *here) if paths.image_encoder else None
    wanted = networks.photo_resampler and networks.photo_resampler.proj_in.in_features
    if encoder and wanted and encoder.width != wanted:
        raise EngineUnavailable(
            f"plus_face_adapter: {paths.plus_face_adapter} reads images {wanted} wide, "
            f"and {paths.image_encoder} makes them {encoder.width} wide"
        )
    return FaceToStickerParts(
        networks=networks,
        faces=load_faces(paths.faces, providers),
        image_encoder=encoder,
        depth=load_depth_estimator(paths.depth_estimator, *here) if paths.depth_estimator else None,
        matting=finisher.matting,
        checker=finisher.checker,
        upscaler=Upscaler(load_enlarger(paths.upscaler, *here), load_hires(paths.hires, *here))
        if paths.upscaler and paths.hires
        else None,
    )


def load_networks(
    paths: FaceToStickerPaths, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> DiffusionNetworks:
    """Load what `denoise`, `decode` and the text encoders need. Takes seconds to minutes.

    The LoRA is fused into the UNet and both text encoders. With `dtype` float16 the VAE stays float32, which
    overflows otherwise. Raises `EngineUnavailable` naming what is missing or unreadable.
    """
    paths.check()
    device = torch.device(device)
    base = load_base(paths.base, paths.base_config, paths.lora, dtype)
    adapter_paths = {"instantid_adapter": paths.instantid_adapter, "plus_face_adapter": paths.plus_face_adapter}
    read = {role: adapter for role, path in adapter_paths.items() if (adapter := read_adapter(path, role))}
    placed = place_base(base, device, dtype)
    unet = placed["unet"]
    for role, adapter in read.items():
        with reading(role, adapter_paths[role] or Path()):
            check_fits(unet, adapter["ip_adapter"])
    attention = [
        {name: weight.to(device, dtype) for name, weight in adapter["ip_adapter"].items()} for adapter in read.values()
    ]

    def resampler(role: str, source: int | None = None) -> Resampler | None:
        if role not in read:
            return None
        return read_resampler(role, adapter_paths[role], read[role]["image_proj"], unet, source).to(device, dtype)

    return DiffusionNetworks(
        **placed,
        face_resampler=resampler("instantid_adapter", EMBEDDING_WIDTH),
        photo_resampler=resampler("plus_face_adapter"),
        scales=install_adapters(unet, attention, MOST_ROWS).to(device),
        identity=load_controlnet("identity_net", paths.identity_net, paths.identity_net, unet, device, dtype),
        depth=load_controlnet("depth_net", paths.depth_net, paths.identity_net, unet, device, dtype),
    )
