"""One worker and several engines, each of which may be lost without the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.errors import EngineDead, EngineError, EngineLost
from engine.runner import BatchStepCallback, EngineRunner, Ticket
from engine.types import StickerRequest, StickerResult
from service.limits import Limits
from service.pool import LocalPool, Runner
from service.stickers import StickerService
from service.worker import Worker
from storage.jobs import MAX_CRASHES
from storage.records import JobStatus
from storage.store import Store
from tests.plain_engine import PlainEngine
from tests.service.conftest import House


class Engine(PlainEngine):
    """Has the networks of one model; a batch may hold three."""

    def __init__(self, held: str) -> None:
        super().__init__(max_batch=3)
        self.held = held

    def is_at_hand(self, request: StickerRequest) -> bool:
        return request.model == self.held


class LosableRunner(EngineRunner):
    """Its engine is lost where it says that it is dead, as one in a process of its own."""

    async def generate_batch(
        self,
        requests: Sequence[StickerRequest],
        tickets: Sequence[Ticket],
        on_step: BatchStepCallback,
        on_drawn: Callable[[], None] = lambda: None,
    ) -> list[StickerResult | EngineError]:
        try:
            return await super().generate_batch(requests, tickets, on_step, on_drawn)
        except EngineDead as error:
            raise EngineLost(str(error)) from error


class SeveralEngines(LocalPool):
    is_isolated = True

    def __init__(self, engines: Sequence[Engine]) -> None:
        self.each = [LosableRunner(engine) for engine in engines]
        self.given_up: list[Runner] = []
        self.when_given_up: Callable[[], None] = lambda: None
        super().__init__(self.each[0])

    @property
    def runners(self) -> Sequence[Runner]:
        return [runner for runner in self.each if runner not in self.given_up]

    async def give_up(self, runner: Runner) -> None:
        self.given_up.append(runner)
        self.when_given_up()

    async def close(self) -> None:
        for runner in self.each:
            await runner.close()


@dataclass
class Several(House):
    engines: list[Engine] = field(default_factory=list)
    pool: SeveralEngines | None = None


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Several]:
    store = await Store.open(tmp_path)
    service = StickerService(store, limits=Limits(jobs_per_owner=9, queue_length=30))
    engines = [Engine("face-to-sticker"), Engine("photomaker")]
    pool = SeveralEngines(engines)
    worker = Worker(service, pool, step_timeout_s=30)
    house = Several(store, service, engines[0], pool, worker, tmp_path, engines=engines, pool=pool)
    yield house
    for engine in engines:
        engine.release()
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await pool.close()
    await service.close()


async def test_a_job_goes_to_the_engine_that_has_its_networks(house: Several) -> None:
    house.work()
    for n, model in enumerate(["photomaker", "face-to-sticker", "photomaker"]):
        job = await house.submit_photo(f"tg:{n}", f"tg:{n}:1", model=model)
        assert (await house.service.wait(job.id)).status is JobStatus.DONE
    assert [[request.model for request in engine.seen] for engine in house.engines] == [
        ["face-to-sticker"],
        ["photomaker"] * 2,
    ]


async def test_an_idle_engine_draws_what_it_has_to_load_where_the_others_are_busy(house: Several) -> None:
    house.engines[0].hold()
    house.work()
    first = await house.submit_photo("tg:1", "tg:1:1")
    await house.held()
    second = await house.submit_photo("tg:2", "tg:2:1")
    assert (await house.service.wait(second.id)).status is JobStatus.DONE
    house.engines[0].release()
    assert (await house.service.wait(first.id)).status is JobStatus.DONE
    assert [len(engine.seen) for engine in house.engines] == [1, 1]


async def test_idle_engines_share_what_waits(house: Several) -> None:
    house.engines[1].held = "face-to-sticker"
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(4)]
    house.work()
    for job in jobs:
        assert (await house.service.wait(job.id)).status is JobStatus.DONE
    assert [engine.calls for engine in house.engines] == [[2], [2]]


async def test_a_lost_engine_costs_its_jobs_a_crash_and_ends_nothing(house: Several) -> None:
    house.engines[0].fail_with = [EngineDead("context lost")]
    work = house.work()
    job = await house.submit_photo()
    done = await house.service.wait(job.id)
    assert (done.status, done.crashes, done.attempts) == (JobStatus.DONE, 1, 1)
    assert not work.done()


async def test_a_job_that_loses_every_engine_is_given_up(house: Several) -> None:
    for engine in house.engines:
        engine.fail_with = [EngineDead("context lost")] * MAX_CRASHES
    house.store.jobs._clock = iter(range(10_000, 10_000_000, 10_000)).__next__  # rests are over at the next look
    house.work()
    job = await house.submit_photo()
    given_up = await house.service.wait(job.id)
    assert (given_up.status, given_up.error_code, given_up.crashes) == (JobStatus.FAILED, "crashed", MAX_CRASHES)
    assert not [path for path in house.files_left() if job.request.photos[0] in path.name]


async def test_a_job_that_lost_an_engine_is_drawn_beside_other_engines_but_alone_on_its_own(house: Several) -> None:
    house.engines[1].held = "face-to-sticker"
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(3)]
    await house.store.jobs.claim(jobs[0].id)
    await house.store.jobs.crashed([jobs[0].id])
    for engine in house.engines:
        engine.hold()
    house.work()
    for engine in house.engines:
        assert await asyncio.to_thread(engine.holding.wait, 10)  # both draw at the same time
    for engine in house.engines:
        engine.release()
    for job in jobs:
        assert (await house.service.wait(job.id)).status is JobStatus.DONE
    alone = next(engine for engine in house.engines if jobs[0].seed in [request.seed for request in engine.seen])
    assert alone.calls[[request.seed for request in alone.seen].index(jobs[0].seed) :][0] == 1


async def test_an_engine_that_hangs_is_replaced_and_its_job_drawn_by_another(house: Several) -> None:
    house.engines[0].hold()
    assert house.pool is not None
    house.worker._step_timeout_s = 0.05
    # The other engine is as slow as the machine.
    house.pool.when_given_up = lambda: setattr(house.worker, "_step_timeout_s", 30)
    work = house.work()
    job = await house.submit_photo()
    done = await house.service.wait(job.id)
    assert (done.status, done.crashes) == (JobStatus.DONE, 1)
    assert house.pool.given_up == [house.pool.each[0]]
    assert not work.done()


async def test_at_a_stop_the_jobs_of_a_lost_engine_are_handed_back_without_a_crash(house: Several) -> None:
    house.engines[0].hold()
    house.engines[0].fail_after_hold = []
    house.work()
    job = await house.submit_photo()
    await house.held()
    stopping = asyncio.create_task(house.worker.stop(10))
    await asyncio.sleep(0)

    def die(*_: object) -> StickerResult:
        raise EngineDead("the machine goes down")

    house.engines[0]._draw = die  # type: ignore[method-assign]
    house.engines[0].release()
    await stopping
    back = await house.store.jobs.get(job.id)
    assert back is not None and (back.status, back.crashes, back.attempts) == (JobStatus.QUEUED, 0, 0)
