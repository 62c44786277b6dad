"""What a pool, its driver and the engines' processes tell each other, and how it travels between the first two.

Knows no ray.
"""

from __future__ import annotations

import asyncio
import pickle  # noqa: TID251 - both ends are ours and of one version; nothing of it is stored  # nosec B403
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import EngineError
from engine.models import MODELS
from engine.types import Engine, Shape, Step, StickerRequest, StickerResult

BuildEngine = Callable[[], Engine]
Networks = tuple[object, ...]  # names a set of networks: a model, and the parameters that choose among its sets
_LENGTH_BYTES = 8


def networks_of(request: StickerRequest) -> Networks:
    """Return which set of networks draws the request, as far as that can be told without the engine."""
    return _values(request, "networks_by")


def batch_of(request: StickerRequest) -> Networks:
    """Return what is equal of requests that can be drawn together, as far as that can be told without the engine."""
    return networks_of(request) + _values(request, "batch_by")


def _values(request: StickerRequest, names: str) -> Networks:
    model = MODELS.get(request.model)
    if model is None:
        return (request.model,)
    values = [request.parameters.get(name, model.parameters[name].default) for name in getattr(model, names)]
    return (request.model, *values)


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What an engine can do and has loaded, told with each of its answers.

    `at_hand` are sets of networks that need not be loaded, `batching` the models of which it draws several at once.
    `pid` and `node` say where it is.
    """

    name: str
    max_batch: int
    models: frozenset[str]
    parameters: frozenset[str]
    shapes: frozenset[Shape]
    at_hand: frozenset[Networks]
    batching: frozenset[str]
    pid: int
    node: str


# --- from an engine's process to the driver, and on to the pool -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stepped:
    """One step of one request of a batch."""

    index: int
    step: Step


@dataclass(frozen=True, slots=True)
class Drawn:
    """The engine can take another batch; this one's stickers are being finished."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a batch."""

    outcomes: Sequence[StickerResult | EngineError]
    report: EngineReport


@dataclass(frozen=True, slots=True)
class Lost:
    """The engine is gone, and the batch with it."""

    why: str


# --- from the driver to the pool --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfBatch:
    """What is told of a batch, by its number."""

    batch: int
    told: Stepped | Drawn | Done | Lost


@dataclass(frozen=True, slots=True)
class Ready:
    """An engine has been loaded, for the first time or again."""

    engine: int
    report: EngineReport


@dataclass(frozen=True, slots=True)
class Gone:
    """An engine's process has ended; another one is started in its place."""

    engine: int
    why: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An engine says that it cannot be loaded where it is."""

    engine: int
    why: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The driver is part of the cluster."""


@dataclass(frozen=True, slots=True)
class NoCluster:
    """The cluster does not answer, or not as one of ours; the driver has ended."""

    why: str


# --- from the pool to the driver --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """What a driver needs: how to build an engine, where the cluster is ("" starts one), where its files may lie.

    `gpus` are those of an engine, None for one where the cluster has any; one without a GPU takes a CPU core.
    """

    build: BuildEngine
    address: str
    folder: str
    gpus: float | None


@dataclass(frozen=True, slots=True)
class Start:
    """Start an engine under this number, as soon as the cluster has room for it."""

    engine: int


@dataclass(frozen=True, slots=True)
class Stop:
    """End an engine for good."""

    engine: int


@dataclass(frozen=True, slots=True)
class Kill:
    """End an engine that hangs; another one is started in its place."""

    engine: int


@dataclass(frozen=True, slots=True)
class Generate:
    """Draw a batch."""

    batch: int
    engine: int
    requests: Sequence[StickerRequest]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop one request of a batch before its next step."""

    batch: int
    index: int


def write(writer: asyncio.StreamWriter, message: object) -> None:
    """Put a message on its way."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    writer.write(len(data).to_bytes(_LENGTH_BYTES, "big"))
    writer.write(data)


async def read(reader: asyncio.StreamReader) -> Any:
    """Return the next message. Raises `EOFError` where the other end is gone."""
    try:
        length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
        return pickle.loads(await reader.readexactly(length))  # noqa: S301 - see above  # nosec B301
    except (asyncio.IncompleteReadError, OSError) as error:
        raise EOFError from error
