"""The bot's side over HTTP: calls and downloads, with whatever faults a test has ordered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from emulator import broken_responses, http
from emulator.call_parameters import CallParameters
from emulator.calls import CallLog, CallRecord
from emulator.errors import BotApiError
from emulator.faults import Fault, Faults
from emulator.flood import FloodControl
from emulator.methods import METHODS, Handler, MethodCall
from emulator.state import Bot, Json
from emulator.world import World

KNOWN_METHODS: dict[str, list[str]] = json.loads((Path(__file__).parent / "bot_api.json").read_text())["methods"]
_KNOWN_LOWER = {name.lower(): name for name in KNOWN_METHODS}
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class BotApi:
    """Answers `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, world: World, calls: CallLog, faults: Faults) -> None:
        self._world = world
        self._calls = calls
        self._faults = faults
        self._running: set[asyncio.Future[web.StreamResponse]] = set()
        self._flood = FloodControl(world.rules.flood, world.clock)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/bot{token}/{method}", self._on_call)
        app.router.add_route("*", "/bot{token}/", _not_found)
        app.router.add_get("/file/bot{token}/{path:.+}", self._on_download)

    async def close(self) -> None:
        """Cancel the calls whose clients have gone."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _on_call(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        record = self._calls.open(request.match_info["method"], self._world.now)
        try:
            token = request.match_info["token"]
            http.check_token(token)
            bot = self._world.bots_by_token.get(token)
            if bot is None:
                raise BotApiError(401, "")
            parameters = await http.read_parameters(request)
        except BotApiError as error:
            body = error.body()
            self._calls.close(record, body, time.perf_counter() - started)
            return http.answer(body)
        record.describe(bot, parameters)
        call = MethodCall(self._world, bot, record.method, parameters)
        fault = self._faults.find(record.method, record.parameters, record.number)
        record.fault = fault.action if fault else ""
        try:
            return await self._survive(record, self._answer(request, call, record, fault))
        finally:
            record.duration_s = time.perf_counter() - started

    async def _survive(
        self, record: CallRecord, answering: Coroutine[Any, Any, web.StreamResponse]
    ) -> web.StreamResponse:
        """Answer even when the client hangs up: a timeout says nothing about success. Long polls do end."""
        if record.method.lower() == "getupdates":
            return await answering
        task = asyncio.ensure_future(answering)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _answer(
        self, request: web.Request, call: MethodCall, record: CallRecord, fault: Fault | None
    ) -> web.StreamResponse:
        """Carry the call out, unless its fault keeps it from happening."""
        if fault is not None and (answer := await self._before(request, fault, record)) is not None:
            return answer
        body = await self._carry_out(call, record)
        self._calls.close(record, body, 0.0)
        return http.answer(body) if fault is None else await self._after(request, fault, body)

    async def _before(self, request: web.Request, fault: Fault, record: CallRecord) -> web.StreamResponse | None:
        if fault.action == "error":
            parameters = {"retry_after": fault.retry_after} if fault.retry_after else None
            words = fault.description or (f"retry after {fault.retry_after}" if fault.retry_after else "")
            code = 429 if fault.retry_after else fault.code
            body = _error_body(code, words, parameters)
            self._calls.close(record, body, 0.0)
            return http.answer(body)
        if fault.action == "html":
            return web.Response(status=fault.code, text=_HTML, content_type="text/html")
        if fault.action == "drop_before":
            return drop(request)
        if fault.action == "delay_before":
            await self._world.clock.sleep_until(record.at + fault.seconds)
        elif fault.action == "run" and fault.run is not None:
            fault.run()
        return None

    async def _after(self, request: web.Request, fault: Fault, body: Json) -> web.StreamResponse:
        data = http.encode(body)
        if fault.action == "drop_after":
            return drop(request)
        if fault.action == "delay_after":
            await self._world.clock.sleep(fault.seconds)
        elif fault.action == "stall":
            return await broken_responses.send_half(request, data, self._world.clock, fault.seconds)
        elif fault.action == "truncate":
            return web.Response(body=data[: len(data) // 2], content_type="application/json")
        elif fault.action == "garbage":
            return web.Response(body=b"\x00\xff not json", content_type="application/json")
        return http.answer(body)

    async def _carry_out(self, call: MethodCall, record: CallRecord) -> Json:
        try:
            name, handler = _find_method(call.method)
            call.method = record.method = name
            await self._flood.admit(call.bot.id, name, call.parameters)
            body: Json = {"ok": True, "result": await handler(call)}
        except BotApiError as error:
            return error.body()
        if call.description:
            body["description"] = call.description
        return body

    async def execute(self, bot: Bot, method: str, parameters: dict[str, str]) -> None:
        """Execute a call that came as a webhook's answer; it is logged, and its result goes nowhere."""
        record = self._calls.open(method, self._world.now)
        call = MethodCall(self._world, bot, method, CallParameters(parameters))
        record.describe(bot, call.parameters)
        self._calls.close(record, await self._carry_out(call, record), 0.0)

    async def _on_download(self, request: web.Request) -> web.StreamResponse:
        bot = self._world.bots_by_token.get(request.match_info["token"])
        path = request.match_info["path"]
        file = self._world.files.download(bot.id, path, self._world.now) if bot else None
        fault = self._faults.find("download", {"path": path})
        if file is None or (fault is not None and fault.action == "expired"):
            return await _not_found(request)
        if fault is None or request.method == "HEAD":
            return web.Response(body=file.data, content_type="application/octet-stream")
        if fault.action == "html":
            return web.Response(status=fault.code, text=_HTML, content_type="text/html")
        if fault.action == "drop_before":
            return drop(request)
        if fault.action == "truncate":
            return web.Response(body=file.data[: len(file.data) // 2], content_type="application/octet-stream")
        return await broken_responses.send_broken(request, file.data, fault, self._world.clock)


def _find_method(method: str) -> tuple[str, Handler]:
    """Return (name, handler) of a Bot API method.

    Raises `BotApiError`: 404 for an unknown method, 400 for one that exists but is not emulated, which must never look
    like success.
    """
    if method.lower() in METHODS:
        return METHODS[method.lower()]
    if name := _KNOWN_LOWER.get(method.lower()):
        raise BotApiError(400, f"emulator: method {name} is not emulated")
    raise BotApiError(404, "method not found")


def _error_body(code: int, words: str, parameters: dict[str, int] | None) -> Json:
    """Return the body of an ordered error, its status as ordered: 502 and 503 are not TDLib's own."""
    body = BotApiError(code, words, parameters).body()
    if code >= 500:
        body |= {"error_code": code, "description": words or {502: "Bad Gateway"}.get(code, "Internal Server Error")}
    return body


def drop(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _not_found(request: web.Request) -> web.StreamResponse:
    return http.answer(BotApiError(404, "").body())
