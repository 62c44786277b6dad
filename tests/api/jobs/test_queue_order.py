"""What many callers at once cost: the order of the queue is counted for all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.jobs.queue_order import QueueOrder
from engine.models import DEFAULT_MODEL
from service.limits import Limits
from service.stickers import StickerService
from storage.jobs import Jobs
from storage.records import Job, JobRequest
from tests.api.conftest import Api, running
from tests.plain_engine import PlainEngine


class CountedJobs(Jobs):
    """The real store; knows how often the whole queue was counted."""

    counts_of_queue = 0

    async def queue(self) -> list[tuple[str, str]]:
        self.counts_of_queue += 1
        return await super().queue()


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Api]:
    """A server that takes jobs and draws none."""
    async with running(tmp_path, PlainEngine(), is_working=False) as api:
        yield api


async def submitted(api: Api, count: int) -> list[Job]:
    return [await api.service.own(api.key.owner, (await api.submit()).replace("-", "")) for _ in range(count)]


def fresh_order(api: Api) -> tuple[QueueOrder, CountedJobs]:
    """An order over the same rows that has not counted yet."""
    jobs = CountedJobs(api.store.database)
    service = StickerService(replace(api.store, jobs=jobs), limits=Limits())
    return QueueOrder(service), jobs


async def test_callers_who_ask_at_the_same_time_share_one_count_of_the_queue(idle: Api) -> None:
    waiting = await submitted(idle, 8)
    order, jobs = fresh_order(idle)

    places = await asyncio.gather(*(order.ahead_of(job) for job in waiting))

    assert places == [0, 1, 2, 3, 4, 5, 6, 7]
    assert jobs.counts_of_queue == 1


async def test_a_job_that_came_after_the_count_has_its_place_without_another_count(idle: Api) -> None:
    first = await submitted(idle, 2)
    order, jobs = fresh_order(idle)
    await order.ahead_of(first[0])
    order._counted_at += 3600  # however slow the machine is
    last = (await submitted(idle, 1))[0]

    assert await order.ahead_of(last) == 2
    assert jobs.counts_of_queue == 1


async def test_somebodys_first_job_that_came_after_the_count_is_ahead_of_anybodys_second(idle: Api) -> None:
    first = await submitted(idle, 3)
    order, jobs = fresh_order(idle)
    await order.ahead_of(first[0])
    order._counted_at += 3600
    news = [replace(first[0], id=f"{number:032x}", owner=f"api:{number % 2}") for number in range(4)]

    assert [await order.ahead_of(job) for job in news] == [1, 2, 4, 5]
    assert jobs.counts_of_queue == 1


async def test_a_job_without_its_photo_is_behind_everybody_and_costs_no_count_of_its_own(idle: Api) -> None:
    waiting = await submitted(idle, 3)
    order, jobs = fresh_order(idle)
    await order.ahead_of(waiting[0])
    without = [
        replace(waiting[0], id=f"{number:032x}", request=JobRequest("toon", DEFAULT_MODEL)) for number in range(5)
    ]

    assert [await order.ahead_of(job) for job in without] == [3, 3, 3, 3, 3]
    assert jobs.counts_of_queue == 1
