"""The engine of diffusion models: many requests in, batches through a model, a result or an error for each.

Runs any `DiffusionModel`: read -> prepare -> draw -> finish. Knows what to do when a photo is wrong, memory is short or
the GPU is gone; knows no model.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from engine.diffusion.compile import GraphShape, batch_size, only_compiled, speed_up, warm_up
from engine.diffusion.device import AUTO, DevicePlacement, choose_device
from engine.diffusion.failures import OutOfMemory, attempt, device_errors, free_memory
from engine.diffusion.fp8 import check_fp8
from engine.diffusion.model import DiffusionModel, LoadedModel
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.progress import Progress, Stopwatch
from engine.errors import Cancelled, EngineDead, EngineError, UnsupportedModel
from engine.types import OnStep, Shape, Step, StickerRequest, StickerResult

logger = logging.getLogger(__name__)

MAX_BATCH = 4  # pictures; more are hardly faster per picture at 1024 px and everybody waits for the last one

T = TypeVar("T")
Outcome = StickerResult | EngineError
Graphs = frozenset[GraphShape] | None  # shapes whose graphs exist; None: the networks are not compiled


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A request that is ready to be drawn; `prepare_s` is how long that took."""

    model: str
    batch_key: Hashable
    prepared: Any
    prepare_s: float


