from __future__ import annotations

import asyncio

import pytest

from bot.transport.keyed_queue import KeyedQueue, QueuedTask


def noting(log: list[str], name: str, gate: asyncio.Event | None = None) -> QueuedTask:
    async def task() -> None:
        if gate is not None:
            await gate.wait()
        log.append(name)

    return task


async def test_a_key_keeps_its_order_and_does_not_hold_up_others() -> None:
    queue, log, gate = KeyedQueue(), [], asyncio.Event()
    queue.put(1, noting(log, "first", gate))
    queue.put(1, noting(log, "second"))
    queue.put(2, noting(log, "other"))
    await asyncio.sleep(0)
    assert log == ["other"]

    gate.set()
    await queue.finish(1.0)

    assert log == ["other", "first", "second"]


async def test_a_failing_task_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    queue, log = KeyedQueue(), list[str]()
    queue.put(1, fail)
    queue.put(1, noting(log, "next"))
    await queue.finish(1.0)

    assert log == ["next"]
    assert "a queued task failed" in caplog.text


async def test_nothing_is_left_of_a_thousand_chats() -> None:
    queue, log = KeyedQueue(), list[str]()
    for chat in range(1000):
        queue.put(chat, noting(log, str(chat)))
    await queue.finish(5.0)

    assert len(log) == 1000
    assert len(queue) == 0


async def test_what_does_not_end_in_time_is_cancelled() -> None:
    queue, log = KeyedQueue(), list[str]()
    queue.put(1, noting(log, "never", asyncio.Event()))

    assert await queue.finish(0.01) == 1

    assert log == []
    assert len(queue) == 0


async def test_a_delayed_task_comes_after_those_put_meanwhile() -> None:
    queue, log, done = KeyedQueue(), list[str](), asyncio.Event()

    async def last() -> None:
        log.append("delayed")
        done.set()

    queue.put_after(0.01, 1, last)
    queue.put(1, noting(log, "now"))
    await done.wait()

    assert log == ["now", "delayed"]


async def test_a_delayed_task_is_dropped_by_finish() -> None:
    queue, log = KeyedQueue(), list[str]()
    queue.put_after(0.0, 1, noting(log, "never"))

    await queue.finish(1.0)
    await asyncio.sleep(0.01)

    assert log == []
