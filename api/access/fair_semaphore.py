"""Waiting well: for a store that is in trouble, and for one's turn among many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from storage.errors import StorageError

logger = logging.getLogger(__name__)

PAUSE_S = 2.0  # between tries while the database is busy or the disk full


async def patiently(step: Callable[[], Awaitable[object]]) -> None:
    """Do what must be done, however long the database is busy or the disk full."""
    while True:
        try:
            await step()
            return
        except StorageError as error:
            logger.warning("cannot go on yet: %s (%s)", error.code, error)
            await asyncio.sleep(PAUSE_S)


class Turns:
    """At most `most` at the same time, and `per_owner` of one key: its dead servers hold up nobody else's."""

    def __init__(self, most: int, per_owner: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._per_owner = per_owner
        self._of_owner: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # while somebody waits

    @asynccontextmanager
    async def of(self, owner: str) -> AsyncIterator[None]:
        """Wait for the owner's turn, and hold it while the block lasts."""
        own = self._of_owner.setdefault(owner, asyncio.Semaphore(self._per_owner))
        async with own, self._all:
            yield
