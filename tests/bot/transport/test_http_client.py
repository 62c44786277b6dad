from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram import Bot
from telegram.constants import StickerFormat
from telegram.error import NetworkError, TimedOut

from bot.transport.http_client import HttpClient
from bot.transport.telegram_errors import TelegramErrorKind, classify

TOKEN = "42:a_token"
CONNECTIONS = 10  # more than one pool, the last of them smaller


class Server:
    """Answers every call with the number of bytes that came with it."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[str] = []
        self.connections: set[object] = set()
        self.under_way = self.most_under_way = 0
        self.held = asyncio.Event()  # calls of getMe wait for it
        self._arrivals = asyncio.Semaphore(0)

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append(f"{request.host}{request.path}")
        self.connections.add(request.transport)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        size = len(await request.read())
        if request.path.endswith("getMe"):
            self._arrivals.release()
            await self.held.wait()
        else:
            await asyncio.sleep(0)
        self.under_way -= 1
        return web.json_response({"ok": True, "result": {"file_id": size, "file_unique_id": size}})

    def hang_up(self) -> None:
        """Close every connection, as a server does that is started anew."""
        for transport in self.connections:
            assert isinstance(transport, asyncio.Transport)
            transport.close()

    async def arrived(self, count: int) -> None:
        """Wait for so many more calls of getMe."""
        for _ in range(count):
            await self._arrivals.acquire()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, application = Server(), web.Application(client_max_size=2**26)
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    server.held.set()
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(CONNECTIONS)
    await client.initialize()
    yield client
    await client.shutdown()


async def test_there_are_as_many_connections_as_asked_for_and_what_finds_none_free_waits(
    client: HttpClient, server: Server
) -> None:
    calls = [asyncio.create_task(client.post(f"{server.url}/getMe")) for _ in range(3 * CONNECTIONS)]
    await server.arrived(CONNECTIONS)
    server.held.set()
    await asyncio.gather(*calls)
    assert server.most_under_way == CONNECTIONS


async def test_slow_calls_hold_nobody_up_while_one_connection_is_left(client: HttpClient, server: Server) -> None:
    slow = [asyncio.create_task(client.post(f"{server.url}/getMe")) for _ in range(CONNECTIONS - 1)]
    await server.arrived(CONNECTIONS - 1)
    await asyncio.gather(*(client.post(f"{server.url}/sendMessage") for _ in range(30)))
    assert not any(call.done() for call in slow)
    server.held.set()
    await asyncio.gather(*slow)


async def test_a_connection_is_used_again_and_one_that_the_server_closed_is_not(
    client: HttpClient, server: Server
) -> None:
    for _ in range(3):
        await client.post(f"{server.url}/sendMessage")
    assert len(server.connections) == 1
    server.hang_up()
    await asyncio.sleep(0)
    await client.post(f"{server.url}/sendMessage")
    assert len(server.connections) == 2


async def test_errors_are_those_that_the_bot_knows_and_free_their_connection(
    client: HttpClient, server: Server, unused_tcp_port: int
) -> None:
    calls = [client.post(f"{server.url}/getMe", read_timeout=0.01) for _ in range(2 * CONNECTIONS)]
    calls += [client.post(f"http://127.0.0.1:{unused_tcp_port}/getMe") for _ in range(2 * CONNECTIONS)]
    silent = await asyncio.gather(*calls, return_exceptions=True)
    for error in silent:
        assert isinstance(error, NetworkError)
        assert classify(error) is TelegramErrorKind.AMBIGUOUS
    assert sum(isinstance(error, TimedOut) for error in silent) == 2 * CONNECTIONS

    cut_off = [asyncio.create_task(client.post(f"{server.url}/getMe")) for _ in range(2 * CONNECTIONS)]
    await server.arrived(1)
    for call in cut_off:
        call.cancel()
    await asyncio.wait(cut_off)
    server.held.set()
    await asyncio.gather(*(client.post(f"{server.url}/getMe") for _ in range(2 * CONNECTIONS)))


async def test_a_big_file_arrives_whole(client: HttpClient, server: Server) -> None:
    bot = Bot(TOKEN, f"{server.url}/bot", request=client)
    file = await bot.upload_sticker_file(1, bytes(20_000_000), StickerFormat.STATIC)
    assert 20_000_000 < int(file.file_id) < 20_001_000  # the words around it


async def test_the_environments_proxy_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    client = HttpClient(1)
    await client.initialize()
    await client.post("http://api.invalid/sendMessage")
    await client.shutdown()
    assert server.seen == ["api.invalid/sendMessage"]
