"""Models are not switched for each job: one that needs loading lets others pass, for a while and in their order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.runner import EngineRunner
from engine.types import OnStep, StickerRequest, StickerResult
from service.limits import Limits
from service.pool import LocalPool
from service.stickers import StickerService
from service.worker import MOST_PASSING, PASS_S, Worker
from storage.records import JobStatus
from storage.store import Store
from tests.plain_engine import PlainEngine
from tests.service.conftest import House

STICKER, PHOTOMAKER = "face-to-sticker", "photomaker"


class OneAtATime(PlainEngine):
    """Holds one model; `drawn` is the model and the owner's number, the seed, of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.held = STICKER
        self.clock_s = 0.0
        self.seconds_each = 0.0

    def is_at_hand(self, request: StickerRequest) -> bool:
        return request.model == self.held

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        self.held = requests[0].model
        self.clock_s += self.seconds_each
        return super().generate(requests, on_step)

    @property
    def drawn(self) -> list[tuple[str, int]]:
        return [(request.model, request.seed) for request in self.seen]


@pytest.fixture
async def engine() -> OneAtATime:
    return OneAtATime()


@pytest.fixture
async def house(tmp_path: Path, engine: OneAtATime) -> AsyncIterator[House]:
    store = await Store.open(tmp_path)
    service = StickerService(store, limits=Limits(jobs_per_owner=30, queue_length=90))
    runner = LocalPool(EngineRunner(engine))
    worker = Worker(service, runner, step_timeout_s=30, clock=lambda: engine.clock_s)
    house = House(store, service, engine, runner, worker, tmp_path)
    yield house
    for task in house.tasks:
        task.cancel()
    await runner.close()
    await service.close()


async def draw(house: House, asked: Sequence[tuple[str, int]]) -> None:
    """Submit jobs of (model, owner) in this order, and wait until all are drawn."""
    jobs = [
        await house.submit_photo(f"tg:{owner}", f"tg:{owner}:{n}", model=model, seed=owner)
        for n, (model, owner) in enumerate(asked)
    ]
    house.work()
    for job in jobs:
        assert (await house.service.wait(job.id)).status is JobStatus.DONE


async def test_jobs_of_the_model_that_is_loaded_pass_one_that_needs_another(house: House, engine: OneAtATime) -> None:
    asked = [(STICKER, 1), (PHOTOMAKER, 2), (STICKER, 3), (PHOTOMAKER, 4), (STICKER, 5)]
    await draw(house, asked)
    assert engine.drawn == [(STICKER, 1), (STICKER, 3), (STICKER, 5), (PHOTOMAKER, 2), (PHOTOMAKER, 4)]


async def test_so_many_pass_and_no_more(house: House, engine: OneAtATime) -> None:
    await draw(house, [(PHOTOMAKER, 1), *((STICKER, 2 + n) for n in range(MOST_PASSING + 3))])
    place = engine.drawn.index((PHOTOMAKER, 1))
    assert place == MOST_PASSING
    assert len(engine.drawn) == MOST_PASSING + 4


async def test_nobody_is_passed_for_longer_than_so_long(house: House, engine: OneAtATime) -> None:
    engine.seconds_each = PASS_S / 3
    await draw(house, [(PHOTOMAKER, 1), *((STICKER, 2 + n) for n in range(8))])
    assert engine.drawn.index((PHOTOMAKER, 1)) == 3


async def test_two_busy_models_take_turns(house: House, engine: OneAtATime) -> None:
    asked = [(model, 10 * n + k) for n in range(1, 25) for k, model in enumerate((STICKER, PHOTOMAKER))]
    await draw(house, asked)
    models = [model for model, _ in engine.drawn]
    switches = sum(one != other for one, other in pairwise(models))
    assert 1 <= switches <= 4
    assert models.index(PHOTOMAKER) <= MOST_PASSING + 1


async def test_among_those_that_pass_everybodys_first_job_is_before_anybodys_second(
    house: House, engine: OneAtATime
) -> None:
    await draw(house, [(PHOTOMAKER, 1), (STICKER, 2), (STICKER, 2), (STICKER, 2), (STICKER, 3), (STICKER, 4)])
    assert [owner for _, owner in engine.drawn] == [2, 3, 4, 2, 2, 1]
