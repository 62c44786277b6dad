"""Jobs that the engine draws together: the front of the queue, in its order, nobody passed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.errors import DrawingFailed, EngineDead
from engine.runner import EngineRunner
from service.limits import Limits
from service.pool import LocalPool
from service.stickers import StickerService
from service.worker import Worker
from storage.records import Job, JobStatus
from storage.store import Store
from tests.plain_engine import PlainEngine
from tests.service.conftest import House

MAX_BATCH = 3


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose engine draws three at once where their styles are equal."""
    store = await Store.open(tmp_path)
    service = StickerService(store, limits=Limits(jobs_per_owner=9, queue_length=20))
    engine = PlainEngine(max_batch=MAX_BATCH)
    runner = LocalPool(EngineRunner(engine))
    house = House(store, service, engine, runner, Worker(service, runner, step_timeout_s=30), tmp_path)
    yield house
    engine.release()
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await runner.close()
    await service.close()


async def test_jobs_of_different_people_are_drawn_together(house: House) -> None:
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1", seed=n) for n in range(MAX_BATCH)]
    house.work()
    done = await _ended(house, jobs)
    assert house.engine.calls == [MAX_BATCH]
    assert [job.status for job in done] == [JobStatus.DONE] * MAX_BATCH
    assert [request.seed for request in house.engine.seen] == [0, 1, 2]


async def test_a_batch_takes_no_more_than_the_engine_wants(house: House) -> None:
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(MAX_BATCH + 2)]
    house.work()
    await _ended(house, jobs)
    assert house.engine.calls == [MAX_BATCH, 2]


async def test_a_job_that_does_not_fit_is_not_passed_over(house: House) -> None:
    styles = ["toon", "comic", "toon"]
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1", style=style) for n, style in enumerate(styles)]
    house.work()
    await _ended(house, jobs)
    assert house.engine.calls == [1, 1, 1]
    assert [request.style for request in house.engine.seen] == styles


async def test_everybodys_first_job_comes_before_anybodys_second(house: House) -> None:
    jobs = [await house.submit_photo("tg:1", f"tg:1:{n}", seed=10 + n) for n in range(3)]
    jobs.append(await house.submit_photo("tg:2", "tg:2:1", seed=20))
    house.work()
    await _ended(house, jobs)
    assert [request.seed for request in house.engine.seen] == [10, 20, 11, 12]


async def test_a_job_that_arrives_within_the_window_joins(house: House) -> None:
    with house.service.events.listen() as events:
        house.work()
        first = await house.submit_photo("tg:1", "tg:1:1")
        while (await events.get()).kind != "started":
            pass
        second = await house.submit_photo("tg:2", "tg:2:1")
        await _ended(house, [first, second])
    assert house.engine.calls == [2]


async def test_one_failure_leaves_its_neighbours_alone_and_is_tried_again_alone(house: House) -> None:
    house.engine.fail_with = [DrawingFailed()]
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(2)]
    house.work()
    done = await _ended(house, jobs)
    assert [(job.status, job.attempts) for job in done] == [(JobStatus.DONE, 2), (JobStatus.DONE, 1)]
    assert house.engine.calls == [2, 1]


async def test_a_cancelled_member_stops_and_the_others_go_on(house: House) -> None:
    house.engine.hold()
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(2)]
    house.work()
    await house.held()
    await house.service.cancel(jobs[1].owner, jobs[1].id)
    house.engine.release()
    done = await _ended(house, jobs)
    assert [job.status for job in done] == [JobStatus.DONE, JobStatus.CANCELLED]


async def test_a_dead_engine_loses_no_job_of_the_batch(house: House) -> None:
    house.engine.fail_with = [EngineDead("context lost")]
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(2)]
    with pytest.raises(EngineDead):
        await house.work()
    await house.service.recover()  # the next process
    kept = [await house.store.jobs.get(job.id) for job in jobs]
    assert [job.status for job in kept if job] == [JobStatus.QUEUED] * 2
    house.work()
    await _ended(house, jobs)
    assert house.engine.calls == [2, 1, 1]  # what may have taken the process down is drawn alone


async def test_a_stop_that_cannot_wait_hands_the_whole_batch_back(house: House) -> None:
    house.engine.hold()
    jobs = [await house.submit_photo(f"tg:{n}", f"tg:{n}:1") for n in range(2)]
    house.work()
    await house.held()
    await house.worker.stop(grace_s=0.01)
    back = [await house.store.jobs.get(job.id) for job in jobs]
    assert [(job.status, job.attempts) for job in back if job] == [(JobStatus.QUEUED, 0)] * 2


async def _ended(house: House, jobs: list[Job]) -> list[Job]:
    return [await house.service.wait(job.id) for job in jobs]
