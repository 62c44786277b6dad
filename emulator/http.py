"""From an HTTP request to a bot's call and back: paths, tokens, the four encodings, the JSON answer."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import BodyPartReader, web

from emulator.call_parameters import CallParameters, FilePart
from emulator.errors import BotApiError

MAX_PARAMETERS_BYTES = 1 << 20
MAX_FILES = 50
MAX_REQUEST_BYTES = 64 << 20
MAX_TOKEN_LENGTH = 80


def check_token(token: str) -> None:
    """Check the form of a bot token. Raises `BotApiError` 401."""
    digits, colon, secret = token.partition(":")
    looks_right = digits.isascii() and digits.isdigit() and not digits.startswith("0") and colon and secret
    if not looks_right or len(token) > MAX_TOKEN_LENGTH:
        raise BotApiError(401, "Invalid token specified")


async def read_parameters(request: web.Request) -> CallParameters:
    """Read the parameters of a call: query string and body, urlencoded, multipart or JSON, GET and POST alike.

    Raises `BotApiError`: 413 for too many files or too much text, 400 for broken JSON.
    """
    values = dict(request.query)
    uploads: dict[str, FilePart] = {}
    if (request.content_length or 0) > MAX_REQUEST_BYTES:
        raise BotApiError(413, "")
    if request.can_read_body:
        if request.content_type == "application/json":
            values |= _from_json(await request.read())
        elif request.content_type == "application/x-www-form-urlencoded":
            values |= {name: str(value) for name, value in (await request.post()).items()}
        elif request.content_type == "multipart/form-data":
            await _read_parts(request, values, uploads)
    if sum(len(name) + len(value) for name, value in values.items()) > MAX_PARAMETERS_BYTES:
        raise BotApiError(413, "")
    return CallParameters(values, uploads)


def _from_json(body: bytes) -> dict[str, str]:
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise BotApiError(400, "Can't parse JSON object") from error
    if not isinstance(parsed, dict):
        raise BotApiError(400, "Expected an Object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in parsed.items()
        if value is not None
    }


async def _read_parts(request: web.Request, values: dict[str, str], uploads: dict[str, FilePart]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            values[part.name] = data.decode("utf-8", "replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = FilePart(data, part.filename, mime.partition(";")[0])
        if len(uploads) > MAX_FILES:
            raise BotApiError(413, "")


def answer(body: dict[str, Any]) -> web.Response:
    """Return the JSON response; an error's code is the HTTP status, flood control has its header."""
    status = body.get("error_code", 200)
    headers = {}
    if retry_after := body.get("parameters", {}).get("retry_after"):
        headers["Retry-After"] = str(retry_after)
    return web.Response(status=status, body=encode(body), content_type="application/json", headers=headers)


def encode(body: dict[str, Any]) -> bytes:
    """Return compact UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
