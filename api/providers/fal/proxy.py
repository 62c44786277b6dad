"""`/fal/proxy`: browsers and the JavaScript client send every call here, with the address they mean in a header.

Nothing is ever fetched: the address is only read, and the call goes to our own handler of it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from api.errors import TargetRefused
from api.server.routing import Call, Route

PREFIX: Final = "/fal/proxy"
TARGET: Final = "x-fal-target-url"


def routes() -> list[Route]:
    """Return the routes of the site "proxy"."""
    return [Route(method, "/", proxy) for method in ("GET", "POST", "PUT")]


async def proxy(call: Call) -> web.StreamResponse:
    """Answer as the target would. Raises `TargetRefused`."""
    target = call.request.headers.get(TARGET, "")
    try:
        parts, query = urlsplit(target), URL(target).query
        host = (parts.hostname or "").lower()
    except ValueError as error:
        raise TargetRefused("no address") from error
    if parts.scheme not in ("http", "https"):
        raise TargetRefused("no address of a hosted service")
    if (parts.path + "/").startswith(f"{PREFIX}/"):  # would be answered by this handler, for ever
        raise TargetRefused("the proxy itself")
    return await call.forward(host, parts.path, CIMultiDict(query))
