"""What can be asked of the engines, wherever they draw: in this process, or in others on the same store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from engine.types import Shape

EngineFacts = Mapping[str, Any]  # as they stand in a process's row


class EngineAbilities(Protocol):
    """An engine as entrances see it. `models`, `parameters` and `shapes` are as in `engine.types.Engine`."""

    @property
    def engine_name(self) -> str: ...
    @property
    def is_ready(self) -> bool: ...
    @property
    def models(self) -> frozenset[str]: ...
    @property
    def parameters(self) -> frozenset[str]: ...
    @property
    def shapes(self) -> frozenset[Shape]: ...


def facts_of(engine: EngineAbilities) -> dict[str, Any]:
    """Return what other processes are told of an engine."""
    return {
        "name": engine.engine_name,
        "is_ready": engine.is_ready,
        "models": sorted(engine.models),
        "parameters": sorted(engine.parameters),
        "shapes": sorted(engine.shapes),
    }


class EnginesElsewhere:
    """The engines of other processes as one, for a process that draws nothing.

    It can do what all of them can, for any of them may take a job. `find` returns their facts; with none, and none
    known from before, nothing is known: the names are empty.
    """

    def __init__(self, find: Callable[[], Sequence[EngineFacts]]) -> None:
        self._find = find

    @property
    def engine_name(self) -> str:
        return " and ".join(sorted({facts["name"] for facts in self._find()})) or "none yet"

    @property
    def is_ready(self) -> bool:
        return any(facts["is_ready"] for facts in self._find())

    @property
    def models(self) -> frozenset[str]:
        return self._shared("models")

    @property
    def parameters(self) -> frozenset[str]:
        return self._shared("parameters")

    @property
    def shapes(self) -> frozenset[Shape]:
        return frozenset(Shape(name) for name in self._shared("shapes"))

    def _shared(self, name: str) -> frozenset[str]:
        known = [frozenset(facts[name]) for facts in self._find()]
        return frozenset.intersection(*known) if known else frozenset()
