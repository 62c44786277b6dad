"""A pool of engines in a Ray cluster, as the worker sees it: engines come, draw, get lost and are replaced.

Ray itself lives in another process, the driver: where a cluster's head is gone Ray ends the process that it runs in,
and this one has people to serve. Without a cluster jobs wait, and the pool tries again until there is one. Knows no
ray.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import logging
import math
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import EngineError, EngineLost, EngineUnavailable
from engine.models import MODELS
from engine.parameters import Parameter
from engine.runner import BatchStepCallback, Ticket
from engine.types import Shape, StickerRequest, StickerResult
from service.cluster.messages import (
    BuildEngine,
    Cancel,
    Connected,
    Done,
    Drawn,
    EngineReport,
    Generate,
    Gone,
    Hello,
    Kill,
    Lost,
    NoCluster,
    OfBatch,
    Ready,
    Start,
    Stepped,
    Stop,
    Unavailable,
    batch_of,
    networks_of,
    read,
    write,
)
from service.pool import Runner

logger = logging.getLogger(__name__)

_SCALE_S = 1.0  # between two looks at the queue
_PAUSE_S = 1.0  # before the cluster is tried again; twice as long each time ..
_MOST_PAUSE_S = 15.0  # .. up to this
_CLOSE_S = 3.0  # for the driver to end the engines; what is left ends with it
# What of this process's environment the cluster's processes see: no token, key or password of ours is among it.
_VARIABLES = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "USER", "VIRTUAL_ENV", "U2NET_HOME", "HF_HOME", "CC")
_PREFIXES = ("LC_", "LD_LIBRARY", "PYTHON", "CUDA", "NVIDIA", "TORCH", "OMP_", "XDG_", "RAY_", "COVERAGE")


@dataclass(frozen=True, slots=True)
class Scale:
    """How many engines there may be, `least` to `most`.

    One more is started where a job has waited for `grow_s` while all are busy; one that has had nothing to do for
    `shrink_s` is ended.
    """

    least: int = 1
    most: int = 1
    grow_s: float = 20.0
    shrink_s: float = 600.0


class ClusterRunner:
    """One engine of the cluster; `report` is None until it has been loaded, and while it is started again."""

    def __init__(self, pool: ClusterPool, number: int, now: float) -> None:
        self._pool = pool
        self.number = number
        self.report: EngineReport | None = None
        self.batches = 0  # in hand
        self.idle_since = now

    @property
    def max_batch(self) -> int:
        return self.report.max_batch if self.report else 1

    def is_at_hand(self, request: StickerRequest) -> bool:
        """Return whether its last answer said so; of a kind that it has not been asked for it does not know."""
        return bool(request.drawn) or (self.report is not None and networks_of(request) in self.report.at_hand)

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return whether it will as a rule; what does not fit together is drawn one after the other there."""
        is_batching = self.report is not None and one.model in self.report.batching
        return is_batching and batch_of(one) == batch_of(other)

    async def generate_batch(
        self,
        requests: Sequence[StickerRequest],
        tickets: Sequence[Ticket],
        on_step: BatchStepCallback,
        on_drawn: Callable[[], None] = lambda: None,
    ) -> Sequence[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place. Raises `EngineLost`."""
        self.batches += 1
        try:
            return await self._pool.generate(self, requests, tickets, on_step, on_drawn)
        finally:
            self.batches -= 1
            self.idle_since = self._pool.clock()


class ClusterPool:
    """Engines of a cluster.

    `build` makes the engine there; it must be picklable, and with it its arguments, in which no secrets may be.
    `address` is the cluster's, host:port, "" for one of its own on this machine. `gpus` are those of one engine, None
    for one where the cluster has any. `queue_age_s` returns how long the oldest job has waited.
    """

    is_isolated = True

    def __init__(
        self,
        build: BuildEngine,
        *,
        queue_age_s: Callable[[], Awaitable[float]],
        address: str = "",
        gpus: float | None = None,
        scale: Scale | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if importlib.util.find_spec("ray") is None:
            raise EngineUnavailable("POOL=ray needs ray: the extra [cluster]")
        self._build = build
        self._queue_age_s = queue_age_s
        self._address = address
        self._gpus = gpus
        self._limits = scale or Scale()
        self.clock = clock
        self._grown_at = -math.inf
        self._runners: dict[int, ClusterRunner] = {}  # by number; those too that wait for a place
        self._numbers = itertools.count(1)
        self._batches: dict[int, asyncio.Queue[Stepped | Drawn | Done | Lost]] = {}  # by number
        self._known: EngineReport | None = None  # the last report of any
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self.driver_pid: int | None = None
        self._state = asyncio.Condition()
        self._failure: EngineUnavailable | None = None
        self._changed: Callable[[], None] = lambda: None

    # --- what the entrances and the worker ask ------------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        return bool(self.runners)

    @property
    def engine_name(self) -> str:
        return self._known.name if self._known else "cluster"

    @property
    def models(self) -> frozenset[str]:
        """All there are until an engine has said which it runs: what it cannot draw fails when its turn comes."""
        return self._known.models if self._known else frozenset(MODELS)

    @property
    def parameters(self) -> frozenset[str]:
        tables: list[Mapping[str, Parameter]] = [model.parameters for model in MODELS.values()]
        return self._known.parameters if self._known else frozenset(name for table in tables for name in table)

    @property
    def shapes(self) -> frozenset[Shape]:
        return self._known.shapes if self._known else frozenset(Shape) - {Shape.AUTO}

    @property
    def runners(self) -> list[Runner]:
        return [runner for runner in self._runners.values() if runner.report is not None]

    @property
    def reports(self) -> list[EngineReport]:
        """What the engines that can draw said last."""
        return [runner.report for runner in self._runners.values() if runner.report is not None]

    def listen(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    async def load(self) -> None:
        """Wait for the first engine, however long the cluster takes.

        Raises `EngineUnavailable` where an engine says that it cannot be loaded and no other has been.
        """
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        async with self._state:
            await self._state.wait_for(lambda: self.is_ready or self._failure is not None)
            if not self.is_ready and self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure

    async def lost_all(self) -> None:
        async with self._state:
            await self._state.wait_for(lambda: not self.is_ready)

    async def give_up(self, runner: Runner) -> None:
        """Kill an engine that hangs; another is started in its place."""
        assert isinstance(runner, ClusterRunner)  # noqa: S101 - the worker has it from `runners`
        logger.warning("engine %d hangs: it is killed", runner.number)
        runner.report = None
        self._send(Kill(runner.number))
        await self._tell_changed()

    async def close(self) -> None:
        """End the driver, and with it the engines."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def generate(
        self,
        runner: ClusterRunner,
        requests: Sequence[StickerRequest],
        tickets: Sequence[Ticket],
        on_step: BatchStepCallback,
        on_drawn: Callable[[], None],
    ) -> Sequence[StickerResult | EngineError]:
        """Have a batch drawn by one of the engines. Raises `EngineLost`."""
        batch = next(self._numbers)
        told = self._batches[batch] = asyncio.Queue()
        try:
            self._send(Generate(batch, runner.number, tuple(requests)))
            for index, ticket in enumerate(tickets):
                ticket.when_cancelled(lambda index=index: self._send(Cancel(batch, index)))  # type: ignore[misc]
                if ticket.is_cancelled:
                    self._send(Cancel(batch, index))
            while True:
                match await told.get():
                    case Stepped(index, step):
                        on_step(index, step)
                    case Drawn():
                        on_drawn()
                    case Lost(why):
                        runner.report = None  # until the driver says that it is ready again
                        raise EngineLost(f"engine {runner.number} is lost ({why})")
                    case Done(outcomes, report):
                        if runner.report is not None:
                            runner.report = report
                        return outcomes
        except asyncio.CancelledError:
            for index in range(len(requests)):
                self._send(Cancel(batch, index))
            raise
        finally:
            del self._batches[batch]

    # --- how many -----------------------------------------------------------------------------------------------------

    async def scale(self) -> None:
        """Start an engine more, or end one, as the queue asks for."""
        now, limits = self.clock(), self._limits
        while len(self._runners) < limits.least:
            self._start()
        waits_s = await self._queue_age_s()
        ready = [runner for runner in self._runners.values() if runner.report is not None]
        if waits_s > limits.grow_s and ready and all(runner.batches for runner in ready):
            if len(self._runners) < limits.most and now - self._grown_at >= limits.grow_s:
                self._grown_at = now
                self._start()
                logger.info("the oldest job has waited for %.0f s: %d engines", waits_s, len(self._runners))
        elif len(self._runners) > limits.least:
            idle = [each for each in self._runners.values() if now - each.idle_since >= limits.shrink_s]
            # One that still waits for a place goes first.
            for runner in sorted(idle, key=lambda each: each.report is not None)[:1]:
                if not runner.batches:
                    del self._runners[runner.number]
                    self._send(Stop(runner.number))
                    logger.info("nothing to do for an engine: %d are left", len(self._runners))

    def _start(self) -> None:
        runner = ClusterRunner(self, next(self._numbers), self.clock())
        self._runners[runner.number] = runner
        self._send(Start(runner.number))

    # --- the driver ---------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Keep a driver alive until cancelled."""
        pause_s = _PAUSE_S
        while True:
            was_connected = await self._drive()
            pause_s = _PAUSE_S if was_connected else min(2 * pause_s, _MOST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _drive(self) -> bool:
        """Start a driver and follow it to its end; returns whether it was part of the cluster."""
        folder = tempfile.mkdtemp(prefix="stickerface-")
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # no folder of the caller's takes our packages' names
                "-m",
                "service.cluster.driver",
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                env=_environment(self._address),
                start_new_session=True,  # a Ctrl-C at the terminal is for this process
            )
        self.driver_pid = process.pid
        reader, writer = await asyncio.open_connection(sock=ours, limit=2**20)
        scaling: asyncio.Task[None] | None = None
        try:
            write(writer, Hello(self._build, self._address, folder, self._gpus))
            while True:
                match await read(reader):
                    case Connected():
                        self._writer = writer
                        for number in self._runners:
                            self._send(Start(number))
                        scaling = asyncio.create_task(self._keep_scaling())
                        logger.info("the cluster is there: engines are started as soon as it has room for them")
                    case NoCluster(why):
                        where = self._address or "a cluster on this machine"
                        logger.error("RAY_ADDRESS: cannot join %s (%s): jobs wait, trying again", where, why)
                    case message:
                        await self._heard(message)
        except EOFError:
            if scaling is not None:
                logger.error("the Ray cluster is gone: jobs wait until it is back")
            return scaling is not None
        finally:
            self._writer = None
            if scaling is not None:
                scaling.cancel()
            await self._all_lost()
            writer.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()
            shutil.rmtree(folder, ignore_errors=True)

    async def _keep_scaling(self) -> None:
        while True:
            try:
                await self.scale()
            except Exception as error:  # a busy database: the next look will tell
                logger.warning("how many engines are wanted is not known: %r", error)
            await asyncio.sleep(_SCALE_S)

    async def _heard(self, message: object) -> None:
        match message:
            case OfBatch(batch, told):
                if batch in self._batches:
                    self._batches[batch].put_nowait(told)
            case Ready(engine, report):
                if engine in self._runners:
                    self._known = self._runners[engine].report = report
                    self._runners[engine].idle_since = self.clock()
                    logger.info("engine %d is ready: %s on %s", engine, report.name, report.node)
            case Gone(engine, why):
                if engine in self._runners:
                    self._runners[engine].report = None
                    logger.warning("engine %d is gone (%s): another is started", engine, why)
            case Unavailable(engine, why):
                self._failure = EngineUnavailable(why)
                logger.error("engine %d cannot be loaded: %s", engine, why)
        if not isinstance(message, OfBatch):
            await self._tell_changed()

    async def _all_lost(self) -> None:
        for runner in self._runners.values():
            runner.report = None
        for told in self._batches.values():
            told.put_nowait(Lost("the cluster is gone"))
        await self._tell_changed()

    async def _tell_changed(self) -> None:
        async with self._state:
            self._state.notify_all()
        self._changed()

    def _send(self, message: object) -> None:
        """Tell the driver; without one nothing is lost: engines are started by the next, batches have been told."""
        if self._writer is not None:
            write(self._writer, message)
        elif isinstance(message, Generate):
            self._batches[message.batch].put_nowait(Lost("the cluster is gone"))


def _environment(address: str) -> dict[str, str]:
    """Return the environment of the driver, and of a cluster that it starts."""
    ours = {name: value for name, value in os.environ.items() if name in _VARIABLES or name.startswith(_PREFIXES)}
    ours.pop("RAY_ADDRESS", None)  # what the settings say is meant
    ours["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    ours["RAY_USAGE_STATS_ENABLED"] = "0"
    if not address:  # of a cluster that nobody else knows; RAY_AUTH_TOKEN is the operator's for one that others share
        ours |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    return ours
