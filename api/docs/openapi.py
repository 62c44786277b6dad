"""The OpenAPI document: made from the tables that validate, and a short list of operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.access.authentication import HEADERS
from api.answers import ANSWERS
from api.docs.schemas import UUID, Json, components, input_name, output_name, ref
from api.inputs.table import Table
from api.providers.tables import ALL_TABLES, PIXAZO_FACE_TO_STICKER, SEGMIND_FACE_TO_STICKER

SECURITY: Final[Mapping[str, Json]] = {
    "fal": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Key <key>`"},
    **{provider: {"type": "apiKey", "in": "header", "name": name} for provider, name in HEADERS.items()},
}


def _answered(description: str, schema: Json | None = None, media: str = "application/json") -> Json:
    return {"description": description, "content": {media: {"schema": schema or {}}}}


def _refusals(provider: str) -> Json:
    """The statuses that every operation of a provider may answer, from the one table of answers."""
    if provider == "fal":
        statuses = {answer.status for answer in ANSWERS.values()} - {422}
        told = {str(status): _answered("Refused", ref("RequestError")) for status in sorted(statuses)}
        # 400 has {"status": ...} when a job to be cancelled has ended
        told["400"] = _answered("Refused", {"anyOf": [ref("RequestError"), ref("CancelStatus")]})
        told["404"] = _answered("Unknown here", {"anyOf": [ref("RequestError"), ref("CancelStatus")]})
        return {**told, "422": _answered("The input is not valid", ref("HTTPValidationError"))}
    statuses = {answer.status_at(provider) for answer in ANSWERS.values()}
    return {str(status): _answered("Refused", ref("PlainError")) for status in sorted(statuses)}


def _body(table: Table) -> Json:
    schema = ref(input_name(table))
    example = {each.name: each.example for each in table.fields if each.is_required}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def _operation(provider: str, summary: str, answers: Json, **rest: Any) -> Json:
    return {
        "summary": summary,
        "tags": [provider],
        "security": [{provider: []}],
        "responses": {**_refusals(provider), **answers},
        **rest,
    }


_ID: Final[Json] = {"name": "request_id", "in": "path", "required": True, "schema": UUID}
_LOGS: Final[Json] = {"name": "logs", "in": "query", "schema": {"type": "string", "enum": ["0", "1", "true", "false"]}}
_WEBHOOK: Final[Json] = {"name": "fal_webhook", "in": "query", "schema": {"type": "string"}}


def _fal_paths(table: Table) -> Json:
    app, status = table.path, ref("QueueStatus")
    output = ref(output_name(table))
    request = f"/fal/queue/{app}/requests/{{request_id}}"
    stream = _answered("Events", {"type": "string"}, "text/event-stream")
    return {
        f"/fal/run/{app}": {
            "post": _operation("fal", f"{table.title}, now", {"200": _answered("The output", output)},
                               requestBody=_body(table)),
        },
        f"/fal/queue/{app}": {
            "post": _operation("fal", f"{table.title}, queued", {"200": _answered("Queued", status)},
                               requestBody=_body(table), parameters=[_WEBHOOK]),
        },
        request: {
            "get": _operation("fal", "The output", {"200": _answered("The output", output)}, parameters=[_ID]),
        },
        f"{request}/status": {
            "get": _operation("fal", "How far it is", {
                "200": _answered("It has ended", status), "202": _answered("Not yet", status)},
                parameters=[_ID, _LOGS]),
        },
        f"{request}/status/stream": {
            "get": _operation("fal", "Every change", {"200": stream}, parameters=[_ID, _LOGS]),
        },
        f"{request}/cancel": {
            "put": _operation("fal", "Stop it", {"202": _answered("Asked to stop", ref("CancelStatus"))},
                              parameters=[_ID]),
        },
    }  # fmt: skip


def _storage_paths() -> Json:
    any_object: Json = {"type": "object"}
    named = {"type": "object", "properties": {"file_name": {"type": "string"}, "content_type": {"type": "string"}}}
    file = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    return {
        "/fal/rest/storage/auth/token": {
            "post": _operation("fal", "A token for uploads", {"200": _answered("The token", any_object)}),
        },
        "/fal/rest/storage/upload/initiate": {
            "post": _operation("fal", "An address to put a file to", {"200": _answered("The address", any_object)},
                               requestBody={"required": True, "content": {"application/json": {"schema": named}}}),
        },
        "/fal/cdn/files/upload": {
            "post": _operation("fal", "Upload a file", {"200": _answered("Its address", any_object)},
                               requestBody=file),
        },
        "/fal/rest/.well-known/jwks.json": {
            "get": {"summary": "Public keys of webhook signatures", "tags": ["fal"],
                    "responses": {"200": _answered("The keys", any_object)}},
        },
    }  # fmt: skip


def _other_paths() -> Json:
    picture = {"description": "The sticker without its background", "content": {
        "image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}},
        "application/json": {"schema": {"type": "object", "properties": {
            "image": {"type": "string", "contentEncoding": "base64"}, "seed": {"type": "integer"}}}},
    }}  # fmt: skip
    asked = {"type": "object", "required": ["requestId"], "properties": {"requestId": UUID}}
    prediction_body = {"required": True, "content": {"application/json": {"schema": asked}}}
    generate = f"/{PIXAZO_FACE_TO_STICKER.path}"
    plain = {"type": "object"}
    return {
        f"/{SEGMIND_FACE_TO_STICKER.path}": {
            "post": _operation("segmind", "Face to sticker", {"200": picture},
                               requestBody=_body(SEGMIND_FACE_TO_STICKER)),
        },
        generate: {
            "post": _operation("pixazo", "Face to sticker", {"200": _answered("Started", ref("PixazoStarted"))},
                               requestBody=_body(PIXAZO_FACE_TO_STICKER)),
        },
        generate.replace("/generate", "/prediction"): {
            "post": _operation("pixazo", "How far it is", {"200": _answered("So far", ref("PixazoPrediction"))},
                               requestBody=prediction_body),
        },
        "/healthz": {"get": {"summary": "Is the process well?", "tags": ["server"], "responses": {
            "200": _answered("Well", plain), "503": _answered("Unwell", plain)}}},
        "/readyz": {"get": {"summary": "Is the engine ready?", "tags": ["server"], "responses": {
            "200": _answered("Ready", plain), "503": _answered("Warming up", plain)}}},
    }  # fmt: skip


def document(server: str) -> Json:
    """The whole document; `server` is the address under which the caller reaches this server."""
    paths: Json = {}
    for table in ALL_TABLES:
        if table.provider == "fal":
            paths |= _fal_paths(table)
    return _document("stickerface", server, {**paths, **_storage_paths(), **_other_paths()})


def fal_document(table: Table, server: str) -> Json:
    """The document of one fal app, as fal publishes one for each."""
    return _document(table.title, server, _fal_paths(table))


def _document(title: str, server: str, paths: Json) -> Json:
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": "A photo of a face becomes a sticker."},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": components(), "securitySchemes": dict(SECURITY)},
        "webhooks": {
            "fal": {"post": {"summary": "A request has ended", "requestBody": {
                "content": {"application/json": {"schema": ref("FalWebhook")}}},
                "responses": {"200": {"description": "Taken"}}}},
            "pixazo": {"post": {"summary": "Something happened to a request", "requestBody": {
                "content": {"application/json": {"schema": ref("PixazoPrediction")}}},
                "responses": {"200": {"description": "Taken"}}}},
        },
    }  # fmt: skip
