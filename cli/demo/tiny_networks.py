"""The diffusion engine of the demo: every network tiny and random, in the real file formats. Needs a clone: the
networks are those of the tests."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from engine.errors import EngineUnavailable
from engine.types import Engine

PARAMETERS = {"width": 256, "height": 256, "steps": 8}  # a second per sticker on a CPU


def tiny_engine(folder: Path) -> Engine:
    """Write the networks below `folder` and return the engine on them. Raises `EngineUnavailable`."""
    try:
        from engine.diffusion.engine import DiffusionEngine

        tiny, tiny_parts = (import_module(f"tests.engine.diffusion.{name}") for name in ("tiny", "tiny_parts"))
    except ImportError as error:
        raise EngineUnavailable(f"ENGINE=diffusion needs a clone and the diffusion extra ({error})") from error
    paths = replace(
        tiny.build_all(folder),
        faces=tiny_parts.build_faces(folder / "faces"),
        image_encoder=tiny_parts.build_image_encoder(folder / "image_encoder"),
        depth_estimator=tiny_parts.build_depth_estimator(folder / "depth_estimator"),
        safety=tiny_parts.build_safety_checker(folder / "safety"),
        upscaler=tiny_parts.build_enlarger(folder / "upscaler.pth"),
        hires=tiny_parts.build_hires(folder / "hires"),
    )
    return DiffusionEngine(paths, device="cpu", defaults=PARAMETERS)
