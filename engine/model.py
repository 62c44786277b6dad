"""What can be asked of an engine, as one record: a model's named inputs, its parameters, the files it makes.

Knows no engine: which models run is said by `Engine.models`, which weights a model needs by `engine.weights`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from engine.parameters import Parameter

if TYPE_CHECKING:
    from engine.diffusion.model import DiffusionModel, ModelOptions


class ResultFile(StrEnum):
    """Names of the files of a result. PNGs have alpha and the size that the request asked for."""

    STICKER = "sticker.webp"  # what Telegram takes: 512 px, at most 512 KB
    PICTURE = "picture.png"  # the whole drawing
    CUTOUT = "cutout.png"  # the drawing without its background
    SHEET = "sheet.jpg"  # of a model that makes several stickers: all of them on one picture


MOST_PICTURES = 8  # of one result


def numbered(file: str, number: int) -> str:
    """Return the name of `file` of picture `number` of a result with several: the first has the plain name."""
    stem, _, ending = file.rpartition(".")
    return str(file) if number == 1 else f"{stem}-{number}.{ending}"


FACE = "face"  # the input that every model has: photos of the person
INITIAL = "initial"  # a picture to begin from
MOST_PHOTOS = 32  # of one person; an archive with more is refused where it is read


@dataclass(frozen=True, slots=True)
class Input:
    """One named input of a model: at least `least` and at most `most` photos."""

    name: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Model:
    """A model: `parameters` by name (prompt, style and seed are fields of a request), `outputs` in order.

    `open_diffusion` makes what the diffusion engine runs, with the weights that are on the disk; None where it cannot
    run this model. It imports torch, and raises `EngineUnavailable`.

    For who is far from the engine: `networks_by` names the parameters that choose among a model's sets of networks,
    `batch_by` those that must be equal for two requests to be drawn together.
    """

    name: str
    inputs: tuple[Input, ...]
    parameters: Mapping[str, Parameter]
    outputs: tuple[ResultFile, ...]
    open_diffusion: Callable[[ModelOptions], DiffusionModel[Any, Any]] | None = None
    networks_by: tuple[str, ...] = ()
    batch_by: tuple[str, ...] = ()
