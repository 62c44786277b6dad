"""A queue per key: one task after the other within a key, different keys at the same time. Knows no task's meaning."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

logger = logging.getLogger(__name__)

QueuedTask = Callable[[], Awaitable[None]]


class KeyedQueue:
    """Run tasks in order of arrival within their key. A task that fails is logged and the next one runs."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[QueuedTask]] = {}
        self._runners: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()

    def __len__(self) -> int:
        """Return how many keys have tasks waiting or running."""
        return len(self._waiting)

    def put(self, key: Hashable, task: QueuedTask) -> None:
        """Run `task` after everything that was put under this key before."""
        if key in self._waiting:
            self._waiting[key].append(task)
            return
        self._waiting[key] = deque([task])
        runner = asyncio.create_task(self._run(key))
        self._runners.add(runner)
        runner.add_done_callback(self._runners.discard)

    def put_after(self, delay_s: float, key: Hashable, task: QueuedTask) -> None:
        """Put `task` once `delay_s` have passed, unless `finish` comes first."""

        def put() -> None:
            self._timers.discard(timer)
            self.put(key, task)

        timer = asyncio.get_running_loop().call_later(delay_s, put)
        self._timers.add(timer)

    async def finish(self, timeout_s: float) -> int:
        """Wait `timeout_s` for all tasks, then cancel the rest; return how many keys were cut off.

        What `put_after` holds is dropped at once.
        """
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if not self._runners:
            return 0
        _, late = await asyncio.wait(self._runners, timeout=timeout_s)
        for runner in late:
            runner.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def _run(self, key: Hashable) -> None:
        waiting = self._waiting[key]
        try:
            while waiting:
                try:
                    await waiting.popleft()()
                except Exception:  # one task must not end the queue of its key
                    logger.exception("a queued task failed")
        finally:
            del self._waiting[key]
