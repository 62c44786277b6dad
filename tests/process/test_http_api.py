"""The HTTP API of the real process: without a bot, with TLS, through `kill -9`."""

from __future__ import annotations

import asyncio
import re
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web

from tests.api.conftest import QUEUE, RUN, data_uri, stranger
from tests.process.conftest import ASTRONAUT, ROOT

PHOTO = data_uri(ASTRONAUT)


class Server:
    """`stickerface run --no-bot` as its own process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(folder / "data"),
            "PORT": "0",
            "ENGINE": "portrait",
            "ALLOW_PRIVATE_HOSTS": "true",
        }
        self.process: asyncio.subprocess.Process | None = None
        self.url = ""
        self.key = ""

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli.main", "run", "--no-bot",
            cwd=self.folder, env=self.environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stderr is not None
        async with asyncio.timeout(30):
            while line := (await self.process.stderr.readline()).decode():
                if found := re.search(r"HTTP on (https?)://.*:(\d+)", line):
                    self.url = f"{found[1]}://127.0.0.1:{found[2]}"
                    return
        raise AssertionError("it ended")

    async def make_key(self) -> None:
        command = [sys.executable, "-m", "cli.main", "keys", "add", "test"]
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        out, _ = await process.communicate()
        self.key = out.decode().strip()

    async def call(self, method: str, path: str, **rest: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Key {self.key}"}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.url}{path}", headers=headers, **rest) as response,
        ):
            return response.status, await response.json()

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
    yield server
    if server.process is not None and server.process.returncode is None:
        await server.kill()


async def test_a_submitted_request_survives_kill_9_and_its_webhook_arrives(server: Server) -> None:
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive(request: web.Request) -> web.Response:
        told.put_nowait(await request.json())
        return web.Response()

    async with stranger(receive) as hook:
        await server.start()
        await server.make_key()
        body = {"image_url": PHOTO, "prompt": "a person", "seed": 9}
        # Several, so that some are waiting, one is being drawn and perhaps one has ended when the process dies.
        submitted = [
            (await server.call("POST", QUEUE, json=body, params={"fal_webhook": f"{hook}/{n}"}))[1]["request_id"]
            for n in range(4)
        ]
        await server.kill()
        await server.start()
        async with asyncio.timeout(60):
            heard: dict[str, dict[str, Any]] = {}
            while set(heard) != set(submitted):
                event = await told.get()
                heard[event["request_id"]] = event
        results = [await server.call("GET", f"{QUEUE}/requests/{request_id}") for request_id in submitted]

    assert {status for status, _ in results} == {200}
    assert [heard[request_id]["payload"]["seed"] for request_id in submitted] == [9] * 4
    assert [heard[request_id]["status"] for request_id in submitted] == ["OK"] * 4


async def test_https_is_served_with_a_certificate(server: Server, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    server.environment |= {"TLS_CERTIFICATE": str(tmp_path / "cert.pem"), "TLS_KEY": str(tmp_path / "key.pem")}
    await server.start()
    await server.make_key()
    context = ssl.create_default_context()
    authority.configure_trust(context)

    status, body = await server.call("POST", RUN, json={"image_url": PHOTO, "prompt": "x"}, ssl=context)

    assert (status, body["images"][0]["url"].startswith("https://127.0.0.1")) == (200, True)
    assert (body["images"][0]["width"], body["images"][0]["height"]) == (1024, 1024)


async def test_it_stops_on_sigterm(server: Server) -> None:
    await server.start()
    assert server.process is not None
    server.process.terminate()

    assert await asyncio.wait_for(server.process.wait(), 10) == 0
