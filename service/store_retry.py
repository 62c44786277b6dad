"""Retry for writes that must happen: while the database is busy or the disk full, try again every two seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from storage.errors import StorageError

logger = logging.getLogger(__name__)

PAUSE_S = 2.0  # between tries
T = TypeVar("T")


async def keep_trying(
    write: Callable[[], Awaitable[T]],
    stopping: asyncio.Event | None = None,
    trouble: type[StorageError] = StorageError,
) -> T:
    """Return what `write` returns, trying again however long the store is in `trouble`.

    Raises the last of it once `stopping` is set, and whatever else `write` raises at once.
    """
    while True:
        try:
            return await write()
        except trouble as error:
            if stopping is not None and stopping.is_set():
                raise
            logger.warning("cannot go on yet: %s (%s)", error.code, error)
            await pause(PAUSE_S, stopping)


async def pause(seconds: float, stopping: asyncio.Event | None = None) -> None:
    """Sleep, at most until `stopping` is set."""
    if stopping is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
