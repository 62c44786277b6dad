"""`stickerface run` as its own process, against an emulator in the test: what a supervisor and `kill -9` see."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from emulator.rules import Rules
from emulator.server import Emulator, make_bot

ROOT = Path(__file__).parents[2]
TOKEN = "1000:process-test-token"
ASTRONAUT = (ROOT / "cli/demo/astronaut.jpg").read_bytes()
START_S = 30.0


class Product:
    """The process. `lines` is what it logged."""

    def __init__(
        self, emulator: Emulator, folder: Path, start_timeout_s: float = START_S, command: str = "run"
    ) -> None:
        self.emulator = emulator
        self.command = command
        self.folder = folder
        self.start_timeout_s = start_timeout_s
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": emulator.url,
            "DATA_DIR": str(folder / "data"),
            "PORT": "0",
            "ENGINE": "portrait",
        }
        self.process: asyncio.subprocess.Process | None = None
        self.log = folder / "product.log"

    async def start(self, *arguments: str) -> None:
        """Start it and return at once."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "cli.main",
                self.command,
                *arguments,
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    async def started(self, *arguments: str) -> None:
        """Start it and wait until it asks for updates."""
        calls = self.emulator.calls
        before = calls.last
        await self.start(*arguments)
        await self.until(lambda: any(call.number > before for call in calls.of("getUpdates")), self.start_timeout_s)

    async def until(self, is_true: object, timeout_s: float) -> None:
        """Look every few milliseconds: another process cannot tell this one's event loop."""
        assert callable(is_true)
        async with asyncio.timeout(timeout_s):
            while not is_true():
                assert self.process is not None
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def end(self) -> tuple[int, float]:
        """SIGTERM; returns (exit code, seconds it took)."""
        assert self.process is not None
        loop = asyncio.get_running_loop()
        began = loop.time()
        if self.process.returncode is None:
            self.process.terminate()
        code = await asyncio.wait_for(self.process.wait(), 20)
        return code, loop.time() - began


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    # The harder rule: only the same upload counts as the same sticker, not the same picture.
    rules = Rules(flood=None, identical_sticker="same_file")
    emulator = Emulator([make_bot(TOKEN, "process_bot")], rules=rules)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def product(emulator: Emulator, tmp_path: Path) -> AsyncIterator[Product]:
    product = Product(emulator, tmp_path)
    yield product
    if product.process is not None and product.process.returncode is None:
        await product.kill()