class DiffusionEngine:
    """Draw with diffusion models. Used from one thread at a time."""

    name = "diffusion"
    shapes = frozenset({Shape.BUST, Shape.BADGE})

    def __init__(
        self,
        models: Sequence[DiffusionModel[Any, Any]],
        *,
        device: str = AUTO,
        max_batch: int = MAX_BATCH,
        preview_every: int = 0,
        is_compiled: bool = False,
        is_fp8: bool = False,
    ) -> None:
        """`device` is auto, cuda, mps or cpu. `preview_every`: steps between previews, 0 for none.

        `is_compiled` makes a CUDA device faster and the start slower by minutes; `is_fp8` needs one that multiplies
        8-bit floats.
        """
        self.models = frozenset(model.name for model in models)
        self.parameters = frozenset[str]().union(*(model.parameters for model in models))
        self.max_batch = max_batch
        self._models = {model.name: model for model in models}
        self._loaded: dict[str, LoadedModel[Any, Any]] = {}
        self._graphs: dict[str, Graphs] = {}
        self._device = device
        self._placement: DevicePlacement | None = None
        self._preview_every = preview_every
        self._is_compiled = is_compiled
        self._is_fp8 = is_fp8

    def load(self) -> None:
        """Load every model and draw once with it. Raises `EngineUnavailable`."""
        placement = choose_device(self._device)
        device, dtype = placement.device, str(placement.dtype).removeprefix("torch.")
        logger.info("device %s, %s: %s", device, dtype, placement.reason)
        if self._is_fp8:
            check_fp8(device)
        for name, model in self._models.items():
            started = time.perf_counter()
            loaded = model.load(placement)
            logger.info("%s: networks loaded in %.1f s", name, time.perf_counter() - started)
            graphs: Graphs = None
            if device.type == "cuda":
                # What is slow the first time, kernels and graphs, is done before the first person waits for it.
                logger.info("%s: warming up", name)
                started = time.perf_counter()
                plan = loaded.warm_up_plan(self.max_batch)
                with device_errors(device):
                    speed_up(loaded.networks, compiles=self._is_compiled, is_fp8=self._is_fp8)
                    warm_up(loaded.networks, plan)
                graphs = frozenset(plan) if self._is_compiled else None
                logger.info("%s: warmed up in %.1f s", name, time.perf_counter() - started)
            self._loaded[name] = loaded
            self._graphs[name] = graphs
        self._placement = placement

    def loaded(self, name: str) -> LoadedModel[Any, Any]:
        """Return the model called `name` as `load` has loaded it. Raises `EngineDead` before that."""
        if name not in self._loaded:
            raise EngineDead("the engine was used before it was loaded")
        return self._loaded[name]

    def close(self) -> None:
        """Give back the memory; the engine can be loaded again."""
        self._loaded.clear()
        self._graphs.clear()
        free_memory()

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return whether both would be drawn in one batch; a request that is wrong is drawn, and refused, alone."""
        if one.model != other.model:
            return False
        try:
            return bool(self._model(one).read(one).batch_key == self._model(other).read(other).batch_key)
        except EngineError:
            return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[Outcome]:
        """Make one sticker per request, in order; what failed is its error, in its place. Raises `EngineDead`.

        Of a batch, one that should stop is told no further step and not finished; the loop ends early once all
        of them should.
        """
        outcomes: dict[int, Outcome] = {}
        jobs: dict[int, _Job] = {}
        for index, request in enumerate(requests):
            prepare = partial(self._prepare, request, Progress(on_step, [index]))
            job = self._attempt(prepare)
            if isinstance(job, OutOfMemory):  # unused memory was given back
                job = self._attempt(prepare)
            if isinstance(job, _Job):
                jobs[index] = job
            else:
                outcomes[index] = job
        for batch in _batches(jobs, self._batch_size):
            outcomes |= zip(batch, self._draw([jobs[index] for index in batch], Progress(on_step, batch)), strict=True)
        return [outcomes[index] for index in range(len(requests))]

    def _model(self, request: StickerRequest) -> DiffusionModel[Any, Any]:
        if request.model not in self._models:
            raise UnsupportedModel(f"{request.model!r}: this engine runs {', '.join(self._models)}")
        return self._models[request.model]

    def _prepare(self, request: StickerRequest, progress: Progress) -> _Job:
        """Read one request and look at its photos, so that only good ones come into a batch."""
        read = self._model(request).read(request)
        progress.tell(0, Step("face", 0, read.total_steps))
        started = time.perf_counter()
        prepared = self.loaded(request.model).prepare(read)
        return _Job(request.model, read.batch_key, prepared, time.perf_counter() - started)

    def _batch_size(self, model: str, waiting: int) -> int:
        """As many as there are; where graphs exist, as many as there are graphs for."""
        if self._graphs[model] is None:
            return min(waiting, self.max_batch)
        return batch_size(waiting, self.max_batch)

    def _draw(self, jobs: list[_Job], progress: Progress) -> list[Outcome]:
        """Draw one batch; one that fails, for want of memory or by one member's fault, is drawn one by one."""
        graphs = self._graphs[jobs[0].model]
        drawn = self._attempt(lambda: self._draw_batch(jobs, progress, graphs))
        if not isinstance(drawn, EngineError):
            return drawn
        if isinstance(drawn, Cancelled):
            return [Cancelled(str(drawn)) for _ in jobs]
        is_short = isinstance(drawn, OutOfMemory)
        if len(jobs) == 1 and not is_short:
            return [drawn]
        logger.warning("a batch of %d failed (%s): one by one", len(jobs), drawn)
        parts = [([job], progress.of([place])) for place, job in enumerate(jobs)]
        return [self._draw_in_tiles(*part) if is_short else self._draw(*part)[0] for part in parts]

    def _draw_in_tiles(self, jobs: list[_Job], progress: Progress) -> Outcome:
        """With little memory the VAE works in tiles, whose seams are faintly visible."""
        model = jobs[0].model
        graphs: Graphs = None if self._graphs[model] is None else frozenset()  # tiles have no graphs
        with vae_in_tiles(self.loaded(model).networks):
            drawn = self._attempt(lambda: self._draw_batch(jobs, progress, graphs))
        return drawn if isinstance(drawn, EngineError) else drawn[0]

    def _draw_batch(self, jobs: list[_Job], progress: Progress, graphs: Graphs) -> list[Outcome]:
        model = self.loaded(jobs[0].model)
        batch = [job.prepared for job in jobs]
        watch = Stopwatch()
        with nullcontext() if graphs is None else only_compiled(model.graph_shape(batch), graphs):
            drawings = model.draw(batch, progress, self._preview_every)
        watch.lap("draw")
        outcomes: list[Outcome] = []
        for place, (job, drawing) in enumerate(zip(jobs, drawings, strict=True)):
            own = Stopwatch({"face": job.prepare_s, **watch.timings})
            try:
                outcomes.append(model.finish(job.prepared, drawing, place, progress, own))
            except Cancelled as cancelled:
                outcomes.append(cancelled)
        return outcomes

    def _attempt(self, work: Callable[[], T]) -> T | EngineError:
        if self._placement is None:
            raise EngineDead("the engine was used before it was loaded")
        return attempt(work, self._placement.device)


@contextmanager
def vae_in_tiles(networks: DiffusionNetworks) -> Iterator[None]:
    """Decode in overlapping tiles, which takes a fraction of the memory."""
    networks.vae.enable_tiling()
    try:
        yield
    finally:
        networks.vae.disable_tiling()


def _batches(jobs: dict[int, _Job], size: Callable[[str, int], int]) -> Iterator[list[int]]:
    """Yield indices of jobs that can be drawn together, as many as `size` says of those that wait, in order."""
    groups: dict[tuple[str, Hashable], list[int]] = {}
    for index, job in jobs.items():
        groups.setdefault((job.model, job.batch_key), []).append(index)
    for (model, _), group in groups.items():
        begin = 0
        while begin < len(group):
            end = begin + size(model, len(group) - begin)
            yield group[begin:end]
            begin = end
