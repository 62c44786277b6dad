"""fal.ai as a provider: its sites, keys, errors and documentation put together."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from api.access.authentication import Credentials
from api.answers import Failure, json_answer
from api.docs.openapi import OpenApiPart, document
from api.docs.page import TryIt
from api.errors import NoSuchEndpoint
from api.inputs.table import Table
from api.providers.fal import documents, output, proxy
from api.providers.fal.queue import FalQueue
from api.providers.fal.tables import TABLES, table_of
from api.providers.fal.uploads import FalUploads
from api.providers.fal.webhooks import FalWebhooks
from api.providers.provider import FacadeContext
from api.server.routing import Call, Route, Site


class Fal:
    """The provider."""

    name = "fal"
    title = "fal"
    tables = TABLES
    shown_key = documents.SHOWN_KEY
    has_own_statuses = False
    cors_request_headers = (
        "x-fal-target-url", "x-fal-queue-priority", "x-fal-request-timeout", "x-fal-request-timeout-type",
        "x-fal-runner-hint", "x-fal-client-proxy", "x-fal-no-retry", "x-fal-object-lifecycle",
        "x-fal-object-lifecycle-preference", "x-fal-store-io", "x-fal-file-name", "x-app-fal-disable-fallback",
    )  # fmt: skip
    cors_response_headers = ("x-fal-request-id", "x-fal-error-type")

    def credentials(self, call: Call) -> Credentials:
        """Read `Authorization: Key <key>`, `Bearer <token>`, or the token of the query."""
        scheme, _, text = call.request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() == "key":
            return Credentials(text.strip())
        token = text.strip() if scheme.lower() == "bearer" else call.query.get("fal_jwt_token", "")
        return Credentials(token, is_token=True)

    def refuse(self, failure: Failure) -> web.Response:
        """Return status and body, and say whether to try again."""
        status, body = output.error(failure)
        response = json_answer(body, status)
        if "error_type" in body:
            response.headers["X-Fal-Error-Type"] = body["error_type"]
        response.headers["X-Fal-Retryable"] = "true" if status in (429, 503) else "false"
        return response

    def default_headers(self) -> Mapping[str, str]:
        """Name the request: without it one client tries again and the other has an empty id."""
        return {"x-fal-request-id": str(uuid.UUID(int=random.getrandbits(128), version=4))}

    def sites(self, context: FacadeContext) -> Sequence[Site]:
        queue, uploads = FalQueue(context, self), FalUploads(context, self)
        queued = [*queue.submit_routes(), *queue.request_routes()]
        openapi = Route("GET", "/{app:app}/openapi.json", _AppDocument(context).get)
        return [
            Site("run", self, "/fal/run", queue.run_routes(), ("fal.run", "falrun.com")),
            Site("queue", self, "/fal/queue", queued, ("queue.fal.run", "queue.falrun.com")),
            Site("rest", self, "/fal/rest", uploads.rest_routes(), ("rest.fal.ai", "rest.alpha.fal.ai")),
            Site("cdn", self, "/fal/cdn", uploads.cdn_routes(), ("v3.fal.media", "v3b.fal.media")),
            Site("proxy", self, proxy.PREFIX, proxy.routes()),
            Site("openapi", self, "/fal", [openapi]),
            # Clients make "queue.<host>" of a host that they are told for all of fal.
            Site("queue-apps", self, "", queued, label="queue", is_general=True),
            # The paths without a prefix: a POST waits for the picture.
            Site("apps", self, "", [*queue.run_routes(), *queue.request_routes()], is_general=True),
        ]

    def webhooks(self, context: FacadeContext) -> FalWebhooks:
        return FalWebhooks(context.files, context.signing)

    def openapi(self) -> OpenApiPart:
        return documents.openapi()

    def usage(self, table: Table, base: str, response_form: str | None) -> str:
        return documents.usage(table, base)

    def examples(self, table: Table, base: str) -> Sequence[tuple[str, str]]:
        return documents.programs(table, base)

    def try_it(self, table: Table) -> TryIt:
        return TryIt(f"/fal/run/{table.path}")


class _AppDocument:
    """The OpenAPI document of one app, as fal publishes one for each."""

    def __init__(self, context: FacadeContext) -> None:
        self._context = context

    async def get(self, call: Call) -> web.StreamResponse:
        table = table_of(call.match["app"])
        if table is None:
            raise NoSuchEndpoint(call.match["app"])
        providers, paths = self._context.providers, documents.app_paths(table)
        return json_answer(document(providers, call.origin.base, title=table.title, paths=paths))


FAL: Final = Fal()
