"""Threads beside the device's: what is left of a picture once it is drawn is done while the next batch is. Bounded.

Knows no picture and no model. The threads are daemons: one that hangs in native code keeps no process from exiting.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

MOST_THREADS = 4

T = TypeVar("T")


class FinishingPool:
    """Runs work in the order in which it is submitted; at most `most` pieces are unfinished at a time."""

    def __init__(self, most: int, threads: int | None = None) -> None:
        self._room = threading.BoundedSemaphore(most)
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        count = threads or max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1))
        self._threads = [threading.Thread(target=self._run, name="finishing", daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Return the future of what `work` returns or raises; waits where too much is unfinished."""
        self._room.acquire()
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # handed over to who waits
                future.set_exception(error)
            else:
                future.set_result(result)

        self._work.put(run)
        return future

    def close(self) -> None:
        """End the threads, once all that was submitted is done."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            del work  # its picture
            self._room.release()


def settled(value: T | Future[Any]) -> T | Any:
    """Return `value`, or what it is the future of, once that is there."""
    return value.result() if isinstance(value, Future) else value
