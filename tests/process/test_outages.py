"""The short form of `tests.process.outages`: photos, kills -9 and a Bot API that fails at random."""

from __future__ import annotations

from pathlib import Path

from tests.process.outages import outages


async def test_kills_and_faults_lose_no_photo_and_double_no_sticker(tmp_path: Path) -> None:
    outcome = await outages(tmp_path, jobs=24, kills=3, people=6, probability=0.1, seed=7)

    assert (outcome.jobs, outcome.kills) == (24, 3)
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.faults > 0
