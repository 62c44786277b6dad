"""Bodies that wait outside until there is room for them, and what is not read at all."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from api.errors import RateLimited
from api.server.byte_budget import ByteBudget
from tests.api.conftest import PHOTO, QUEUE, RUN, Api


async def test_what_does_not_fit_waits_and_the_longest_waiting_goes_first() -> None:
    budget = ByteBudget(10, 10)
    first = await budget.take("a", 8)
    second, third = asyncio.create_task(budget.take("b", 8)), asyncio.create_task(budget.take("c", 2))
    await asyncio.sleep(0)
    assert not second.done() and not third.done()

    first.release()
    first.release()

    await asyncio.gather(second, third)


async def test_an_owner_with_a_slow_line_leaves_room_for_others() -> None:
    budget = ByteBudget(10, 6)
    await budget.take("slow", 6)
    more = asyncio.create_task(budget.take("slow", 4))
    await asyncio.sleep(0)

    await asyncio.wait_for(budget.take("other", 4), 1)

    assert not more.done()
    more.cancel()


async def test_whoever_waits_in_vain_is_told_to_come_back_and_leaves_nothing_behind() -> None:
    budget = ByteBudget(10, 10, wait_s=0.01)
    held = await budget.take("a", 10)
    with pytest.raises(RateLimited):
        await budget.take("b", 10)
    held.release()

    await asyncio.wait_for(budget.take("b", 10), 1)


async def test_a_body_is_not_read_where_the_key_has_too_many_jobs_waiting(api: Api) -> None:
    api.engine.hold()
    key = await api.another_key(jobs_waiting=1)
    await api.post(QUEUE, {"image_url": PHOTO, "prompt": "x"}, headers=key)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    head = f"POST {RUN} HTTP/1.1\r\nHost: x\r\nAuthorization: {key['Authorization']}\r\nContent-Length: 9000000\r\n\r\n"
    writer.write(head.encode())

    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
    writer.close()

    assert b" 429 " in answer


async def test_a_caller_that_waits_for_its_picture_holds_no_room(api: Api) -> None:
    """More bytes than the budget has, all waiting for one engine: each body is let go when its photo is on disk."""
    api.engine.hold()
    padding = "x" * 12_000_000
    body = json.dumps({"image_url": PHOTO, "prompt": "x", "ignored": padding}).encode()
    drawing = [asyncio.create_task(api.call("POST", RUN, data=io.BytesIO(body))) for _ in range(6)]

    async def all_are_submitted() -> bool:
        return sum((await api.store.jobs.counts()).values()) == 6

    await api.until(all_are_submitted)
    api.engine.release()

    assert [status for status, _, _ in await asyncio.gather(*drawing)] == [200] * 6
