"""The aiohttp application on HOST:PORT: `/healthz`, and the routes other entrances bring along."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from service.stickers import StickerService
from storage.errors import StorageError

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024  # the largest update Telegram sends is far smaller
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Serves `routes` until `stop`."""

    def __init__(
        self, service: StickerService, *, engine_name: str, routes: Iterable[web.AbstractRouteDef] = ()
    ) -> None:
        self._service = service
        self._engine_name = engine_name
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_plain_errors])
        app.router.add_get("/healthz", self._healthz)
        app.router.add_routes(routes)
        # No access log: paths of webhooks are secrets, and a health check a second drowns everything else.
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port (of use where 0 was asked for). Raises OSError where it is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        """200 while the process can take and keep jobs, 503 while its database does not answer."""
        try:
            counts = await self._service.jobs.counts()
        except StorageError as error:
            return web.json_response({"status": "unwell", "reason": error.code}, status=503)
        body: dict[str, Any] = {
            "status": "ok",
            "engine": self._engine_name,
            "jobs": {"queued": counts.get("queued", 0), "running": counts.get("running", 0)},
        }
        return web.json_response(body)


@web.middleware
async def _plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No exception text and no HTML to a caller."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)
    except Exception:
        logger.exception("%s failed", request.method)
        return web.json_response({"error": "internal error"}, status=500)
