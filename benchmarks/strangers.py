"""The HTTP port under strangers: idle connections beside requests, and many large bodies at the same time.

    python -m benchmarks.strangers [--idle 1100] [--requests 40] [--bodies 60] [--body-mb 10] [--descriptors 1024]

The server runs in a process of its own, whose limit of open files is `--descriptors`, for good. It prints how
many requests were drawn, and the server's resident memory before, at most, and after.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import collections
import io
import json
import multiprocessing
import resource
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

from tests.api.conftest import PHOTO, QUEUE, RUN, jpeg, running
from tests.plain_engine import PlainEngine

MANY = 10_000


def serve(pipe: Connection, descriptors: int) -> None:
    """In a process of its own: the API as it is, drawing."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), PlainEngine()) as api:
            _, text = await api.service.keys.add("bench", per_minute=MANY, jobs_waiting=MANY)
            pipe.send((api.url, text))
            await asyncio.to_thread(pipe.recv)


def _memory_mb(pid: int, field: str) -> float:
    """`VmRSS` (now) or `VmHWM` (peak) of a process, from /proc."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


async def measure(options: argparse.Namespace) -> None:
    """Run both parts against one server."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, options.descriptors))
    process.start()
    url, key = await asyncio.to_thread(ours.recv)
    assert process.pid is not None
    host, port = url.removeprefix("http://").split(":")
    headers = {"Authorization": f"Key {key}"}
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def idle() -> asyncio.StreamWriter:
            return (await asyncio.open_connection(host, int(port)))[1]

        async def queued(number: int) -> str:
            body = {"image_url": PHOTO, "prompt": f"person {number}"}
            async with session.post(f"{url}{QUEUE}", json=body, headers=headers) as response:
                return str((await response.json())["response_url"])

        async def result(address: str) -> int:
            while True:
                async with session.get(address, headers=headers) as response:
                    if response.status != 400:  # not ready
                        return response.status
                await asyncio.sleep(0.1)

        strangers = [await idle() for _ in range(options.idle)]
        addresses = await asyncio.gather(*(queued(number) for number in range(options.requests)))
        ended = collections.Counter(await asyncio.gather(*map(result, addresses)))
        print(f"{options.idle} idle connections, {options.descriptors} descriptors: {dict(ended)} by status")
        for writer in strangers:
            writer.close()

        print(f"memory before           {_memory_mb(process.pid, 'VmRSS'):6.0f} MB")
        photo = jpeg() + bytes(options.body_mb * 1_000_000 * 3 // 4)
        uri = f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"
        body = json.dumps({"image_url": uri, "prompt": "a person"}).encode()

        async def drawn() -> int:
            async with session.post(f"{url}{RUN}", data=io.BytesIO(body), headers=headers) as response:
                return response.status

        statuses = collections.Counter(await asyncio.gather(*(drawn() for _ in range(options.bodies))))
        print(f"{options.bodies} bodies of {len(body) / 1e6:.0f} MB: {dict(statuses)} by status")
        print(f"memory at most          {_memory_mb(process.pid, 'VmHWM'):6.0f} MB")
        print(f"memory after            {_memory_mb(process.pid, 'VmRSS'):6.0f} MB")
    ours.send(None)
    process.join(20)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("idle", 1100), ("requests", 40), ("bodies", 60), ("body-mb", 10), ("descriptors", 1024)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asyncio.run(measure(parser.parse_args()))
