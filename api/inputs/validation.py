"""Reads a body against a provider's table, value by value.

Two manners: fal's servers are pydantic in its lax mode ("20" is 20), the others' are strict JSON (512.0 is 512, "512"
is refused). An unknown field is ignored and an explicit null is as if it were absent, everywhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from api.inputs.fetch import MAX_INLINE_CHARS, MAX_URL_CHARS, is_inline
from api.inputs.table import (
    EVENTS,
    SIZE_DEFAULT_PX,
    SIZE_LEAST_PX,
    SIZE_MOST_PX,
    SIZE_SCHEMA_MOST_PX,
    SIZES,
    Field,
    FieldKind,
    Problem,
    Reading,
    Table,
)
from engine.parameters import MAX_TEXT_CHARS
from service.limits import MAX_SEED

SHOWN_CHARS = 80


def read(table: Table, body: Mapping[str, Any], *, is_lax: bool | None = None) -> Reading:
    """Read `body`; what is wrong is in the result, every problem at once, in the table's order.

    `is_lax` None is as the table says.
    """
    is_lax = table.is_lax if is_lax is None else is_lax
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    given = frozenset(each.name for each in table.fields if body.get(each.name) is not None)
    for each in table.fields:
        if each.name in given:
            try:
                values[each.name] = _read_value(each, body[each.name], is_lax=is_lax)
            except _Refused as refused:
                problems += refused.problems
                values[each.name] = None
        else:
            values[each.name] = each.default
            if each.is_required:
                problems.append(Problem((each.name,), "missing", "Field required"))
    if not problems:
        problems += table.check(values)
    return Reading(table, values, given, tuple(problems))


class _Refused(Exception):
    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def _refuse(path: tuple[str, ...], kind: str, message: str, **context: Any) -> _Refused:
    return _Refused(Problem(path, kind, message, context))


def _read_value(each: Field, value: Any, *, is_lax: bool) -> Any:
    path = (each.name,)
    read_out: Any
    match each.kind:
        case FieldKind.STRING | FieldKind.URL:
            read_out = _text(path, value, MAX_TEXT_CHARS)
        case FieldKind.IMAGE | FieldKind.ARCHIVE:
            read_out = _source_text(path, value)
        case FieldKind.CHOICE:
            read_out = _choice(path, value, each.choices)
        case FieldKind.BOOLEAN:
            read_out = _boolean(path, value, is_lax=is_lax)
        case FieldKind.NUMBER:
            read_out = _within(path, _number(path, value, is_lax=is_lax), each)
        case FieldKind.INTEGER:
            read_out = _within(path, _whole(path, value, is_lax=is_lax), each)
        case FieldKind.SEED:
            # Any whole number is a seed to these services; ours are 32 bits.
            number = _whole(path, value, is_lax=is_lax)
            read_out = None if each.minimum is not None and number < 0 else number % (MAX_SEED + 1)
        case FieldKind.SIZE:
            read_out = _size(path, value, is_lax=is_lax)
        case FieldKind.EVENTS:
            read_out = _events(path, value)
    return read_out


def _text(path: tuple[str, ...], value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise _refuse(path, "string_type", "Input should be a valid string")
    if len(value) > most:
        raise _refuse(path, "string_too_long", f"String should have at most {most} characters", max_length=most)
    # A lone surrogate is JSON, but no text: it could be neither stored nor answered.
    return value.encode("utf-8", "replace").decode("utf-8")


def _source_text(path: tuple[str, ...], value: Any) -> str:
    text = _text(path, value, MAX_INLINE_CHARS).strip()
    if not text:
        raise _refuse(path, "string_too_short", "String should have at least 1 character", min_length=1)
    # A web address is kept with its job, and read again by every question about it.
    return text if is_inline(text) else _text(path, text, MAX_URL_CHARS)


def _choice(path: tuple[str, ...], value: Any, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        expected = " or ".join(f"'{choice}'" for choice in choices)
        raise _refuse(path, "literal_error", f"Input should be {expected}", expected=expected)
    return value


_BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def _boolean(path: tuple[str, ...], value: Any, *, is_lax: bool) -> bool:
    if isinstance(value, bool):
        return value
    if is_lax and isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if is_lax and isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    kind = "bool_parsing" if is_lax and isinstance(value, str) else "bool_type"
    raise _refuse(path, kind, "Input should be a valid boolean")


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def _number(path: tuple[str, ...], value: Any, *, is_lax: bool, kind: str = "float") -> float | int:
    if isinstance(value, str) and is_lax:
        text = value.strip()
        if len(text) > SHOWN_CHARS or not _NUMBER.fullmatch(text):
            raise _refuse(path, f"{kind}_parsing", f"Input should be a valid {_NOUN[kind]}, unable to parse string")
        value = int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(path, f"{kind}_type", f"Input should be a valid {_NOUN[kind]}")
    if isinstance(value, float) and not math.isfinite(value):
        raise _refuse(path, "finite_number", "Input should be a finite number")
    return value


_NOUN = {"float": "number", "int": "integer"}


def _whole(path: tuple[str, ...], value: Any, *, is_lax: bool) -> int:
    number = _number(path, value, is_lax=is_lax, kind="int")
    if number != int(number):
        raise _refuse(path, "int_from_float", "Input should be a valid integer, got a number with a fractional part")
    return int(number)


def _within(path: tuple[str, ...], number: float, each: Field) -> float:
    """Return the number as the field's own type. Raises `_Refused` beyond its limits."""
    if each.minimum is not None and number < each.minimum:
        least = plain(each.minimum)
        raise _refuse(path, "greater_than_equal", f"Input should be greater than or equal to {least}", ge=least)
    if each.maximum is not None and number > each.maximum:
        most = plain(each.maximum)
        raise _refuse(path, "less_than_equal", f"Input should be less than or equal to {most}", le=most)
    return float(number) if each.kind is FieldKind.NUMBER else number


