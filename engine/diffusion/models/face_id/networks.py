"""What one type of ip-adapter-face-id runs, loaded from local files. Knows no photo and no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.diffusion.adapters import FaceIdProjection, check_fits, fuse_face_id_lora, install_adapters
from engine.diffusion.device import onnx_providers
from engine.diffusion.faces import FaceFinder, load_faces
from engine.diffusion.image_encoder import ImageEncoder, load_image_encoder
from engine.diffusion.models.face_id.record import ModelType
from engine.diffusion.networks import DiffusionNetworks, load_base, load_base_sd15, place_base, read_adapter
from engine.diffusion.pictures import MOST_AT_ONCE, Finisher, load_finisher
from engine.diffusion.reading import reading
from engine.errors import EngineUnavailable

if TYPE_CHECKING:
    from engine.diffusion.device import DevicePlacement


@dataclass(frozen=True, slots=True)
class FaceIdPaths:
    """Say where each network lies; what is not there keeps the types that need it from running.

    `adapters` are files by role, `bases` by (role, repository): folders of diffusers, or of SDXL one .safetensors with
    `base_config`. `faces` are folders of .onnx by role. `vae` takes the place of the VAE of the default base of
    Stable Diffusion 1.5, which has none.
    """

    adapters: Mapping[str, Path]
    bases: Mapping[tuple[str, str], Path]
    faces: Mapping[str, Path]
    base_config: Path | None = None
    vae: Path | None = None
    image_encoder: Path | None = None
    matte: Path | None = None
    safety: Path | None = None

    def lacks(self, kind: ModelType, repo: str) -> list[str]:
        """Return the roles that `kind` on the base `repo` needs and that are not there."""
        needed = {
            kind.adapter: kind.adapter in self.adapters,
            kind.faces: kind.faces in self.faces,
            f"{kind.base}={repo}": (kind.base, repo) in self.bases,
            "image_encoder": self.image_encoder is not None or not kind.is_plus,
        }
        return [role for role, is_there in needed.items() if not is_there]


@dataclass(frozen=True, slots=True, eq=False)
class FaceIdParts:
    """Hold what is loaded of one type."""

    kind: ModelType
    networks: DiffusionNetworks
    faces: FaceFinder
    image_encoder: ImageEncoder | None
    finisher: Finisher = field(default_factory=lambda: Finisher(None, None))

    @property
    def projection(self) -> FaceIdProjection:
        """What makes tokens of embeddings."""
        assert self.networks.face_id is not None  # noqa: S101  `load_networks` puts it there
        return self.networks.face_id


def load_parts(
    paths: FaceIdPaths, kind: ModelType, repo: str, placement: DevicePlacement, *, has_safety: bool = True
) -> FaceIdParts:
    """Load everything that `kind` on the base `repo` runs. Raises `EngineUnavailable` naming what is missing."""
    if lacking := paths.lacks(kind, repo):
        raise EngineUnavailable(f"{kind.name}: no weights for {', '.join(lacking)}")
    here = (placement.device, placement.dtype)
    return FaceIdParts(
        kind=kind,
        networks=load_networks(paths, kind, repo, *here),
        faces=load_faces(paths.faces[kind.faces], onnx_providers(placement.device)),
        image_encoder=load_image_encoder(paths.image_encoder, *here) if kind.is_plus and paths.image_encoder else None,
        finisher=load_finisher(paths.matte, paths.safety, placement, has_safety=has_safety),
    )


def load_networks(
    paths: FaceIdPaths,
    kind: ModelType,
    repo: str,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
) -> DiffusionNetworks:
    """Load the base with the adapter of `kind`, its LoRA fused. Raises `EngineUnavailable`.

    A base of its own for every type: nothing of one adapter is left behind for another.
    """
    device, path = torch.device(device), paths.bases[kind.base, repo]
    if kind.is_sdxl:
        base = load_base(path, paths.base_config, None, dtype)
    else:
        base = load_base_sd15(path, None if (path / "vae").is_dir() else paths.vae, dtype)
    adapter = read_adapter(paths.adapters[kind.adapter], kind.adapter)
    assert adapter is not None  # noqa: S101  `read_adapter` returns None for no path alone
    with reading(kind.adapter, paths.adapters[kind.adapter]):
        check_fits(base.unet, adapter["ip_adapter"])
        fuse_face_id_lora(base.unet, adapter["ip_adapter"])
        projection = FaceIdProjection.from_weights(adapter["image_proj"], has_shortcut=kind.has_shortcut)
    placed = place_base(base, device, dtype)
    attention = {name: weight.to(device, dtype) for name, weight in adapter["ip_adapter"].items() if "_ip." in name}
    return DiffusionNetworks(
        **placed,
        scales=install_adapters(placed["unet"], [attention], 2 * MOST_AT_ONCE).to(device),
        face_id=projection.to(device, dtype),
    )
