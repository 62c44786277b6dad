"""What a provider's table is made of, and what a body read against one gives. `api.reading` reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = str | int | float | bool


class FieldKind(StrEnum):
    """What a field holds. IMAGE and ARCHIVE are addresses, SIZE is a name or {width, height}, SEED a whole number."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    IMAGE = "image"
    ARCHIVE = "archive"
    SIZE = "size"
    SEED = "seed"
    URL = "url"
    EVENTS = "events"


SIZES: Mapping[str, tuple[int, int]] = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
SIZE_DEFAULT_PX = 512  # of a side that {width, height} leaves out
SIZE_SCHEMA_MOST_PX = 14_142  # fal's own schema; beyond SIZE_MOST_PX the server says so in another way
SIZE_LEAST_PX, SIZE_MOST_PX = 64, 2048
EVENTS = ("start", "output", "logs", "completed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a body. `parameter` is the engine's name of it, where the engine has one.

    `minimum` and `maximum` are allowed themselves. `default` None means there is none.
    """

    name: str
    kind: FieldKind
    meaning: str
    default: Any = None
    is_required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    parameter: str | None = None
    example: Any = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field; `path` leads to it within the body, `type` is a word that programs compare."""

    path: tuple[str, ...]
    type: str
    message: str
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loc(self) -> tuple[str, ...]:
        return ("body", *self.path)

    def to_json(self) -> dict[str, Any]:
        """As it is kept with a job."""
        return {"path": list(self.path), "type": self.type, "message": self.message, "context": dict(self.context)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Problem:
        return cls(tuple(entry["path"]), entry["type"], entry["message"], entry["context"])


# What no single field shows, checked once all are good.
Check = Callable[[Mapping[str, Any]], Iterator[Problem]]


def no_check(_values: Mapping[str, Any]) -> Iterator[Problem]:
    """A table whose fields say everything."""
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One endpoint of a provider. `model` is the engine's name; `is_lax` reads numbers out of strings."""

    provider: str
    path: str
    model: str
    title: str
    description: str
    fields: tuple[Field, ...]
    is_lax: bool = False
    check: Check = no_check

    @property
    def input_fields(self) -> dict[str, str]:
        """This provider's names of the inputs that can turn out to be unusable: "photo" and "archive"."""
        kinds = {FieldKind.ARCHIVE: "archive", FieldKind.IMAGE: "photo"}
        named = [(kinds[each.kind], each.name) for each in reversed(self.fields) if each.kind in kinds]
        return dict(named)  # the first of a kind wins


@dataclass(frozen=True, slots=True)
class Reading:
    """A body, read. `values` has every field in the table's order, defaults filled in; `given` what the caller sent."""

    table: Table
    values: Mapping[str, Any]
    given: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def prompt(self) -> str:
        return str(self._of("prompt") or "")

    @property
    def seed(self) -> int | None:
        seed = self._of("seed")
        return None if seed is None else int(seed)

    @property
    def photo(self) -> str | None:
        return self._source("photo")

    @property
    def archive(self) -> str | None:
        return self._source("archive")

    def _source(self, kind: str) -> str | None:
        name = self.table.input_fields.get(kind)
        return self._of(name) or None if name else None

    def _of(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def parameters(self) -> dict[str, Value]:
        """What the engine is asked: its own names, the provider's defaults filled in."""
        asked: dict[str, Value] = {}
        for each in self.table.fields:
            value = self.values.get(each.name)
            if each.kind is FieldKind.SIZE:
                asked["width"], asked["height"] = size_px(value)
            elif each.parameter and value is not None:
                asked[each.parameter] = value
        return asked

    @property
    def given_parameters(self) -> frozenset[str]:
        """The engine's names of the parameters that the caller chose himself."""
        return frozenset(each.parameter for each in self.table.fields if each.parameter and each.name in self.given)


def size_px(value: Any) -> tuple[int, int]:
    """(width, height) of a good SIZE value."""
    if isinstance(value, str):
        return SIZES[value]
    return value["width"], value["height"]
