"""The people's side over HTTP, as CLIENT_API.md describes it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable

from aiohttp import web

from emulator.calls import CallLog
from emulator.client.actions import ACTIONS
from emulator.client.request import ClientHandler, ClientRequest, check_origin, json_response
from emulator.client.views import VIEWS
from emulator.errors import BotApiError, Refusal
from emulator.faults import Faults
from emulator.files import StoredFile
from emulator.http import encode
from emulator.state import Json
from emulator.world import World

KEEP_ALIVE_S = 15.0


class ClientApi:
    """Routes under `/emulator/`. `own_host` is the address the server was told to listen on."""

    def __init__(self, world: World, calls: CallLog, faults: Faults, own_host: str) -> None:
        self._world = world
        self._calls = calls
        self._faults = faults
        self._own_host = own_host

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that CLIENT_API.md lists."""
        posts = [web.post(f"/emulator/{name}", self._json(act)) for name, act in ACTIONS.items()]
        gets = [web.get(f"/emulator/{name}", self._json(view)) for name, view in VIEWS.items()]
        return [
            *posts,
            *gets,
            web.get("/emulator/calls", self._json(self._list_calls)),
            web.get("/emulator/faults", self._json(self._list_faults)),
            web.post("/emulator/faults", self._json(self._add_fault)),
            web.delete("/emulator/faults", self._json(self._clear_faults)),
            web.get("/emulator/events", self._guarded(self._follow)),
            web.get("/emulator/file/{file_id}", self._guarded(self._send_file)),
            web.get("/emulator/custom_emoji/{custom_emoji_id}", self._guarded(self._send_custom_emoji)),
        ]

    def _guarded(
        self, handle: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Refuse strangers, and turn a refusal into its JSON."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                check_origin(request, self._own_host)
                return await handle(request)
            except Refusal as refusal:
                return json_response({"error": refusal.code, "message": refusal.message}, refusal.status)

        return guarded

    def _json(self, handle: ClientHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            return json_response(await handle(await ClientRequest.read(request, self._world)))

        return self._guarded(answer)

    async def _list_calls(self, request: ClientRequest) -> Json:
        after = request.integer("after", 0)
        calls = [dataclasses.asdict(record) for record in self._calls.records if record.number > after]
        return {"calls": calls, "last": self._calls.last}

    async def _list_faults(self, request: ClientRequest) -> Json:
        return {"faults": [fault.describe() for fault in self._faults.rules]}

    async def _add_fault(self, request: ClientRequest) -> Json:
        arguments = dict(request.fields)
        if arguments.get("action") == "run":
            raise Refusal("bad_request", "the action run is for tests in the same process")
        try:
            return self._faults.add(**arguments).describe()
        except (TypeError, ValueError) as error:
            raise Refusal("bad_request", str(error)) from error

    async def _clear_faults(self, request: ClientRequest) -> Json:
        self._faults.clear(request.text("method", ""), request.text("action", ""))
        return {}

    async def _send_file(self, request: web.Request) -> web.StreamResponse:
        try:
            file = self._world.files.find_any(request.match_info["file_id"])
        except BotApiError as error:
            raise Refusal("no_such_file", "there is no such file", 404) from error
        return _send_bytes(file, is_download="download" in request.query)

    async def _send_custom_emoji(self, request: web.Request) -> web.StreamResponse:
        sticker = self._world.sets.custom_emoji(request.match_info["custom_emoji_id"])
        if sticker is None:
            raise Refusal("no_such_sticker", "there is no such custom emoji", 404)
        return _send_bytes(sticker.file)

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        """Stream one person's events (server-sent events)."""
        person = (await ClientRequest.read(request, self._world)).person
        position = request.headers.get("Last-Event-ID") or request.query.get("after")
        seen = int(position) if position and position.isdigit() else self._world.events.last_id
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await stream.prepare(request)
        with contextlib.suppress(ConnectionResetError):
            await stream.write(b": open\n\n")
            while True:
                seen = await self._write_events(stream, person.id, seen)
                if seen == self._world.events.last_id and not await self._happens(person.id):
                    await stream.write(b": still here\n\n")
        return stream

    async def _happens(self, user_id: int) -> bool:
        """Wait for a person's next event; return False when it is time for a sign of life."""
        try:
            await asyncio.wait_for(self._world.events.next(user_id), KEEP_ALIVE_S)
        except TimeoutError:
            return False
        return True

    async def _write_events(self, stream: web.StreamResponse, user_id: int, seen: int) -> int:
        events, is_incomplete = self._world.events.since(seen, user_id)
        last = self._world.events.last_id
        if is_incomplete:
            await stream.write(b"id: %d\nevent: reset\ndata: {}\n\n" % last)
            return last
        for event in events:
            head = f"id: {event.id}\nevent: {event.kind}\ndata: ".encode()
            await stream.write(head + encode(event.data) + b"\n\n")
        return last


def _send_bytes(file: StoredFile, *, is_download: bool = False) -> web.Response:
    headers = {"Cache-Control": "max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if is_download:
        headers["Content-Disposition"] = "attachment"
    return web.Response(body=file.data, content_type=file.mime, headers=headers)
