"""The diffusion engine of the demo: every network tiny and random, in the real file formats."""

from __future__ import annotations

from pathlib import Path

from engine.errors import EngineUnavailable
from engine.types import Engine

PARAMETERS = {"width": 256, "height": 256, "steps": 8}  # a second per sticker on a CPU


def tiny_engine(folder: Path, preview_every: int) -> Engine:
    """Write the networks below `folder` and return the engine on them. Raises `EngineUnavailable`."""
    try:
        from engine.diffusion.engine import DiffusionEngine
        from engine.diffusion.models.face_to_sticker.model import FaceToSticker
        from engine.diffusion.tiny.face_to_sticker import build_paths
    except ImportError as error:
        raise EngineUnavailable(f"ENGINE=diffusion needs the diffusion extra ({error})") from error
    model = FaceToSticker(build_paths(folder), defaults=PARAMETERS)
    return DiffusionEngine([model], device="cpu", preview_every=preview_every)
