"""Where blocking engine work meets asyncio: one daemon thread that owns the engine. Knows no job and no storage."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from engine.errors import Cancelled, EngineError
from engine.types import Engine, OverlappingEngine, Shape, Step, StickerRequest, StickerResult

BatchStepCallback = Callable[[int, Step], None]  # told which request of the batch
T = TypeVar("T")


class Ticket:
    """One `generate` under way; `cancel()` stops it before its next step."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._on_cancel: Callable[[], None] | None = None

    def cancel(self) -> None:
        self._stop.set()
        if self._on_cancel:
            self._on_cancel()

    def when_cancelled(self, tell: Callable[[], None]) -> None:
        """Call `tell` on `cancel`: an engine elsewhere has no other way to learn of it."""
        self._on_cancel = tell

    @property
    def is_cancelled(self) -> bool:
        return self._stop.is_set()


class EngineRunner:
    """Runs an engine on its own thread, a call at a time.

    The thread is a daemon: a step that hangs in native code cannot keep the process from exiting.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        self._ready = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Whether the engine has been loaded; until then it warms up."""
        return self._ready.is_set()

    @property
    def engine_name(self) -> str:
        return self._engine.name

    @property
    def models(self) -> frozenset[str]:
        return self._engine.models

    @property
    def parameters(self) -> frozenset[str]:
        return self._engine.parameters

    @property
    def shapes(self) -> frozenset[Shape]:
        return self._engine.shapes

    async def load(self) -> None:
        """Make the engine ready. Raises `EngineUnavailable`."""
        await self._call(self._engine.load)
        self._ready.set()

    @property
    def max_batch(self) -> int:
        return self._engine.max_batch

    def is_at_hand(self, request: StickerRequest) -> bool:
        """Return whether the engine need load nothing before it draws this; at once, whatever its thread does."""
        return self._engine.is_at_hand(request)

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return whether the engine draws the two faster together; at once, whatever its thread does."""
        return self._engine.can_batch(one, other)

    async def generate_batch(
        self,
        requests: Sequence[StickerRequest],
        tickets: Sequence[Ticket],
        on_step: BatchStepCallback,
        on_drawn: Callable[[], None] = lambda: None,
    ) -> list[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place. Raises `EngineDead`.

        `on_drawn` is called where stickers are finished beside the engine's thread: another batch may come.
        """
        loop = asyncio.get_running_loop()

        def work() -> list[StickerResult | EngineError | Future[StickerResult | EngineError]]:
            wanted = [index for index, ticket in enumerate(tickets) if not ticket.is_cancelled]

            def step_done(place: int, step: Step) -> bool:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(on_step, wanted[place], step)
                return not tickets[wanted[place]].is_cancelled

            outcomes: list[StickerResult | EngineError | Future[StickerResult | EngineError]]
            outcomes = [Cancelled() for _ in requests]
            if wanted:
                engine = self._engine
                draw = engine.draw if isinstance(engine, OverlappingEngine) else engine.generate
                drawn = draw([requests[index] for index in wanted], step_done)
                for index, outcome in zip(wanted, drawn, strict=True):
                    outcomes[index] = outcome
            return outcomes

        drawn = await self._call(work)
        on_drawn()
        return [await asyncio.wrap_future(each) if isinstance(each, Future) else each for each in drawn]

    async def close(self, timeout_s: float = 2.0) -> None:
        """Close the engine and end its thread; gives up on a thread that hangs after `timeout_s`."""
        self._work.put(self._engine.close)
        self._work.put(None)
        await asyncio.to_thread(self._thread.join, timeout_s)

    async def _call(self, function: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(setter: Callable[[Any], None], value: Any) -> None:
            if not future.done():
                setter(value)

        def work() -> None:
            try:
                result = function()
            except BaseException as error:  # handed over to the task that waits
                _tell(loop, settle, future.set_exception, error)
            else:
                _tell(loop, settle, future.set_result, result)

        self._work.put(work)
        return await future

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[..., None], setter: Any, value: Any) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle, setter, value)
