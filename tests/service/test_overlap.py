"""A batch is finished while the next one is drawn: order, cancelling, a dead engine, a stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from engine.errors import EngineDead, EngineError
from engine.runner import EngineRunner
from engine.types import OnStep, Step, StickerRequest, StickerResult, go_on
from service.events import EventKind
from service.limits import Limits
from service.pool import LocalPool
from service.stickers import StickerService
from service.worker import Worker
from storage.records import Job, JobStatus
from storage.store import Store
from tests.plain_engine import PlainEngine
from tests.service.conftest import House

Outcome = StickerResult | EngineError


class LateEngine(PlainEngine):
    """Draws at once and finishes when the test says so, in the order of drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.has_drawn = threading.Semaphore(0)
        self.may_draw = threading.Event()
        self.may_draw.set()
        self.pending: list[tuple[StickerRequest, OnStep, Future[Outcome]]] = []

    def draw(self, requests: Sequence[StickerRequest], on_step: OnStep) -> Sequence[Future[Outcome]]:
        self.calls.append(len(requests))
        self.may_draw.wait(10)
        on_step(0, Step("draw", 1, 2))
        futures: list[Future[Outcome]] = [Future() for _ in requests]
        self.pending += [(request, on_step, future) for request, future in zip(requests, futures, strict=True)]
        self.has_drawn.release()
        return futures

    def finish(self) -> None:
        request, _, future = self.pending.pop(0)
        future.set_result(self._one(0, request, go_on))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await Store.open(tmp_path)
    service = StickerService(store, limits=Limits())
    engine = LateEngine()
    runner = LocalPool(EngineRunner(engine))
    await runner.load()
    house = House(store, service, engine, runner, Worker(service, runner, step_timeout_s=30), tmp_path)
    yield house
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await runner.close()
    await service.close()


async def drawn(house: House, *sources: str) -> tuple[LateEngine, list[Job]]:
    """Submit a job for each source and wait until all are drawn and none is finished."""
    house.tasks.append(house.work())
    jobs = [await house.submit_photo(source=source) for source in sources]
    engine = house.engine
    assert isinstance(engine, LateEngine)
    for _ in jobs:
        assert await asyncio.to_thread(engine.has_drawn.acquire, timeout=10)
    return engine, jobs


async def status(house: House, job: Job) -> JobStatus:
    found = await house.store.jobs.get(job.id)
    assert found is not None
    return found.status


async def test_the_next_job_is_drawn_while_the_first_is_finished(house: House) -> None:
    engine, (first, second) = await drawn(house, "a", "b")
    assert engine.calls == [1, 1]
    assert [await status(house, job) for job in (first, second)] == [JobStatus.RUNNING] * 2
    engine.finish()
    assert (await house.service.wait(first.id)).status is JobStatus.DONE
    assert await status(house, second) is JobStatus.RUNNING
    engine.finish()
    assert (await house.service.wait(second.id)).status is JobStatus.DONE


async def test_no_job_is_claimed_while_another_is_drawn_though_an_earlier_one_has_been_finished(house: House) -> None:
    engine, (first,) = await drawn(house, "a")
    engine.may_draw.clear()
    with house.service.events.listen() as events:
        second = await house.submit_photo(source="b")
        while (event := await events.get()).kind is not EventKind.STARTED or event.job.id != second.id:
            pass
    third = await house.submit_photo(source="c")
    engine.finish()
    assert (await house.service.wait(first.id)).status is JobStatus.DONE
    for _ in range(20):  # longer than a claim takes, for they share one connection
        assert await status(house, third) is JobStatus.QUEUED
    engine.may_draw.set()
    for _ in (second, third):
        assert await asyncio.to_thread(engine.has_drawn.acquire, timeout=10)
        engine.finish()
    assert (await house.service.wait(third.id)).status is JobStatus.DONE


async def test_a_job_that_is_cancelled_while_it_is_finished_is_told_at_its_next_step(house: House) -> None:
    engine, (first, second) = await drawn(house, "a", "b")
    with house.service.events.listen() as events:
        await house.service.cancel("tg:1", first.id)
        async with asyncio.timeout(10):
            while (await events.get()).kind is not EventKind.ENDED:
                pass
    await asyncio.sleep(0)  # the worker has heard of it too
    _, on_step, _ = engine.pending[0]
    assert not await asyncio.to_thread(on_step, 0, Step("cutout", 1, 2))
    _, others_step, _ = engine.pending[1]
    assert await asyncio.to_thread(others_step, 0, Step("cutout", 1, 2))
    engine.finish()
    engine.finish()
    assert (await house.service.wait(second.id)).status is JobStatus.DONE
    assert await status(house, first) is JobStatus.CANCELLED


async def test_an_engine_that_dies_while_finishing_ends_the_worker_and_no_job_of_either_batch(house: House) -> None:
    engine, (first, second) = await drawn(house, "a", "b")
    engine.pending[0][2].set_exception(EngineDead("context lost"))
    with pytest.raises(EngineDead):
        await house.tasks[0]
    assert [await status(house, job) for job in (first, second)] == [JobStatus.RUNNING] * 2  # the next start's


async def test_a_stop_waits_for_what_is_being_finished(house: House) -> None:
    engine, (first, second) = await drawn(house, "a", "b")
    stopping = asyncio.create_task(house.worker.stop(grace_s=10))
    await asyncio.sleep(0)
    engine.finish()
    engine.finish()
    await stopping
    await house.tasks[0]
    assert [await status(house, job) for job in (first, second)] == [JobStatus.DONE] * 2


async def test_a_stop_that_cannot_wait_hands_back_what_is_being_finished(house: House) -> None:
    engine, (first, second) = await drawn(house, "a", "b")
    await house.worker.stop(grace_s=0.01)
    assert [await status(house, job) for job in (first, second)] == [JobStatus.QUEUED] * 2
    engine.finish()
    engine.finish()
