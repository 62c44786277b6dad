"""Time as the emulator sees it: the wall clock plus whatever a test has skipped."""

from __future__ import annotations

import asyncio
import contextlib
import time


class Clock:
    """The wall clock with an offset; `advance` skips time and wakes whoever sleeps past it."""

    def __init__(self) -> None:
        self._offset_s = 0.0
        self._jumped = asyncio.Event()

    def now(self) -> float:
        """Return the seconds since 1970."""
        return self._wall_time() + self._offset_s

    def advance(self, seconds: float) -> None:
        """Skip `seconds` (at least 0) of time. Raises `ValueError`."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._offset_s += seconds
        jumped, self._jumped = self._jumped, asyncio.Event()
        jumped.set()

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed or been skipped."""
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, deadline: float) -> None:
        """Return once it is `deadline`. In a task that starts later, safer than `sleep`: time may have jumped."""
        while (left := deadline - self.now()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timeout_s(left)):
                    await self._jumped.wait()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for `event` at most `seconds` of this clock; return whether it was set."""
        if event.is_set() or seconds <= 0:
            return event.is_set()
        setting = asyncio.ensure_future(event.wait())
        sleeping = asyncio.ensure_future(self.sleep_until(self.now() + seconds))
        try:
            await asyncio.wait({setting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            setting.cancel()
            sleeping.cancel()
        return event.is_set()

    def _wall_time(self) -> float:
        return time.time()

    def _timeout_s(self, left_s: float) -> float | None:
        return left_s


class ManualClock(Clock):
    """Time stands still until a test advances it."""

    def __init__(self, start: float = 1_795_231_000.0) -> None:
        super().__init__()
        self._start = start

    def _wall_time(self) -> float:
        return self._start

    def _timeout_s(self, left_s: float) -> float | None:
        return None
