"""The model "styles": one photo in every style, small, on one request."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import Cancelled
from engine.finish import SIDE_PX
from engine.model import FACE, ResultFile
from engine.models import STYLES as MODEL
from engine.portrait.engine import PortraitEngine
from engine.sheet import CELL_PX
from engine.styles import all_styles
from engine.types import Step, StickerRequest, StickerResult, go_on

ASTRONAUT = (Path(__file__).parents[3] / "cli" / "demo" / "astronaut.jpg").read_bytes()

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def engine() -> Iterator[PortraitEngine]:
    made = PortraitEngine()
    made.load()
    yield made
    made.close()


@pytest.fixture(scope="module")
def made(engine: PortraitEngine) -> StickerResult:
    (result,) = engine.generate([StickerRequest({FACE: (ASTRONAUT,)}, "toon", 7, model=MODEL.name)], go_on)
    assert isinstance(result, StickerResult), result
    return result


def test_there_is_a_small_picture_of_every_style_in_their_order(made: StickerResult) -> None:
    assert list(made.files) == [f"{each.name}.webp" for each in all_styles()]
    assert {max(Image.open(io.BytesIO(data)).size) for data in made.files.values()} == {CELL_PX}
    assert made.stickers == {}  # nothing of it goes into a pack


def test_a_style_looks_as_it_would_come_out_alone(engine: PortraitEngine, made: StickerResult) -> None:
    (alone,) = engine.generate([StickerRequest({FACE: (ASTRONAUT,)}, "ink", 7)], go_on)
    assert isinstance(alone, StickerResult)
    large = Image.open(io.BytesIO(alone.files[ResultFile.STICKER]))
    small = Image.open(io.BytesIO(made.files["ink.webp"]))
    expected = np.asarray(large.resize(small.size, Image.Resampling.LANCZOS), float)
    assert max(large.size) == SIDE_PX
    assert np.abs(expected[..., 3] - np.asarray(small, float)[..., 3]).mean() < 4
    solid = expected[..., 3] > 250
    assert np.abs(expected - np.asarray(small, float))[solid].mean() < 12


def test_it_can_be_stopped_between_two_styles(engine: PortraitEngine) -> None:
    seen: list[Step] = []

    def stop_at_the_third(_index: int, step: Step) -> bool:
        seen.append(step)
        return not (step.phase == "draw" and step.done == 2)

    request = StickerRequest({FACE: (ASTRONAUT,)}, "toon", 7, model=MODEL.name)
    (result,) = engine.generate([request], stop_at_the_third)
    assert isinstance(result, Cancelled)
    assert [step.done for step in seen if step.phase == "draw"] == [0, 1, 2]
    assert seen[-1].total == len(all_styles())
