"""The emulated Telegram behind an HTTP port."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image

from emulator import http, owning, people
from emulator.calls import CallLog, CallRecord
from emulator.client_api import ClientApi
from emulator.clock import Clock
from emulator.driver import PersonDriver
from emulator.errors import ApiError
from emulator.methods import METHODS, Call
from emulator.parameters import Parameters
from emulator.rules import Rules
from emulator.seen import decode
from emulator.state import Bot, Person
from emulator.world import World

logger = logging.getLogger(__name__)
PAGE = Path(__file__).parent / "page"
KNOWN_METHODS: dict[str, list[str]] = json.loads((Path(__file__).parent / "bot_api.json").read_text())["methods"]
MAX_REQUEST_BYTES = 64 << 20


def make_bot(
    token: str,
    username: str = "emulated_bot",
    name: str = "Emulated bot",
    *,
    supports_inline: bool = False,
    reads_all_group_messages: bool = False,
) -> Bot:
    """A bot account; its id is the number before the token's colon."""
    http.check_token(token)
    bot_id = int(token.partition(":")[0])
    return Bot(bot_id, token, username, name, supports_inline, reads_all_group_messages)


class Emulator:
    """A Telegram of one's own. State lives in `world` and survives `stop()` and `start()`."""

    def __init__(self, bots: Iterable[Bot], clock: Clock | None = None, rules: Rules | None = None) -> None:
        self.world = World(bots, rules or Rules(), clock or Clock())
        self.calls = CallLog()
        self.url = ""
        self._runner: web.AppRunner | None = None

    def person(self, user_id: int, first_name: str, *, language: str = "en", bot: str = "") -> PersonDriver:
        """A person for tests to act as; `bot` is a username, the first bot when left out."""
        person = people.introduce(self.world, user_id, first_name, language_code=language)
        return PersonDriver(self, person, self.world.bot_named(bot))

    def packs_of(self, person: PersonDriver | Person) -> list[dict[str, Any]]:
        """A person's packs in the shape of CLIENT_API.md."""
        return [self.world.render(pack.bot).pack(pack) for pack in self.world.sets.owned_by(person.id)]

    def stickers(self, name: str) -> list[Image.Image]:
        """The pictures of a pack, decoded, in order.

        Raises:
            Refusal: there is no such pack.
        """
        return [decode(sticker.file.data) for sticker in owning.find_pack(self.world, name).stickers]

    def check_presses_answered(self) -> None:
        """The bot answered every pressed button.

        Raises:
            AssertionError: naming the data of those it left spinning.
        """
        spinning = [query.data for query in self.world.callback_queries.values() if not query.answered.is_set()]
        if spinning:
            raise AssertionError(f"presses left unanswered: {spinning}")

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and return the base URL (`http://127.0.0.1:4321`)."""
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._on_call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._on_download)
        app.add_routes(ClientApi(self.world, self.calls, host).routes())
        app.router.add_get("/{path:.*}", _on_page)
        app.router.add_route("*", "/{path:.*}", _not_found)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.url

    async def stop(self) -> None:
        """Close the port; long polls die as they do when a server restarts."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _on_call(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        record = self.calls.open(request.match_info["method"], self.world.now)
        body = await self._answer(request, record)
        self.calls.close(record, body, time.perf_counter() - started)
        return http.answer(body)

    async def _answer(self, request: web.Request, record: CallRecord) -> dict[str, Any]:
        try:
            http.check_token(request.match_info["token"])
            bot = self.world.bots_by_token.get(request.match_info["token"])
            if bot is None:
                raise ApiError(401, "")
            parameters = await http.read_parameters(request)
            return await self._execute(bot, request.match_info["method"], parameters, record)
        except ApiError as error:
            return error.body()

    async def _execute(self, bot: Bot, method: str, parameters: Parameters, record: CallRecord) -> dict[str, Any]:
        record.describe(bot, parameters)
        if method.lower() not in METHODS:
            raise _unknown(method)
        name, handler = METHODS[method.lower()]
        record.method = name
        call = Call(self.world, bot, name, parameters)
        body: dict[str, Any] = {"ok": True, "result": await handler(call)}
        if call.description:
            body["description"] = call.description
        return body

    async def _on_download(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots_by_token.get(request.match_info["token"])
        file = bot and self.world.files.download(bot.id, request.match_info["path"], self.world.now)
        if not file:
            return http.answer(ApiError(404, "").body())
        return web.Response(body=file.data, content_type="application/octet-stream")


def _unknown(method: str) -> ApiError:
    """An existing method that is not emulated must fail loudly, never pretend."""
    for name in KNOWN_METHODS:
        if name.lower() == method.lower():
            return ApiError(400, f"emulator: method {name} is not emulated")
    return ApiError(404, "method not found")


async def _on_page(request: web.Request) -> web.StreamResponse:
    """The chat page's files, never cached: they are edited while it is open."""
    path = (PAGE / (request.match_info["path"] or "index.html")).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        return await _not_found(request)
    return web.FileResponse(path, headers={"Cache-Control": "no-store"})


async def _not_found(request: web.Request) -> web.StreamResponse:
    return http.answer({"ok": False, "error_code": 404, "description": "Not Found"})
