"""How often a key may call: token buckets in memory. A restart fills them, which hurts nobody."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from api.errors import RateLimited
from storage.records import ApiKey

# The Python client asks for a status ten times a second while it waits, for each job it waits for.
POLLS_PER_S: Final = 100.0
POLLS_AT_ONCE: Final = 400
KEYS: Final = 10_000  # remembered; a bucket that is forgotten is full again

Clock = Callable[[], float]


class Bucket:
    """Holds up to `most` calls, refilled at `per_s`; `clock` gives seconds on any scale."""

    def __init__(self, per_s: float, most: float, clock: Clock = time.monotonic) -> None:
        self._per_s, self._most, self._clock = per_s, most, clock
        self._left, self._at = most, clock()

    def take(self) -> float:
        """Take one call out; returns 0.0, or how many seconds until there is one to take."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._per_s
        self._left -= 1
        return 0.0


class Throttle:
    """Two buckets a key: one for submissions, a larger one for everything else."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def submit(self, key: ApiKey) -> None:
        """Count a submission; a minute's worth may come at once. Raises `RateLimited`."""
        self._count(key.id, "submit", key.per_minute / 60, key.per_minute)

    def poll(self, key: ApiKey) -> None:
        """Count a question about a job. Raises `RateLimited`."""
        self._count(key.id, "poll", POLLS_PER_S, POLLS_AT_ONCE)

    def _count(self, key_id: str, kind: str, per_s: float, most: float) -> None:
        name = (key_id, kind)
        if name not in self._buckets:
            self._buckets[name] = Bucket(per_s, most, self._clock)
        self._buckets.move_to_end(name)
        while len(self._buckets) > KEYS:
            self._buckets.popitem(last=False)
        if wait_s := self._buckets[name].take():
            raise RateLimited(wait_s)
