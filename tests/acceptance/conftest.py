from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.acceptance.stage import STAGES, NotingEngine, Stage, stage_at
from tests.log_scan import LogScan, scanning


@pytest.fixture(autouse=True)
def log_scan() -> Iterator[LogScan]:
    """Whatever a test does, the log names jobs and no person; and it holds no token, word or photo of anybody."""
    with scanning() as scan:
        yield scan
    worlds = [stage.emulator.world for stage in STAGES]
    STAGES.clear()
    assert scan.found(worlds) == []


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The product with an engine that draws at once, running."""
    monkeypatch.chdir(tmp_path)  # python-telegram-bot takes a file of a downloaded name in the folder for the download
    async with stage_at(tmp_path, NotingEngine()) as stage:
        await stage.start()
        yield stage
