"""The diffusion engine of the demo: every network tiny and random, in the real file formats. Needs a clone: the
networks are those of the tests."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from engine.errors import EngineUnavailable
from engine.types import Engine

PARAMETERS = {"width": 256, "height": 256, "steps": 8}  # a second per sticker on a CPU


def tiny_engine(folder: Path, preview_every: int) -> Engine:
    """Write the networks below `folder` and return the engine on them. Raises `EngineUnavailable`."""
    try:
        from engine.diffusion.engine import DiffusionEngine

        whole = import_module("tests.engine.diffusion.whole")
    except ImportError as error:
        raise EngineUnavailable(f"ENGINE=diffusion needs a clone and the diffusion extra ({error})") from error
    return DiffusionEngine(whole.build_paths(folder), device="cpu", preview_every=preview_every, defaults=PARAMETERS)
