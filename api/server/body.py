"""Request bodies that may be hostile: bounded in bytes, time, depth, fields and numbers. Knows no field."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NoReturn

from aiohttp import web

from api.errors import BodyRefused, BodyTooBig
from service.streams import read_limited

MAX_BODY_BYTES = 16 * 1024 * 1024  # a photo of 10 MB as a data URI, and room
MAX_FIELDS = 256  # of the body itself; the largest table has 20
BODY_TIMEOUT_S = 60.0  # for all of it: a caller that sends a byte a second holds nothing for long


async def read_bytes(
    request: web.Request, *, most_bytes: int = MAX_BODY_BYTES, timeout_s: float = BODY_TIMEOUT_S
) -> bytes:
    """Return the whole body. Raises `BodyTooBig`, `BodyRefused` where it does not come."""
    if request.content_length is not None and request.content_length > most_bytes:
        raise BodyTooBig(f"{request.content_length} bytes")
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