def plain(number: float) -> float:
    """Return a limit as it is shown: 20, not 20.0."""
    return int(number) if number == int(number) else number


_SIDE = {
    side: Field(name=side, kind=FieldKind.INTEGER, meaning="px", minimum=SIZE_LEAST_PX, maximum=SIZE_SCHEMA_MOST_PX)
    for side in ("width", "height")
}


def _size(path: tuple[str, ...], value: Any, *, is_lax: bool) -> str | dict[str, int]:
    if isinstance(value, str):
        return _choice(path, value, tuple(SIZES))
    if not isinstance(value, Mapping):
        raise _refuse(path, "model_type", "Input should be a valid size: a name, or an object with width and height")
    sides: dict[str, int] = {}
    problems: list[Problem] = []
    for name, side in _SIDE.items():
        given = value.get(name)
        try:
            whole = SIZE_DEFAULT_PX if given is None else _whole((*path, name), given, is_lax=is_lax)
            sides[name] = int(_within((*path, name), whole, side))
        except _Refused as refused:
            problems += refused.problems
    if problems:
        raise _Refused(*problems)
    if max(sides.values()) > SIZE_MOST_PX:
        message = f"The picture may have at most {SIZE_MOST_PX} px a side"
        raise _refuse(path, "image_too_large", message, max_width=SIZE_MOST_PX, max_height=SIZE_MOST_PX)
    return sides


def _events(path: tuple[str, ...], value: Any) -> list[str]:
    if not isinstance(value, list) or not value or len(value) > len(EVENTS) + 1:
        raise _refuse(path, "list_type", "Input should be a list of events")
    for event in value:
        if not isinstance(event, str) or event not in (*EVENTS, "*"):
            raise _refuse(path, "literal_error", f"Events are {', '.join(EVENTS)} or *")
    return list(dict.fromkeys(value))
