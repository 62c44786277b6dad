"""The HTTP port: aiohttp's server around the dispatcher, and the routes other entrances bring along."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from aiohttp import web
from aiohttp.http import HttpProcessingError

from api.server.body import MAX_BODY_BYTES
from api.server.connections import IDLE_S, Acceptor, Certificate, most_connections
from api.server.dispatch import Dispatcher


def _is_ours(record: logging.LogRecord) -> bool:
    """Return whether the operator should know: malformed HTTP of strangers, coding included, fills no log."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError | ConnectionError)


_logger = logging.getLogger(f"{__name__}.server")
_logger.addFilter(_is_ours)


class HttpServer:
    """Serves `dispatcher`, and `routes` before it, until `stop`.

    A connection ends after `idle_s` without a whole request; there are `most` of them, as many as fit if it is None.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        routes: Iterable[web.AbstractRouteDef] = (),
        idle_s: float = IDLE_S,
        most: int | None = None,
    ) -> None:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_routes(routes)
        app.router.add_route("*", "/{path:.*}", dispatcher.handle)
        app.on_response_prepare.append(dispatcher.prepare)
        # A caller that goes away cancels its handler: nobody waits for a picture that nobody will see.
        self._runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=1.0, handler_cancellation=True)
        self._acceptor: Acceptor | None = None
        self._idle_s = idle_s
        self._most = most

    async def start(self, host: str, port: int, certificate: Certificate | None = None) -> int:
        """Listen; return the port (of use where 0 was asked for). Raises OSError where it is taken."""
        await self._runner.setup()
        assert self._runner.server is not None  # noqa: S101 - setup makes it
        self._acceptor = Acceptor(
            self._runner.server, idle_s=self._idle_s, most=self._most or most_connections(), log=_logger
        )
        return await self._acceptor.start(host, port, certificate)

    async def stop(self) -> None:
        if self._acceptor is not None:
            await self._acceptor.stop()
        await self._runner.cleanup()
