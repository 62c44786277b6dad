"""The HTTP API on a real port, over a real database and a real engine thread."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web
from PIL import Image

from api.app import ApiOptions, HttpApi
from api.server.connections import Certificate
from api.server.port import HttpServer
from engine.runner import EngineRunner
from engine.types import Engine
from service.limits import Limits
from service.pool import LocalPool
from service.processes import Duty
from service.stickers import StickerService
from service.worker import Worker
from storage.records import ApiKey, Job
from storage.store import Store
from tests.log_scan import LogScan, scanning
from tests.plain_engine import PlainEngine

APP = "fal-ai/face-to-sticker"
RUN = f"/fal/run/{APP}"
QUEUE = f"/fal/queue/{APP}"
SEGMIND = "/v1/face-to-sticker"
PIXAZO = "/face-sticker/v1/face-to-sticker"


def jpeg(colour: tuple[int, int, int] = (200, 100, 50), side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def data_uri(data: bytes, content_type: str = "image/jpeg") -> str:
    return f"data:{content_type};base64,{base64.b64encode(data).decode()}"


PHOTO = data_uri(jpeg())


@dataclass
class Api:
    """The running server, and its parts."""

    url: str
    session: ClientSession
    store: Store
    service: StickerService
    engine: Any
    runner: LocalPool
    key: ApiKey
    key_text: str
    http_api: HttpApi
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    @property
    def fal(self) -> dict[str, str]:
        return {"Authorization": f"Key {self.key_text}"}

    async def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **rest: Any
    ) -> tuple[int, Any, ClientResponse]:
        """(status, JSON or bytes, response); with fal's key unless `headers` are given."""
        sent = self.fal if headers is None else headers
        async with self.session.request(method, f"{self.url}{path}", headers=sent, **rest) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else raw, response

    async def post(self, path: str, body: Any, **rest: Any) -> tuple[int, Any]:
        status, answer, _ = await self.call("POST", path, json=body, **rest)
        return status, answer

    async def get(self, path: str, **rest: Any) -> tuple[int, Any]:
        status, answer, _ = await self.call("GET", path, **rest)
        return status, answer

    async def submit(self, **fields: Any) -> str:
        """Submit a request that works unless `fields` say otherwise; returns its id."""
        status, answer = await self.post(QUEUE, {"image_url": PHOTO, "prompt": "a person", **fields})
        assert status == 200, answer
        return str(answer["request_id"])

    async def ended(self, request_id: str) -> Job:
        """The job of that request, once it has ended."""
        async with asyncio.timeout(20):
            return await self.service.wait(request_id.replace("-", ""))

    async def until(self, is_true: Callable[[], Awaitable[bool]]) -> None:
        """Look every few milliseconds: what happens behind an answer tells nobody."""
        async with asyncio.timeout(10):
            while not await is_true():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def delivered(self, request_id: str) -> None:
        """Wait until the request's end needs to be told to nobody any more."""
        job = await self.ended(request_id)

        async def is_marked() -> bool:
            return (await self.service.own(job.owner, job.id)).delivered_at is not None

        await self.until(is_marked)

    async def held(self) -> None:
        """Wait until the engine stands at a first step."""
        await asyncio.to_thread(self.engine.holding.wait, 10)

    async def another_key(self, **limits: Any) -> dict[str, str]:
        """fal's header of a second key."""
        _, text = await self.service.keys.add("other", **limits)
        return {"Authorization": f"Key {text}"}


async def run_program(*command: str, **environment: str) -> str:
    """Run somebody's program in a process of its own, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    return out.decode()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    path.write_bytes(jpeg())
    return path


@asynccontextmanager
async def running(
    folder: Path,
    engine: Engine,
    *,
    limits: Limits | None = None,
    tls: Certificate | None = None,
    idle_s: float = 60.0,
    most_connections: int | None = None,
    is_working: bool = True,
    is_one_of_several: bool = False,
    **options: Any,
) -> AsyncIterator[Api]:
    """A server over `folder`; started again there, it goes on with what it finds."""
    folder.mkdir(exist_ok=True)
    store = await Store.open(folder)
    service = StickerService(store, limits=limits or Limits(jobs_per_owner=50))
    runner = LocalPool(EngineRunner(engine))
    worker = Worker(service, runner, step_timeout_s=60)
    if is_one_of_several:
        await service.processes.join("api", duties=list(Duty), engine=runner if is_working else None)
    chosen = ApiOptions(**{"allow_private_hosts": True, **options})
    is_drawn_elsewhere = is_one_of_several and not is_working
    abilities = service.processes.engines_elsewhere if is_drawn_elsewhere else runner
    http_api = await HttpApi.open(service, abilities, chosen)
    server = HttpServer(http_api.dispatcher, idle_s=idle_s, most=most_connections)
    port = await server.start("127.0.0.1", 0, tls)
    key, text = await service.keys.add("test", per_minute=10_000, jobs_waiting=40)
    await service.recover()
    work = [http_api.run(), *([worker.run()] if is_working else [])]
    work += [service.processes.run()] if is_one_of_several else []
    tasks = [asyncio.create_task(each) for each in work]
    async with ClientSession() as session:
        scheme = "https" if tls else "http"
        url = f"{scheme}://127.0.0.1:{port}"
        yield Api(url, session, store, service, engine, runner, key, text, http_api, tasks)
    if isinstance(engine, PlainEngine):
        engine.release()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.stop()
    await http_api.stop()
    await runner.close()
    await service.close()


@pytest.fixture(autouse=True)
def log_scan() -> Iterator[LogScan]:
    """Whatever a test does, the log holds no key and no photo."""
    with scanning() as scan:
        yield scan
    assert scan.found() == []


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with running(tmp_path, PlainEngine()) as house:
        yield house


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def stranger(handler: Answering) -> AsyncIterator[str]:
    """Somebody else's server, on loopback; yields its address."""
    app = web.Application(client_max_size=64 * 1024**2)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
