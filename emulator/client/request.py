"""A request of the chat page: refused when it comes from elsewhere, then read field by field."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import BodyPartReader, web

from emulator import people
from emulator.call_parameters import FilePart
from emulator.errors import Refusal
from emulator.http import encode
from emulator.state import Bot, Chat, Json, Message, Person
from emulator.world import World

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_UPLOAD_BYTES = 50 << 20
ClientHandler = Callable[["ClientRequest"], Awaitable[Json]]


def check_origin(request: web.Request, own_host: str) -> None:
    """Refuse requests of other web pages in this browser, and of rebound DNS names. Raises `Refusal` forbidden."""
    host = urlsplit(f"//{request.host}").hostname or ""
    if host not in LOOPBACK and host != own_host:
        raise Refusal("forbidden", "this server only answers to its own address", 403)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Refusal("forbidden", "requests from other sites are refused", 403)


class ClientRequest:
    """The fields of a request (query, JSON or multipart) and the uploads, with who acts on what."""

    def __init__(self, world: World, fields: Json, uploads: list[FilePart]) -> None:
        self.world = world
        self.fields = fields
        self.uploads = uploads

    @classmethod
    async def read(cls, request: web.Request, world: World) -> ClientRequest:
        """Read query, path and body (JSON or multipart). Raises `Refusal` bad_request, too_large."""
        fields: Json = dict(request.query)
        uploads: list[FilePart] = []
        if request.content_type == "multipart/form-data":
            await _read_parts(request, fields, uploads)
        elif request.content_type == "application/json":
            fields |= _parse(await request.text())
        elif request.can_read_body:
            raise Refusal("bad_request", "the body must be JSON or multipart")
        return cls(world, fields | dict(request.match_info), uploads)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string field; it is required where there is no default. Raises `Refusal` bad_request."""
        value = self.fields.get(name, default)
        if not isinstance(value, str):
            raise Refusal("bad_request", f"{name} must be a string")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a whole number, also given as text; required where there is no default.

        Raises `Refusal` bad_request.
        """
        value = self.fields.get(name, default)
        try:
            return int(value)  # type: ignore[arg-type]  # None and lists are what the except is for
        except (TypeError, ValueError) as error:
            raise Refusal("bad_request", f"{name} must be a whole number") from error

    def number(self, name: str, default: float) -> float:
        """Return a number of seconds, at least 0. Raises `Refusal` bad_request."""
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise Refusal("bad_request", f"{name} must be a number, 0 or more")
        return float(value)

    @property
    def person(self) -> Person:
        """Who acts; a new id is a new person."""
        user_id = self.integer("user")
        if user_id <= 0:
            raise Refusal("bad_request", "user must be positive")
        return people.introduce(self.world, user_id)

    @property
    def bot(self) -> Bot:
        return self.world.bot_named(self.text("bot", ""))

    @property
    def chat(self) -> Chat:
        return people.open_chat(self.world, self.person, self.bot, self.integer("chat_id", 0))

    @property
    def message(self) -> Message:
        return people.find_message(self.chat, self.integer("message_id"))

    @property
    def topic(self) -> int:
        return self.integer("message_thread_id", 0)

    @property
    def reply_to(self) -> Message | None:
        message_id = self.integer("reply_to", 0)
        return people.find_message(self.chat, message_id) if message_id else None


def _parse(text: str) -> Json:
    try:
        parsed = json.loads(text or "{}")
    except ValueError as error:
        raise Refusal("bad_request", "the body is not JSON") from error
    if not isinstance(parsed, dict):
        raise Refusal("bad_request", "the body must be an object")
    return parsed


async def _read_parts(request: web.Request, fields: Json, uploads: list[FilePart]) -> None:
    room = MAX_UPLOAD_BYTES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = await _read_at_most(part, room)
        room -= len(data)
        if part.filename is None:
            fields[part.name] = data.decode("utf-8", "replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(FilePart(data, part.filename, mime.partition(";")[0]))


async def _read_at_most(part: BodyPartReader, room: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        data += chunk
        if len(data) > room:
            raise Refusal("too_large", "uploads may have 50 MB together", 413)
    return bytes(data)


def json_response(body: Json, status: int = 200) -> web.Response:
    """Return a JSON response that nobody caches."""
    return web.Response(
        body=encode(body),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
