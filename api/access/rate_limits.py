"""Rate limits of a key: token buckets for calls, a count of open streams. In memory: a restart resets them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from api.errors import RateLimited
from engine.cache import LruCache
from storage.records import ApiKey

# Python's fal client asks for a status ten times a second while it waits, for each job it waits for.
POLLS_PER_S: Final = 100.0
POLLS_AT_ONCE: Final = 400
KEYS: Final = 10_000  # remembered; a bucket that is forgotten is full again
STREAMS_PER_KEY: Final = 50  # a connection each, held for as long as a job lasts

Clock = Callable[[], float]


class Bucket:
    """Holds up to `most` calls, refilled at `per_s`; `clock` gives seconds on any scale."""

    def __init__(self, per_s: float, most: float, clock: Clock = time.monotonic) -> None:
        self._per_s, self._most, self._clock = per_s, most, clock
        self._left, self._at = most, clock()

    def take(self) -> float:
        """Take one call out; return 0.0, or how many seconds until there is one to take."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._per_s
        self._left -= 1
        return 0.0


class RateLimits:
    """Two buckets a key, one for submissions and a larger one for everything else, and a number of open streams."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._buckets: LruCache[tuple[str, str], Bucket] = LruCache(KEYS)
        self._streams: Counter[str] = Counter()

    def submit(self, key: ApiKey) -> None:
        """Count a submission; a minute's worth may come at once. Raises `RateLimited`."""
        self._count(key.id, "submit", key.per_minute / 60, key.per_minute)

    def poll(self, key: ApiKey) -> None:
        """Count a question about a job. Raises `RateLimited`."""
        self._count(key.id, "poll", POLLS_PER_S, POLLS_AT_ONCE)

    def _count(self, key_id: str, kind: str, per_s: float, most: float) -> None:
        bucket = self._buckets.get((key_id, kind), lambda: Bucket(per_s, most, self._clock))
        if wait_s := bucket.take():
            raise RateLimited(wait_s)

    @contextmanager
    def stream(self, owner: str) -> Iterator[None]:
        """Hold an event stream while the block lasts. Raises `RateLimited`."""
        if self._streams[owner] >= STREAMS_PER_KEY:
            raise RateLimited(1.0)
        self._streams[owner] += 1
        try:
            yield
        finally:
            self._streams[owner] -= 1
            if not self._streams[owner]:
                del self._streams[owner]
