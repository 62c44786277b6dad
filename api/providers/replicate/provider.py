"""Replicate as a provider: its sites, keys, errors and documentation put together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from api.access.authentication import Credentials
from api.answers import ANSWERS, Failure, answer, json_answer
from api.docs import examples
from api.docs.openapi import OpenApiPart, answered, event, json_body, operation
from api.docs.page import TryIt
from api.docs.schemas import NULL, TEXT, Json, field_schema, input_name, input_schema, ref
from api.errors import NoSuchEndpoint
from api.inputs.table import Table
from api.providers import predictions
from api.providers.provider import FacadeContext
from api.providers.replicate.files import Uploads
from api.providers.replicate.predictions import PREFIX, Predictions
from api.providers.replicate.tables import OPTIONS, TABLES, table_of, version_of
from api.providers.replicate.webhooks import ReplicateWebhooks, shown_secret_of
from api.server.routing import Call, Route, Site

TITLES: Final = {401: "Unauthenticated", 403: "Forbidden", 404: "Not found", 422: "Input validation failed"}
_ID: Final[Json] = {"name": "prediction_id", "in": "path", "required": True, "schema": TEXT}
_FILE: Final[Json] = {"name": "file_id", "in": "path", "required": True, "schema": TEXT}
_SCHEMAS: Final[Mapping[str, Json]] = {
    "ReplicatePrediction": {
        "type": "object",
        "required": ["id", "model", "version", "status", "output", "urls"],
        "properties": {
            "id": TEXT,
            "model": TEXT,
            "version": TEXT,
            **predictions.SCHEMA,
            "data_removed": {"type": "boolean"},
            "urls": {"type": "object", "properties": {"get": TEXT, "cancel": TEXT}},
        },
    },
    "ReplicatePredictions": {
        "type": "object",
        "required": ["previous", "next", "results"],
        "properties": {
            "previous": {"anyOf": [TEXT, NULL]},
            "next": {"anyOf": [TEXT, NULL]},
            "results": {"type": "array", "items": ref("ReplicatePrediction")},
        },
    },
    "ReplicateFile": {
        "type": "object",
        "required": ["id", "name", "content_type", "size", "urls"],
        "properties": {
            "id": TEXT,
            "name": TEXT,
            "content_type": TEXT,
            "size": {"type": "integer"},
            "urls": {"type": "object", "properties": {"get": TEXT}},
        },
    },
    "ReplicateError": {
        "type": "object",
        "required": ["title", "detail", "status"],
        "properties": {"title": TEXT, "detail": TEXT, "status": {"type": "integer"}},
    },
}


class Replicate:
    """The provider."""

    name = "replicate"
    title = "Replicate"
    tables = TABLES
    shown_key = "Authorization: Bearer $KEY"
    has_own_statuses = False
    cors_request_headers = ("prefer",)
    cors_response_headers: tuple[str, ...] = ()

    def credentials(self, call: Call) -> Credentials:
        """Read `Authorization: Bearer <key>`, or `Token <key>` of older programs."""
        scheme, _, text = call.request.headers.get("Authorization", "").strip().partition(" ")
        return Credentials(text.strip() if scheme.lower() in ("bearer", "token") else "")

    def refuse(self, failure: Failure) -> web.Response:
        """Return status, title and sentence, as RFC 7807 has them."""
        known = answer(failure.code)
        body: dict[str, Any] = {
            "title": TITLES.get(known.status, "Error"),
            "detail": failure.message,
            "status": known.status,
        }
        if failure.problems:
            body["detail"] = "".join(f"- {'.'.join(each.path)}: {each.message}\n" for each in failure.problems)
            body["invalid_fields"] = [
                {"type": each.type, "field": ".".join(each.path), "description": each.message}
                for each in failure.problems
            ]
        return json_answer(body, known.status)

    def default_headers(self) -> Mapping[str, str]:
        return {}

    def sites(self, context: FacadeContext) -> Sequence[Site]:
        routes = [
            *Predictions(context, self).routes(),
            *Uploads(context, self).routes(),
            *_About(context).routes(),
        ]
        return [Site(self.name, self, PREFIX, routes, ("api.replicate.com",))]

    def webhooks(self, context: FacadeContext) -> ReplicateWebhooks:
        return ReplicateWebhooks(context.files, context.logs, context.tokens)

    def openapi(self) -> OpenApiPart:
        """Return the operations, and what is posted to webhooks."""
        one, many, file = ref("ReplicatePrediction"), ref("ReplicatePredictions"), ref("ReplicateFile")
        created = {"201": answered("Created, or ended where it was waited for", one), "202": answered("Not yet", one)}
        form = {"type": "object", "required": ["content"], "properties": {"content": {"type": "string"}}}
        upload = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
        paths: Json = {
            f"{PREFIX}/v1/predictions": {
                "post": _operation("A version's prediction", created, requestBody=_creation(TABLES[0], True)),
                "get": _operation("The key's predictions", {"200": answered("A page", many)}),
            },
            f"{PREFIX}/v1/predictions/{{prediction_id}}": {
                "get": _operation("How far it is", {"200": answered("So far", one)}, parameters=[_ID]),
            },
            f"{PREFIX}/v1/predictions/{{prediction_id}}/cancel": {
                "post": _operation("Stop it", {"200": answered("So far", one)}, parameters=[_ID]),
            },
            f"{PREFIX}/v1/files": {
                "post": _operation("Upload a file", {"201": answered("The file", file)}, requestBody=upload),
                "get": _operation("The key's files", {"200": answered("Files", {"type": "object"})}),
            },
            f"{PREFIX}/v1/files/{{file_id}}": {
                "get": _operation("One file", {"200": answered("The file", file)}, parameters=[_FILE]),
                "delete": _operation("Delete a file", {"204": {"description": "Gone"}}, parameters=[_FILE]),
            },
            f"{PREFIX}/v1/webhooks/default/secret": {
                "get": _operation("What signs webhooks", {"200": answered("The secret", {"type": "object"})}),
            },
        }
        for table in TABLES:
            paths[f"{PREFIX}/v1/models/{table.path}/predictions"] = {
                "post": _operation(table.title, created, requestBody=_creation(table, False)),
            }
        security = {"type": "http", "scheme": "bearer"}
        return OpenApiPart(security, paths, dict(_SCHEMAS), event("Something happened to a prediction", one))

    def usage(self, table: Table, base: str, response_form: str | None) -> str:
        return (
            f"<code>POST {base}{PREFIX}/v1/models/{table.path}/predictions</code> with the fields in "
            "<code>input</code>; <code>Prefer: wait</code> waits for the picture."
        )

    def try_it(self, table: Table) -> TryIt:
        return TryIt(f"{PREFIX}/v1/models/{table.path}/predictions", within="input")

    def examples(self, table: Table, base: str) -> Sequence[tuple[str, str]]:
        url, sent = f"{base}{PREFIX}/v1/models/{table.path}/predictions", table.example
        shown = json.dumps(sent, indent=2)
        return (
            ("curl", examples.curl(url, self.shown_key, {"input": sent})),
            ("Python", f"# REPLICATE_API_TOKEN=$KEY REPLICATE_BASE_URL={base}{PREFIX}\n"
                       f"import replicate\n\nprint(replicate.run({table.path!r}, input={shown}))\n"),
            ("JavaScript", "import Replicate from 'replicate';\n\nconst replicate = new Replicate({\n"
                           f"  auth: process.env.KEY,\n  baseUrl: {json.dumps(f'{base}{PREFIX}/v1')},\n}});\n"
                           f"console.log(await replicate.run({json.dumps(table.path)}, {{ input: {shown} }}));\n"),
        )  # fmt: skip


REPLICATE: Final = Replicate()


def _operation(summary: str, answers: Json, **rest: Any) -> Json:
    statuses = sorted({each.status for each in ANSWERS.values()})
    refused = {str(status): answered("Refused", ref("ReplicateError")) for status in statuses}
    return operation("replicate", summary, {**refused, **answers}, **rest)


def _creation(table: Table, needs_version: bool) -> Json:
    """Return the body that creates a prediction."""
    around = {each.name: field_schema(each) for each in OPTIONS.fields}
    needed = ["version", "input"] if needs_version else ["input"]
    properties = {"input": ref(input_name(table)), **around}
    if needs_version:
        properties["version"] = {"type": "string", "examples": [table.path, version_of(table.path)]}
    return json_body({"type": "object", "required": needed, "properties": properties})


class _About:
    """What programs ask before they begin: the models and their versions, the account, the webhooks' secret."""

    def __init__(self, context: FacadeContext) -> None:
        self._context = context

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/v1/account", self.account),
            Route("GET", "/v1/models/{model:app}", self.model),
            Route("GET", "/v1/models/{model:app}/versions", self.versions),
            Route("GET", "/v1/models/{model:app}/versions/{version:word}", self.version),
            Route("GET", "/v1/webhooks/default/secret", self.secret),
        ]

    async def account(self, call: Call) -> web.StreamResponse:
        """Answer whose key it is."""
        key = await self._context.authenticator.authenticate(call, REPLICATE)
        return json_answer({"type": "user", "username": key.name, "name": key.name, "github_url": None})

    async def secret(self, call: Call) -> web.StreamResponse:
        """Answer what signs this key's webhooks."""
        key = await self._context.authenticator.authenticate(call, REPLICATE)
        return json_answer({"key": shown_secret_of(self._context.tokens, key.owner)})

    async def model(self, call: Call) -> web.StreamResponse:
        """Answer what a model is."""
        table = await self._table(call)
        owner, _, name = table.path.partition("/")
        return json_answer(
            {
                "url": call.origin.url(REPLICATE.name, f"/v1/models/{table.path}"),
                "owner": owner,
                "name": name,
                "description": table.description,
                "visibility": "public",
                "github_url": None,
                "paper_url": None,
                "license_url": None,
                "run_count": 0,
                "cover_image_url": None,
                "default_example": None,
                "latest_version": _version(table),
            }
        )

    async def versions(self, call: Call) -> web.StreamResponse:
        """Answer the one version that there is."""
        return json_answer({"previous": None, "next": None, "results": [_version(await self._table(call))]})

    async def version(self, call: Call) -> web.StreamResponse:
        """Answer a version, under whatever name it is known to the caller."""
        return json_answer({**_version(await self._table(call)), "id": call.match["version"]})

    async def _table(self, call: Call) -> Table:
        await self._context.authenticator.authenticate(call, REPLICATE)
        table = table_of(call.match["model"])
        if table is None:
            raise NoSuchEndpoint(call.match["model"])
        return table


def _version(table: Table) -> Json:
    output = {"type": "array", "items": {"type": "string", "format": "uri"}, "title": "Output"}
    return {
        "id": version_of(table.path),
        "created_at": predictions.timestamp(0.0),  # a version of Replicate's: when it was made is not known here
        "cog_version": "0.9.0",  # the newest form of what follows
        "openapi_schema": {
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "paths": {},
            "components": {"schemas": {"Input": input_schema(table), "Output": output}},
        },
    }
