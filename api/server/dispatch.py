"""One handler for every path: finds the route, renders errors in the site's envelope. Knows no provider."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web

from api.answers import INTERNAL, Failure, refusal
from api.errors import ApiError, FieldsRefused, RateLimited, TargetRefused
from api.server.body import BUDGET, ROOM
from api.server.byte_budget import ByteBudget
from api.server.metrics import Metrics
from api.server.routing import NO_SITE, Call, Found, Origin, Site, Sites, host_of
from engine.errors import EngineError
from service.errors import ServiceError
from storage.errors import StorageError

logger = logging.getLogger(__name__)

SITE = web.RequestKey("site", Site)


class Dispatcher:
    """Serves `sites`.

    `cors_origins` are the web pages whose scripts may call, "*" for every page; `cors_request_headers` are the headers
    they may send, `cors_response_headers` those they may read.
    """

    def __init__(
        self,
        sites: Sites,
        metrics: Metrics,
        *,
        budget: ByteBudget | None = None,
        cors_origins: Sequence[str] = (),
        cors_request_headers: Sequence[str] = (),
        cors_response_headers: Sequence[str] = (),
    ) -> None:
        self._sites = sites
        self._metrics = metrics
        self._budget = budget or ByteBudget()
        self._cors_origins = frozenset(cors_origins)
        self._cors_request_headers = ", ".join(cors_request_headers)
        self._cors_response_headers = ", ".join(cors_response_headers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer any request: aiohttp's one handler."""
        host, path = host_of(request), request.rel_url.raw_path
        found = self._sites.find(host, request.method, path)
        if request.method == "OPTIONS" and found.methods:
            response = web.Response(status=204, headers={"Allow": ", ".join(found.methods)})
            if self._allow_page(request, response):
                response.headers["Access-Control-Allow-Methods"] = ", ".join(found.methods)
                response.headers["Access-Control-Allow-Headers"] = self._cors_request_headers
                response.headers["Access-Control-Max-Age"] = "600"
            return response
        request[BUDGET] = self._budget
        try:
            return await self._serve(request, found, request.query, self._sites.origin(request))
        finally:
            if ROOM in request:
                request[ROOM].release()

    async def prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """Set the headers of every answer, of streams too: aiohttp's signal before any headers go out."""
        for name, value in request.get(SITE, NO_SITE).envelope.default_headers().items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = "stickerface"  # and not which version of which library
        self._allow_page(request, response)

    async def _forward(
        self, request: web.Request, origin: Origin, host: str, path: str, query: Mapping[str, str]
    ) -> web.StreamResponse:
        """Answer a call as if it had been sent to `host`. Raises `TargetRefused` for a host that is no site's."""
        if not self._sites.is_host(host):
            raise TargetRefused("no address of a hosted service")
        return await self._serve(request, self._sites.find(host, request.method, path), query, origin)

    async def _serve(
        self, request: web.Request, found: Found, query: Mapping[str, str], origin: Origin
    ) -> web.StreamResponse:
        request[SITE] = found.site
        response = await self._answer(request, found, query, origin)
        self._metrics.answered(found.site.name, response.status)
        return response

    async def _answer(
        self, request: web.Request, found: Found, query: Mapping[str, str], origin: Origin
    ) -> web.StreamResponse:
        envelope = found.site.envelope
        if found.route is None:
            response = refusal(envelope, Failure("method_not_allowed" if found.methods else "no_such_endpoint"))
            if found.methods:
                response.headers["Allow"] = ", ".join(found.methods)
            return response
        call = Call(request, query, found.match or {}, origin, partial(self._forward, request, origin))
        try:
            return await found.route.handler(call)
        except RateLimited as error:
            return refusal(envelope, Failure(error.code), retry_after_s=error.retry_after_s)
        except (ApiError, ServiceError, EngineError) as error:
            logger.debug("%s %s: %s", request.method, found.route.pattern, error.code)
            problems = error.problems if isinstance(error, FieldsRefused) else ()
            return refusal(envelope, Failure(error.code, problems))
        except StorageError as error:
            logger.warning("%s %s: %s (%s)", request.method, found.route.pattern, error.code, error)
            return refusal(envelope, Failure(error.code))
        except ConnectionError:  # the caller went away
            raise
        except Exception:  # the outermost handler; no exception text goes out
            logger.exception("%s %s failed", request.method, found.route.pattern)
            return refusal(envelope, Failure(INTERNAL))

    def _allow_page(self, request: web.Request, response: web.StreamResponse) -> bool:
        origin = request.headers.get("Origin")
        if origin is None or not self._cors_origins & {origin, "*"}:
            return False
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = self._cors_response_headers
        response.headers.add("Vary", "Origin")
        return True
