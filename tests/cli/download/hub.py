"""Two real HTTP servers: a hub that redirects, and the host of the bytes behind it. Both misbehave where asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from cli.download.remote import Hosts

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """One request that reached a server."""

    host: str  # "hub" or "bytes"
    path: str
    range: str
    if_range: str
    token: str


@dataclass
class Hub:
    """Serves `files` by path. Small ones come from the hub itself, the rest from the other host, as on the real one."""

    files: dict[str, bytes] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    answers: list[Answer | None] = field(default_factory=list)  # for the coming requests to the bytes; None: honest
    is_large_above: int = 100
    has_hash: bool = True
    has_etag: bool = True
    takes_ranges: bool = True
    commit: str = "c0ffee"
    urls: dict[str, str] = field(default_factory=dict)
    runners: list[web.AppRunner] = field(default_factory=list)

    async def start(self) -> Hub:
        for name, handler in (("bytes", self._serve), ("hub", self._resolve)):
            app = web.Application()
            app.router.add_get("/{path:.*}", handler)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.runners.append(runner)
            port = runner.addresses[0][1]
            self.urls[name] = f"http://127.0.0.1:{port}"
        return self

    async def stop(self) -> None:
        for runner in self.runners:
            await runner.cleanup()

    @property
    def hosts(self) -> Hosts:
        return Hosts(hub=self.urls["hub"], github=self.urls["bytes"], token="hf_secret")

    def ranges(self) -> list[str]:
        """The Range of every transfer, without the questions beforehand."""
        return [seen.range for seen in self.seen if seen.host == "bytes" and seen.range != "bytes=0-0"]

    def _note(self, host: str, request: web.Request) -> None:
        headers = request.headers
        self.seen.append(
            Seen(
                host,
                request.path,
                headers.get("Range", ""),
                headers.get("If-Range", ""),
                headers.get("Authorization", ""),
            )
        )

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        self._note("hub", request)
        owner, repo, _resolve, _revision, *rest = request.path.strip("/").split("/")
        name = f"{owner}/{repo}/{'/'.join(rest)}"
        content = self.files.get(name)
        if content is None:
            return web.Response(status=404)
        headers = {"X-Repo-Commit": self.commit}
        if len(content) <= self.is_large_above:
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324  as git names it
            return self.honest(request, content, {**headers, "ETag": f'"{blob}"'})
        if self.has_hash:
            headers["X-Linked-ETag"] = f'"{hashlib.sha256(content).hexdigest()}"'
            headers["X-Linked-Size"] = str(len(content))
        location = f"{self.urls['bytes']}/{name}?signature=very-secret"
        return web.Response(status=302, headers={**headers, "Location": location})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self._note("bytes", request)
        is_question = request.headers.get("Range") == "bytes=0-0"
        answer = self.answers.pop(0) if self.answers and not is_question else None
        if answer:
            return await answer(request)
        return self.honest(request, self.content(request))

    def content(self, request: web.Request) -> bytes:
        """What the path names."""
        return self.files[request.path.strip("/")]

    def honest(self, request: web.Request, content: bytes, headers: dict[str, str] | None = None) -> web.Response:
        """The file or the range of it that was asked for, as RFC 9110 has it."""
        headers = headers or ({"ETag": etag(content)} if self.has_etag else {})
        asked = request.headers.get("Range", "") if self.takes_ranges else ""
        if request.headers.get("If-Range") not in (None, headers.get("ETag")):
            asked = ""
        if not asked:
            return web.Response(body=content, headers=headers)
        first, last = asked.removeprefix("bytes=").split("-")
        begin, end = int(first), min(int(last or len(content)), len(content) - 1)
        if begin >= len(content):
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
        headers = {**headers, "Content-Range": f"bytes {begin}-{end}/{len(content)}"}
        return web.Response(status=206, body=content[begin : end + 1], headers=headers)

    def cut_after(self, count: int) -> Answer:
        """Promise the rest of the file, send `count` bytes of it, hang up."""

        async def answer(request: web.Request) -> web.StreamResponse:
            whole = self.honest(request, self.content(request))
            body = bytes(whole.body)  # type: ignore[arg-type]
            response = web.StreamResponse(status=whole.status, headers=whole.headers)
            response.content_length = len(body)
            await response.prepare(request)
            await response.write(body[:count])
            assert request.transport
            request.transport.close()
            return response

        return answer

    def hang_after(self, count: int, until: asyncio.Event) -> Answer:
        """Send `count` bytes, then nothing until `until`."""

        async def answer(request: web.Request) -> web.StreamResponse:
            content = self.content(request)
            response = web.StreamResponse(headers={"ETag": etag(content)})
            response.content_length = len(content)
            await response.prepare(request)
            await response.write(content[:count])
            await until.wait()
            return response

        return answer

    def status(self, status: int, **headers: str) -> Answer:
        """Answer with `status` and nothing else."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={key.replace("_", "-"): value for key, value in headers.items()})

        return answer

    def body(self, content: bytes, content_type: str = "application/octet-stream") -> Answer:
        """Answer 200 with other bytes than the file's."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(body=content, content_type=content_type)

        return answer


def etag(content: bytes) -> str:
    """Strong, and no hash that the client could check."""
    return f'"0x{hashlib.md5(content).hexdigest()[:16].upper()}"'  # noqa: S324
