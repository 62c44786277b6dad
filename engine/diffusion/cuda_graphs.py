"""Record a network's call as a CUDA graph, once for each shape, and replay it. Knows no network.

A small batch keeps a fast card waiting: its two thousand kernels are over before Python has launched the next ones. A
graph launches them all at once. It reads and writes the memory it was recorded with, so inputs are copied there and
outputs copied out. Only a warm-up records (`recording`); a call of a shape that was not recorded runs as it always did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch.utils import _pytree as pytree

logger = logging.getLogger(__name__)

MOST_ROWS = 4  # of a recorded call: larger batches keep the card busy by themselves, and graphs hold memory
_RUNS_BEFORE = 2  # libraries choose their kernels in the first, and compilers compile

_is_recording: ContextVar[bool] = ContextVar("is_recording", default=False)


@contextmanager
def recording() -> Iterator[None]:
    """Record the calls inside that have not been recorded yet."""
    token = _is_recording.set(True)
    try:
        yield
    finally:
        _is_recording.reset(token)


class Recorder(Protocol):
    """What makes a graph of the work of a device."""

    def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
        """Run `work` and return (what it made, a function that makes it anew in the same memory)."""
        ...


class CudaRecorder:
    """Record on the current CUDA device. All graphs share one pool of memory, for they never run side by side."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
        """See `Recorder`. Raises what CUDA raises where something cannot be recorded."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_RUNS_BEFORE):
                work()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # Thread-local: stickers of another batch may be finished on other threads meanwhile.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            made = work()
        return made, graph.replay


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    inputs: list[torch.Tensor]
    made: Any
    replay: Callable[[], None]


class RecordedCall:
    """A network's `forward` that replays graphs for the shapes that were recorded."""

    def __init__(
        self, forward: Callable[..., Any], recorder: Recorder, state: Callable[[], Hashable] = lambda: None
    ) -> None:
        """`state` names what else a graph depends on, such as where a buffer lies that is set between the calls."""
        self._forward = forward
        self._recorder = recorder
        self._state = state
        self._graphs: dict[Hashable, _Graph] = {}
        self._is_broken = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what `forward` returns, in memory of the caller's own."""
        leaves, form = pytree.tree_flatten((args, kwargs))
        tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
        key = self._key(leaves, form)
        graph = self._graphs.get(key)
        if graph is None and _is_recording.get() and not self._is_broken and _rows(tensors) <= MOST_ROWS:
            graph = self._record(key, leaves, form, tensors)
        if graph is None:
            return self._forward(*args, **kwargs)
        for own, given in zip(graph.inputs, tensors, strict=True):
            own.copy_(given)
        graph.replay()
        return pytree.tree_map_only(torch.Tensor, torch.clone, graph.made)

    def _key(self, leaves: list[Any], form: Hashable) -> Hashable:
        described = tuple((leaf.shape, leaf.dtype) if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves)
        return described, str(form), self._state()

    def _record(self, key: Hashable, leaves: list[Any], form: Any, tensors: list[torch.Tensor]) -> _Graph | None:
        inputs = [tensor.clone() for tensor in tensors]
        own = iter(inputs)
        args, kwargs = pytree.tree_unflatten([next(own) if torch.is_tensor(leaf) else leaf for leaf in leaves], form)
        try:
            made, replay = self._recorder.record(lambda: self._forward(*args, **kwargs))
        except torch.OutOfMemoryError:
            raise  # the warm-up knows what to do
        except Exception as error:
            self._is_broken = True
            logger.warning("CUDA graphs cannot be recorded, it goes on without them: %r", error)
            return None
        self._graphs[key] = _Graph(inputs, made, replay)
        return self._graphs[key]


def record_calls(network: Any, recorder: Recorder, state: Callable[[], Hashable] = lambda: None) -> None:
    """Let `network` replay graphs, in place."""
    network.forward = RecordedCall(network.forward, recorder, state)


def _rows(tensors: list[torch.Tensor]) -> int:
    return max((len(tensor) for tensor in tensors if tensor.dim()), default=0)
