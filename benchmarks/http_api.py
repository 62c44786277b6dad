"""How many requests a second the HTTP API answers, and what it adds to the engine's own time.

    python -m benchmarks.http_api [--requests 100] [--rounds 5]

The server runs in a process of its own. Beside it, in turns of `--requests`, a bare aiohttp handler that reads the same
JSON and answers as much: the ratio is what a durable queue, keys, validation and limits cost. No jobs are drawn
meanwhile, so a row's queue grows by what its rounds submit. Latency is a sync request with a data URI, in turns
with the same engine called in this process; it does nothing but shrink the picture.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import itertools
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path

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
Call = Callable[[aiohttp.ClientSession], Awaitable[None]]


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
            keys = [await api.keys.add("bench", per_minute=MANY, jobs_waiting=MANY) for _ in range(KEYS)]
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
async def served(target: Callable[..., None], *parts: int) -> AsyncIterator[tuple[str, list[str]]]:
    """The address of a server, and its keys, in a process that lasts as long as the block."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=target, args=(theirs, *parts), daemon=True)
    process.start()
    try:
        yield await asyncio.to_thread(ours.recv)
    finally:
        ours.send("end")
        await asyncio.to_thread(process.join, 20)


SMALL_BUFFER = io.BytesIO()
Image.new("RGB", (64, 64), "tan").save(SMALL_BUFFER, "JPEG")
SMALL = "data:image/jpeg;base64," + base64.b64encode(SMALL_BUFFER.getvalue()).decode()


def submit_and_status(url: str, keys: list[str]) -> Call:
    """A call that submits and asks once, with one key after the other."""
    turns = itertools.cycle([{"Authorization": f"Key {key}"} for key in keys])
    body = json.dumps({"image_url": SMALL, "prompt": "a person"})

    async def call(session: aiohttp.ClientSession) -> None:
        headers = next(turns)
        async with session.post(f"{url}{QUEUE}", data=body, headers=headers) as response:
            answer = await response.json()
            assert response.status == 200, answer
        path = f"{url}{QUEUE}/requests/{answer['request_id']}/status"
        async with session.get(path, headers=headers) as response:
            assert response.status in (200, 202), await response.text()
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


async def added_latency(url: str, keys: list[str], count: int) -> tuple[float, float]:
    """Median seconds of (the engine alone, a sync request), in turns."""
    data = photo()
    engine, request = PlainEngine(), StickerRequest({FACE: (data,)}, "toon", 1)
    uri = "data:image/jpeg;base64," + base64.b64encode(data).decode()
    body, headers = json.dumps({"image_url": uri, "prompt": "a person"}).encode(), {"Authorization": f"Key {keys[0]}"}
    alone, through = [], []
    async with aiohttp.ClientSession() as session:
        for _ in range(count):
            began = time.perf_counter()
            engine.generate([request], go_on)
            alone.append(time.perf_counter() - began)
            began = time.perf_counter()
            async with session.post(f"{url}{RUN}", data=io.BytesIO(body), headers=headers) as response:
                assert response.status == 200, await response.text()
            through.append(time.perf_counter() - began)
    return statistics.median(alone), statistics.median(through)


async def compare(waiting: int, at_once: int, count: int, rounds: int) -> str:
    """A row of the table: medians of the rounds, and how far the rounds' ratios lie apart."""
    ours, bare = [], []
    async with served(serve_queue, waiting) as our_address, served(serve_bare) as bare_address:
        mine, plain = submit_and_status(*our_address), submit_and_status(*bare_address)
        for call in (mine, plain):
            await per_second(call, at_once, at_once)  # whatever is made at a first call
        for _ in range(rounds):
            ours.append(await per_second(mine, count, at_once))
            bare.append(await per_second(plain, count, at_once))
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    return (
        f"| {waiting} | {at_once} | {statistics.median(ours):.0f} | {statistics.median(bare):.0f} "
        f"| {statistics.median(ratios):.3f} | {min(ratios):.3f} to {max(ratios):.3f} |"
    )


async def main(count: int, rounds: int) -> None:
    print("| waiting at first | callers | ours, pairs/s | bare aiohttp, pairs/s | ratio | over the rounds |")
    print("| --- | --- | --- | --- | --- | --- |")
    for waiting in WAITING:
        for at_once in CALLERS:
            print(await compare(waiting, at_once, count, rounds), flush=True)
    async with served(serve_working) as address:
        alone, through = await added_latency(*address, LATENCIES)
    print(f"\nsync request, {SIDE_PX} px: engine alone {alone * 1e3:.0f} ms, through the API {through * 1e3:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.requests, chosen.rounds))
