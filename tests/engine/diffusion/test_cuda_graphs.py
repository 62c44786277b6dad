"""Graphs: what is recorded, what is replayed, and that memory is everybody's own. The recorder here needs no card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

from engine.diffusion.compile import GraphShape, speed_up, warm_up
from engine.diffusion.cuda_graphs import MOST_ROWS, RecordedCall, recording
from engine.diffusion.denoise import denoise
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.schedule import sde_karras
from tests.engine.diffusion.prepared import SIDE_PX, picture, relative

ALONE = GraphShape(rows=2, width=SIDE_PX, height=SIDE_PX)


class Tape:
    """Records as a CUDA graph does: a replay reads and writes the memory of the recording, and nothing else."""

    def __init__(self) -> None:
        self.recorded = self.replayed = 0

    def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
        made = work()
        self.recorded += 1

        def replay() -> None:
            self.replayed += 1
            for own, new in zip(pytree.tree_leaves(made), pytree.tree_leaves(work()), strict=True):
                own.copy_(new)

        return made, replay


class Broken:
    def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
        raise RuntimeError("operation not permitted when stream is capturing")


def double(x: torch.Tensor, *, more: dict[str, torch.Tensor] | None = None, factor: float = 2.0) -> list[torch.Tensor]:
    return [x * factor + (0 if more is None else more["y"])]


@pytest.fixture
def tape() -> Tape:
    return Tape()


def test_what_was_not_recorded_runs_as_ever(tape: Tape) -> None:
    call = RecordedCall(double, tape)
    assert call(torch.ones(2, 3))[0].tolist() == [[2.0] * 3] * 2
    assert (tape.recorded, tape.replayed) == (0, 0)


def test_a_recorded_shape_is_replayed_on_what_is_given(tape: Tape) -> None:
    call = RecordedCall(double, tape)
    with recording():
        call(torch.zeros(2, 3), more={"y": torch.zeros(2, 3)})
    made = call(torch.ones(2, 3), more={"y": torch.full((2, 3), 5.0)})
    assert made[0].tolist() == [[7.0] * 3] * 2
    assert (tape.recorded, tape.replayed) == (1, 2)


def test_a_result_is_not_overwritten_by_the_next_call(tape: Tape) -> None:
    call = RecordedCall(double, tape)
    with recording():
        first = call(torch.ones(2, 3))
    call(torch.zeros(2, 3))
    assert first[0].tolist() == [[2.0] * 3] * 2


@pytest.mark.parametrize(
    "other",
    [
        lambda call: call(torch.ones(3, 3)),
        lambda call: call(torch.ones(2, 3, dtype=torch.float64)),
        lambda call: call(torch.ones(2, 3), factor=3.0),
        lambda call: call(torch.ones(2, 3), more={"y": torch.ones(2, 3)}),
    ],
    ids=["rows", "dtype", "number", "form"],
)
def test_another_shape_number_or_form_is_another_graph(tape: Tape, other: Callable[[RecordedCall], Any]) -> None:
    call = RecordedCall(double, tape)
    with recording():
        call(torch.ones(2, 3))
    before = tape.replayed
    other(call)
    assert tape.replayed == before


def test_a_buffer_that_moved_makes_old_graphs_worthless(tape: Tape) -> None:
    place = [1]
    call = RecordedCall(double, tape, lambda: place[0])
    with recording():
        call(torch.ones(2, 3))
    before, place[0] = tape.replayed, 2
    call(torch.ones(2, 3))
    assert tape.replayed == before


def test_large_batches_are_not_recorded(tape: Tape) -> None:
    call = RecordedCall(double, tape)
    with recording():
        call(torch.ones(MOST_ROWS + 1, 3))
    assert tape.recorded == 0


def test_what_cannot_be_recorded_is_told_once_and_runs_without(caplog: pytest.LogCaptureFixture) -> None:
    call = RecordedCall(double, Broken())
    with recording():
        assert call(torch.ones(2, 3))[0].tolist() == [[2.0] * 3] * 2
        call(torch.ones(1, 3))
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_memory_that_runs_out_is_the_warm_ups_to_deal_with() -> None:
    class Full:
        def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
            raise torch.OutOfMemoryError("CUDA out of memory")

    with recording(), pytest.raises(torch.OutOfMemoryError):
        RecordedCall(double, Full())(torch.ones(2, 3))


@pytest.fixture
def own(paths: FaceToStickerPaths) -> Iterator[DiffusionNetworks]:
    """Networks that a test may change."""
    yield load_networks(paths)


def test_an_engine_with_graphs_draws_the_same(networks: DiffusionNetworks, own: DiffusionNetworks, tape: Tape) -> None:
    speed_up(own, compiles=False, recorder=tape)
    warm_up(own, [ALONE])
    recorded, replayed = tape.recorded, tape.replayed
    one = picture(ip_adapter_weight=0.4, guidance=3.0)
    drawn = denoise(own, [one], sde_karras(3))
    assert relative(drawn, denoise(networks, [one], sde_karras(3))) < 1e-5
    assert recorded == tape.recorded == 3  # the UNet and both ControlNets
    assert tape.replayed - replayed == 8  # three steps of the UNet and of one net, two of the other


def test_a_batch_that_was_not_warmed_up_draws_the_same(
    networks: DiffusionNetworks, own: DiffusionNetworks, tape: Tape
) -> None:
    speed_up(own, compiles=False, recorder=tape)
    warm_up(own, [ALONE])
    replayed = tape.replayed
    batch = [picture(seed) for seed in range(2)]
    drawn = denoise(own, batch, sde_karras(2))
    assert relative(drawn, denoise(networks, batch, sde_karras(2))) < 1e-5
    assert tape.replayed == replayed


def test_graphs_of_a_buffer_that_grew_are_not_replayed(own: DiffusionNetworks, tape: Tape) -> None:
    """More rows than the scales had room for: they lie elsewhere now, and the graphs read where they lay."""
    speed_up(own, compiles=False, recorder=tape)
    warm_up(own, [ALONE])
    denoise(own, [picture(seed) for seed in range(9)], sde_karras(1))
    replayed = tape.replayed
    denoise(own, [picture()], sde_karras(1))
    assert tape.replayed == replayed
