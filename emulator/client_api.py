"""The people's side over HTTP, as CLIENT_API.md describes it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable

from aiohttp import web

from emulator import client_views, people
from emulator.calls import CallLog
from emulator.client_request import ClientHandler, ClientRequest, check_origin, json_response
from emulator.errors import ApiError, Refusal
from emulator.http import encode
from emulator.state import Json, Media, Message
from emulator.world import World

KEEP_ALIVE_S = 15.0
PRESS_TIMEOUT_S = 15.0
MAX_PRESS_TIMEOUT_S = 60.0


class ClientApi:
    """Routes under `/emulator/`. `own_host` is the address the server was told to listen on."""

    def __init__(self, world: World, calls: CallLog, own_host: str) -> None:
        self._world = world
        self._calls = calls
        self._own_host = own_host

    def routes(self) -> list[web.RouteDef]:
        """Everything CLIENT_API.md lists."""
        posts = {name: web.post(f"/emulator/{name}", self._json(act)) for name, act in ACTIONS.items()}
        gets = [web.get(f"/emulator/{name}", self._json(view)) for name, view in client_views.VIEWS.items()]
        return [
            *posts.values(),
            *gets,
            web.get("/emulator/calls", self._json(self._list_calls)),
            web.get("/emulator/events", self._guarded(self._follow)),
            web.get("/emulator/file/{file_id}", self._guarded(self._send_file)),
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

    async def _send_file(self, request: web.Request) -> web.StreamResponse:
        try:
            file = self._world.files.find_any(request.match_info["file_id"])
        except ApiError as error:
            raise Refusal("no_such_file", "there is no such file", 404) from error
        headers = {"Cache-Control": "max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        if "download" in request.query:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.data, content_type=file.mime, headers=headers)

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events of one person."""
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
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._world.events.next(), KEEP_ALIVE_S)
                    continue
                await stream.write(b": still here\n\n")
        return stream

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


def _shown(request: ClientRequest, message: Message) -> Json:
    return {"message": request.world.render(request.world.bot_of(message.chat)).shown(message)}


async def _send_text(request: ClientRequest) -> Json:
    message = people.send_text(request.world, request.person, request.chat, request.text("text"), request.reply_to)
    return _shown(request, message)


async def _send_media(request: ClientRequest) -> Json:
    if not request.uploads:
        raise Refusal("bad_request", "file is missing")
    messages = await people.send_media(
        request.world,
        request.person,
        request.chat,
        request.text("kind"),
        request.uploads,
        request.text("caption", ""),
        request.reply_to,
    )
    if len(messages) == 1:
        return _shown(request, messages[0])
    return {"messages": [_shown(request, message)["message"] for message in messages]}


async def _send_sticker(request: ClientRequest) -> Json:
    if request.uploads:
        request.fields["kind"] = "sticker"
        return await _send_media(request)
    try:
        file = request.world.files.find_any(request.text("file_id"))
    except ApiError as error:
        raise Refusal("no_such_file", "there is no such sticker", 404) from error
    message = people.send_media_again(request.world, request.person, request.chat, Media("sticker", (file,)))
    return _shown(request, message)


async def _press(request: ClientRequest) -> Json:
    message = request.message
    button = _find_button(request, message)
    if "url" in button:
        return {"kind": "url", "url": button["url"]}
    if "copy_text" in button:
        return {"kind": "copy", "text": button["copy_text"]["text"]}
    if "callback_data" not in button:
        query = button.get("switch_inline_query_current_chat", button.get("switch_inline_query", ""))
        return {"kind": "inline", "query": query}
    query = people.press(request.world, request.person, message, button["callback_data"])
    timeout_s = min(request.number("timeout_s", PRESS_TIMEOUT_S), MAX_PRESS_TIMEOUT_S)
    try:
        await asyncio.wait_for(query.answered.wait(), timeout_s)
    except TimeoutError as error:
        raise Refusal("spinner_timeout", "the bot did not answer in time", 504) from error
    return {"kind": "callback", "callback_query_id": query.id, **query.answer}


def _find_button(request: ClientRequest, message: Message) -> Json:
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    if "data" in request.fields:
        data = request.text("data")
        found: list[Json] = [button for row in rows for button in row if button.get("callback_data") == data]
    else:
        row, column = request.integer("row"), request.integer("column")
        found = rows[row][column : column + 1] if 0 <= row < len(rows) and column >= 0 else []
    if not found:
        raise Refusal("no_such_button", "this message has no such button", 404)
    return found[0]


async def _introduce(request: ClientRequest) -> Json:
    facts = {name: request.text(name) for name in ("last_name", "username", "language_code") if name in request.fields}
    person = people.introduce(request.world, request.integer("id"), request.text("first_name"), **facts)
    if "is_premium" in request.fields:
        person.is_premium = bool(request.fields["is_premium"])
    return {"person": people.person_json(person)}


async def _advance_clock(request: ClientRequest) -> Json:
    request.world.clock.advance(request.number("advance_s", 0.0))
    return {"now": request.world.now}


ACTIONS: dict[str, ClientHandler] = {
    "send_text": _send_text,
    "send_media": _send_media,
    "send_sticker": _send_sticker,
    "press": _press,
    "users": _introduce,
    "clock": _advance_clock,
}
