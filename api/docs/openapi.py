"""The OpenAPI document: every provider's part, and the server's own paths. Knows no provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from api.docs.schemas import IMAGE_SIZE, TEXT, Json, input_name, input_schema, ref
from api.inputs.table import Table


@dataclass(frozen=True, slots=True)
class OpenApiPart:
    """A provider's part: its paths, the schemas they refer to, its security scheme, its webhook's body."""

    security: Json
    paths: Json
    schemas: Json = field(default_factory=dict)
    webhook: Json | None = None


class Documented(Protocol):
    """A provider as the document needs it."""

    @property
    def name(self) -> str: ...

    @property
    def tables(self) -> tuple[Table, ...]: ...

    def openapi(self) -> OpenApiPart: ...


def answered(description: str, schema: Json | None = None, media: str = "application/json") -> Json:
    """Return a response of one media type."""
    return {"description": description, "content": {media: {"schema": schema or {}}}}


def body(table: Table, *, takes_forms: bool = False) -> Json:
    """Return the request body of a table, with an example; `takes_forms`: as form-data, too."""
    content = {"schema": ref(input_name(table)), "example": table.example}
    forms = {"multipart/form-data": {"schema": ref(input_name(table))}} if takes_forms else {}
    return {"required": True, "content": {"application/json": content, **forms}}


def json_body(schema: Json) -> Json:
    """Return a request body of JSON."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def operation(provider: str, summary: str, responses: Json, **rest: Any) -> Json:
    """Return an operation that asks for the provider's key."""
    return {"summary": summary, "tags": [provider], "security": [{provider: []}], "responses": responses, **rest}


def event(summary: str, schema: Json) -> Json:
    """Return a call of a caller's server."""
    taken = {"200": {"description": "Taken"}}
    content = {"application/json": {"schema": schema}}
    return {"post": {"summary": summary, "requestBody": {"content": content}, "responses": taken}}


_ANY: Final[Json] = {"type": "object"}
_SERVER_PATHS: Final[Json] = {
    "/healthz": {"get": {"summary": "Is the process well?", "tags": ["server"], "responses": {
        "200": answered("Well", _ANY), "503": answered("Unwell", _ANY)}}},
    "/readyz": {"get": {"summary": "Is the engine ready?", "tags": ["server"], "responses": {
        "200": answered("Ready", _ANY), "503": answered("Warming up", _ANY)}}},
}  # fmt: skip
_SHARED_SCHEMAS: Final[Mapping[str, Json]] = {
    "ImageSize": IMAGE_SIZE,
    "PlainError": {"type": "object", "required": ["error"], "properties": {"error": TEXT, "details": TEXT}},
}


def document(
    providers: Iterable[Documented], server: str, *, title: str = "stickerface", paths: Json | None = None
) -> Json:
    """Return the document; `server` is the address under which the caller reaches this server.

    `paths` are those of a document of one endpoint, None for all there are.
    """
    parts = {provider.name: provider.openapi() for provider in providers}
    every = {path: item for part in parts.values() for path, item in part.paths.items()} | _SERVER_PATHS
    inputs = {input_name(table): input_schema(table) for provider in providers for table in provider.tables}
    schemas = {name: schema for part in parts.values() for name, schema in part.schemas.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": "A photo of a face becomes a sticker."},
        "servers": [{"url": server}],
        "paths": every if paths is None else paths,
        "components": {
            "schemas": {**inputs, **_SHARED_SCHEMAS, **schemas},
            "securitySchemes": {name: part.security for name, part in parts.items()},
        },
        "webhooks": {name: part.webhook for name, part in parts.items() if part.webhook},
    }
