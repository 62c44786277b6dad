"""A semaphore that is fair to owners: one owner's slow servers hold up nobody else's. Knows no work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class FairSemaphore:
    """At most `most` holders at the same time, and `per_owner` of one owner."""

    def __init__(self, most: int, per_owner: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._per_owner = per_owner
        self._of_owner: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # while somebody waits

    @asynccontextmanager
    async def hold(self, owner: str) -> AsyncIterator[None]:
        """Wait for a place of the owner's, and hold it while the block lasts."""
        own = self._of_owner.setdefault(owner, asyncio.Semaphore(self._per_owner))
        async with own, self._all:
            yield
