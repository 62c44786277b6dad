"""Mattes from a network: rembg, where its weights are on disk. Never downloads; knows no face and no style."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from engine.errors import EngineUnavailable
from engine.pixels import Matte, Rgb

# rembg's names for its models, the best for one person first; the file is `<name>.onnx`
MODELS = ("birefnet-portrait", "isnet-general-use", "u2net_human_seg", "u2net", "silueta", "u2netp")


class MattingModel(Protocol):
    """Segments the person from the background, with soft edges."""

    def matte(self, photo: Rgb) -> Matte:
        """Return the person's matte, (height, width) like `photo`, 0 background .. 1 person."""


def find_model(directory: Path) -> Path | None:
    """Return the best of MODELS in `directory`, flat or one folder down as rembg and the download keep it, or None."""
    places = (place for name in MODELS for place in (f"{name}.onnx", f"*/{name}.onnx"))
    return next((path for place in places for path in sorted(directory.glob(place)) if path.is_file()), None)


def load_matting_model(directory: Path | None) -> MattingModel | None:
    """Load the best model in `directory`; None where there is no directory or no model.

    Raises `EngineUnavailable` where the model is there but cannot be run.
    """
    model = find_model(directory) if directory else None
    return RembgMattingModel(model) if model else None


class RembgMattingModel:
    """Run one of rembg's networks from a local file; on the CPU unless `providers` says otherwise."""

    def __init__(self, model: Path, providers: Sequence[str] = ("CPUExecutionProvider",)) -> None:
        """`model` is `<one of MODELS>.onnx`. Raises `EngineUnavailable` without rembg or where it cannot be read."""
        self._session = _session(model, list(providers))

    def matte(self, photo: Rgb) -> Matte:
        """Return the network's matte of `photo`; it sees the whole picture at its own fixed size."""
        try:
            # rembg stretches what the network says to 0 .. 1, and divides by zero where it says the same everywhere
            with np.errstate(invalid="raise"):
                mask = self._session.predict(Image.fromarray(photo))[0]
        except FloatingPointError:
            return np.zeros(photo.shape[:2], np.float32)
        return np.asarray(mask, dtype=np.float32) / np.float32(255)


def _session(model: Path, providers: list[str]) -> Any:
    """Make rembg's session for `model`; importing rembg takes seconds, so it waits until a model is found."""
    try:
        import onnxruntime
        from rembg.sessions import sessions_class
    except ImportError as error:
        raise EngineUnavailable(f"{model.name} is there, rembg is not installed") from error
    kind = next((each for each in sessions_class if each.name() == model.stem), None)
    if kind is None:
        raise EngineUnavailable(f"{model.name} is none of rembg's models")

    class Local(kind):  # type: ignore[misc, valid-type]
        """Where rembg would download the file, or refuse one outside its own home, take ours."""

        @classmethod
        def download_models(cls, *args: object, **kwargs: object) -> str:
            return str(model)

    try:
        return Local(model.stem, onnxruntime.SessionOptions(), providers=providers)
    except Exception as error:  # of an empty, half or foreign file; onnxruntime has a class for each
        raise EngineUnavailable(f"matte: {model} cannot be read: {type(error).__name__}") from error
