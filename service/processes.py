"""The processes that share the store: who there is, what each does for all, and what is to be done when one dies.

Each process looks once a second. Where it finds others it tells them what happens here and hears what happens there;
alone it tells nothing. Of the duties that one of them has to do, the one that joined first does each.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any

from service.engines import EngineAbilities, EngineFacts, EnginesElsewhere, facts_of
from service.event_exchange import EventExchange
from service.events import Events
from service.operators import Operators
from storage.errors import StorageError
from storage.events import LIFETIME_S
from storage.records import Process
from storage.store import Store

logger = logging.getLogger(__name__)

LOOK_S = 1.0
BEAT_S = 10.0  # between two heartbeats
DEAD_AFTER_S = 30.0  # without a heartbeat, where no lock file can be tried
_ENGINE = "engine"  # the fact that keeps what the last engine could do


class Duty(StrEnum):
    """What one process does for all."""

    RETENTION = "retention"
    HTTP_FILES = "http files"
    WEBHOOKS = "webhooks"


class RoleTaken(Exception):
    """Another process has a role that only one may have: `process`."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.role)
        self.process = process


class Processes:
    """This process among those on the store. Before `join` it is alone, and has every duty.

    `recover` puts back the jobs of processes that are gone; `clock` gives seconds on any scale.
    """

    def __init__(
        self,
        store: Store,
        events: Events,
        operators: Operators,
        recover: Callable[[], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._operators = operators
        self._recover = recover
        self._clock = clock
        self._own: Process | None = None
        self._others: dict[str, Process] = {}
        self._beats: dict[str, tuple[float, float]] = {}  # by process: its last heartbeat, and when we saw it change
        self._beat_at = float("-inf")
        self._looked_at = float("-inf")
        self._company_at = float("-inf")  # when this process was not alone, as far as it knows
        self._has_orphans = False  # jobs of processes that are gone, which could not be put back yet
        self._told: Mapping[str, Any] = {}  # the facts in our row
        self._duties: frozenset[Duty] = frozenset()
        self._hears_steps = True
        self._is_only = False
        self._engine: EngineAbilities | None = None
        self._last_engine: EngineFacts | None = None
        self._watchers: set[asyncio.Event] = set()
        self._exchange = EventExchange(store, events, operators, self._something_changed)
        self.engines_elsewhere = EnginesElsewhere(self._engine_facts)

    # --- this process -------------------------------------------------------------------------------------------------

    async def join(
        self,
        role: str,
        *,
        duties: Collection[Duty] = (),
        engine: EngineAbilities | None = None,
        hears_steps: bool = True,
    ) -> None:
        """Be one of the processes from now on: before any job is taken, and before `recover`.

        `engine` is that of this process, None where others draw. Raises `StorageError`, OSError.
        """
        self._duties, self._engine, self._hears_steps = frozenset(duties), engine, hears_steps
        self._last_engine = json.loads(await self._store.facts.get(_ENGINE) or "null")
        if engine is not None:
            await self._store.facts.set(_ENGINE, json.dumps(facts_of(engine) | {"is_ready": False}))
        self._told = self._facts()
        self._own = await self._store.processes.join(role, self._told)
        self._take_id()
        self._beat_at = self._looked_at = self._company_at = self._clock()
        await self._exchange.start(self._own.id)
        await self._store.events.delete_old()
        await self.look()

    async def be_the_only_one(self, timeout_s: float = DEAD_AFTER_S + 3 * LOOK_S) -> None:
        """Wait until no other process of this role joined before, and see to it in `run` that it stays so.

        Raises `RoleTaken` where another one lives, `StorageError`, OSError.
        """
        until, is_told = self._clock() + timeout_s, False
        while before := self._older_of_role():
            if self._clock() >= until:
                raise RoleTaken(before)
            if not is_told:
                logger.warning("process %d is the %s of this data: waiting for its end", before.pid, before.role)
                is_told = True
            await asyncio.sleep(LOOK_S)
            await self.look()
        self._is_only = True

    async def run(self) -> None:
        """Look for the others until cancelled, and exchange events with them while there are any.

        Raises `RoleTaken` where this process was taken for dead, and another has its role.
        """
        exchange: asyncio.Task[None] | None = None
        is_failing = False  # told once, not every second of an outage
        try:
            while True:
                try:
                    await self.look()
                    is_failing = False
                except (StorageError, OSError) as error:
                    logger.log(logging.DEBUG if is_failing else logging.WARNING, "others are not seen: %s", error)
                    is_failing = True
                if self._is_only and (other := self._older_of_role()):
                    raise RoleTaken(other)
                if self._others and exchange is None:
                    exchange = asyncio.create_task(self._exchange.run())
                elif not self._others and exchange is not None:
                    await _cancel(exchange)
                    exchange = None
                if exchange is None:
                    await asyncio.sleep(LOOK_S)
                else:
                    for ended in (await asyncio.wait([exchange], timeout=LOOK_S))[0]:
                        ended.result()  # a fault of ours: who hears nothing must not go on
        finally:
            if exchange is not None:
                await _cancel(exchange)

    async def leave(self) -> None:
        """Tell the others what is not told yet, and be one of them no more: whatever is left in hand is theirs."""
        if self._own is None:
            return
        own, self._own = self._own, None
        with suppress(StorageError, OSError):  # the others find the lock file free
            if self._others:
                await self._exchange.flush()
            await self._store.processes.remove(own.id)
            if not await self._store.processes.all():  # pictures of faces are among what was told
                await self._store.events.delete_old(0.0)
        self._store.processes.release(own)

    # --- what the others are ------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Return what `Job.claimed_by` calls this process; "" before `join`."""
        return self._own.id if self._own else ""

    @property
    def others(self) -> Sequence[Process]:
        """The other processes that live, as of the last look."""
        return tuple(self._others.values())

    def is_on_duty(self, duty: Duty) -> bool:
        """Return whether it is this process that does it: the first of those that can."""
        if self._own is None:
            return True
        if duty not in self._duties:
            return False
        return not any(duty in each.facts["duties"] for each in self._before_own())

    def count_on(self, duty: Duty) -> int:
        """Return how many processes have this duty, this one too."""
        return int(duty in self._duties) + sum(duty in each.facts["duties"] for each in self.others)

    def count_by_role(self) -> dict[str, int]:
        """Return how many processes there are of each role, this one too."""
        return dict(Counter(each.role for each in (*self.others, *([self._own] if self._own else []))))

    def _before_own(self) -> list[Process]:
        own = self._own
        return (
            []
            if own is None
            else [each for each in self.others if (each.started_at, each.id) < (own.started_at, own.id)]
        )

    def _older_of_role(self) -> Process | None:
        return next((each for each in self._before_own() if self._own and each.role == self._own.role), None)

    @contextmanager
    def watch(self) -> Iterator[asyncio.Event]:
        """Yield what is set where events may have been missed: a process died, or has only now heard of this one.

        Whoever follows jobs by their events reads the rows again then.
        """
        changed = asyncio.Event()
        self._watchers.add(changed)
        try:
            yield changed
        finally:
            self._watchers.discard(changed)

    @property
    def is_without_engine(self) -> bool:
        """Whether this process joined to draw nothing itself."""
        return self._own is not None and self._engine is None

    def _engine_facts(self) -> list[EngineFacts]:
        known = [each.facts["engine"] for each in self.others if each.facts["engine"]]
        return known or ([self._last_engine] if self._last_engine else [])

    # --- looking ------------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Read who is there, take over from the dead, and give the own heartbeat. Raises `StorageError`, OSError."""
        if self._own is None:
            return
        rows = await self._store.processes.all()
        if self._own.id not in {each.id for each in rows}:
            await self._rejoin()
        rows = [each for each in rows if each.id != self._own.id]
        now = self._clock()
        if rows:
            self._company_at = now
        await self._beat()
        # Silence is counted only while this process looks: in an outage of the database nobody can give a heartbeat.
        was_away = now - self._looked_at > BEAT_S
        for each in rows:
            if was_away or self._beats.get(each.id, (None,))[0] != each.seen_at:
                self._beats[each.id] = (each.seen_at, now)
        dead = [each for each in rows if self._is_dead(each, now)]
        for each in dead:
            logger.warning("process %d (%s) is gone: what it had in hand is taken over", each.pid, each.role)
            await self._store.processes.remove(each.id)
        living = {each.id: each for each in rows if each not in dead}
        new, gone = living.keys() - self._others.keys(), self._others.keys() - living.keys()
        self._others = living
        for engine in [each.facts["engine"] for each in living.values() if each.facts["engine"]]:
            self._last_engine = engine | {"is_ready": False}
        self._beats = {id_: beat for id_, beat in self._beats.items() if id_ in living}
        self._exchange.listeners = [bool(each.facts["hears_steps"]) for each in living.values()]
        for id_ in new:
            logger.info("process %d (%s) works on the same data", living[id_].pid, living[id_].role)
        if new:  # they have not heard what happened here between their first look and ours
            self._exchange.greet()
        if gone or dead:
            self._has_orphans = True
        if gone or dead or now - self._looked_at > LIFETIME_S / 2:  # stopped, or without its store: events are gone
            self._something_changed()
        self._looked_at = now
        if self._has_orphans:
            await self._recover()
            self._has_orphans = False

    def _is_dead(self, process: Process, now: float) -> bool:
        has_ended = self._store.processes.has_ended(process)
        return now - self._beats[process.id][1] > DEAD_AFTER_S if has_ended is None else has_ended

    async def _beat(self) -> None:
        """Give a heartbeat, where somebody is there to see it, or facts have changed; delete events that were read."""
        assert self._own is not None  # noqa: S101 - `look` has seen to that
        facts, now = self._facts(), self._clock()
        has_company = now - self._company_at <= LIFETIME_S + BEAT_S  # and afterwards as long as its events are kept
        if facts != self._told or (has_company and now - self._beat_at >= BEAT_S):
            if not await self._store.processes.beat(self._own.id, facts):
                await self._rejoin()
            self._told, self._beat_at = facts, now
            await self._store.events.delete_old()

    async def _rejoin(self) -> None:
        assert self._own is not None  # noqa: S101 - `look` has seen to that
        logger.warning("others took this process for dead: it joins again")
        self._own = await self._store.processes.rejoin(self._own, self._facts())
        self._take_id()
        self._something_changed()

    def _take_id(self) -> None:
        assert self._own is not None  # noqa: S101 - who joined has one
        self._store.jobs.process = self._exchange.origin = self._own.id

    def _facts(self) -> dict[str, Any]:
        return {
            "duties": sorted(self._duties),
            "hears_steps": self._hears_steps,
            "engine": None if self._engine is None else facts_of(self._engine),
        }

    def _something_changed(self) -> None:
        self._operators.reread()
        for changed in self._watchers:
            changed.set()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
