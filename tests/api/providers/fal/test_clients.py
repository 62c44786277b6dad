"""The real clients from PyPI and npm, in their own processes, against a running server with TLS."""

from __future__ import annotations

import json
import shutil
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from api.server.connections import Certificate
from tests.api.conftest import Api, run_program, running
from tests.plain_engine import PlainEngine

HERE = Path(__file__).parent
NODE_MODULES = Path(__file__).parents[4] / ".venv" / "node" / "node_modules"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None or not (NODE_MODULES / "@fal-ai/client").exists(),
    reason="node or @fal-ai/client is not here: `make test` brings the client where node and npm are installed",
)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Certificate, Path]:
    """(the server's TLS, the file of the authority that its clients trust)."""
    ca = trustme.CA()
    issued, chain, key = ca.issue_cert("127.0.0.1", "localhost"), tmp_path / "chain.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(chain)
    issued.private_key_pem.write_to_path(key)
    pem = tmp_path / "authority.pem"
    ca.cert_pem.write_to_path(pem)
    return Certificate(chain, key), pem


@pytest.fixture
async def secure(tmp_path: Path, authority: tuple[Certificate, Path]) -> AsyncIterator[Api]:
    async with running(tmp_path / "server", PlainEngine(), tls=authority[0]) as house:
        yield house


async def test_a_python_program_written_for_fal_runs_unmodified(
    secure: Api, authority: tuple[Certificate, Path], photo: Path
) -> None:
    host = secure.url.removeprefix("https://")

    out = await run_program(
        sys.executable,
        str(HERE / "program.py"),
        str(photo),
        FAL_KEY=secure.key_text,
        FAL_RUN_HOST=f"{host}/fal/run",
        FAL_QUEUE_RUN_HOST=f"{host}/fal/queue",
        SSL_CERT_FILE=str(authority[1]),
    )

    told = json.loads(out)
    assert told["run"] == told["async"] == 42
    assert told["subscribe"] == ["image/png", "image/png"]
    assert told["stream"] == [42, True, True]
    assert told["stream_async"] == 42
    assert told["stream_refused"] == "SSEError"  # the client looks at no status here
    assert told["events"] == told["status"] == "Completed"
    assert told["get"] == {"sticker_image": False, "sticker_image_background_removed": False}
    assert told["refused"][0] == 422
    assert "less than or equal to 40" in told["refused"][1]
    assert told["failed"] == 422
    assert told["cancel"] == 400  # it had ended


async def test_a_python_program_uploads_its_photo(
    secure: Api, authority: tuple[Certificate, Path], photo: Path
) -> None:
    """The hosts of uploads are constants of the client: a program sets them, as docs/http.md shows."""
    program = f"""
import fal_client, json
import fal_client.client as client
client.REST_URL = "{secure.url}/fal/rest"
client.CDN_URL = "{secure.url}/fal/cdn"
urls = [fal_client.upload_file({str(photo)!r}), fal_client.upload(b"abc", "application/zip", "a.zip", repository="fal")]
result = fal_client.run("fal-ai/face-to-sticker", arguments={{"image_url": urls[0], "prompt": "a person"}})
print(json.dumps([urls, result["seed"]]))
"""
    host = secure.url.removeprefix("https://")

    out = await run_program(
        sys.executable,
        "-c",
        program,
        FAL_KEY=secure.key_text,
        FAL_RUN_HOST=f"{host}/fal/run",
        FAL_QUEUE_RUN_HOST=f"{host}/fal/queue",
        SSL_CERT_FILE=str(authority[1]),
    )

    (first, second), seed = json.loads(out)
    trusting = ssl.create_default_context(cafile=str(authority[1]))
    async with secure.session.get(first, ssl=trusting) as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", photo.read_bytes())
    async with secure.session.get(second, ssl=trusting) as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert await response.read() == b"abc"
    assert isinstance(seed, int)


@needs_node
@pytest.mark.parametrize("way", ["proxy", "middleware"])
async def test_a_javascript_program_written_for_fal_runs(
    secure: Api, authority: tuple[Certificate, Path], photo: Path, way: str
) -> None:
    assert NODE
    out = await run_program(
        NODE,
        str(HERE / "program.mjs"),
        str(photo),
        way,
        FAL_KEY=secure.key_text,
        BASE=secure.url,
        NODE_EXTRA_CA_CERTS=str(authority[1]),
        FAL_CLIENT=str(NODE_MODULES / "@fal-ai/client"),
    )

    told = json.loads(out)
    assert told["seed"] == 42
    assert told["images"] == 2
    assert told["requestId"] == told["submitted"]
    assert told["statuses"][-1] == "COMPLETED"
    assert told["refused"] == [422, "image_url"]
    assert told["cancelled"] == 400
    assert told["stream"] == "COMPLETED"
    assert told["live"] == ["progress", "output", 2, 36]
    assert told["liveRefused"] == [422, "image_url"]
