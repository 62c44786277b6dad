"""Updates pushed to a bot's own server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from emulator.driver import PersonDriver
from emulator.server import Emulator
from tests.emulator.conftest import Api


class BotServer:
    """A bot's web server: notes what arrives, answers what the test has lined up (200 otherwise)."""

    def __init__(self) -> None:
        self.url = ""
        self.updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.headers: dict[str, str] = {}
        self.answers: list[web.Response] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hook", self._on_update)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _on_update(self, request: web.Request) -> web.Response:
        self.headers = dict(request.headers)
        self.updates.put_nowait(json.loads(await request.read()))
        return self.answers.pop(0) if self.answers else web.Response()

    async def next_text(self) -> str:
        update = await asyncio.wait_for(self.updates.get(), 5)
        return str(update["message"]["text"])


@pytest.fixture
async def bot_server() -> AsyncIterator[BotServer]:
    server = BotServer()
    await server.start()
    yield server
    await server.stop()


async def pending(api: Api) -> int:
    return int((await api("getWebhookInfo"))["result"]["pending_update_count"])


async def test_an_update_is_pushed_with_the_secret_and_the_bare_content_type(
    api: Api, ada: PersonDriver, bot_server: BotServer
) -> None:
    await api("setWebhook", url=bot_server.url, secret_token="s3cret")
    assert await bot_server.next_text() == "/start"
    assert bot_server.headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret"
    assert bot_server.headers["Content-Type"] == "application/json"


async def test_a_refused_update_comes_again_at_once_and_then_later_and_later(
    emulator: Emulator, api: Api, ada: PersonDriver, bot_server: BotServer
) -> None:
    bot_server.answers = [web.Response(status=500), web.Response(status=500)]
    await api("setWebhook", url=bot_server.url)
    await ada.send_text("next")
    assert [await bot_server.next_text(), await bot_server.next_text()] == ["/start", "/start"]
    info = (await api("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert (info["pending_update_count"], bot_server.updates.empty()) == (2, True)
    emulator.clock.advance(2)
    assert [await bot_server.next_text(), await bot_server.next_text()] == ["/start", "next"]


async def test_another_chat_does_not_wait(
    emulator: Emulator, api: Api, ada: PersonDriver, bot_server: BotServer
) -> None:
    bot_server.answers = [web.Response(status=500), web.Response(status=500)]
    await api("setWebhook", url=bot_server.url)
    assert [await bot_server.next_text(), await bot_server.next_text()] == ["/start", "/start"]
    await emulator.person(8, "Bob").send_text("I am Bob")
    assert await bot_server.next_text() == "I am Bob"


async def test_an_answer_may_be_a_call(api: Api, ada: PersonDriver, bot_server: BotServer) -> None:
    bot_server.answers = [web.json_response({"method": "sendMessage", "chat_id": 7, "text": "hello"})]
    await api("setWebhook", url=bot_server.url)
    assert (await ada.wait_for_text("hello")).text == "hello"


async def test_an_update_whose_acceptance_got_lost_comes_again(
    emulator: Emulator, api: Api, ada: PersonDriver, bot_server: BotServer
) -> None:
    lost = emulator.faults.add("webhook", "lost")
    await api("setWebhook", url=bot_server.url)
    assert [await bot_server.next_text(), await bot_server.next_text()] == ["/start", "/start"]
    assert len(lost.fired) == 1


async def test_pending_updates_can_be_dropped(api: Api, ada: PersonDriver, bot_server: BotServer) -> None:
    await api("setWebhook", url=bot_server.url, drop_pending_updates=True)
    await ada.send_text("fresh")
    assert await bot_server.next_text() == "fresh"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"url": "ftp://a.b"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "http://127.0.0.1:1", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1:1", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_bad_settings_are_refused(api: Api, parameters: dict[str, str], words: str) -> None:
    assert (await api("setWebhook", **parameters))["description"] == f"Bad Request: {words}"
    assert (await api("getWebhookInfo"))["result"] == {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 0,
    }
