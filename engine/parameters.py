"""What a parameter is, and how a model's dataclass becomes its table: name, type, default, limits, meaning.

Bot, API and command line take names, defaults and limits from a model's table; where a provider's own differ, its
profile says so. Photos, prompt, style and seed are fields of `StickerRequest`, not parameters. Knows no model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, get_type_hints

from engine.errors import ParameterRefused

Value = str | int | float | bool
MAX_TEXT_CHARS = 20_000  # of a prompt and of every other text; a longer one is refused, none is cut


@dataclass(frozen=True, slots=True)
class Parameter:
    """Say what one parameter may be: `choices` of words, `minimum` and `maximum` (both allowed) of numbers."""

    name: str
    kind: type[Value]
    default: Value
    meaning: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, value: object) -> Value:
        """Return `value` as this parameter's type. Raises `ParameterRefused`; no value is bent into its limits."""
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = _as_float(value)
        if self.kind is int and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows one kind of number
        if type(value) is not self.kind:
            raise ParameterRefused(self.name, f"{value!r} is no {self.kind.__name__}")
        assert isinstance(value, str | int | float | bool)  # noqa: S101  what the line above has just checked
        if isinstance(value, str):
            check_text(self.name, value)
        if self.choices and value not in self.choices:
            raise ParameterRefused(self.name, f"{value!r} is none of {', '.join(self.choices)}")
        if self.minimum is None or self.maximum is None:
            return value
        if not self.minimum <= _as_float(value) <= self.maximum:  # "not a number" compares with nothing
            raise ParameterRefused(self.name, f"{value!r} is not within {self.minimum:g} .. {self.maximum:g}")
        return value


def check_text(name: str, text: str) -> None:
    """Raise `ParameterRefused` where `text` is longer than any may be."""
    if len(text) > MAX_TEXT_CHARS:
        raise ParameterRefused(name, f"{len(text)} characters are more than {MAX_TEXT_CHARS}")


def _as_float(value: Value) -> float:
    """A whole number with more digits than a float can hold is out of every limit, not an error of another kind."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def parameter(default: Any, meaning: str, **limits: Any) -> Any:
    """Return a dataclass field that describes a parameter; `limits` are the other fields of `Parameter`."""
    return field(default=default, metadata={"meaning": meaning, **limits})


def parameter_table(dataclass_type: type[Any]) -> Mapping[str, Parameter]:
    """Return the parameters that the fields of a dataclass describe, by name and in order."""
    kinds = get_type_hints(dataclass_type)
    table = {}
    for each in fields(dataclass_type):
        assert each.default is not MISSING  # noqa: S101  a parameter without a default is a mistake in the dataclass
        table[each.name] = Parameter(each.name, kinds[each.name], each.default, **each.metadata)
    return MappingProxyType(table)


def read_parameters(table: Mapping[str, Parameter], values: Mapping[str, object]) -> dict[str, Any]:
    """Return `values`, checked against `table`. Raises `ParameterRefused` for the first that is wrong."""
    for name in values:
        if name not in table:
            raise ParameterRefused(name, f"is none of {', '.join(table)}")
    return {name: table[name].read(value) for name, value in values.items()}
