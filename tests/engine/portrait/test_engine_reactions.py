"""The model "reactions": sixteen stickers of one request."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import Cancelled, NoFace, ParameterRefused
from engine.finish import webp_rules
from engine.model import FACE, ResultFile
from engine.models import REACTIONS as MODEL
from engine.portrait.engine import PortraitEngine
from engine.portrait.reactions.catalogue import REACTIONS
from engine.sheet import COLUMNS, GAP_PX, contact_sheet
from engine.types import Note, Step, StickerRequest, StickerResult, go_on

ROOT = Path(__file__).parents[3]
ASTRONAUT = (ROOT / "cli" / "demo" / "astronaut.jpg").read_bytes()
REQUEST = StickerRequest({FACE: (ASTRONAUT,)}, "toon", 7, model=MODEL.name)

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def engine() -> Iterator[PortraitEngine]:
    made = PortraitEngine()
    made.load()
    yield made
    made.close()


@pytest.fixture(scope="module")
def made(engine: PortraitEngine) -> StickerResult:
    (result,) = engine.generate([REQUEST], go_on)
    assert isinstance(result, StickerResult), result
    return result


def test_every_reaction_is_a_sticker_with_its_own_emoji_and_picture(made: StickerResult) -> None:
    assert list(made.stickers.values()) == [each.emoji for each in REACTIONS]
    assert list(made.stickers)[2] == "heart-eyes.webp"
    assert set(made.files) == {ResultFile.SHEET, *made.stickers}
    assert len({made.files[name] for name in made.stickers}) == len(REACTIONS) == 16
    for name in made.stickers:
        webp_rules(made.files[name])


def test_the_sheet_shows_them_all_in_order(made: StickerResult) -> None:
    sheet = np.asarray(Image.open(io.BytesIO(made.files[ResultFile.SHEET])).convert("RGB")).astype(int)
    step = (sheet.shape[1] - GAP_PX) // COLUMNS
    for number, name in enumerate(made.stickers):
        alone = Image.open(io.BytesIO(contact_sheet([made.files[name]]))).convert("RGB")
        top, left = number // COLUMNS * step, number % COLUMNS * step
        shown = sheet[top + GAP_PX : top + step, left + GAP_PX : left + step]
        expected = np.asarray(alone).astype(int)[GAP_PX:step, GAP_PX:step]
        assert np.abs(shown - expected).mean() < 2, name


def test_the_same_request_gives_the_same_bytes(engine: PortraitEngine, made: StickerResult) -> None:
    (again,) = engine.generate([REQUEST], go_on)
    assert isinstance(again, StickerResult)
    assert again.files == made.files


def test_the_steps_count_the_drawings(engine: PortraitEngine) -> None:
    steps: list[Step] = []
    PortraitEngine.generate(engine, [REQUEST], lambda _index, step: bool(steps.append(step)) or True)
    assert [(step.done, step.total) for step in steps if step.phase == "draw"] == [(n, 16) for n in range(16)]


@pytest.mark.parametrize("phase", ["face", "draw"])
def test_cancelling_ends_it_between_two_drawings(engine: PortraitEngine, phase: str) -> None:
    request = replace(REQUEST, inputs={FACE: (ASTRONAUT + b"\0",)})  # not the photo that is prepared already
    seen = 0

    def until(_index: int, step: Step) -> bool:
        nonlocal seen
        seen += step.phase == phase
        return not (step.phase == phase and step.done == (3 if phase == "draw" else 0))

    (result,) = engine.generate([request], until)
    assert isinstance(result, Cancelled)
    assert seen == (4 if phase == "draw" else 1)


def test_style_and_face_are_the_requests(engine: PortraitEngine, made: StickerResult) -> None:
    (neon,) = engine.generate([replace(REQUEST, prompt="neon", parameters={"face_index": 0})], go_on)
    assert isinstance(neon, StickerResult)
    assert (neon.style, neon.notes) == ("neon", (Note.PROMPT_AS_STYLE,))
    assert neon.files[next(iter(made.stickers))] != made.files[next(iter(made.stickers))]


def test_a_photo_without_a_face_gives_no_reactions(engine: PortraitEngine) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 400), "grey").save(buffer, "PNG")
    request = replace(REQUEST, inputs={FACE: (buffer.getvalue(),)})
    assert isinstance(engine.generate([request], go_on)[0], NoFace)
    refused = replace(request, parameters={"allow_no_face": True})
    assert isinstance(engine.generate([refused], go_on)[0], NoFace)
    assert isinstance(engine.generate([replace(REQUEST, parameters={"face_index": "x"})], go_on)[0], ParameterRefused)
