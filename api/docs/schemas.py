"""JSON schemas of request bodies, made from their tables. Knows no provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.inputs.table import EVENTS, SIZE_DEFAULT_PX, SIZE_LEAST_PX, SIZE_MOST_PX, SIZES, Field, FieldKind, Table
from api.inputs.validation import plain
from service.limits import MAX_SEED

Json = dict[str, Any]

TEXT: Final[Json] = {"type": "string"}
NULL: Final[Json] = {"type": "null"}
UUID: Final[Json] = {"type": "string", "pattern": "^[0-9a-f-]{36}$"}
_SIDE: Final[Json] = {
    "type": "integer",
    "minimum": SIZE_LEAST_PX,
    "maximum": SIZE_MOST_PX,
    "default": SIZE_DEFAULT_PX,
}
IMAGE_SIZE: Final[Json] = {"type": "object", "properties": {"width": _SIDE, "height": _SIDE}}


def ref(name: str) -> Json:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def field_schema(each: Field) -> Json:
    """Return the JSON schema of one field."""
    schema: Json = {"description": each.meaning, **_TYPES[each.kind]}
    if each.kind is FieldKind.CHOICE:
        schema["enum"] = list(each.choices)
    if each.minimum is not None:
        schema["minimum"] = plain(each.minimum)
    if each.maximum is not None:
        schema["maximum"] = plain(each.maximum)
    if each.default is not None:
        schema["default"] = each.default
    if each.example is not None:
        schema["examples"] = [each.example]
    return schema


_TYPES: Final[Mapping[FieldKind, Json]] = {
    FieldKind.STRING: {"type": "string"},
    FieldKind.INTEGER: {"type": "integer"},
    FieldKind.NUMBER: {"type": "number"},
    FieldKind.BOOLEAN: {"type": "boolean"},
    FieldKind.CHOICE: {"type": "string"},
    FieldKind.IMAGE: {"type": "string", "minLength": 1},
    FieldKind.ARCHIVE: {"type": "string", "minLength": 1},
    FieldKind.SIZE: {"anyOf": [{"type": "string", "enum": list(SIZES)}, ref("ImageSize")]},
    FieldKind.SEED: {"type": "integer", "minimum": 0, "maximum": MAX_SEED},
    FieldKind.URL: {"type": "string"},
    FieldKind.EVENTS: {"type": "array", "minItems": 1, "items": {"type": "string", "enum": [*EVENTS, "*"]}},
}


def input_schema(table: Table) -> Json:
    """Return the JSON schema of a table's body."""
    return {
        "type": "object",
        "title": f"{table.title} input",
        "description": table.description,
        "properties": {each.name: field_schema(each) for each in table.fields},
        "required": [each.name for each in table.fields if each.is_required],
        "x-fal-order-properties": [each.name for each in table.fields],
    }


def input_name(table: Table) -> str:
    """Return the name of the component of a table's body."""
    return f"{table.component}Input"
