"""One thing after the other within a chat, different chats at the same time. Knows nothing of what the things are."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

Errand = Callable[[], Awaitable[None]]


class Lanes:
    """A lane exists while it has errands; an errand that fails is logged and the next one runs."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Errand]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, lane: int, errand: Errand) -> None:
        """Run `errand` after everything that was put into this lane before."""
        if lane in self._waiting:
            self._waiting[lane].append(errand)
            return
        self._waiting[lane] = deque([errand])
        task = asyncio.create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, timeout_s: float) -> None:
        """Let what is under way end within `timeout_s`, then cancel the rest."""
        tasks = list(self._tasks)
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, lane: int) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                await _survive(waiting.popleft())
        finally:
            del self._waiting[lane]


async def _survive(errand: Errand) -> None:
    try:
        await errand()
    except Exception:  # one errand must not end the lane of its chat
        logger.exception("an errand failed")
