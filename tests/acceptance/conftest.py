from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.stage import NotingEngine, Stage, stage_at


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The product with an engine that draws at once, running."""
    monkeypatch.chdir(tmp_path)  # python-telegram-bot takes a file of a downloaded name in the folder for the download
    async with stage_at(tmp_path, NotingEngine()) as stage:
        await stage.start()
        yield stage
