"""fal's part of the documentation: OpenAPI, and example programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.answers import ANSWERS, INVALID_INPUT
from api.docs import examples
from api.docs.openapi import OpenApiPart, answered, body, event, json_body, operation
from api.docs.schemas import NULL, TEXT, UUID, Json, ref
from api.inputs.table import Table
from api.providers.fal.output import OUTPUTS
from api.providers.fal.tables import TABLES

SHOWN_KEY: Final = "Authorization: Key $KEY"
SECURITY: Final[Json] = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Key <key>`"}
_SCHEMAS: Final[Mapping[str, Json]] = {
    "Image": {
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
    },
    "LogLine": {
        "type": "object",
        "properties": dict.fromkeys(("message", "level", "source", "timestamp"), TEXT),
    },
    "QueueStatus": {
        "type": "object",
        "required": ["status", "request_id", "response_url", "status_url", "cancel_url", "logs"],
        "properties": {
            "status": {"type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]},
            "request_id": UUID,
            "gateway_request_id": UUID,
            "queue_position": {"type": "integer", "minimum": 0},
            "response_url": TEXT,
            "status_url": TEXT,
            "cancel_url": TEXT,
            "logs": {"anyOf": [{"type": "array", "items": ref("LogLine")}, NULL]},
            "metrics": {"type": "object", "properties": {"inference_time": {"type": "number"}}},
            "error": TEXT,
            "error_type": TEXT,
        },
        "discriminator": {"propertyName": "status"},
    },
    "CancelStatus": {"type": "object", "properties": {"status": TEXT}, "required": ["status"]},
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
                        "msg": TEXT,
                        "type": TEXT,
                        "ctx": {"type": "object"},
                    },
                },
            }
        },
    },
    "RequestError": {
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": TEXT, "error_type": TEXT},
    },
    "FalWebhook": {
        "type": "object",
        "required": ["request_id", "gateway_request_id", "status", "payload"],
        "properties": {
            "request_id": UUID,
            "gateway_request_id": UUID,
            "status": {"type": "string", "enum": ["OK", "ERROR"]},
            "error": {"anyOf": [TEXT, NULL]},
            "payload": {"type": "object"},
        },
    },
}


def _output_name(table: Table) -> str:
    return f"{table.component}Output"


def _fal_operation(summary: str, answers: Json, **rest: Any) -> Json:
    statuses = sorted({answer.status for answer in ANSWERS.values()} - {INVALID_INPUT})
    # These two have {"status": ...} where a job cannot be cancelled.
    either = {"anyOf": [ref("RequestError"), ref("CancelStatus")]}
    responses = {
        **{str(status): answered("Refused", ref("RequestError")) for status in statuses},
        "400": answered("Refused", either),
        "404": answered("Unknown here", either),
        str(INVALID_INPUT): answered("The input is not valid", ref("HTTPValidationError")),
    }
    return operation("fal", summary, {**responses, **answers}, **rest)


_ID: Final[Json] = {"name": "request_id", "in": "path", "required": True, "schema": UUID}
_LOGS: Final[Json] = {"name": "logs", "in": "query", "schema": {"type": "string", "enum": ["0", "1", "true", "false"]}}
_WEBHOOK: Final[Json] = {"name": "fal_webhook", "in": "query", "schema": {"type": "string"}}


def app_paths(table: Table) -> Json:
    """Return the operations of one app."""
    app, status = table.path, ref("QueueStatus")
    output = ref(_output_name(table))
    request = f"/fal/queue/{app}/requests/{{request_id}}"
    stream = answered("Events", {"type": "string"}, "text/event-stream")
    return {
        f"/fal/run/{app}": {
            "post": _fal_operation(f"{table.title}, now", {"200": answered("The output", output)},
                               requestBody=body(table)),
        },
        f"/fal/run/{app}/stream": {
            "post": _fal_operation(f"{table.title}, step by step", {"200": stream}, requestBody=body(table)),
        },
        f"/fal/queue/{app}": {
            "post": _fal_operation(f"{table.title}, queued", {"200": answered("Queued", status)},
                               requestBody=body(table), parameters=[_WEBHOOK]),
        },
        request: {
            "get": _fal_operation("The output", {"200": answered("The output", output)}, parameters=[_ID]),
        },
        f"{request}/status": {
            "get": _fal_operation("How far it is", {
                "200": answered("It has ended", status), "202": answered("Not yet", status)},
                parameters=[_ID, _LOGS]),
        },
        f"{request}/status/stream": {
            "get": _fal_operation("Every change", {"200": stream}, parameters=[_ID, _LOGS]),
        },
        f"{request}/cancel": {
            "put": _fal_operation("Stop it", {
                "200": answered("It never starts", ref("CancelStatus")),
                "202": answered("Asked to stop", ref("CancelStatus"))},
                              parameters=[_ID]),
        },
    }  # fmt: skip


def storage_paths() -> Json:
    """Return the operations of the storage."""
    any_object: Json = {"type": "object"}
    named = {"type": "object", "properties": {"file_name": {"type": "string"}, "content_type": {"type": "string"}}}
    file = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    return {
        "/fal/rest/storage/auth/token": {
            "post": _fal_operation("A token for uploads", {"200": answered("The token", any_object)}),
        },
        "/fal/rest/storage/upload/initiate": {
            "post": _fal_operation("An address to put a file to", {"200": answered("The address", any_object)},
                               requestBody=json_body(named)),
        },
        "/fal/cdn/files/upload": {
            "post": _fal_operation("Upload a file", {"200": answered("Its address", any_object)},
                               requestBody=file),
        },
        "/fal/rest/.well-known/jwks.json": {
            "get": {"summary": "Public keys of webhook signatures", "tags": ["fal"],
                    "responses": {"200": answered("The keys", any_object)}},
        },
    }  # fmt: skip


def openapi() -> OpenApiPart:
    """Return fal's part of the document."""
    paths = {path: item for table in TABLES for path, item in app_paths(table).items()}
    outputs: dict[str, Json] = {}
    for table in TABLES:
        properties = OUTPUTS[table.path].properties
        schema = {"type": "object", "properties": dict(properties), "required": list(properties)}
        outputs[_output_name(table)] = schema
    webhook = event("A request has ended", ref("FalWebhook"))
    return OpenApiPart(SECURITY, {**paths, **storage_paths()}, {**outputs, **_SCHEMAS}, webhook)


