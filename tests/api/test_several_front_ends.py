"""Two front ends on one folder, the second of which draws: what one has begun, the other ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from tests.api.conftest import PHOTO, QUEUE, RUN, Api, jpeg, running, stranger
from tests.plain_engine import PlainEngine

BODY = {"image_url": PHOTO, "prompt": "a person"}


@pytest.fixture
async def fronts(tmp_path: Path) -> AsyncIterator[tuple[Api, Api]]:
    """The first joined first, and draws nothing."""
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(
                running(tmp_path, PlainEngine(), is_working=is_working, is_one_of_several=True)
            )
            for is_working in (False, True)
        ]
        await first.service.processes.look()
        await _until(lambda: second.runner.is_ready)
        await second.service.processes.look()
        await first.service.processes.look()
        yield first, second


async def _until(is_true: object) -> None:
    assert callable(is_true)
    async with asyncio.timeout(10):
        while True:
            if is_true():
                return
            await asyncio.sleep(0.005)


async def _die(front: Api) -> None:
    """Leave the lock and nothing else, as a process that was killed."""
    for task in front.tasks:
        task.cancel()
    await asyncio.gather(*front.tasks, return_exceptions=True)
    rows = await front.store.processes.all()
    front.store.processes.release(next(each for each in rows if each.id == front.service.processes.id))


async def test_a_front_end_answers_with_what_another_one_drew(fronts: tuple[Api, Api]) -> None:
    first, second = fronts
    status, body = await first.post(RUN, {**BODY, "seed": 7})
    assert (status, body["seed"]) == (200, 7)
    assert len(second.engine.seen) == 1
    health = [(await front.get("/healthz", headers={}))[1] for front in fronts]
    assert [(each["engine"], each["state"]) for each in health] == [("plain", "ready")] * 2
    assert (await first.get("/readyz", headers={}))[0] == 200


async def test_each_address_and_key_works_at_every_front_end(fronts: tuple[Api, Api]) -> None:
    first, second = fronts
    request_id = await second.submit()
    await second.ended(request_id)
    status, body = await first.get(f"{QUEUE}/requests/{request_id}", headers=second.fal)
    assert status == 200
    path = urlsplit(body["images"][0]["url"]).path
    for front in fronts:
        assert (await front.get(path, headers={}))[0] == 200


async def test_a_webhook_is_sent_by_one_front_end_and_by_the_next_when_that_dies(fronts: tuple[Api, Api]) -> None:
    first, second = fronts
    told: asyncio.Queue[str] = asyncio.Queue()

    async def receive(request: web.Request) -> web.Response:
        told.put_nowait(json.loads(await request.read())["request_id"])
        return web.Response()

    async with stranger(receive) as hook, asyncio.timeout(20):
        _, answer = await second.post(QUEUE, BODY, params={"fal_webhook": hook})
        assert await told.get() == answer["request_id"]
        await second.delivered(answer["request_id"])
        second.engine.hold()
        _, answer = await second.post(QUEUE, BODY, params={"fal_webhook": hook})
        await second.held()
        await _die(first)
        second.engine.release()
        await second.service.processes.look()
        assert await told.get() == answer["request_id"]
        await second.delivered(answer["request_id"])
    assert told.empty()


async def test_a_photo_that_a_front_end_fetched_when_it_died_is_fetched_by_another(fronts: tuple[Api, Api]) -> None:
    first, second = fronts
    asked: list[asyncio.Event] = []

    async def slow(_: web.Request) -> web.Response:
        asked.append(asyncio.Event())
        if len(asked) == 1:
            await asked[0].wait()
        return web.Response(body=jpeg(), content_type="image/jpeg")

    async with stranger(slow) as address:
        request_id = await first.submit(image_url=f"{address}/face.jpg")
        await _until(lambda: asked)
        await second.service.processes.look()
        assert len(asked) == 1  # it lives, and fetches
        await _die(first)
        await second.service.processes.look()
        job = await second.ended(request_id)
        asked[0].set()
    assert (job.status, len(asked)) == ("done", 2)


async def test_a_keys_requests_of_a_minute_count_at_all_front_ends_together(fronts: tuple[Api, Api]) -> None:
    first, second = fronts
    key = await first.another_key(per_minute=2)
    answers = [(await front.post(QUEUE, BODY, headers=key))[0] for front in (first, second, first, second)]
    assert answers == [200, 200, 429, 429]
