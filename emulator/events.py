"""Events for the people's apps: one log, followed by server-sent events and by waiting tests."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

KEPT = 2000


@dataclass(frozen=True, slots=True)
class Event:
    """Something `audience` (user ids) can see on their screens."""

    id: int
    kind: str
    audience: frozenset[int]
    data: dict[str, Any]


class EventLog:
    """The last events in order; `happened` wakes everybody who waits for the next one."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._happened: dict[int | None, asyncio.Event] = {}
        self.last_id = 0

    def add(self, kind: str, audience: frozenset[int], data: dict[str, Any]) -> Event:
        """Append an event and wake those who wait for it."""
        self.last_id += 1
        event = Event(self.last_id, kind, audience, data)
        self._events.append(event)
        for whose in (None, *audience):
            if happened := self._happened.pop(whose, None):
                happened.set()
        return event

    async def next(self, user_id: int | None = None) -> None:
        """Return when the next event for this person (for anybody, when left out) has been added."""
        await self._happened.setdefault(user_id, asyncio.Event()).wait()

    def since(self, event_id: int, user_id: int) -> tuple[list[Event], bool]:
        """Return a user's events after `event_id`, and whether some are missing: older ones, or another server's id."""
        oldest = self.last_id - len(self._events)
        missed = max(self.last_id - max(event_id, oldest), 0)
        recent = [self._events[i] for i in range(len(self._events) - missed, len(self._events))]
        return [event for event in recent if user_id in event.audience], not oldest <= event_id <= self.last_id
