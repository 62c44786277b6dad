"""Request bodies that may be hostile: bounded in bytes, time, depth, fields and numbers. Knows no field."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NoReturn

from aiohttp import web

from api.errors import BodyRefused, BodyTooBig
from api.server.byte_budget import ByteBudget, Room
from service.streams import read_limited

MAX_BODY_BYTES = 16 * 1024 * 1024  # a photo of 10 MB as a data URI, and room
MAX_FIELDS = 256  # of the body itself; the largest table has 20
SMALL_BODY_BYTES = 64 * 1024  # a body of addresses: takes no room
BODY_TIMEOUT_S = 60.0  # for all of it: a caller that sends a byte a second holds nothing for long


BUDGET = web.RequestKey("budget", ByteBudget)  # of the server; without one, nothing is limited
ROOM = web.RequestKey("room", Room)  # that the body takes; given back when it is answered, or before
OWNER = web.RequestKey("owner", str)  # whose key the caller showed


async def read_bytes(
    request: web.Request, *, most_bytes: int = MAX_BODY_BYTES, timeout_s: float = BODY_TIMEOUT_S
) -> bytes:
    """Return the whole body, once there is room for it.

    Raises `BodyTooBig`, `BodyRefused` where it does not come, `RateLimited` where no room comes.
    """
    if request.content_length is not None and request.content_length > most_bytes:
        raise BodyTooBig(f"{request.content_length} bytes")
    size = most_bytes if request.content_length is None else request.content_length
    budget = request.get(BUDGET)
    if budget is not None and size > SMALL_BODY_BYTES and ROOM not in request:
        request[ROOM] = await budget.take(request.get(OWNER, ""), size)
    try:
        async with asyncio.timeout(timeout_s):
            body = await read_limited(request.content.iter_chunked(64 * 1024), most_bytes)
    except TimeoutError as error:
        raise BodyRefused("the body took too long") from error
    except web.HTTPException as error:
        raise BodyRefused(error.reason) from error
    except web.RequestPayloadError as error:
        raise BodyRefused("the body cannot be unpacked") from error
    if body is None:
        raise BodyTooBig(f"more than {most_bytes} bytes")
    return body


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that `body` is. Raises `BodyRefused`."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_not_finite)
    except (ValueError, RecursionError) as error:  # ValueError: no UTF-8, no JSON, a number of thousands of digits
        raise BodyRefused("no JSON") from error
    if not isinstance(value, dict):
        raise BodyRefused("no JSON object")
    if len(value) > MAX_FIELDS:
        raise BodyRefused(f"more than {MAX_FIELDS} fields")
    return value


def _not_finite(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
