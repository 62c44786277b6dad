"""The engines that a worker has, as a protocol, and its plain implementation: one engine in this process.

The other one is in `service.cluster`. Knows no job.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from engine.errors import EngineDead, EngineError
from engine.runner import BatchStepCallback, EngineRunner, Ticket
from engine.types import Shape, StickerRequest, StickerResult
from service.engines import EngineAbilities


class Runner(Protocol):
    """One loaded engine of a pool; `engine.runner.EngineRunner` is one."""

    @property
    def max_batch(self) -> int:
        """How many requests are worth waiting for, to be drawn in one call."""

    def is_at_hand(self, request: StickerRequest) -> bool:
        """Return whether the engine need load nothing before it draws this; at once, whatever it does."""

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return whether the engine draws the two faster together; at once, whatever it does."""

    async def generate_batch(
        self,
        requests: Sequence[StickerRequest],
        tickets: Sequence[Ticket],
        on_step: BatchStepCallback,
        on_drawn: Callable[[], None],
    ) -> Sequence[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place.

        `on_drawn` is called once the engine can take another batch. Raises `EngineDead` where the process must be
        restarted, `EngineLost` where this engine is gone and another takes its place.
        """


class Pool(EngineAbilities, Protocol):
    """Engines that come and go. `is_isolated`: one that takes its process down takes no other engine's jobs with it."""

    is_isolated: bool

    @property
    def runners(self) -> Sequence[Runner]:
        """The engines that can draw, busy ones too."""

    async def load(self) -> None:
        """Wait until an engine can draw. Raises `EngineUnavailable` where none ever will."""

    async def lost_all(self) -> None:
        """Wait until no engine can draw any more."""

    def listen(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever an engine has come or gone."""

    async def give_up(self, runner: Runner) -> None:
        """Replace an engine that hangs. Raises `EngineDead` where only a new process gets it back."""

    async def close(self) -> None:
        """End the engines; bounded in time."""


class LocalPool:
    """One engine, on a thread of this process."""

    is_isolated = False

    def __init__(self, runner: EngineRunner) -> None:
        self._runner = runner
        self._changed: Callable[[], None] = lambda: None

    @property
    def is_ready(self) -> bool:
        return self._runner.is_ready

    @property
    def engine_name(self) -> str:
        return self._runner.engine_name

    @property
    def models(self) -> frozenset[str]:
        return self._runner.models

    @property
    def parameters(self) -> frozenset[str]:
        return self._runner.parameters

    @property
    def shapes(self) -> frozenset[Shape]:
        return self._runner.shapes

    @property
    def runners(self) -> Sequence[Runner]:
        return (self._runner,) if self._runner.is_ready else ()

    async def load(self) -> None:
        if not self._runner.is_ready:
            await self._runner.load()
            self._changed()

    async def lost_all(self) -> None:
        """Wait for good: an engine that dies ends the process."""
        await asyncio.Event().wait()

    def listen(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    async def give_up(self, runner: Runner) -> None:
        # A thread cannot be ended from outside: only a new process gets the engine back.
        raise EngineDead("the engine hangs")

    async def close(self) -> None:
        await self._runner.close()
