"""What photomaker runs, loaded from local files. Knows no photo and no request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file

from engine.diffusion.adapters import ScaleBank
from engine.diffusion.device import onnx_providers
from engine.diffusion.faces import FaceFinder, load_faces
from engine.diffusion.models.photomaker.identity import IdentityEncoder
from engine.diffusion.models.photomaker.record import STYLED
from engine.diffusion.models.photomaker.words import add_trigger
from engine.diffusion.networks import DiffusionNetworks, load_base, place_base
from engine.diffusion.pictures import Finisher, load_finisher
from engine.diffusion.reading import check_weights, reading
from engine.errors import EngineUnavailable

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.device import DevicePlacement

logger = logging.getLogger(__name__)

STYLE_LORA_SCALE = 0.5
_PARTS = ("id_encoder", "lora_weights")


@dataclass(frozen=True, slots=True)
class PhotoMakerPaths:
    """Say where each network lies.

    `adapter` is photomaker-v1.bin, or the same as a .safetensors; `bases` are by base pipeline: folders of diffusers,
    or a .safetensors with `base_config`. `style_lora` goes with the base of photomaker-style. `faces`, a folder of
    .onnx that another model brought, tells people apart and measures likeness; it draws without.
    """

    adapter: Path
    bases: Mapping[str, Path]
    base_config: Path | None = None
    style_lora: Path | None = None
    faces: Path | None = None
    matte: Path | None = None
    safety: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMakerParts:
    """Hold what is loaded of one base pipeline."""

    pipeline: str
    networks: DiffusionNetworks
    identity: IdentityEncoder
    faces: FaceFinder | None = None
    finisher: Finisher = field(default_factory=lambda: Finisher(None, None))


def load_parts(
    paths: PhotoMakerPaths, pipeline: str, placement: DevicePlacement, *, has_safety: bool = True
) -> PhotoMakerParts:
    """Load everything that a base pipeline runs. Raises `EngineUnavailable`."""
    if pipeline not in paths.bases:
        raise EngineUnavailable(f"no weights for the base of {pipeline}")
    device, dtype = placement.device, placement.dtype
    adapter = read_photomaker(paths.adapter)
    base = load_base(paths.bases[pipeline], paths.base_config, None, dtype)
    with reading("photomaker_adapter", paths.adapter):
        fuse(base, dict(adapter["lora_weights"]), 1.0)
        identity = IdentityEncoder.from_weights(adapter["id_encoder"])
        for network in (identity, base.unet):
            check_weights("photomaker_adapter", paths.adapter, network)
    if pipeline == STYLED and paths.style_lora is not None:
        with reading("photomaker_style_lora", paths.style_lora):
            fuse(base, load_file(paths.style_lora), STYLE_LORA_SCALE)
            check_weights("photomaker_style_lora", paths.style_lora, base.unet)
    placed = place_base(base, device, dtype)
    for encoder in placed["text_encoders"]:
        add_trigger(encoder.tokenizer)
    return PhotoMakerParts(
        pipeline=pipeline,
        networks=DiffusionNetworks(**placed, scales=ScaleBank(0, 2)),
        identity=identity.to(device, dtype),
        faces=_faces(paths.faces, placement),
        finisher=load_finisher(paths.matte, paths.safety, placement, has_safety=has_safety),
    )


def _faces(folder: Path | None, placement: DevicePlacement) -> FaceFinder | None:
    if folder is None:
        return None
    try:
        return load_faces(folder, onnx_providers(placement.device))
    except EngineUnavailable as error:
        logger.info("photomaker goes on without telling people apart: %s", error)
        return None


def fuse(base: Any, weights: dict[str, Tensor], scale: float) -> None:
    """Fuse a LoRA into the UNet, and into the text encoders where it has parts for them, for good."""
    base.load_lora_weights(weights)
    base.fuse_lora(lora_scale=scale)
    base.unload_lora_weights()


def read_photomaker(path: Path) -> dict[str, dict[str, Tensor]]:
    """Return the file's `id_encoder` and `lora_weights` parts. Raises `EngineUnavailable`."""
    with reading("photomaker_adapter", path):
        if path.suffix != ".safetensors":
            nested = torch.load(path, map_location="cpu", weights_only=True)
            return {part: dict(nested[part]) for part in _PARTS}
        parts: dict[str, dict[str, Tensor]] = {part: {} for part in _PARTS}
        for name, weight in load_file(path).items():
            part, _, rest = name.partition(".")
            parts[part][rest] = weight
        return parts
