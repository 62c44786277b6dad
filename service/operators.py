"""What the people who run the installation may do: pause, ban, write to everybody, look at the last days.

Knows no chat. What is set here outlives the process.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from service.events import EventKind, Events, JobEvent
from storage.records import Ban, DayFigures
from storage.store import Store

DAY_S = 86_400.0
_PAUSED, _ENGINE_DIED = "paused", "engine died"  # facts


class Operators:
    """The operators' part of the door. Every method may raise `StorageError`."""

    def __init__(self, store: Store, events: Events, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._is_paused: bool | None = None  # None: not read yet
        self._times_reread = 0
        self.relay: Callable[[], None] | None = None  # tells other processes that something was set

    async def is_paused(self) -> bool:
        """Return whether nothing new is drawn: jobs are taken, and wait."""
        if self._is_paused is not None:
            return self._is_paused
        times = self._times_reread
        is_paused = bool(await self._store.facts.get(_PAUSED))
        if times == self._times_reread:  # else it may have been read before another process set it
            self._is_paused = is_paused
        return is_paused

    async def pause(self) -> bool:
        """Draw nothing new until `resume`; return whether that changes anything."""
        if await self.is_paused():
            return False
        await self._store.facts.set(_PAUSED, "yes")
        self._is_paused = True
        await self._announce()
        return True

    async def resume(self) -> bool:
        """Draw again; return whether that changes anything."""
        if not await self.is_paused():
            return False
        await self._store.facts.set(_PAUSED, "")
        self._is_paused = False
        await self._announce()
        return True

    def reread(self) -> None:
        """Forget what is remembered: another process may have set it."""
        self._is_paused = None
        self._times_reread += 1

    async def _announce(self) -> None:
        """Wake the workers, and whoever tells people how many are ahead of them."""
        if self.relay is not None:
            self.relay()
        for job in await self._store.jobs.next_waiting():
            self._events.emit(JobEvent(EventKind.QUEUED, job))

    async def ban_of(self, owner: str) -> Ban | None:
        """Return the owner's ban, None where there is none."""
        return await self._store.bans.get(owner)

    async def unban(self, owner: str) -> bool:
        """Lift a ban; return whether there was one."""
        return await self._store.bans.remove(owner)

    async def mark_told(self, owner: str) -> None:
        """Note that the owner knows of the ban."""
        await self._store.bans.mark_told(owner)

    async def days(self, count: int) -> list[DayFigures]:
        """Return the figures of the last `count` days in UTC, today last."""
        return await self._store.jobs.days(int(self._clock() // DAY_S) - count + 1, count)

    async def note_engine_death(self) -> None:
        """Note that the engine died, and the process with it: the next one tells."""
        await self._store.facts.set(_ENGINE_DIED, str(self._clock()))

    async def engine_died_at(self) -> float | None:
        """Return when the engine died, None where that is over."""
        return float(await self._store.facts.get(_ENGINE_DIED) or 0) or None

    async def note_engine_works(self) -> None:
        """Note that the engine works again."""
        await self._store.facts.set(_ENGINE_DIED, "")
