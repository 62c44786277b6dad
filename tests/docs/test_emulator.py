"""Every command and program of docs/emulator.md runs, as it is printed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from emulator.server import Emulator, make_bot

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", PAGE, re.DOTALL)
START, *SHELL = [text for language, text in BLOCKS if language == "bash"]
*_, IN_TESTS = PROGRAMS = [text for language, text in BLOCKS if language == "python"]
BOTS = {name: text for name in ("telegram", "aiogram") for text in PROGRAMS[:-1] if f"from {name} import" in text}
ADDRESS, TOKEN = "http://127.0.0.1:8081", "42:my-own-token"


@asynccontextmanager
async def process(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        await asyncio.wait_for(started.communicate(), 20)


async def test_the_commands_run_against_the_server_that_the_first_one_starts() -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    python, *arguments = START.replace("--port 8081", "--port 0").split()
    assert python == "python"
    async with process(sys.executable, *arguments) as server:
        assert server.stdout is not None
        lines = [(await asyncio.wait_for(server.stdout.readline(), 20)).decode() for _ in range(3)]
        url = re.search(r"(http\S+)/bot<token>/<method>", lines[0])[1]  # type: ignore[index]
        assert [line.split()[-1] for line in lines[1:]] == [f"{url}/file/bot<token>/<file_path>", f"{url}/"]
        answers = []
        for block in SHELL:
            async with process("bash", "-ec", block.replace(ADDRESS, url)) as shell:
                out, err = await asyncio.wait_for(shell.communicate(), 20)
            assert (shell.returncode, err) == (0, b""), err
            answers += _objects(out.decode())

    assert len(answers) == sum(block.count("curl") for block in SHELL)
    assert [answer for answer in answers if "error" in answer or answer.get("ok") is False] == []
    me, started, updates, sent, chat, calls, *_ = answers
    assert me["result"]["username"] == "my_bot"
    assert updates["result"][0]["message"] == started["message"] | {"text": "/start"}
    assert [entry["message"] for entry in chat["entries"]] == [started["message"], sent["result"]]
    assert [call["method"] for call in calls["calls"]] == ["getMe", "getUpdates", "sendMessage"]


def _objects(text: str) -> list[dict[str, object]]:
    """Split JSON objects that were printed one after the other."""
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    server = Emulator(bots=[make_bot(TOKEN, "my_bot")])
    await server.start()
    yield server
    await server.stop()


@pytest.mark.parametrize("library", ["telegram", "aiogram"])
async def test_a_bot_of_the_page_answers(emulator: Emulator, tmp_path: Path, library: str) -> None:
    if find_spec(library) is None:
        pytest.skip(f"{library} is not here")
    program = tmp_path / "bot.py"
    program.write_text(BOTS[library].replace(ADDRESS, emulator.url), encoding="utf-8")
    ada = emulator.person(7, "Ada")
    async with process(sys.executable, str(program)) as bot:
        await ada.send_text("Is somebody there?")
        await ada.wait_for(lambda seen: seen.text == "Is somebody there?")

    assert bot.returncode == 0
    emulator.calls.check_refusals()


async def test_the_program_for_tests_runs(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(IN_TESTS, encoding="utf-8")
    async with process(sys.executable, str(program)) as run:
        _, err = await asyncio.wait_for(run.communicate(), 30)
    assert run.returncode == 0, err.decode()


async def test_a_taken_port_and_a_bad_token_get_a_sentence(emulator: Emulator) -> None:
    taken = emulator.url.rsplit(":", 1)[1]
    for arguments, words in ((["--port", taken], "cannot listen on"), (["--token", "x"], "--token: Invalid token")):
        async with process(sys.executable, "-m", "emulator", *arguments) as run:
            _, err = await asyncio.wait_for(run.communicate(), 20)
        assert run.returncode in (1, 2)
        assert words in err.decode()
        assert "Traceback" not in err.decode()


def test_every_flag_the_page_names_exists() -> None:
    source = (ROOT / "emulator" / "__main__.py").read_text(encoding="utf-8")
    flags = set(re.findall(r"`(--[a-z-]+)", PAGE)) | set(re.findall(r" (--[a-z]+)", START))
    assert flags
    assert [flag for flag in flags if f'"{flag}"' not in source] == []


def test_every_fault_the_page_shows_is_in_the_table() -> None:
    table = (ROOT / "emulator" / "faults.py").read_text(encoding="utf-8")
    for action in re.findall(r'"action": "(\w+)"', PAGE):
        assert f"`{action}`" in table
