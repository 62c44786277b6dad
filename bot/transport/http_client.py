"""The HTTP client of the bot: many connections in small pools. Knows no method of the Bot API."""

from __future__ import annotations

import asyncio
import ssl
import sys
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import httpx
from telegram.request import BaseRequest, HTTPXRequest

# Telegram's server waits out short flood limits inside a call, for up to 8 s: a shorter timeout turns successes into
# lost answers.
READ_TIMEOUT_S: Final = 25.0
_CONNECT_TIMEOUT_S: Final = 10.0
_MEDIA_TIMEOUT_S: Final = 60.0
_POOL_SIZE: Final = 8


class HttpClient(BaseRequest):
    """A client of so many connections; a request goes to the pool that has most of them free.

    httpcore looks at every connection of a pool at every request, idle ones with a system call each. What finds no
    free connection waits for the next one of any pool, however long: that is no failure.
    """

    def __init__(self, connections: int) -> None:
        # httpcore tries to import it several times for each request. Where it is missing, Python looks for it on the
        # disk each time, which costs up to a fifth of the request. With None in its place the import fails at once.
        if "sniffio" not in sys.modules and find_spec("sniffio") is None:
            sys.modules["sniffio"] = None  # type: ignore[assignment]
        self._free = [min(_POOL_SIZE, connections - others) for others in range(0, connections, _POOL_SIZE)]
        self._pools = [_pool(size) for size in self._free]
        self._all_free = asyncio.Semaphore(connections)

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer may take."""
        return READ_TIMEOUT_S

    async def initialize(self) -> None:
        """Open the pools."""
        for pool in self._pools:
            await pool.initialize()

    async def shutdown(self) -> None:
        """Close every connection."""
        for pool in self._pools:
            await pool.shutdown()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a request; the arguments are those of python-telegram-bot's."""
        async with self._all_free:
            chosen = self._free.index(max(self._free))
            self._free[chosen] -= 1
            try:
                return await self._pools[chosen].do_request(*args, **kwargs)
            finally:
                self._free[chosen] += 1


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # which reads every certificate authority


def _pool(size: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=size,
        read_timeout=READ_TIMEOUT_S,
        write_timeout=READ_TIMEOUT_S,
        connect_timeout=_CONNECT_TIMEOUT_S,
        pool_timeout=_MEDIA_TIMEOUT_S,  # a connection that is being closed is free a moment later
        media_write_timeout=_MEDIA_TIMEOUT_S,
        httpx_kwargs={"verify": _tls()},
    )
