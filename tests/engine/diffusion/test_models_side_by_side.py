"""The engine runs any model that has the four steps: two of them side by side never share a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.diffusion.compile import GraphShape
from engine.diffusion.device import DevicePlacement
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.failures import OutOfMemory
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.progress import Progress, Stopwatch
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.errors import Cancelled, EngineDead, NoFace, UnsupportedModel
from engine.models import DEFAULT_MODEL
from engine.pixels import Rgb
from engine.types import Shape, Step, StickerRequest, StickerResult
from tests.engine.diffusion.whole import networks_of, request


@dataclass(frozen=True)
class Grey:
    """A request for a grey picture of a level."""

    seed: int
    batch_key: str = "grey"
    variant: str = ""
    total_steps: int = 1


class GreyModel:
    """Draws each seed as a level of grey; it runs no network but shows those it was given to the engine."""

    name = "grey"
    default_variant = ""
    parameters = frozenset({"level"})

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.loads = 0
        self.too_large_times = 0  # how often there is no room for it
        self.networks: DiffusionNetworks | None = None

    def read(self, asked: StickerRequest) -> Grey:
        return Grey(asked.seed)

    def load(self, placement: DevicePlacement, variant: str = "") -> GreyModel:
        self.loads += 1
        if self.loads <= self.too_large_times:
            raise torch.OutOfMemoryError
        return self

    def warm_up_plan(self, max_batch: int) -> list[GraphShape]:
        return []

    def prepare(self, asked: Grey) -> Grey:
        if asked.seed > 255:
            raise NoFace("no grey")
        return asked

    def graph_shape(self, batch: Sequence[Grey]) -> GraphShape:
        return GraphShape(len(batch), 1, 1)

    def draw(self, batch: Sequence[Grey], progress: Progress, preview_every: int = 0) -> list[Rgb]:
        self.batches.append([each.seed for each in batch])
        progress.tell_all([Step("draw", 1, 1) for _ in batch])
        return [np.full((1, 1, 3), each.seed, np.uint8) for each in batch]

    def clear_caches(self) -> None:
        pass

    def check(self, prepared: Grey, drawing: Rgb, place: int, progress: Progress, watch: Stopwatch) -> Rgb:
        return drawing

    def finish(self, prepared: Grey, drawing: Rgb, place: int, progress: Progress, watch: Stopwatch) -> StickerResult:
        return StickerResult({"grey": drawing.tobytes()}, prepared.seed, "", Shape.BADGE, timings=watch.timings)


@pytest.fixture
def grey() -> GreyModel:
    return GreyModel()


@pytest.fixture
def engine(grey: GreyModel, tmp_path: Path) -> Iterator[DiffusionEngine]:
    engine = DiffusionEngine([FaceToSticker(build_paths(tmp_path)), grey], device="cpu")
    engine.load()
    grey.networks = networks_of(engine)
    yield engine
    engine.close()


def for_grey(seed: int) -> StickerRequest:
    return replace(request(seed=seed), model="grey")


def test_each_request_goes_to_its_model_and_batches_are_of_one_model(engine: DiffusionEngine, grey: GreyModel) -> None:
    asked = [for_grey(1), request(seed=2), for_grey(300), for_grey(4), replace(request(), model="dalle")]
    first, sticker, wrong, second, unknown = engine.generate(asked, lambda index, step: True)

    assert [each.files for each in (first, second) if isinstance(each, StickerResult)] == [
        {"grey": b"\x01" * 3},
        {"grey": b"\x04" * 3},
    ]
    assert isinstance(sticker, StickerResult) and sticker.seed == 2
    assert isinstance(wrong, NoFace)
    assert isinstance(unknown, UnsupportedModel) and str(unknown) == f"'dalle': this engine runs {DEFAULT_MODEL}, grey"
    assert grey.batches == [[1, 4]]


def test_the_engine_says_what_its_models_say(engine: DiffusionEngine) -> None:
    assert engine.models == {DEFAULT_MODEL, "grey"}
    assert {"level", "steps"} <= engine.parameters
    assert engine.can_batch(for_grey(1), for_grey(2))
    assert not engine.can_batch(for_grey(1), request())


def test_a_closed_engine_is_used_no_more_until_it_is_loaded_again(engine: DiffusionEngine) -> None:
    engine.close()
    with pytest.raises(EngineDead, match="before it was loaded"):
        engine.generate([for_grey(1)], lambda index, step: True)
    engine.load()
    (made,) = engine.generate([for_grey(1)], lambda index, step: True)
    assert isinstance(made, StickerResult)


def test_a_model_is_loaded_when_it_is_first_asked_for_and_told(engine: DiffusionEngine, grey: GreyModel) -> None:
    told: list[str] = []

    def on_step(index: int, step: Step) -> bool:
        told.append(step.phase)
        return True

    assert grey.loads == 0
    assert (engine.is_at_hand(request()), engine.is_at_hand(for_grey(1))) == (True, False)
    engine.generate([for_grey(1)], on_step)
    assert (engine.is_at_hand(request()), engine.is_at_hand(for_grey(1))) == (False, True)
    assert engine.is_at_hand(replace(request(), model="dalle"))  # refused at once
    engine.generate([for_grey(2)], on_step)
    assert grey.loads == 1
    assert told == ["load", "face", "draw", "face", "draw"]


def test_without_a_card_one_set_of_networks_is_held_at_a_time(engine: DiffusionEngine) -> None:
    engine.generate([for_grey(1)], lambda index, step: True)
    with pytest.raises(EngineDead):
        networks_of(engine)


def test_what_was_used_longest_ago_leaves_a_full_card(grey: GreyModel, tmp_path: Path) -> None:
    engine = DiffusionEngine([FaceToSticker(build_paths(tmp_path)), grey], device="cpu", most_held=9)
    engine.load()
    grey.networks = networks_of(engine)
    grey.too_large_times = 1
    (made,) = engine.generate([for_grey(1)], lambda index, step: True)
    assert isinstance(made, StickerResult)
    assert grey.loads == 2
    with pytest.raises(EngineDead):
        networks_of(engine)  # it had to go
    engine.close()


def test_a_set_of_networks_that_fits_nowhere_fails_its_request_alone(engine: DiffusionEngine, grey: GreyModel) -> None:
    grey.too_large_times = 9
    failed, made = engine.generate([for_grey(1), request()], lambda index, step: True)
    assert isinstance(failed, OutOfMemory)
    assert isinstance(made, StickerResult)


def test_who_cancels_before_a_switch_loads_nothing(engine: DiffusionEngine, grey: GreyModel) -> None:
    (cancelled,) = engine.generate([for_grey(1)], lambda index, step: False)
    assert isinstance(cancelled, Cancelled)
    assert grey.loads == 0
