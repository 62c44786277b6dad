"""Form bodies (multipart/form-data): fields as parts of text, photos as parts with bytes. Knows no provider."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping

from aiohttp import BodyPartReader, MultipartReader, StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError

from api.errors import BodyRefused

MEDIA_TYPE = "multipart/form-data"
_MAX_PARTS = 256


async def parse_form(body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form, by name: text as it is, a file as a data URI; of one name, the last.

    Raises `BodyRefused`.
    """
    stream = StreamReader(BaseProtocol(asyncio.get_running_loop()), limit=len(body) + 1)
    stream.feed_data(body)
    stream.feed_eof()
    fields: dict[str, str] = {}
    try:
        reader = MultipartReader({"Content-Type": headers.get("Content-Type", "")}, stream)
        for _ in range(_MAX_PARTS):
            part = await reader.next()
            if part is None:
                return fields
            if not isinstance(part, BodyPartReader) or not part.name:
                raise BodyRefused("a part of the form has no name")
            data = bytes(await part.read(decode=True))
            is_file = part.filename is not None or part.headers.get("Content-Type", "").startswith("image/")
            if is_file:
                media = part.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
                fields[part.name] = f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"
            else:
                fields[part.name] = data.decode("utf-8")
    except (HttpProcessingError, ValueError, AssertionError, RuntimeError, LookupError) as error:  # aiohttp's, all
        raise BodyRefused("no form") from error
    raise BodyRefused(f"more than {_MAX_PARTS} parts")
