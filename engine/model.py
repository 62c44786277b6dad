"""What can be asked of an engine, as one record: a model's named inputs, its parameters, the files it makes.

Knows no engine: which models run is said by `Engine.models`, which weights a model needs by `engine.weights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.parameters import Parameter


class ResultFile(StrEnum):
    """Names of the files of a result. PNGs have alpha and the size that the request asked for."""

    STICKER = "sticker.webp"  # what Telegram takes: 512 px, at most 512 KB
    PICTURE = "picture.png"  # the whole drawing
    CUTOUT = "cutout.png"  # the drawing without its background


FACE = "face"  # the input that every model has: photos of the person
INITIAL = "initial"  # a picture to begin from


@dataclass(frozen=True, slots=True)
class Input:
    """One named input of a model: at least `least` and at most `most` photos."""

    name: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Model:
    """A model: `parameters` by name (prompt, style and seed are fields of a request), `outputs` in order."""

    name: str
    inputs: tuple[Input, ...]
    parameters: Mapping[str, Parameter]
    outputs: tuple[ResultFile, ...]
