"""A budget of bytes for what callers send: more of it than fits waits outside, unread. Knows no body."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

from api.errors import RateLimited

MOST_BYTES: Final = 48 * 1024 * 1024  # of bodies being read; parsed and decoded, each takes about five times as much
MOST_BYTES_PER_OWNER: Final = 32 * 1024 * 1024  # a caller with a slow line leaves room for others
WAIT_S: Final = 60.0


class Room:
    """Bytes that are taken out of a budget until `release`."""

    def __init__(self, budget: ByteBudget, owner: str, size: int) -> None:
        self._budget: ByteBudget | None = budget
        self._owner, self._size = owner, size

    def release(self) -> None:
        """Give the bytes back. Idempotent."""
        budget, self._budget = self._budget, None
        if budget is not None:
            budget.give_back(self._owner, self._size)


class ByteBudget:
    """At most `most` bytes held at the same time, and `per_owner` of one owner; who waits longest goes first."""

    def __init__(self, most: int = MOST_BYTES, per_owner: int = MOST_BYTES_PER_OWNER, wait_s: float = WAIT_S) -> None:
        self._most, self._per_owner, self._wait_s = most, per_owner, wait_s
        self._held: Counter[str] = Counter()  # bytes, by owner
        self._waiting: list[tuple[str, int, asyncio.Future[None]]] = []

    async def take(self, owner: str, size: int) -> Room:
        """Wait for `size` bytes, at most `per_owner`, and take them. Raises `RateLimited` where that takes too long."""
        size = min(size, self._per_owner)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((owner, size, turn))
        self._admit()
        try:
            async with asyncio.timeout(self._wait_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it came in the same moment
                self.give_back(owner, size)
            else:
                self._waiting.remove((owner, size, turn))
                self._admit()
            if isinstance(error, TimeoutError):
                raise RateLimited(self._wait_s) from error
            raise
        return Room(self, owner, size)

    def give_back(self, owner: str, size: int) -> None:
        """Put bytes back and let the next in."""
        self._held[owner] -= size
        if not self._held[owner]:
            del self._held[owner]
        self._admit()

    def _admit(self) -> None:
        waiting, self._waiting = self._waiting, []
        is_full = False
        for owner, size, turn in waiting:
            if turn.cancelled():
                self._waiting.append((owner, size, turn))  # its own task takes it out
                continue
            is_own_full = self._held[owner] + size > self._per_owner
            if is_full or is_own_full or self._held.total() + size > self._most:
                is_full = is_full or not is_own_full  # nobody passes one who waits for others
                self._waiting.append((owner, size, turn))
            else:
                self._held[owner] += size
                turn.set_result(None)