def usage(table: Table, base: str) -> str:
    """Return the line that says how an app is called, as HTML."""
    run, queue = (f"<code>POST {base}/fal/{way}/{table.path}</code>" for way in ("run", "queue"))
    return f"Sync: {run}, with <code>/stream</code> step by step. Queued: {queue}."


def programs(table: Table, base: str) -> Sequence[tuple[str, str]]:
    """Return (language, program) that call an app."""
    sent, host = table.example, base.partition("://")[2]
    shown = json.dumps(sent, indent=2)
    return (
        ("curl", examples.curl(f"{base}/fal/run/{table.path}", SHOWN_KEY, sent)),
        ("Python", f"# FAL_KEY=$KEY FAL_RUN_HOST={host}/fal/run FAL_QUEUE_RUN_HOST={host}/fal/queue\n"
                   f"import fal_client\n\nprint(fal_client.subscribe({table.path!r}, arguments={shown}))\n"),
        ("JavaScript", f"import {{ fal }} from '@fal-ai/client';\n\nfal.config({{\n  credentials: process.env.KEY,\n"
                       f"  proxyUrl: {{ url: {json.dumps(base + '/fal/proxy')}, when: 'always' }},\n}});\n"
                       f"const {{ data }} = await fal.subscribe({json.dumps(table.path)}, {{ input: {shown} }});\n"
                       "console.log(data);\n"),
    )  # fmt: skip
