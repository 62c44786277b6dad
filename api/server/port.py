"""The HTTP port: aiohttp's server around the dispatcher, and the routes other entrances bring along."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterable
from pathlib import Path

from aiohttp import web
from aiohttp.http import HttpProcessingError

from api.server.body import MAX_BODY_BYTES
from api.server.dispatch import Dispatcher


def _is_ours(record: logging.LogRecord) -> bool:
    """Return whether the operator should know: malformed HTTP of strangers, coding included, fills no log."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError | ConnectionError)


_logger = logging.getLogger(f"{__name__}.server")
_logger.addFilter(_is_ours)


class HttpServer:
    """Serves `dispatcher`, and `routes` before it, until `stop`."""

    def __init__(self, dispatcher: Dispatcher, *, routes: Iterable[web.AbstractRouteDef] = ()) -> None:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_routes(routes)
        app.router.add_route("*", "/{path:.*}", dispatcher.handle)
        app.on_response_prepare.append(dispatcher.prepare)
        # No access log: paths of webhooks and files are secrets, and a poll ten times a second drowns everything else.
        # A caller that goes away cancels its handler: nobody waits for a picture that nobody will see.
        self._runner = web.AppRunner(
            app, access_log=None, logger=_logger, handle_signals=False, shutdown_timeout=1.0, handler_cancellation=True
        )

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen; return the port (of use where 0 was asked for). Raises OSError where it is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, ssl_context=tls)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        await self._runner.cleanup()


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return TLS with a certificate chain and its key, both PEM. Raises OSError (ssl.SSLError among them)."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
