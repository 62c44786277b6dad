"""Replicate's files: handed in as a form ahead of a prediction, and named there by their address."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import BodyPartReader, web

from api.access.authentication import Scheme
from api.answers import json_answer
from api.errors import BodyRefused, BodyTooBig, NoSuchEndpoint
from api.files.uploads import UPLOAD_BYTES, UPLOAD_S, UploadIntake, upload_url
from api.providers.predictions import timestamp
from api.providers.provider import FacadeContext
from api.server.routing import Call, Route
from service.streams import read_limited
from storage.records import ApiKey, Upload

PARTS: Final = 8  # of a form; the clients send two
METADATA_BYTES: Final = 64 * 1024


class Uploads:
    """The handlers. A file's name and metadata are answered once and not kept."""

    def __init__(self, context: FacadeContext, scheme: Scheme) -> None:
        self._context = context
        self._scheme = scheme
        self._intake = UploadIntake(context.service, context.lifetimes)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/v1/files", self.create),
            Route("GET", "/v1/files", self.list),
            Route("GET", "/v1/files/{id:word}", self.get),
            Route("DELETE", "/v1/files/{id:word}", self.delete),
        ]

    async def create(self, call: Call) -> web.StreamResponse:
        """Keep the form's "content"."""
        key = await self._asking(call)
        await self._intake.check_quota(key)
        try:
            async with asyncio.timeout(UPLOAD_S):
                data, content_type, name, metadata = await _read_form(call.request)
        except TimeoutError as error:
            raise BodyRefused("the form took too long") from error
        upload = await self._intake.keep(key, data, content_type)
        return json_answer(_render(call, upload, data, name, metadata), 201)

    async def list(self, call: Call) -> web.StreamResponse:
        """Answer the key's files, newest first."""
        key = await self._asking(call)
        uploads = self._context.service.uploads
        results = [_render(call, each, await uploads.read(each)) for each in await uploads.of_owner(key.owner)]
        return json_answer({"previous": None, "next": None, "results": results})

    async def get(self, call: Call) -> web.StreamResponse:
        """Answer what is known of a file."""
        upload = await self._own(call)
        return json_answer(_render(call, upload, await self._context.service.uploads.read(upload)))

    async def delete(self, call: Call) -> web.StreamResponse:
        """Delete a file."""
        await self._context.service.uploads.delete(await self._own(call))
        return web.Response(status=204)

    async def _asking(self, call: Call) -> ApiKey:
        key = await self._context.authenticator.authenticate(call, self._scheme)
        self._context.rate_limits.poll(key)
        return key

    async def _own(self, call: Call) -> Upload:
        key = await self._asking(call)
        upload = await self._context.service.uploads.get(call.match["id"])
        if upload is None or upload.owner != key.owner:
            raise NoSuchEndpoint("file")
        return upload


async def _read_form(request: web.Request) -> tuple[bytes, str, str, dict[str, Any]]:
    """Return (bytes, type, name, metadata) of a form. Raises `BodyRefused`, `BodyTooBig`."""
    if not request.content_type.startswith("multipart/"):
        raise BodyRefused("no form")
    if request.content_length is not None and request.content_length > UPLOAD_BYTES + METADATA_BYTES:
        raise BodyTooBig(f"{request.content_length} bytes")
    found: tuple[bytes, str, str] | None = None
    metadata: Any = {}
    try:
        form = await request.multipart()
        for _ in range(PARTS):
            part = await form.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                raise BodyRefused("a form within a form")
            data = await read_limited(_chunks(part), UPLOAD_BYTES if part.name == "content" else METADATA_BYTES)
            if data is None:
                raise BodyTooBig(part.name or "a part")
            if part.name == "content":
                found = data, part.headers.get("Content-Type", ""), part.filename or "file"
            elif part.name == "metadata":
                metadata = json.loads(data or b"{}")
    except (ValueError, RuntimeError, RecursionError, AssertionError, web.RequestPayloadError) as error:
        raise BodyRefused("the form cannot be read") from error
    if found is None:
        raise BodyRefused("the form has no content")
    return *found, metadata if isinstance(metadata, dict) else {}


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk


def _render(
    call: Call, upload: Upload, data: bytes, name: str = "", metadata: dict[str, Any] | None = None
) -> dict[str, Any]:
    digest, address = hashlib.sha256(data).hexdigest(), upload_url(call.origin, upload.id, upload.content_type, name)
    return {
        "id": upload.id,
        "name": name or address.rpartition("/")[2],
        "content_type": upload.content_type,
        "size": upload.size,
        "etag": digest,
        "checksums": {"sha256": digest},
        "metadata": metadata or {},
        "created_at": timestamp(upload.created_at),
        "expires_at": timestamp(upload.expires_at),
        "urls": {"get": address},
    }
