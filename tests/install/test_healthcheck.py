"""deploy/healthcheck.py asks a server that really runs."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
import trustme

from tests.install.conftest import ROOT


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize("has_tls", [False, True], ids=["http", "https"])
async def test_it_tells_a_server_that_is_well_from_none(tmp_path: Path, has_tls: bool) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(tmp_path / "data"),
        "HOST": "0.0.0.0",  # noqa: S104 - as in the image
        "PORT": str(free_port()),
        "ENGINE": "portrait",
    }
    if has_tls:
        certificate = trustme.CA().issue_cert("stickers.example.org")
        certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
        for blob in certificate.cert_chain_pems:
            blob.write_to_path(tmp_path / "chain.pem", append=True)
        environment |= {"TLS_KEY": str(tmp_path / "key.pem"), "TLS_CERTIFICATE": str(tmp_path / "chain.pem")}

    async def start(*arguments: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe
        )

    async def check() -> tuple[int | None, str]:
        process = await start("-I", str(ROOT / "deploy/healthcheck.py"))
        _, said = await process.communicate()
        return process.returncode, said.decode()

    code, said = await check()
    assert code == 1
    assert said.startswith("no answer: ")
    server = await start("-m", "cli.main", "run", "--no-bot")
    assert server.stderr is not None
    async with asyncio.timeout(60):
        while b"HTTP on http" not in (line := await server.stderr.readline()):
            assert line, "it ended"
    assert await check() == (0, "")
    server.send_signal(signal.SIGTERM)
    await server.communicate()
    assert server.returncode == 0
    assert (await check())[0] == 1
