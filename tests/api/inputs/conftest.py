"""A web server whose pages a test writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer


async def not_ours(_url: str) -> bytes | None:
    return None


class Server:
    """A web server whose pages a test writes; `asked` are the paths it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pages: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self.test_server = TestServer(app)

    def page(self, path: str, **response: object) -> str:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(**response)  # type: ignore[arg-type]

        self.pages[path] = answer
        return self.url(path)

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        return self.page(path, status=status, headers={"Location": target})

    def url(self, path: str) -> str:
        return str(self.test_server.make_url(path))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await self.pages[request.path](request)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    async with running.test_server:
        yield running
