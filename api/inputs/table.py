"""What request bodies are made of: the fields of an endpoint, and what a body read against them gives.

`api.inputs.validation` reads. Knows no provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = str | int | float | bool

ARCHIVE = "archive"  # beside the model's own inputs: a zip archive of photos of its "face"


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
SIZE_SCHEMA_MOST_PX = 14_142  # of the hosted schema; beyond SIZE_MOST_PX the server says so in another way
SIZE_LEAST_PX, SIZE_MOST_PX = 64, 2048
EVENTS = ("start", "output", "logs", "completed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a body. `parameter` is the engine's name of it, where it has one; `input` is the model's
    input that the field gives, or ARCHIVE.

    `minimum` and `maximum` are allowed themselves. `default` None means there is none. A SEED with a minimum, -1, takes
    any negative number for a random one.
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
    input: str | None = None
    example: Any = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field: `path` leads to it within the body, `type` is a word that programs compare."""

    path: tuple[str, ...]
    type: str
    message: str
    context: Mapping[str, Any] = field(default_factory=dict)


# What no single field shows, checked once all are good.
Check = Callable[[Mapping[str, Any]], Iterator[Problem]]


def no_check(_values: Mapping[str, Any]) -> Iterator[Problem]:
    """Find nothing: for a table whose fields say everything."""
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One endpoint of a provider. `model` is the engine's name of it; `is_lax` reads numbers out of strings.

    `component` is what its schemas are called in the OpenAPI document.
    """

    provider: str
    path: str
    component: str
    model: str
    title: str
    description: str
    fields: tuple[Field, ...]
    is_lax: bool = False
    check: Check = no_check

    @property
    def input_fields(self) -> dict[str, str]:
        """Return the provider's names of the inputs, by the model's."""
        return {each.input: each.name for each in self.fields if each.input}

    @property
    def example(self) -> dict[str, Any]:
        """Return a body with the fields that must be there."""
        return {each.name: each.example for each in self.fields if each.is_required}


@dataclass(frozen=True, slots=True)
class Reading:
    """A body, read. `values` has every field in the table's order, defaults filled in; `given` what the caller sent."""

    table: Table
    values: dict[str, Any]
    given: frozenset[str]
    problems: tuple[Problem, ...]

    def forget_inputs(self) -> None:
        """Let go of the files among the values."""
        self.values.update(dict.fromkeys(self.table.input_fields.values()))

    @property
    def prompt(self) -> str:
        return str(self.values.get("prompt") or "")

    @property
    def seed(self) -> int | None:
        seed = self.values.get("seed")
        return None if seed is None else int(seed)

    @property
    def inputs(self) -> dict[str, str]:
        """Return what was given, by input: an address, a data URI, or base64."""
        named = ((name, self.values.get(field_name)) for name, field_name in self.table.input_fields.items())
        return {name: str(source) for name, source in named if source}

    @property
    def parameters(self) -> dict[str, Value]:
        """Return what the engine is asked: its own names, the provider's defaults filled in."""
        asked: dict[str, Value] = {}
        for each in self.table.fields:
            value = self.values.get(each.name)
            if each.kind is FieldKind.SIZE and value is not None:
                size = SIZES[value] if isinstance(value, str) else (value["width"], value["height"])
                asked["width"], asked["height"] = size
            elif each.parameter and value is not None:
                asked[each.parameter] = value
        return asked

    @property
    def given_parameters(self) -> frozenset[str]:
        """Return the engine's names of the parameters that the caller chose himself."""
        return frozenset(each.parameter for each in self.table.fields if each.parameter and each.name in self.given)
