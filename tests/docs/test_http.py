"""Every program of docs/http.md runs, against a server with TLS."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from api.providers.fal.tables import TABLES
from api.server.connections import Certificate
from tests.api.conftest import jpeg, running, stranger
from tests.plain_engine import PlainEngine

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "http.md").read_text()
BLOCKS = re.findall(r"```(bash|python|javascript)\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = [(language, text) for language, text in BLOCKS if not text.startswith("export")]
NODE_MODULES = ROOT / ".venv" / "node" / "node_modules"
COMMANDS = {"bash": ["bash", "-e"], "python": [sys.executable], "javascript": ["node"]}
ENDINGS = {"bash": "sh", "python": "py", "javascript": "mjs"}


def test_the_page_shows_every_service_in_every_language() -> None:
    sections = {part.split("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)}
    for service in ("fal", "Segmind", "Pixazo", "Replicate"):
        assert {language for language, _ in re.findall(r"```(\w+)\n(.*?)```", sections[service], re.DOTALL)} >= {
            "bash",
            "python",
            "javascript",
        }
        assert "| before | after |" in sections[service]


def test_the_page_shows_every_model_in_every_language() -> None:
    for table in TABLES:
        called = {language for language, program in PROGRAMS if table.path in program}
        assert called == {"bash", "python", "javascript"}, table.path


@pytest.mark.parametrize(("language", "text"), PROGRAMS, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(PROGRAMS)])
async def test_a_program_of_the_page_runs(tmp_path: Path, language: str, text: str) -> None:
    if language == "javascript" and not all((NODE_MODULES / each).exists() for each in ("@fal-ai/client", "replicate")):
        pytest.skip("node, @fal-ai/client or replicate is not here")
    if language == "bash" and shutil.which("curl") is None:
        pytest.skip("curl is not here")
    authority = trustme.CA()
    issued, chain, key = authority.issue_cert("127.0.0.1"), tmp_path / "chain.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(chain)
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    (tmp_path / "face.jpg").write_bytes(jpeg())
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as archive:
        archive.write(tmp_path / "face.jpg", "face.jpg")

    async def file(request: web.Request) -> web.FileResponse:
        return web.FileResponse(tmp_path / request.path[1:])

    async with (
        stranger(file) as files,
        running(tmp_path / "server", PlainEngine(), tls=Certificate(chain, key)) as api,
    ):
        host = api.url.removeprefix("https://")
        there = text.replace("stickers.example.org", host).replace("https://example.com", files)
        program = tmp_path / f"program.{ENDINGS[language]}"
        program.write_text(there)
        if language == "javascript":
            (tmp_path / "node_modules").symlink_to(NODE_MODULES)
        out = await _run(language, program, api.key_text, host)
        jobs = await api.store.jobs.counts()

    assert set(jobs) <= {"done", "queued", "running"}
    assert sum(jobs.values()) == 1
    assert "error" not in out.lower().replace('"error":null', "")


async def _run(language: str, program: Path, key: str, host: str) -> str:
    authority = str(program.parent / "authority.pem")
    process = await asyncio.create_subprocess_exec(
        *COMMANDS[language],
        program.name,
        cwd=program.parent,
        env={
            "PATH": os.environ["PATH"],
            "KEY": key,
            "FAL_KEY": key,
            "REPLICATE_API_TOKEN": key,
            "REPLICATE_BASE_URL": f"https://{host}/replicate",
            "FAL_RUN_HOST": f"{host}/fal/run",
            "FAL_QUEUE_RUN_HOST": f"{host}/fal/queue",
            **dict.fromkeys(
                ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), authority
            ),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    return out.decode()
