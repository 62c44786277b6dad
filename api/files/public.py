"""Pictures and uploads that anybody may fetch who knows their address, for as long as they live."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from api.access.fair_semaphore import patiently
from api.access.tokens import MARK_CHARS, Tokens
from api.errors import NoSuchEndpoint
from api.server.routing import Call, Route
from service.stickers import StickerService
from storage.errors import FileGone
from storage.records import Entrance, Job, JobStatus

# What a result file is called to the outside, and its type.
PUBLIC: Final = {
    "picture.png": ("sticker.png", "image/png"),
    "cutout.png": ("sticker_background_removed.png", "image/png"),
    "sticker.webp": ("sticker.webp", "image/webp"),
}
SHOWN_TYPES: Final = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "tiff", "heic", "heif", "avif")
)
LEAST_LIFETIME_S: Final = 3600.0
ROWS_S: Final = 86_400.0  # a result can be asked for a day, whatever became of its pictures
SWEEP_S: Final = 600.0
_KIND_OF: Final = {name: kind for kind, (name, _) in PUBLIC.items()}
_OWN_PATH: Final = re.compile(r"/files/(?P<id>[0-9a-f]{32,64})/(?P<name>[\w.-]+)")


class PublicFiles:
    """The site "files". An address is random, or marked with a secret: knowing one tells nothing of others."""

    def __init__(
        self,
        service: StickerService,
        tokens: Tokens,
        *,
        lifetime_s: float = 24 * 3600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._tokens = tokens
        self._lifetime_s = lifetime_s
        self._clock = clock

    def result_path(self, job: Job, kind: str) -> str:
        """Where a result file of `job` is, within the site."""
        return f"/{job.id}{self._tokens.mark(job.id)}/{PUBLIC[kind][0]}"

    def routes(self) -> list[Route]:
        return [Route("GET", "/{id:word}/{name:word}", self.get)]

    async def own_file(self, url: str) -> bytes | None:
        """The bytes behind one of our own addresses, whatever host it names; None where it is none of ours."""
        match = _OWN_PATH.fullmatch(urlsplit(url).path)
        found = await self._find(match["id"], match["name"]) if match else None
        return found[0] if found else None

    async def get(self, call: Call) -> web.StreamResponse:
        """The file, as something to look at or to save and never to run."""
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
        """(bytes, type, seconds it still lives)."""
        try:
            if len(file_id) == 32:
                return await self._upload(file_id)
            return await self._result(file_id[:32], file_id[32:], name)
        except FileGone:
            return None

    async def _upload(self, upload_id: str) -> tuple[bytes, str, float] | None:
        upload = await self._service.uploads.get(upload_id)
        if upload is None:
            return None
        data = await self._service.uploads.read(upload)
        return data, upload.content_type, upload.expires_at - self._clock()

    async def _result(self, job_id: str, mark: str, name: str) -> tuple[bytes, str, float] | None:
        if len(mark) != MARK_CHARS or name not in _KIND_OF:
            return None
        if not hmac.compare_digest(mark.encode(), self._tokens.mark(job_id).encode()):
            return None
        job = await self._service.job(job_id)
        if job is None or job.status is not JobStatus.DONE:
            return None
        left_s = (job.finished_at or 0.0) + self._lives_s(job) - self._clock()
        if left_s <= 0:
            return None
        kind = _KIND_OF[name]
        return await self._service.result_file(job, kind), PUBLIC[kind][1], left_s

    async def run(self) -> None:
        """Delete what is past its lifetime, now and every few minutes, until cancelled: faces are kept no longer."""
        while True:
            await patiently(self.sweep)
            await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> None:
        """Delete pictures past their lifetime, and a day after its end at the earliest their request."""
        await self._service.sweep_results(Entrance.HTTP, self._lifetime_s, LEAST_LIFETIME_S, ROWS_S)

    def _lives_s(self, job: Job) -> float:
        """How long a job's pictures can be fetched: what its caller wished, within bounds."""
        return bounded_s(job.lifetime_s, self._lifetime_s, self._service.lifetimes.results_s)


def bounded_s(wish_s: float | None, usual_s: float, most_s: float) -> float:
    """How long a file lives, in seconds, whose caller wished `wish_s`, None for nothing."""
    return usual_s if wish_s is None else min(max(wish_s, LEAST_LIFETIME_S), most_s)


def wished_lifetime_s(headers: Mapping[str, str]) -> float | None:
    """How long the caller wants its files kept; what is not understood is not heard."""
    text = headers.get("X-Fal-Object-Lifecycle-Preference") or headers.get("X-Fal-Object-Lifecycle")
    try:
        wish = json.loads(text or "{}")
        seconds = float(wish["expiration_duration_seconds"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return seconds if 0 < seconds < float("inf") else None
