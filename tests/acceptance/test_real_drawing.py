"""The same, with the engine a stranger gets: a face is found, cut out and drawn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from engine.portrait.engine import PortraitEngine
from tests.acceptance.stage import ADA, Stage, picture, stage_at


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.chdir(tmp_path)
    async with stage_at(tmp_path, PortraitEngine()) as stage:
        await stage.start()
        yield stage


async def test_an_astronaut_gets_her_sticker_and_a_wall_gets_an_answer(stage: Stage) -> None:
    astronaut = (resources.files("cli") / "demo" / "astronaut.jpg").read_bytes()
    person = stage.person()

    await person.send_photo(astronaut, "👩‍🚀 riding a dragon")
    sticker = await person.wait_for_sticker()
    note = await person.wait_for_text("can't draw what your words describe")
    await person.send_photo(picture())
    refusal = await person.wait_for_text("I can't find a face here")

    image = sticker.picture().convert("RGBA")
    assert max(image.size) == 512
    assert image.getextrema()[3] == (0, 255)  # cut out: some of it is clear, some of it is not
    assert person.packs[0]["stickers"][0]["emoji_list"] == ["👩‍🚀"]
    assert note.id < sticker.id < refusal.id
    done = (await stage.service.jobs_of(f"tg:{ADA}"))[0]
    assert done.result is not None and set(done.result.files) == {"sticker.webp"}  # no PNGs that nobody asks for
