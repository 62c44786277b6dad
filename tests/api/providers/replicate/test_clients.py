"""Replicate's real clients from PyPI and npm, in their own processes, against a running server."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from api.providers.replicate.tables import version_of
from tests.api.conftest import Api, run_program

HERE = Path(__file__).parent
CLIENT = Path(__file__).parents[4] / ".venv" / "node" / "node_modules" / "replicate"
NODE = shutil.which("node")


async def test_a_python_program_written_for_replicate_runs_unmodified(api: Api, photo: Path) -> None:
    out = await run_program(
        sys.executable,
        str(HERE / "program.py"),
        str(photo),
        version_of("fofr/face-to-sticker"),
        REPLICATE_API_TOKEN=api.key_text,
        BASE=f"{api.url}/replicate",
    )

    told = json.loads(out)
    assert told["run"] == [b"\x89PNG".hex()] * 2
    assert told["run_version"] == 2
    assert told["created"] == "starting"
    assert told["waited"] == ["succeeded", 2, 6, True]
    assert told["listed"] == 3
    assert told["reloaded"] == told["cancelled"] == "succeeded"  # it had ended
    assert told["file"] == [True, True]
    assert told["model"] is True
    assert "steps" in told["refused"]
    assert told["unknown"] == 404


@pytest.mark.skipif(
    NODE is None or not CLIENT.exists(),
    reason="node or replicate is not here: `make test` brings the client where node and npm are installed",
)
async def test_a_javascript_program_written_for_replicate_runs_unmodified(api: Api, photo: Path) -> None:
    out = await run_program(
        str(NODE),
        str(HERE / "program.mjs"),
        str(photo),
        REPLICATE_CLIENT=str(CLIENT),
        REPLICATE_API_TOKEN=api.key_text,
        BASE=f"{api.url}/replicate/v1",
    )

    told = json.loads(out)
    assert told["run"] == ["image/png"] * 2
    assert told["waited"] == ["succeeded", 2, 4]
    assert told["pages"] == 1
    assert told["cancelled"] == "succeeded"
    assert "steps" in told["refused"]
