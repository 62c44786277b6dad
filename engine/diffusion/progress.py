"""Progress of each request of a batch, cancelling, timings. Knows no network."""

from __future__ import annotations

import time
from collections.abc import Sequence

from engine.errors import Cancelled
from engine.types import OnStep, Step

AROUND = 3  # steps around the loop: face, cut-out, finish


class Progress:
    """Tell the requests of a batch how far they are; they have the given indices in the call of `generate`."""

    def __init__(self, on_step: OnStep, indices: Sequence[int]) -> None:
        self._on_step = on_step
        self._indices = tuple(indices)
        self._stopped: set[int] = set()

    def tell(self, place: int, step: Step) -> None:
        """Tell one request. Raises `Cancelled` where it asks, or has asked, to stop."""
        if place not in self._stopped and not self._on_step(self._indices[place], step):
            self._stopped.add(place)
        if place in self._stopped:
            raise Cancelled(f"at {step.phase} {step.done} of {step.total}")

    def tell_all(self, steps: Sequence[Step]) -> bool:
        """Tell every request its own step; return whether any of them still wants its picture."""
        for place, step in enumerate(steps):
            if place not in self._stopped and not self._on_step(self._indices[place], step):
                self._stopped.add(place)
        return len(self._stopped) < len(self._indices)

    def of(self, places: Sequence[int]) -> Progress:
        """Return the progress of some of the batch, by their places in it; who has stopped is not asked again."""
        part = Progress(self._on_step, [self._indices[place] for place in places])
        part._stopped = {new for new, place in enumerate(places) if place in self._stopped}
        return part


class Stopwatch:
    """Take the seconds of each phase; laps of one name add up."""

    def __init__(self, timings: dict[str, float] | None = None) -> None:
        self.timings = dict(timings or {})
        self._since = time.perf_counter()

    def lap(self, phase: str) -> None:
        """Add the seconds since the last lap to `phase`."""
        now = time.perf_counter()
        self.timings[phase] = self.timings.get(phase, 0.0) + now - self._since
        self._since = now
