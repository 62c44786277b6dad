"""How many requests a second the HTTP API answers, and what it adds to the engine's own time.

    python -m benchmarks.http_api [--requests 100] [--rounds 5]

The server runs in a process of its own. Beside it, in turns of `--requests`, a bare aiohttp handler that reads the same
JSON and answers as much: the ratio is what a durable queue, keys, validation and limits cost. The callers are sockets
and nothing more, in this process. No jobs are drawn meanwhile, so a row's queue grows by what its rounds submit. CPU is
what the server's threads took, user and system, for each pair: a machine busy with other work changes it little.
Latency is a sync request with a data URI, in turns with the same engine called in this process; it does nothing but
shrink the picture.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import itertools
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from PIL import Image

from engine.model import FACE
from engine.types import StickerRequest, go_on
from service.limits import Limits
from tests.api.conftest import QUEUE, RUN, running
from tests.plain_engine import PlainEngine

SIDE_PX = 1024
MANY = 10_000_000  # more than a run asks for: no limit is to be met
KEYS = 64  # questions about jobs are limited for each key, and no setting lifts that
LATENCIES = 40
CALLERS = (1, 8, 64)
WAITING = (0, 500)
AT_WORK = 8  # callers while the engine works


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own."""

    url: str
    keys: list[str]
    pid: int

    def cpu_s(self) -> float:
        """Return the CPU time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What the rounds of one server gave."""

    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    submit_ms: list[float] = field(default_factory=list)


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((SIDE_PX, SIDE_PX), 40).convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def serve_working(pipe: Connection) -> None:
    """In a process of its own: the API as it is, drawing."""
    asyncio.run(_serve(pipe, 0, is_working=True))


def serve_queue(pipe: Connection, waiting: int) -> None:
    """In a process of its own: the API with `waiting` jobs of as many owners in its queue, drawing none."""
    asyncio.run(_serve(pipe, waiting, is_working=False))


