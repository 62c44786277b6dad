"""One handler for every path: finds the route, tells errors in the provider's words, counts what was answered."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence

from aiohttp import web

from api.answers import INTERNAL, Failure, refusal
from api.errors import ApiError, RateLimited
from api.server.metrics import Metrics
from api.server.routing import NO_SITE, Call, Found, Origin, Site, Sites, host_of
from engine.errors import EngineError
from service.errors import ServiceError
from storage.errors import StorageError

logger = logging.getLogger(__name__)

_ALLOWED_HEADERS = (
    "authorization, content-type, accept, idempotency-key, x-fal-target-url, x-fal-queue-priority, "
    "x-fal-request-timeout, x-fal-request-timeout-type, x-fal-runner-hint, x-fal-client-proxy, x-fal-no-retry, "
    "x-fal-object-lifecycle, x-fal-object-lifecycle-preference, x-fal-file-name, x-app-fal-disable-fallback"
)
SITE = web.RequestKey("site", Site)


class Dispatcher:
    """Serves `sites`. `cors_origins` are the web pages whose scripts may call; "*" is every page."""

    def __init__(self, sites: Sites, metrics: Metrics, *, cors_origins: Sequence[str] = ()) -> None:
        self._sites = sites
        self._metrics = metrics
        self._cors_origins = frozenset(cors_origins)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """aiohttp's handler of everything."""
        host, path = host_of(request), request.rel_url.raw_path
        found = self._sites.find(host, request.method, path)
        if request.method == "OPTIONS" and found.methods:
            return self._preflight(request, found)
        return await self._serve(request, found, request.query, self._sites.origin(request))

    async def forward(
        self, request: web.Request, host: str, path: str, query: Mapping[str, str], origin: Origin
    ) -> web.StreamResponse:
        """Answer a call that was sent to us as if it had been sent to `host`."""
        return await self._serve(request, self._sites.find(host, request.method, path), query, origin)

    async def _serve(
        self, request: web.Request, found: Found, query: Mapping[str, str], origin: Origin
    ) -> web.StreamResponse:
        request[SITE] = found.site
        response = await self._answer(request, found, query, origin)
        self._metrics.answered(found.site.name, response.status)
        return response

    async def prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """aiohttp's signal before any headers go out, of streams too."""
        if request.get(SITE, NO_SITE).provider == "fal":
            # Its absence makes one client try again and gives the other an empty id.
            response.headers.setdefault("x-fal-request-id", str(uuid.uuid4()))
        response.headers["Server"] = "stickerface"  # and not which version of which library
        self._allow_page(request, response)

    async def _answer(
        self, request: web.Request, found: Found, query: Mapping[str, str], origin: Origin
    ) -> web.StreamResponse:
        if found.route is None:
            return self._nothing_here(found)
        provider = found.site.provider
        call = Call(request, query, found.match or {}, origin)
        try:
            return await found.route.handler(call)
        except RateLimited as error:
            return refusal(provider, Failure(error.code), retry_after_s=error.retry_after_s)
        except (ApiError, ServiceError, EngineError) as error:
            logger.debug("%s %s: %s", request.method, found.route.pattern, error.code)
            return refusal(provider, Failure(error.code))
        except StorageError as error:
            logger.warning("%s %s: %s (%s)", request.method, found.route.pattern, error.code, error)
            return refusal(provider, Failure(error.code))
        except ConnectionError:  # the caller went away
            raise
        except Exception:  # the outermost handler; no exception text goes out
            logger.exception("%s %s failed", request.method, found.route.pattern)
            return refusal(provider, Failure(INTERNAL))

    @staticmethod
    def _nothing_here(found: Found) -> web.Response:
        provider = found.site.provider
        if not found.methods:
            return refusal(provider, Failure("no_such_endpoint"))
        response = refusal(provider, Failure("method_not_allowed"))
        response.headers["Allow"] = ", ".join(found.methods)
        return response

    def _preflight(self, request: web.Request, found: Found) -> web.Response:
        response = web.Response(status=204, headers={"Allow": ", ".join(found.methods)})
        if self._allow_page(request, response):
            response.headers["Access-Control-Allow-Methods"] = ", ".join(found.methods)
            response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    def _allow_page(self, request: web.Request, response: web.StreamResponse) -> bool:
        origin = request.headers.get("Origin")
        if origin is None or not self._cors_origins & {origin, "*"}:
            return False
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "x-fal-request-id, x-fal-error-type, x-request-id"
        response.headers.add("Vary", "Origin")
        return True
