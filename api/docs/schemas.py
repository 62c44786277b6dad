"""JSON schemas: of every table's body, and of what the services answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.inputs.table import EVENTS, SIZE_DEFAULT_PX, SIZE_LEAST_PX, SIZE_MOST_PX, SIZES, Field, FieldKind, Table
from api.inputs.validation import plain
from api.providers.tables import ALL_TABLES
from service.limits import MAX_SEED

Json = dict[str, Any]

UUID: Final = {"type": "string", "pattern": "^[0-9a-f-]{36}$"}


def ref(name: str) -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def field_schema(each: Field) -> Json:
    """The JSON schema of one field."""
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
    """The JSON schema of a table's body."""
    return {
        "type": "object",
        "title": f"{table.title} input",
        "description": table.description,
        "properties": {each.name: field_schema(each) for each in table.fields},
        "required": [each.name for each in table.fields if each.is_required],
        "x-fal-order-properties": [each.name for each in table.fields],
    }


def input_name(table: Table) -> str:
    """The name of a table's component."""
    words = f"{table.provider} {table.path.split('/')[-1]}" if table.provider == "fal" else f"{table.provider} sticker"
    return "".join(word.capitalize() for word in words.replace("-", " ").split()) + "Input"


def output_name(table: Table) -> str:
    """The name of the component that a fal model answers."""
    return input_name(table).removesuffix("Input") + "Output"


IMAGE: Final[Json] = {
    "type": "object",
    "title": "Image",
    "required": ["url"],
    "properties": {
        "url": {"type": "string"},
        "content_type": {"type": "string"},
        "file_name": {"type": "string"},
        "file_size": {"type": "integer"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
    },
}
_IMAGES: Final[Json] = {"type": "array", "items": ref("Image")}
OUTPUTS: Final[Mapping[str, Json]] = {
    "face-to-sticker": {
        "images": _IMAGES,
        "sticker_image": ref("Image"),
        "sticker_image_background_removed": ref("Image"),
        "seed": {"type": "integer"},
        "has_nsfw_concepts": {
            "type": "object",
            "properties": {
                "sticker_image": {"type": "boolean"},
                "sticker_image_background_removed": {"type": "boolean"},
            },
        },
    },
    "ip-adapter-face-id": {"image": ref("Image"), "seed": {"type": "integer"}},
    "photomaker": {"images": _IMAGES, "seed": {"type": "integer"}},
}


def _output_schema(table: Table) -> Json:
    properties = OUTPUTS[table.model]
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def components() -> Json:
    side = {"type": "integer", "minimum": SIZE_LEAST_PX, "maximum": SIZE_MOST_PX, "default": SIZE_DEFAULT_PX}
    fal = [table for table in ALL_TABLES if table.provider == "fal"]
    text, nothing = {"type": "string"}, {"type": "null"}
    return {
        **{input_name(table): input_schema(table) for table in ALL_TABLES},
        **{output_name(table): _output_schema(table) for table in fal},
        "Image": IMAGE,
        "ImageSize": {"type": "object", "properties": {"width": side, "height": side}},
        "LogLine": {
            "type": "object",
            "properties": dict.fromkeys(("message", "level", "source", "timestamp"), text),
        },
        "QueueStatus": {
            "type": "object",
            "required": ["status", "request_id", "response_url", "status_url", "cancel_url", "logs"],
            "properties": {
                "status": {"type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]},
                "request_id": UUID,
                "gateway_request_id": UUID,
                "queue_position": {"type": "integer", "minimum": 0},
                "response_url": text,
                "status_url": text,
                "cancel_url": text,
                "logs": {"anyOf": [{"type": "array", "items": ref("LogLine")}, nothing]},
                "metrics": {"type": "object", "properties": {"inference_time": {"type": "number"}}},
                "error": text,
                "error_type": text,
            },
            "discriminator": {"propertyName": "status"},
        },
        "CancelStatus": {"type": "object", "properties": {"status": text}, "required": ["status"]},
        "HTTPValidationError": {
            "type": "object",
            "required": ["detail"],
            "properties": {
                "detail": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["loc", "msg", "type"],
                        "properties": {
                            "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                            "msg": text,
                            "type": text,
                            "ctx": {"type": "object"},
                        },
                    },
                }
            },
        },
        "RequestError": {
            "type": "object",
            "required": ["detail"],
            "properties": {"detail": text, "error_type": text},
        },
        "PlainError": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": text, "details": text},
        },
        "PixazoStarted": {
            "type": "object",
            "required": ["success", "request_id", "status"],
            "properties": {
                "success": {"type": "boolean"},
                "request_id": UUID,
                "status": text,
                "input": {"type": "object"},
                "created_at": text,
            },
        },
        "PixazoPrediction": {
            "type": "object",
            "required": ["success", "request_id", "status", "output"],
            "properties": {
                "success": {"type": "boolean"},
                "request_id": UUID,
                "status": {"type": "string", "enum": ["starting", "processing", "succeeded", "failed", "canceled"]},
                "input": {"type": "object"},
                "output": {"anyOf": [{"type": "array", "items": text}, nothing]},
                "error": {"anyOf": [text, nothing]},
                "logs": text,
                "metrics": {"type": "object"},
                "created_at": {"anyOf": [text, nothing]},
                "started_at": {"anyOf": [text, nothing]},
                "completed_at": {"anyOf": [text, nothing]},
            },
        },
        "FalWebhook": {
            "type": "object",
            "required": ["request_id", "gateway_request_id", "status", "payload"],
            "properties": {
                "request_id": UUID,
                "gateway_request_id": UUID,
                "status": {"type": "string", "enum": ["OK", "ERROR"]},
                "error": {"anyOf": [text, nothing]},
                "payload": {"type": "object"},
            },
        },
    }
