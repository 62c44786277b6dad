"""Result files and uploads that anybody may fetch who knows their address, for as long as they live.

An address is random, or marked with a secret: knowing one tells nothing of others. Knows no provider.
"""

from __future__ import annotations

import hmac
import re
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from api.access.tokens import MARK_CHARS, Tokens
from api.errors import NoSuchEndpoint
from api.files.lifetime import FileLifetimes
from api.jobs.caller_note import CallerNote
from api.server.routing import Call, Route
from engine.model import MOST_PICTURES, ResultFile, numbered
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Job, JobStatus

PREFIX: Final = "/files"
# What a result file is called to the outside, and its type.
_KINDS: Final = {
    ResultFile.PICTURE: ("sticker.png", "image/png"),
    ResultFile.CUTOUT: ("sticker_background_removed.png", "image/png"),
    ResultFile.STICKER: ("sticker.webp", "image/webp"),
}
PUBLIC: Final = {
    numbered(name, number): (numbered(public, number), content_type)
    for name, (public, content_type) in _KINDS.items()
    for number in range(1, MOST_PICTURES + 1)
}
SHOWN_TYPES: Final = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "tiff", "heic", "heif", "avif")
)
_NAME_OF: Final = {public: name for name, (public, _) in PUBLIC.items()}
_OWN_PATH: Final = re.compile(rf"{PREFIX}/(?P<id>[0-9a-f]{{32,64}})/(?P<name>[\w.-]+)")


class PublicFiles:
    """The site "files"."""

    def __init__(self, service: StickerService, tokens: Tokens, lifetimes: FileLifetimes) -> None:
        self._service = service
        self._tokens = tokens
        self._lifetimes = lifetimes

    def routes(self) -> list[Route]:
        return [Route("GET", "/{id:word}/{name:word}", self.get)]

    def result_url(self, job: Job, name: str) -> str:
        """Return the absolute address of a result file, under the origin that the caller had used."""
        return f"{CallerNote.of(job).base}{PREFIX}/{job.id}{self._tokens.mark(job.id)}/{PUBLIC[name][0]}"

    async def own_file(self, url: str) -> bytes | None:
        """Return the bytes behind one of our own addresses, whatever host it names; None where it is none of ours."""
        match = _OWN_PATH.fullmatch(urlsplit(url).path)
        found = await self._find(match["id"], match["name"]) if match else None
        return found[0] if found else None

    async def get(self, call: Call) -> web.StreamResponse:
        """Answer the file, as something to look at or to save and never to run."""
        found = await self._find(call.match["id"], call.match["name"])
        if found is None:
            raise NoSuchEndpoint("no such file")
        data, content_type, left_s = found
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": f"private, max-age={max(0, int(left_s))}, immutable",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",  # the address is the secret
        }
        if content_type not in SHOWN_TYPES:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=data, content_type=content_type, headers=headers)

    async def _find(self, file_id: str, name: str) -> tuple[bytes, str, float] | None:
        """Return (bytes, type, seconds it still lives); None where there is nothing to be had."""
        try:
            if len(file_id) > 32:
                return await self._result(file_id[:32], file_id[32:], name)
            upload = await self._service.uploads.get(file_id)
            if upload is None:
                return None
            data = await self._service.uploads.read(upload)
            return data, upload.content_type, upload.expires_at - self._lifetimes.clock()
        except FileGone:
            return None

    async def _result(self, job_id: str, mark: str, public_name: str) -> tuple[bytes, str, float] | None:
        name = _NAME_OF.get(public_name)
        if len(mark) != MARK_CHARS or name is None:
            return None
        if not hmac.compare_digest(mark.encode(), self._tokens.mark(job_id).encode()):
            return None
        job = await self._service.job(job_id)
        if job is None or job.status is not JobStatus.DONE:
            return None
        left_s = self._lifetimes.left_s(job)
        if left_s <= 0:
            return None
        return await self._service.result_file(job, name), PUBLIC[name][1], left_s
