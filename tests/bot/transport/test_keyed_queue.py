from __future__ import annotations

import asyncio

import pytest

from bot.transport.keyed_queue import Errand, Lanes


def noting(log: list[str], name: str, gate: asyncio.Event | None = None) -> Errand:
    async def errand() -> None:
        if gate is not None:
            await gate.wait()
        log.append(name)

    return errand


async def test_a_lane_keeps_its_order_and_does_not_hold_up_others() -> None:
    lanes, log, gate = Lanes(), [], asyncio.Event()
    lanes.put(1, noting(log, "first", gate))
    lanes.put(1, noting(log, "second"))
    lanes.put(2, noting(log, "other"))
    await asyncio.sleep(0)
    assert log == ["other"]

    gate.set()
    await lanes.finish(1.0)

    assert log == ["other", "first", "second"]


async def test_a_failing_errand_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    lanes, log = Lanes(), list[str]()
    lanes.put(1, fail)
    lanes.put(1, noting(log, "next"))
    await lanes.finish(1.0)

    assert log == ["next"]
    assert "an errand failed" in caplog.text


async def test_nothing_is_left_of_a_thousand_chats() -> None:
    lanes, log = Lanes(), list[str]()
    for chat in range(1000):
        lanes.put(chat, noting(log, str(chat)))
    await lanes.finish(5.0)

    assert len(log) == 1000
    assert len(lanes) == 0


async def test_what_does_not_end_in_time_is_cancelled() -> None:
    lanes, log = Lanes(), list[str]()
    lanes.put(1, noting(log, "never", asyncio.Event()))

    await lanes.finish(0.01)

    assert log == []
    assert len(lanes) == 0
