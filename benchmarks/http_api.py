"""How many requests a second the HTTP API answers, and what it adds to the engine's own time.

    python -m benchmarks.http_api [--requests 300]

The server runs in a process of its own with an engine that does nothing but copy a picture. Next to it, in the same
run, a bare aiohttp handler that reads the same JSON and answers as much: the ratio is what a durable queue, keys,
validation and limits cost. Latency is a sync request with a data URI, against the same engine called in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from PIL import Image

from engine.types import StickerRequest, go_on
from tests.api.conftest import QUEUE, RUN, running
from tests.plain_engine import PlainEngine

SIDE_PX = 1024
Call = Callable[[aiohttp.ClientSession], Awaitable[None]]


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((SIDE_PX, SIDE_PX), 40).convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def serve(pipe: Connection, waiting: int) -> None:
    """In a process of its own: the API, with `waiting` jobs in its queue; tells (address, key), ends when told to."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with running(Path(folder), PlainEngine(), is_working=not waiting) as api:
                for number in range(waiting):
                    _, text = await api.keys.add(f"waiting {number}")
                    body = {"image_url": SMALL, "prompt": "a person"}
                    await api.post(QUEUE, body, headers={"Authorization": f"Key {text}"})
                _, text = await api.keys.add("bench", per_minute=10_000_000, jobs_waiting=10_000)
                await _tell_and_wait(pipe, api.url, text)

    asyncio.run(run())


def serve_bare(pipe: Connection, _waiting: int) -> None:
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
        await _tell_and_wait(pipe, f"http://127.0.0.1:{runner.addresses[0][1]}", "none")
        await runner.cleanup()

    asyncio.run(run())


async def _tell_and_wait(pipe: Connection, url: str, key: str) -> None:
    pipe.send((url, key))
    await asyncio.to_thread(pipe.recv)


@asynccontextmanager
async def served(target: Callable[[Connection, int], None], waiting: int = 0) -> AsyncIterator[tuple[str, str]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=target, args=(theirs, waiting), daemon=True)
    process.start()
    try:
        yield await asyncio.to_thread(ours.recv)
    finally:
        ours.send("end")
        await asyncio.to_thread(process.join, 20)


SMALL_BUFFER = io.BytesIO()
Image.new("RGB", (64, 64), "tan").save(SMALL_BUFFER, "JPEG")
SMALL = "data:image/jpeg;base64," + base64.b64encode(SMALL_BUFFER.getvalue()).decode()


def submit_and_status(url: str, key: str) -> Call:
    headers = {"Authorization": f"Key {key}"}
    body = json.dumps({"image_url": SMALL, "prompt": "a person"})

    async def call(session: aiohttp.ClientSession) -> None:
        async with session.post(f"{url}{QUEUE}", data=body, headers=headers) as response:
            answer = await response.json()
            assert response.status == 200, answer
        path = f"{url}{QUEUE}/requests/{answer['request_id']}/status"
        async with session.get(path, headers=headers) as response:
            assert response.status in (200, 202)
            await response.read()

    return call


async def per_second(call: Call, count: int, at_once: int) -> float:
    """Pairs of submit and status a second."""
    left = iter(range(count))

    async def caller(session: aiohttp.ClientSession) -> None:
        for _ in left:
            await call(session)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        began = time.perf_counter()
        await asyncio.gather(*(caller(session) for _ in range(at_once)))
        return count / (time.perf_counter() - began)


async def added_latency(url: str, key: str, count: int) -> tuple[float, float]:
    """Median seconds of (the engine alone, a sync request)."""
    data = photo()
    engine = PlainEngine()
    request = StickerRequest((data,), "toon", 1)
    alone = []
    for _ in range(count):
        began = time.perf_counter()
        engine.generate([request], go_on)
        alone.append(time.perf_counter() - began)
    uri = "data:image/jpeg;base64," + base64.b64encode(data).decode()
    body, headers = json.dumps({"image_url": uri, "prompt": "a person"}), {"Authorization": f"Key {key}"}
    through = []
    async with aiohttp.ClientSession() as session:
        for _ in range(count):
            began = time.perf_counter()
            async with session.post(f"{url}{RUN}", data=io.BytesIO(body.encode()), headers=headers) as response:
                assert response.status == 200, await response.text()
            through.append(time.perf_counter() - began)
    return statistics.median(alone), statistics.median(through)


async def measure(count: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with served(serve_bare) as bare, served(serve) as ours:
        for at_once in (1, 8, 64):
            plain = await per_second(submit_and_status(*bare), count, at_once)
            mine = await per_second(submit_and_status(*ours), count, at_once)
            rows.append({"what": f"submit+status, {at_once} callers", "ours": mine, "bare": plain})
    async with served(serve_bare) as bare, served(serve, 500) as ours:
        plain = await per_second(submit_and_status(*bare), count, 8)
        mine = await per_second(submit_and_status(*ours), count, 8)
        rows.append({"what": "the same, 8 callers, 500 and more waiting", "ours": mine, "bare": plain})
    return rows


async def main(count: int) -> None:
    print("| what | ours, pairs/s | bare aiohttp, pairs/s | ratio |\n| --- | --- | --- | --- |")
    for row in await measure(count):
        print(f"| {row['what']} | {row['ours']:.0f} | {row['bare']:.0f} | {row['ours'] / row['bare']:.2f} |")
    async with served(serve) as ours:
        alone, through = await added_latency(*ours, max(10, count // 10))
    print(
        f"\nsync request, {SIDE_PX} px photo: engine alone {alone * 1e3:.0f} ms, through the API {through * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=300)
    asyncio.run(main(parser.parse_args().requests))
