"""Accept connections: fewer than there are descriptors, none idle for long, the certificate of the day. Knows no path.

Why not asyncio's own server: out of descriptors it logs a traceback for every try, it accepts without end, and it keeps
the certificate it began with.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web

from api.answers import json_answer

logger = logging.getLogger(__name__)

IDLE_S: Final = 60.0  # of a connection without a request, or with the head of one half sent
YOUNG_S: Final = 1.0  # in which a connection that is silent is not closed for another: its request is on its way
HANDSHAKE_S: Final = 15.0
RETRY_S: Final = 0.2  # after "too many open files", and while every connection is at work
LOG_EVERY_S: Final = 60.0
BACKLOG: Final = 512
MOST_DESCRIPTORS: Final = 65_536  # asked for at the start, where the machine allows more
MOST_CONNECTIONS: Final = 4_000  # each costs about 20 KB, whoever it belongs to
KEPT_FREE: Final = 256  # descriptors for the database, files, downloads and webhooks
_NO_ROOM: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_SERVER: Final = "stickerface"  # and not which version of which library


def raise_descriptor_limit() -> None:
    """Raise this process's limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """Return how many connections fit below the limit of open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(16, min(MOST_CONNECTIONS, soft - min(KEPT_FREE, soft // 2)))


class Certificate:
    """A certificate chain and its key, both PEM files, read again when they change.

    Raises OSError (ssl.SSLError among them) where they cannot be used at the start.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._paths = (certificate, key)
        self._tried = self._stamp()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """Return TLS with the files as they are now; with the last good ones while the new ones do not fit together."""
        try:
            stamp = self._stamp()
        except OSError:  # between the old file and the new one
            return self._context
        if stamp != self._tried:
            self._tried = stamp
            try:
                self._context = self._load()
            except OSError as error:
                logger.warning("the changed %s cannot be used (%s): the old one stays", self._paths[0], error)
            else:
                logger.info("the changed %s is used", self._paths[0])
        return self._context

    def _stamp(self) -> tuple[tuple[int, int, int], ...]:
        facts = [path.stat() for path in self._paths]
        return tuple((each.st_ino, each.st_size, each.st_mtime_ns) for each in facts)

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._paths)
        return context


class Connection(web.RequestHandler):
    """aiohttp's connection, with words of ours for what is no HTTP."""

    heard_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.heard_at = time.monotonic()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        super().data_received(data)

    def is_silent_since(self, moment: float) -> bool:
        """Return whether nothing came since then (of `time.monotonic`), and no request is being answered."""
        return self.heard_at < moment and not self._request_in_progress and not self._messages

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer to what no handler of ours saw; aiohttp's own names the parser and its version."""
        super().handle_error(request, status, exc, message)  # logs
        said = "The request is no valid HTTP." if status < 500 else "The request could not be answered."
        response = json_answer({"error": said}, status)
        response.headers["Server"] = _SERVER
        response.force_close()
        return response


class Acceptor:
    """Listens, and serves what comes with `server`'s handler, until `stop`."""

    def __init__(self, server: web.Server, *, idle_s: float, most: int, log: logging.Logger) -> None:
        self._server = server
        self._idle_s = idle_s
        self._most = most
        self._log = log
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._opening: dict[asyncio.Task[None], None] = {}  # in order: TLS is being agreed on
        self._told_at = float("-inf")
        self._untold = 0

    async def start(self, host: str, port: int, certificate: Certificate | None) -> int:
        """Listen; return the port (of use where 0 was asked for). Raises OSError where it is taken."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        try:
            for family, address in dict.fromkeys((each[0], each[4]) for each in found):
                listening = socket.create_server(address, family=family, backlog=BACKLOG)
                listening.setblocking(False)
                self._sockets.append(listening)
        except OSError:
            await self.stop()
            raise
        context = certificate.context if certificate else lambda: None
        self._accepting = [asyncio.create_task(self._accept(each, context)) for each in self._sockets]
        return int(self._sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Accept no more."""
        tasks = [*self._accepting, *self._opening]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()

    async def _accept(self, listening: socket.socket, context: Callable[[], ssl.SSLContext | None]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._has_room():
                self._tell("every connection is in use: new ones wait")
                await asyncio.sleep(RETRY_S)
            try:
                accepted, _ = await loop.sock_accept(listening)
            except OSError as error:
                if error.errno in _NO_ROOM:  # what waits in the kernel is accepted later
                    self._tell(f"no connection can be accepted: {error.strerror}")
                    await asyncio.sleep(RETRY_S)
                continue
            task = asyncio.create_task(self._open(accepted, context))
            self._opening[task] = None
            task.add_done_callback(partial(self._opened, accepted))

    def _opened(self, accepted: socket.socket, task: asyncio.Task[None]) -> None:
        del self._opening[task]
        if task.cancelled() or task.exception():
            accepted.close()

    async def _open(self, accepted: socket.socket, context: Callable[[], ssl.SSLContext | None]) -> None:
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # a caller that does not read its answer is none
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._idle_s * 1000))
        tls, loop = context(), asyncio.get_running_loop()
        handshake_s = HANDSHAKE_S if tls else None
        with suppress(OSError):  # a stranger that speaks no TLS, or went away
            await loop.connect_accepted_socket(self._connection, accepted, ssl=tls, ssl_handshake_timeout=handshake_s)

    def _connection(self) -> Connection:
        # No access log: paths of webhooks and files are secrets, and a poll ten times a second drowns everything else.
        return Connection(
            self._server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._idle_s,
            logger=self._log,
            access_log=None,  # type: ignore[arg-type]
        )

    def _has_room(self) -> bool:
        """Return whether another connection may come, where need be in the place of the one silent for longest."""
        connections = [each for each in self._server.connections if each.transport is not None]
        if len(connections) + len(self._opening) < self._most:
            return True
        before = time.monotonic() - YOUNG_S
        silent = [each for each in connections if isinstance(each, Connection) and each.is_silent_since(before)]
        if silent:
            min(silent, key=lambda each: each.heard_at).force_close()
        return bool(silent)

    def _tell(self, what: str) -> None:
        """Log, once a minute."""
        now = time.monotonic()
        if now - self._told_at < LOG_EVERY_S:
            self._untold += 1
            return
        logger.warning("%s (%d times since this was last told)", what, self._untold)
        self._told_at, self._untold = now, 0
