"""The engine with graphs: what it was not warmed up for runs without, and nobody waits for a compiler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch._dynamo.utils import counters

from engine.diffusion.compile import GraphShape, speed_up, warm_up
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.types import Step, StickerResult
from tests.engine.diffusion.whole import SMALL, networks_of, request

USUAL = GraphShape(rows=2, width=SMALL["width"], height=SMALL["height"])


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DiffusionEngine]:
    """What `load` makes on a CUDA card, with a backend that notes graphs and compiles nothing."""
    torch._dynamo.reset()
    counters.clear()
    engine = DiffusionEngine([FaceToSticker(build_paths(tmp_path))], device="cpu")
    engine.load()
    speed_up(networks_of(engine), backend="eager")
    warm_up(networks_of(engine), [USUAL])
    set_graphs(engine, frozenset([USUAL]))
    yield engine
    torch._dynamo.reset()


def set_graphs(engine: DiffusionEngine, shapes: frozenset[GraphShape] | None) -> None:
    """Let the engine know for which shapes there are graphs, or that it is not compiled."""
    key = (FACE_TO_STICKER.name, "")
    engine._held[key] = replace(engine._held[key], graphs=shapes)


def graphs() -> int:
    return int(counters["stats"]["unique_graphs"])


def previews(engine: DiffusionEngine, **parameters: object) -> list[bytes]:
    """Draw a sticker; return the previews on the way."""
    steps: list[Step] = []
    (made,) = engine.generate([request(**parameters)], lambda index, step: steps.append(step) is None)
    assert isinstance(made, StickerResult), made
    return [step.preview for step in steps if step.preview]


def test_the_usual_sticker_runs_on_the_graphs_of_the_warm_up(engine: DiffusionEngine) -> None:
    after_warm_up = graphs()
    previews(engine, guidance=3.0, ip_adapter_weight=1.0)
    assert graphs() == after_warm_up > 0


def test_a_preview_is_no_reason_to_compile(engine: DiffusionEngine) -> None:
    after_warm_up = graphs()
    engine._preview_every = 1
    assert previews(engine)
    assert graphs() == after_warm_up > 0


def test_a_depth_net_that_reads_the_text_is_another_shape(engine: DiffusionEngine) -> None:
    after_warm_up = graphs()
    previews(engine, depth_context="text")
    assert graphs() == after_warm_up > 0


def test_a_tiled_decoder_compiles_nothing_for_its_tiles(engine: DiffusionEngine) -> None:
    after_warm_up = graphs()
    calls: list[int] = []

    def fits_the_second_time(module: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        calls.append(len(given[0]))
        if len(calls) == 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    handle = networks_of(engine).unet.register_forward_pre_hook(fits_the_second_time)
    previews(engine)
    handle.remove()
    assert len(calls) > 1
    assert graphs() == after_warm_up > 0


@pytest.mark.parametrize(("is_compiled", "rows"), [(True, [4, 4, 2, 2]), (False, [6, 6])])
def test_three_are_drawn_as_two_and_one_where_there_are_graphs_for_those(
    engine: DiffusionEngine, is_compiled: bool, rows: list[int]
) -> None:
    """And not as three without graphs, which takes longer."""
    if not is_compiled:
        set_graphs(engine, None)
    seen: list[int] = []
    handle = networks_of(engine).unet.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    outcomes = engine.generate([request(seed=seed) for seed in (1, 2, 3)], lambda index, step: True)
    handle.remove()
    assert seen == rows
    assert [each.seed for each in outcomes if isinstance(each, StickerResult)] == [1, 2, 3]
