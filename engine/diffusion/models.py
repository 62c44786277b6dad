"""Everything face-to-sticker runs, loaded once: the networks of the loop and those around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from engine.diffusion.depth import DepthEstimator, load_depth_estimator
from engine.diffusion.enlarge import load_enlarger
from engine.diffusion.faces import FaceFinder, load_faces
from engine.diffusion.image_prompt import ImageEncoder, load_image_encoder
from engine.diffusion.networks import FaceToStickerPaths, Networks, load_networks
from engine.diffusion.safety import Checker, load_safety_checker
from engine.diffusion.upscale import Upscaler, load_hires
from engine.errors import EngineUnavailable
from engine.matte import Matter, RembgMatter, load_matter
from engine.models import FACE_TO_STICKER
from engine.weights import NO_OVERRIDES, weights_report
from engine.weights_lock import FileState

if TYPE_CHECKING:
    from engine.diffusion.device import Placement


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """What is None was not given; `generate` goes without it."""

    networks: Networks
    faces: FaceFinder
    image_encoder: ImageEncoder | None
    depth: DepthEstimator | None
    matter: Matter | None
    checker: Checker | None
    upscaler: Upscaler | None


def find_paths(folder: Path, overrides: Mapping[str, str] = NO_OVERRIDES) -> FaceToStickerPaths:
    """Return where the weights of face-to-sticker lie below `folder`.

    Raises `EngineUnavailable` with what is missing, half there or damaged and how to mend it.
    """
    report = weights_report(folder, FACE_TO_STICKER.name, overrides)
    if not report.is_complete:
        lacking = ", ".join(f"{each.role.name} ({each.state})" for each in report.unusable)
        raise EngineUnavailable(
            f"weights of {FACE_TO_STICKER.name} are not all in {folder}: {lacking}; run stickerface download"
        )
    known = {field.name for field in fields(FaceToStickerPaths)}
    usable = (FileState.READY, FileState.UNRECORDED)
    found = {each.role.name: each.path for each in report.roles if each.state in usable and each.role.name in known}
    return FaceToStickerPaths(**found)


def load_models(paths: FaceToStickerPaths, place: Placement, *, has_safety: bool = True) -> Models:
    """Load everything; takes seconds to minutes. Without `has_safety` no picture is checked.

    Raises `EngineUnavailable` naming what is missing or unreadable, and where a role is left out that another needs.
    """
    _check_roles(paths, has_safety=has_safety)
    here = (place.device, place.dtype)
    providers = _onnx_providers(place.device.type)
    assert paths.faces is not None  # noqa: S101  checked with the other roles
    return Models(
        networks=load_networks(paths, *here),
        faces=load_faces(paths.faces, providers),
        image_encoder=load_image_encoder(paths.image_encoder, *here) if paths.image_encoder else None,
        depth=load_depth_estimator(paths.depth_estimator, *here) if paths.depth_estimator else None,
        matter=_load_matter(paths.matte, providers),
        checker=load_safety_checker(paths.safety, *here) if has_safety and paths.safety else None,
        upscaler=_load_upscaler(paths, place),
    )


def _check_roles(paths: FaceToStickerPaths, *, has_safety: bool) -> None:
    """Say at once what would otherwise be met by the first photo."""
    if missing := paths.missing():
        raise EngineUnavailable("; ".join(f"{role}: nothing at {path}" for role, path in missing.items()))
    needed = {
        "faces": True,
        "image_encoder": paths.plus_face_adapter is not None,
        "depth_estimator": paths.depth_net is not None,
        "safety": has_safety,
    }
    lacking = [role for role, is_needed in needed.items() if is_needed and getattr(paths, role) is None]
    if lacking:
        hint = "; SAFETY_CHECKER=false runs without one" if "safety" in lacking else ""
        raise EngineUnavailable(f"no weights for {', '.join(lacking)}{hint}")


def _load_upscaler(paths: FaceToStickerPaths, place: Placement) -> Upscaler | None:
    if paths.upscaler is None or paths.hires is None:
        return None
    here = (place.device, place.dtype)
    return Upscaler(load_enlarger(paths.upscaler, *here), load_hires(paths.hires, *here))


def _load_matter(path: Path | None, providers: tuple[str, ...]) -> Matter | None:
    if path is None or path.is_dir():
        return load_matter(path)
    return RembgMatter(path, providers)


def _onnx_providers(device_type: str) -> tuple[str, ...]:
    """The GPU where onnxruntime was built for one, and the CPU for what it cannot do."""
    import onnxruntime

    wanted = {"cuda": "CUDAExecutionProvider"}.get(device_type)
    found = (wanted,) if wanted in onnxruntime.get_available_providers() else ()
    return (*found, "CPUExecutionProvider")
