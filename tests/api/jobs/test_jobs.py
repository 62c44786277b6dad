"""What many callers at once cost: the order of the queue is counted for all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from api.inputs.fetch import Fetcher
from api.jobs.input_files import FETCHES, FETCHES_PER_OWNER
from api.jobs.logs import JobLogs
from api.jobs.submit import Orders
from engine.models import DEFAULT_MODEL
from service.limits import Limits
from service.stickers import StickerService
from storage.jobs import Jobs
from storage.records import Job, JobRequest
from tests.api.conftest import QUEUE, RUN, Api, jpeg, running, stranger
from tests.plain_engine import PlainEngine


class CountedJobs(Jobs):
    """The real store; knows how often the whole queue was counted."""

    counts_of_queue = 0

    async def positions(self) -> dict[str, int]:
        self.counts_of_queue += 1
        return await super().positions()


async def nobodys_file(url: str) -> bytes | None:
    return None


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Api]:
    """A server that takes jobs and draws none."""
    async with running(tmp_path, PlainEngine(), is_working=False) as api:
        yield api


async def submitted(api: Api, count: int) -> list[Job]:
    return [await api.service.own(api.key.owner, (await api.submit()).replace("-", "")) for _ in range(count)]


def fresh_orders(api: Api) -> tuple[Orders, CountedJobs]:
    """Orders over the same rows that have not counted yet."""
    jobs = CountedJobs(api.store.database)
    service = StickerService(replace(api.store, jobs=jobs), limits=Limits())
    return Orders(service, Fetcher(own_file=nobodys_file), api.runner, JobLogs()), jobs


async def test_callers_who_ask_at_the_same_time_share_one_count_of_the_queue(idle: Api) -> None:
    waiting = await submitted(idle, 8)
    orders, jobs = fresh_orders(idle)

    places = await asyncio.gather(*(orders.ahead_of(job) for job in waiting))

    assert places == [0, 1, 2, 3, 4, 5, 6, 7]
    assert jobs.counts_of_queue == 1


async def test_a_job_that_came_after_the_count_is_counted_exactly(idle: Api) -> None:
    first = await submitted(idle, 2)
    orders, _ = fresh_orders(idle)
    await orders.ahead_of(first[0])
    last = (await submitted(idle, 1))[0]

    assert await orders.ahead_of(last) == 2


async def test_a_job_without_its_photo_is_behind_everybody_and_costs_no_count_of_its_own(idle: Api) -> None:
    waiting = await submitted(idle, 3)
    orders, jobs = fresh_orders(idle)
    await orders.ahead_of(waiting[0])
    without = [
        replace(waiting[0], id=f"{number:032x}", request=JobRequest("toon", DEFAULT_MODEL)) for number in range(5)
    ]

    assert [await orders.ahead_of(job) for job in without] == [3, 3, 3, 3, 3]
    assert jobs.counts_of_queue == 1


async def test_one_keys_slow_servers_hold_up_nobody_elses_photos(api: Api) -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=jpeg(), content_type="image/jpeg")

    greedy = await api.another_key(jobs_waiting=FETCHES + 10, per_minute=1000)
    async with stranger(never) as slow, stranger(give) as quick:
        for _ in range(FETCHES + 5):
            status, _ = await api.post(QUEUE, {"image_url": f"{slow}/a.jpg", "prompt": "x"}, headers=greedy)
            assert status == 200
        async with asyncio.timeout(10):
            status, _ = await api.post(RUN, {"image_url": f"{quick}/a.jpg", "prompt": "x"})
        for job in await api.store.jobs.waiting("api"):
            await api.service.cancel(job.owner)

    assert status == 200


async def test_a_photo_of_a_request_that_was_cancelled_before_its_turn_is_not_fetched(api: Api) -> None:
    asked: list[str] = []
    held = asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        asked.append(request.path)
        await held.wait()
        return web.Response(body=jpeg(), content_type="image/jpeg")

    async with stranger(wait) as address:
        first = [await api.submit(image_url=f"{address}/first") for _ in range(FETCHES_PER_OWNER)]
        cancelled = await api.submit(image_url=f"{address}/cancelled")
        last = await api.submit(image_url=f"{address}/last")
        assert (await api.call("PUT", f"{QUEUE}/requests/{cancelled}/cancel"))[0] == 202
        held.set()
        for request_id in (*first, last):
            await api.ended(request_id)

    assert asked == ["/first"] * FETCHES_PER_OWNER + ["/last"]


async def test_an_archive_that_cannot_be_had_is_the_archives_fault(api: Api) -> None:
    body = {"image_archive_url": "http://127.0.0.1:9/photos.zip", "prompt": "a man img"}

    status, answer = await api.post("/fal/run/fal-ai/photomaker", body)

    assert (status, answer["detail"][0]["loc"]) == (422, ["body", "image_archive_url"])
