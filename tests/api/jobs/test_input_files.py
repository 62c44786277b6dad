"""Files that requests name: fetched fairly, not in vain, and who is at fault where they cannot be had."""

from __future__ import annotations

import asyncio

from aiohttp import web

from api.jobs.input_files import FETCHES, FETCHES_PER_OWNER
from tests.api.conftest import QUEUE, RUN, Api, jpeg, stranger


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
        assert (await api.call("PUT", f"{QUEUE}/requests/{cancelled}/cancel"))[0] == 200
        held.set()
        for request_id in (*first, last):
            await api.ended(request_id)

    assert asked == ["/first"] * FETCHES_PER_OWNER + ["/last"]


async def test_an_archive_that_cannot_be_had_is_the_archives_fault(api: Api) -> None:
    body = {"image_archive_url": "http://127.0.0.1:9/photos.zip", "prompt": "a man img"}

    status, answer = await api.post("/fal/run/fal-ai/photomaker", body)

    assert (status, answer["detail"][0]["loc"]) == (422, ["body", "image_archive_url"])
