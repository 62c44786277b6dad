"""Several workers, each with an engine of its own, on one service: every one hears of work and of cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.runner import EngineRunner
from service.pool import LocalPool
from service.worker import Worker
from storage.records import JobStatus
from tests.plain_engine import PlainEngine
from tests.service.conftest import House

pytestmark = pytest.mark.both_databases


@dataclass
class Second:
    """A second engine and its worker."""

    engine: PlainEngine
    worker: Worker


@pytest.fixture
async def second(house: House, tmp_path: Path) -> AsyncIterator[Second]:
    engine = PlainEngine()
    runner = LocalPool(EngineRunner(engine))
    worker = Worker(house.service, runner, step_timeout_s=30)
    house.tasks.append(asyncio.create_task(worker.run()))
    yield Second(engine, worker)
    engine.release()
    await runner.close()


async def test_two_engines_draw_at_the_same_time(house: House, second: Second) -> None:
    house.engine.hold()
    second.engine.hold()
    house.work()
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in (1, 2)]
    await asyncio.to_thread(house.engine.holding.wait, 10)
    await asyncio.to_thread(second.engine.holding.wait, 10)
    assert await house.service.running() == 2
    house.engine.release()
    second.engine.release()
    assert [(await house.service.wait(job.id)).status for job in jobs] == [JobStatus.DONE] * 2
    assert [len(engine.seen) for engine in (house.engine, second.engine)] == [1, 1]


async def test_cancelling_stops_the_worker_that_draws_the_job(house: House, second: Second) -> None:
    house.engine.hold()
    second.engine.hold()
    house.work()
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in (1, 2)]
    await asyncio.to_thread(house.engine.holding.wait, 10)
    await asyncio.to_thread(second.engine.holding.wait, 10)
    for job in jobs:
        await house.service.cancel(job.owner, job.id)
    house.engine.release()
    second.engine.release()
    after = await house.submit_photo("tg:3", "tg:3:1")
    assert (await house.service.wait(after.id)).status is JobStatus.DONE
    for worker in (house.worker, second.worker):
        await worker.stop(10)  # until what they drew is put away
    kept = [await house.service.job(job.id) for job in jobs]
    assert [job.status for job in kept if job] == [JobStatus.CANCELLED] * 2
    assert len(house.engine.seen) + len(second.engine.seen) == 3
    assert [path for path in house.files_left() if jobs[0].id in path.name or jobs[1].id in path.name] == []


async def test_it_warms_up_until_the_first_engine_is_ready(house: House) -> None:
    assert not house.service.is_warming_up
    with house.service.engine_loading():
        assert house.service.is_warming_up
        with house.service.engine_loading():
            assert house.service.is_warming_up
        assert not house.service.is_warming_up  # one draws while the other loads
    assert not house.service.is_warming_up