async def _serve(pipe: Connection, waiting: int, *, is_working: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        limits = Limits(queue_length=MANY)
        async with running(Path(folder), PlainEngine(), is_working=is_working, limits=limits) as api:
            for number in range(waiting):
                body = {"image_url": SMALL, "prompt": "a person"}
                status, answer = await api.post(QUEUE, body, headers=await api.another_key())
                assert status == 200, (number, answer)
            keys = [await api.service.keys.add("bench", per_minute=MANY, jobs_waiting=MANY) for _ in range(KEYS)]
            await _tell_and_wait(pipe, api.url, [text for _, text in keys])


def serve_bare(pipe: Connection) -> None:
    """In a process of its own: what the web server costs alone."""

    async def answer(request: web.Request) -> web.Response:
        if request.can_read_body:
            await request.json()
        return web.json_response({"status": "IN_QUEUE", "request_id": "x" * 36, "urls": ["y" * 90] * 3})

    async def run() -> None:
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await _tell_and_wait(pipe, f"http://127.0.0.1:{runner.addresses[0][1]}", ["none"])
        await runner.cleanup()

    asyncio.run(run())


async def _tell_and_wait(pipe: Connection, url: str, keys: list[str]) -> None:
    pipe.send((url, keys))
    await asyncio.to_thread(pipe.recv)


@asynccontextmanager
async def served(target: Callable[..., None], *parts: int) -> AsyncIterator[Served]:
    """A server in a process that lasts as long as the block."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=target, args=(theirs, *parts), daemon=True)
    process.start()
    theirs.close()  # so that a server that could not start is noticed
    try:
        url, keys = await asyncio.to_thread(ours.recv)
        yield Served(url, keys, process.pid or 0)
    finally:
        ours.send("end")
        await asyncio.to_thread(process.join, 20)


SMALL_BUFFER = io.BytesIO()
Image.new("RGB", (64, 64), "tan").save(SMALL_BUFFER, "JPEG")
SMALL = "data:image/jpeg;base64," + base64.b64encode(SMALL_BUFFER.getvalue()).decode()


class Caller:
    """A connection that stays open, and as little of HTTP as these answers need: the server is measured, not this."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, url: str) -> Caller:
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def call(self, method: str, path: str, key: str, body: bytes = b"") -> tuple[int, Any]:
        """Return (status, JSON)."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Key {key}\r\n"
        content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._writer.write(f"{head}{content}\r\n".encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].partition(b"\r")[0])
        return int(answer[9:12]), json.loads(await self._reader.readexactly(length))

    def close(self) -> None:
        self._writer.close()


async def pairs(server: Served, count: int, at_once: int, figures: Figures) -> None:
    """Submit and ask once, `count` times, with one key after the other."""
    body = json.dumps({"image_url": SMALL, "prompt": "a person"}).encode()
    keys, left = itertools.cycle(server.keys), iter(range(count))
    callers = [await Caller.connect(server.url) for _ in range(at_once)]

    async def work(caller: Caller) -> None:
        for _ in left:
            key, asked_at = next(keys), time.perf_counter()
            status, answer = await caller.call("POST", QUEUE, key, body)
            figures.submit_ms.append((time.perf_counter() - asked_at) * 1e3)
            assert status == 200, answer
            status, answer = await caller.call("GET", f"{QUEUE}/requests/{answer['request_id']}/status", key)
            assert status in (200, 202), answer

    cpu_s, began = server.cpu_s(), time.perf_counter()
    await asyncio.gather(*map(work, callers))
    figures.per_second.append(count / (time.perf_counter() - began))
    figures.cpu_ms.append((server.cpu_s() - cpu_s) / count * 1e3)
    for caller in callers:
        caller.close()


async def added_latency(server: Served, count: int) -> tuple[float, float]:
    """Median seconds of (the engine alone, a sync request), in turns."""
    data = photo()
    engine, request = PlainEngine(), StickerRequest({FACE: (data,)}, "toon", 1)
    uri = "data:image/jpeg;base64," + base64.b64encode(data).decode()
    body, headers = (
        json.dumps({"image_url": uri, "prompt": "a person"}).encode(),
        {"Authorization": f"Key {server.keys[0]}"},
    )
    alone, through = [], []
    async with aiohttp.ClientSession() as session:
        for _ in range(count):
            began = time.perf_counter()
            engine.generate([request], go_on)
            alone.append(time.perf_counter() - began)
            began = time.perf_counter()
            async with session.post(f"{server.url}{RUN}", data=io.BytesIO(body), headers=headers) as response:
                assert response.status == 200, await response.text()
            through.append(time.perf_counter() - began)
    return statistics.median(alone), statistics.median(through)


async def compare(waiting: int, at_once: int, count: int, rounds: int) -> str:
    """A row of the table: medians of the rounds, and how far the rounds' ratios lie apart."""
    ours, bare = Figures(), Figures()
    async with served(serve_queue, waiting) as our_server, served(serve_bare) as bare_server:
        for server in (our_server, bare_server):
            await pairs(server, at_once, at_once, Figures())  # whatever is made at a first call
        for _ in range(rounds):
            await pairs(our_server, count, at_once, ours)
            await pairs(bare_server, count, at_once, bare)
    ratios = [one / other for one, other in zip(ours.per_second, bare.per_second, strict=True)]
    middle = statistics.median
    slow = statistics.quantiles(ours.submit_ms, n=100)[98]
    return (
        f"| {waiting} | {at_once} | {middle(ours.per_second):.0f} | {middle(bare.per_second):.0f} "
        f"| {middle(ratios):.3f} | {min(ratios):.3f} to {max(ratios):.3f} "
        f"| {middle(ours.cpu_ms):.2f} | {middle(bare.cpu_ms):.2f} | {middle(ours.submit_ms):.1f} | {slow:.1f} |"
    )


async def main(count: int, rounds: int, callers: list[int]) -> None:
    print(
        "| waiting at first | callers | ours, pairs/s | bare aiohttp, pairs/s | ratio | over the rounds "
        "| our CPU, ms/pair | bare CPU | submit, ms | p99 |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for waiting in WAITING:
        for at_once in callers:
            print(await compare(waiting, at_once, count, rounds), flush=True)
    async with served(serve_working) as server:
        alone, through = await added_latency(server, LATENCIES)
        await pairs(server, count, AT_WORK, at_work := Figures())
    print(f"\nsync request, {SIDE_PX} px: engine alone {alone * 1e3:.0f} ms, through the API {through * 1e3:.0f} ms")
    accepted = statistics.quantiles(at_work.submit_ms, n=100)
    print(f"submit of {AT_WORK} callers while the engine works: {accepted[49]:.0f} ms, p99 {accepted[98]:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--callers", type=int, nargs="+", default=CALLERS)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.requests, chosen.rounds, chosen.callers))
