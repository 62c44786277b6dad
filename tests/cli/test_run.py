"""How the process ends when the engine does not come up: the exit code is what a supervisor reads."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from cli.compose import compose
from cli.run import EXIT_ENGINE_DEAD, EXIT_FAILED, EXIT_OK, App
from cli.settings import ServerSettings
from engine.errors import EngineDead, EngineUnavailable
from tests.plain_engine import PlainEngine


class BrokenEngine(PlainEngine):
    """Cannot be loaded."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def load(self) -> None:
        raise self.error


async def ended(folder: Path, engine: PlainEngine, *, stop: bool = False) -> int:
    settings = ServerSettings(data_dir=folder / "data", port=0, _env_file=None)
    parts = await compose(settings, engine)
    app = asyncio.create_task(App(settings, parts, with_http=True).run())
    if stop:
        await asyncio.sleep(0)
        while not parts.service.is_warming_up:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.005)
        os.kill(os.getpid(), signal.SIGTERM)
    try:
        async with asyncio.timeout(10):
            return await app
    finally:
        await parts.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [(EngineUnavailable("no weights"), EXIT_FAILED), (EngineDead("no device"), EXIT_ENGINE_DEAD)],
)
async def test_an_engine_that_does_not_load_ends_the_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, code: int
) -> None:
    assert await ended(tmp_path, BrokenEngine(error)) == code
    assert str(error) in caplog.text


async def test_sigterm_while_the_engine_loads_is_a_good_end(tmp_path: Path) -> None:
    engine = PlainEngine()
    engine.may_load.clear()
    try:
        assert await ended(tmp_path, engine, stop=True) == EXIT_OK
    finally:
        engine.may_load.set()
