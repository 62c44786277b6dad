"""`/fal/proxy`: browsers and the JavaScript client send every call here, with the address they mean in a header.

Nothing is ever fetched: the address is only read, and the call goes to our own handler of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from api.errors import TargetRefused
from api.server.routing import Call, Origin, Route, Sites

PREFIX: Final = "/fal/proxy"
TARGET: Final = "x-fal-target-url"
METHODS: Final = ("GET", "POST", "PUT")

# (request, host, path, query, origin) -> the answer of our own handler
Forward = Callable[[web.Request, str, str, "CIMultiDict[str]", Origin], Awaitable[web.StreamResponse]]


class FalProxy:
    """Dispatches to `forward` what is meant for a host that `sites` serves."""

    def __init__(self, sites: Callable[[], Sites], forward: Forward) -> None:
        self._sites = sites
        self._forward = forward

    def routes(self) -> list[Route]:
        return [Route(method, "/", self.proxy) for method in METHODS]

    async def proxy(self, call: Call) -> web.StreamResponse:
        """Answer as the target would."""
        target = call.request.headers.get(TARGET, "")
        try:
            parts, query = urlsplit(target), URL(target).query
            host = (parts.hostname or "").lower()
        except ValueError as error:
            raise TargetRefused("no address") from error
        if parts.scheme not in ("http", "https") or not self._sites().is_host(host):
            raise TargetRefused("no address of a hosted service")
        if (parts.path + "/").startswith(f"{PREFIX}/"):  # would be answered by this handler, for ever
            raise TargetRefused("the proxy itself")
        return await self._forward(call.request, host, parts.path, CIMultiDict(query), call.origin)
