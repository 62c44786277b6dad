"""An engine in a process of its own, as a Ray actor. Knows no ray, no job and no storage: the driver makes the actor.

Here engines are loaded, draw and say what they have loaded. Photos come and stickers go as messages; the node's disk
is only read, for the networks.
"""

from __future__ import annotations

import asyncio
import os
import socket
import traceback
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from engine.errors import DrawingFailed, EngineDead, EngineError, EngineUnavailable
from engine.model import FACE
from engine.runner import EngineRunner, Ticket
from engine.styles import DEFAULT_STYLE
from engine.types import Step, StickerRequest, StickerResult
from service.cluster.messages import (
    BuildEngine,
    Done,
    Drawn,
    EngineReport,
    Networks,
    Stepped,
    networks_of,
)

_REMEMBERED = 64  # sets of networks that were asked for here
_ANY_PHOTO = {FACE: (b"",)}


class EngineActor:
    """One engine. All methods run on one event loop; the engine has its own thread."""

    def __init__(self, build: BuildEngine) -> None:
        self._build = build
        self._runner: EngineRunner | None = None
        self._tickets: dict[int, Sequence[Ticket]] = {}  # by the batch's number
        self._asked: OrderedDict[Networks, StickerRequest] = OrderedDict()

    async def load(self) -> EngineReport | EngineUnavailable:
        """Build the engine and make it ready; returns what it can do, or why it cannot be loaded."""
        try:
            if self._runner is None:
                runner = EngineRunner(await asyncio.to_thread(self._build))
                await runner.load()
                self._runner = runner
                for model in runner.models:
                    self._remember(StickerRequest(_ANY_PHOTO, DEFAULT_STYLE, 1, model=model))
        except EngineUnavailable as error:
            return EngineUnavailable(str(error))
        return self._report()

    async def watch(self) -> None:
        """Never return: whoever waits for it hears of the end of this process."""
        await asyncio.Event().wait()

    async def generate(self, batch: int, requests: Sequence[StickerRequest]) -> AsyncIterator[Stepped | Drawn | Done]:
        """Draw, and yield what happens, `Done` last. Raises `EngineDead`."""
        assert self._runner is not None  # noqa: S101 - the driver has waited for `load`
        tickets = self._tickets.setdefault(batch, [Ticket() for _ in requests])
        told: asyncio.Queue[Stepped | Drawn | None] = asyncio.Queue()

        def on_step(index: int, step: Step) -> None:
            told.put_nowait(Stepped(index, step))

        drawing = asyncio.create_task(
            self._runner.generate_batch(requests, tickets, on_step, lambda: told.put_nowait(Drawn()))
        )
        drawing.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (each := await told.get()) is not None:
                yield each
            outcomes = await drawing
        except EngineDead:
            raise
        except Exception as error:  # an engine's own fault costs this batch, not the process
            failed = DrawingFailed(repr(error))
            failed.__cause__ = error
            outcomes = [failed for _ in requests]
        finally:
            del self._tickets[batch]
        for request in requests:
            self._remember(request)
        yield Done([_explained(each) for each in outcomes], self._report())

    async def cancel(self, batch: int, index: int) -> None:
        """Stop a request before its next step; one that has ended is let be."""
        if tickets := self._tickets.get(batch):
            tickets[index].cancel()

    def _remember(self, request: StickerRequest) -> None:
        """Keep one request of each kind, without what people have sent, to say later whether it is at hand."""
        networks = networks_of(request)
        self._asked[networks] = replace(request, inputs=_ANY_PHOTO, prompt="", text="", drawn=b"")
        self._asked.move_to_end(networks)
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)

    def _report(self) -> EngineReport:
        runner = self._runner
        assert runner is not None  # noqa: S101 - it is loaded
        asked = self._asked.items()
        return EngineReport(
            runner.engine_name,
            runner.max_batch,
            runner.models,
            runner.parameters,
            runner.shapes,
            frozenset(networks for networks, request in asked if runner.is_at_hand(request)),
            frozenset(request.model for _, request in asked if runner.can_batch(request, replace(request, seed=2))),
            os.getpid(),
            socket.gethostname(),
        )


def _explained(outcome: StickerResult | EngineError) -> StickerResult | EngineError:
    """Write an error's causes into its notes, for only those reach the other process's log."""
    if isinstance(outcome, EngineError) and outcome.retryable:
        outcome.add_note("".join(traceback.format_exception(outcome)))
    return outcome
