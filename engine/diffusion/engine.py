"""The engine of diffusion models: many requests in, batches through a model, a result or an error for each.

Runs any `DiffusionModel`: read -> prepare -> draw -> check -> finish, the last on other threads beside the next batch.
Knows what to do when a photo is wrong, memory is short or the GPU is gone; knows no model.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from engine.diffusion.compile import GraphShape, batch_size, has_c_compiler, only_compiled, speed_up, warm_up
from engine.diffusion.cuda_graphs import CudaRecorder
from engine.diffusion.device import AUTO, DevicePlacement, choose_device
from engine.diffusion.die_cut import finished_again
from engine.diffusion.failures import OutOfMemory, attempt, device_errors, free_memory
from engine.diffusion.finishing import FinishingPool, settled
from engine.diffusion.fp8 import check_fp8
from engine.diffusion.model import DiffusionModel, LoadedModel, ReadRequest
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.progress import Progress, Stopwatch
from engine.errors import Cancelled, EngineDead, EngineError, EngineUnavailable, UnsupportedModel
from engine.parameters import check_text
from engine.types import OnStep, Shape, Step, StickerRequest, StickerResult

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)

# Pictures, if nobody says how many: more are hardly faster per picture at 1024 px and everybody waits for the last one.
MAX_BATCH = 4

T = TypeVar("T")
Outcome = StickerResult | EngineError
Drawn = EngineError | Future[StickerResult | EngineError]
Graphs = frozenset[GraphShape] | None  # shapes whose graphs exist; None: the networks are not compiled
Key = tuple[str, str]  # a model and one of its variants: one set of networks


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A set of networks on the device."""

    model: LoadedModel[Any, Any]
    graphs: Graphs


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A request that is ready to be drawn; `prepare_s` is how long that took."""

    key: Key
    batch_key: Hashable
    prepared: Any
    prepare_s: float


class DiffusionEngine:
    """Draw with diffusion models. Used from one thread at a time.

    A set of networks, a model's variant, is loaded when it is first asked for, and leaves, the least recently used one
    first, when another needs the memory.
    """

    name = "diffusion"
    shapes = frozenset({Shape.BUST, Shape.BADGE})

    def __init__(
        self,
        models: Sequence[DiffusionModel[Any, Any]],
        *,
        device: str = AUTO,
        max_batch: int | None = None,
        most_held: int | None = None,
        preview_every: int = 0,
        warms_up: bool = True,
        is_compiled: bool = False,
        is_fp8: bool = False,
        has_cuda_graphs: bool = False,
    ) -> None:
        """`device` is auto, cuda, mps or cpu. `max_batch` is lowered where a batch does not fit.

        `preview_every`: steps between previews, 0 for none.

        `most_held` sets of networks are on the device at a time. None is as many as fit on a CUDA device, and one
        elsewhere: a host that runs out of memory does not say so, it ends the process.

        Without `warms_up` the first sticker of each kind is slow instead of the start. `is_compiled` makes a CUDA
        device faster and the start slower by minutes; `is_fp8` needs one that multiplies 8-bit floats.
        `has_cuda_graphs` has small batches of the shapes that were warmed up replay what they launch.
        """
        self.models = frozenset(model.name for model in models)
        self.parameters = frozenset[str]().union(*(model.parameters for model in models))
        self.max_batch = max_batch or MAX_BATCH
        self._models = {model.name: model for model in models}
        self._held: OrderedDict[Key, _Held] = OrderedDict()  # the least recently used first
        self._most_held = most_held
        self._device = device
        self._placement: DevicePlacement | None = None
        self._pool: FinishingPool | None = None
        self._preview_every = preview_every
        self._warms_up = warms_up
        self._is_compiled = is_compiled
        self._is_fp8 = is_fp8
        self._has_cuda_graphs = has_cuda_graphs

    def load(self) -> None:
        """Load the first model, the others when they are asked for. Raises `EngineUnavailable`."""
        placement = choose_device(self._device)
        device, dtype = placement.device, str(placement.dtype).removeprefix("torch.")
        logger.info("device %s, %s: %s", device, dtype, placement.reason)
        if self._is_fp8:
            check_fp8(device)
        first = next(iter(self._models.values()))
        key = (first.name, first.default_variant)
        self._held[key] = self._load(key, placement)
        self._placement = placement

    def _load(self, key: Key, placement: DevicePlacement) -> _Held:
        """Load a set of networks and draw once with it. Raises `EngineUnavailable`."""
        name, variant = key
        title = f"{name} {variant}".strip()
        started = time.perf_counter()
        loaded = self._models[name].load(placement, variant)
        logger.info("%s: networks loaded in %.1f s", title, time.perf_counter() - started)
        if placement.device.type != "cuda":
            return _Held(loaded, None)
        # What is slow the first time, kernels and graphs, is done before the first person waits for it.
        logger.info("%s: warming up", title)
        started = time.perf_counter()
        compiles = self._is_compiled and has_c_compiler()
        if self._is_compiled and not compiles:
            logger.warning("no C compiler here (gcc or clang, or CC): COMPILE=true has no effect")
        recorder = CudaRecorder() if self._has_cuda_graphs else None
        with device_errors(placement.device):
            speed_up(loaded.networks, compiles=compiles, is_fp8=self._is_fp8, recorder=recorder)
        done = self._warm_up(title, loaded, compiles, placement.device)
        logger.info("%s: warmed up in %.1f s", title, time.perf_counter() - started)
        return _Held(loaded, frozenset(done) if compiles else None)

    def _warm_up(
        self, title: str, loaded: LoadedModel[Any, Any], compiles: bool, device: torch.device
    ) -> list[GraphShape]:
        """Draw one blank batch of each shape; return those that could be drawn. Lowers `max_batch` to what fits."""
        done: list[GraphShape] = []
        while plan := [each for each in self._plan(loaded) if each not in done]:
            shape = plan[0]
            failed = attempt(partial(warm_up, loaded.networks, [shape]), device)
            if failed is None:
                done.append(shape)
            elif isinstance(failed, OutOfMemory):
                if self.max_batch == 1:
                    logger.warning("%s: not even one picture of %d x %d px fits", title, shape.width, shape.height)
                    break
                self.max_batch = batch_size(self.max_batch - 1, self.max_batch)
                logger.warning("%s: out of memory: batches of %d from now on", title, self.max_batch)
            elif compiles:  # a compiler that is broken, or has never seen this card
                logger.warning("%s: cannot be compiled, draws without: %r", title, failed.__cause__)
                break
            else:
                raise EngineUnavailable(f"{title}: its networks do not fit together: {failed.__cause__!r}")
        return done

    def _plan(self, loaded: LoadedModel[Any, Any]) -> list[GraphShape]:
        return loaded.warm_up_plan(self.max_batch) if self._warms_up else []

    def loaded(self, name: str, variant: str | None = None) -> LoadedModel[Any, Any]:
        """Return a set of networks that is on the device: the default one of `name`, or `variant`.

        Raises `EngineDead` where it is not there.
        """
        model = self._models.get(name)
        held = self._held.get((name, model.default_variant if model and variant is None else variant or ""))
        if held is None:
            raise EngineDead("the engine was used before it was loaded")
        return held.model

    def close(self) -> None:
        """Wait for what is being finished and give back the memory; the engine can be loaded again."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        self._held.clear()
        self._placement = None
        free_memory()

    def is_at_hand(self, request: StickerRequest) -> bool:
        """Return whether the networks for `request` are on the device; of a request that is wrong none are needed."""
        try:
            return bool(request.drawn) or (request.model, self._read(request).variant) in self._held
        except EngineError:
            return True

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return whether both would be drawn in one batch; a request that is wrong is drawn, and refused, alone."""
        if one.model != other.model:
            return False
        try:
            first, second = self._read(one), self._read(other)
        except EngineError:
            return False
        return first.variant == second.variant and first.batch_key == second.batch_key

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[Outcome]:
        """Make one sticker per request, in order; what failed is its error, in its place. Raises `EngineDead`."""
        return [settled(each) for each in self.draw(requests, on_step)]

    def draw(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[Drawn]:
        """Draw one picture per request, in order; return its error, or the future of its sticker, in its place.

        The stickers are made on threads of their own, so that the next call need not wait for them; `on_step` is
        called there too. Of a batch, one that should stop is told no further step and not finished; the loop ends
        early once all of them should. Raises `EngineDead`, and so do the futures.
        """
        outcomes: dict[int, Drawn] = {}
        groups: dict[Key, dict[int, ReadRequest]] = {}  # a set of networks is loaded once for all that want it
        for index, request in enumerate(requests):
            if request.drawn:
                outcomes[index] = self._finishing.submit(partial(self._attempt, partial(finished_again, request)))
                continue
            read = self._attempt(partial(self._read, request))
            if isinstance(read, EngineError):
                outcomes[index] = read
            else:
                groups.setdefault((request.model, read.variant), {})[index] = read
        for key, group in groups.items():
            outcomes |= self._draw_group(key, group, on_step)
        return [outcomes[index] for index in range(len(requests))]

    def _read(self, request: StickerRequest) -> ReadRequest:
        check_text("prompt", request.prompt)
        read: ReadRequest = self._model(request).read(request)
        return read

    def _draw_group(self, key: Key, group: Mapping[int, ReadRequest], on_step: OnStep) -> dict[int, Drawn]:
        """Draw requests for one set of networks, which is loaded if it is not on the device."""
        is_wanted = True
        if key not in self._held:
            told = [Step("load", 0, read.total_steps) for read in group.values()]
            is_wanted = self._placement is None or Progress(on_step, list(group)).tell_all(told)
        failed = self._attempt(partial(self._hold, key)) if is_wanted else Cancelled("before the networks were loaded")
        if failed is not None:
            return dict.fromkeys(group, failed)
        outcomes: dict[int, Drawn] = {}
        jobs: dict[int, _Job] = {}
        for index, read in group.items():
            prepare = partial(self._prepare, key, read, Progress(on_step, [index]))
            job = self._attempt(prepare)
            if isinstance(job, OutOfMemory):  # unused memory was given back
                self._drop_others(key)
                job = self._attempt(prepare)
            if isinstance(job, _Job):
                jobs[index] = job
            else:
                outcomes[index] = job
        for batch in _batches(jobs, self._batch_size):
            outcomes |= zip(batch, self._draw([jobs[index] for index in batch], Progress(on_step, batch)), strict=True)
        return outcomes

    def _hold(self, key: Key) -> None:
        """See to it that a set of networks is on the device; the least recently used ones make room for it."""
        assert self._placement is not None  # noqa: S101  `_attempt` has looked
        if key in self._held:
            self._held.move_to_end(key)
            return
        most = self._most_held or (None if self._placement.device.type == "cuda" else 1)
        while most and len(self._held) >= most:
            self._drop_oldest()
        while True:
            held = self._attempt(partial(self._load, key, self._placement))
            if isinstance(held, _Held):
                self._held[key] = held
                return
            if not isinstance(held, OutOfMemory) or not self._held:
                raise held
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        (name, variant), _ = self._held.popitem(last=False)
        logger.info("%s leaves the device", f"{name} {variant}".strip())
        free_memory()

    def _drop_others(self, key: Key) -> bool:
        """Make room for what `key` draws: other networks leave, kept texts too; return whether it may be enough."""
        self._held[key].model.clear_caches()
        others = [each for each in self._held if each != key]
        for _ in others:
            self._held.move_to_end(key)
            self._drop_oldest()
        free_memory()
        return bool(others)

    def _model(self, request: StickerRequest) -> DiffusionModel[Any, Any]:
        if request.model not in self._models:
            raise UnsupportedModel(f"{request.model!r}: this engine runs {', '.join(self._models)}")
        return self._models[request.model]

    def _prepare(self, key: Key, read: ReadRequest, progress: Progress) -> _Job:
        """Look at a request's photos, so that only good ones come into a batch."""
        progress.tell(0, Step("face", 0, read.total_steps))
        started = time.perf_counter()
        model = self._held[key].model
        prepared = model.prepare(read)
        text_tokens = model.graph_shape([prepared]).text  # a short text would be padded to its longest neighbour
        return _Job(key, (read.batch_key, text_tokens), prepared, time.perf_counter() - started)

    def _batch_size(self, key: Key, waiting: int) -> int:
        """As many as there are; where graphs exist, as many as there are graphs for."""
        if self._held[key].graphs is None:
            return min(waiting, self.max_batch)
        return batch_size(waiting, self.max_batch)

    def _draw(self, jobs: list[_Job], progress: Progress) -> list[Drawn]:
        """Draw one batch; one that fails, for want of memory or by one member's fault, is drawn one by one."""
        key = jobs[0].key
        draw = partial(self._draw_batch, jobs, progress, self._held[key].graphs)
        drawn = self._attempt(draw)
        if isinstance(drawn, OutOfMemory) and self._drop_others(key):
            drawn = self._attempt(draw)
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

    def _draw_in_tiles(self, jobs: list[_Job], progress: Progress) -> Drawn:
        """With little memory the VAE works in tiles, whose seams are faintly visible."""
        held = self._held[jobs[0].key]
        graphs: Graphs = None if held.graphs is None else frozenset()  # tiles have no graphs
        with vae_in_tiles(held.model.networks):
            drawn = self._attempt(lambda: self._draw_batch(jobs, progress, graphs))
        return drawn if isinstance(drawn, EngineError) else drawn[0]

    def _draw_batch(self, jobs: list[_Job], progress: Progress, graphs: Graphs) -> list[Drawn]:
        model = self._held[jobs[0].key].model
        batch = [job.prepared for job in jobs]
        watch = Stopwatch()
        with nullcontext() if graphs is None else only_compiled(model.graph_shape(batch), graphs):
            drawings = model.draw(batch, progress, self._preview_every)
        watch.lap("draw")
        finishing: list[Callable[[], Outcome] | Cancelled] = []
        for place, (job, drawing) in enumerate(zip(jobs, drawings, strict=True)):
            own = Stopwatch({"face": job.prepare_s, **watch.timings})
            try:
                checked = model.check(job.prepared, drawing, place, progress, own)
            except Cancelled as cancelled:
                finishing.append(cancelled)
                continue
            own.lap("check")
            finish = partial(model.finish, job.prepared, checked, place, progress, own)
            finishing.append(partial(self._finish, finish, own))
        # Not before all are checked: where one fails, the whole batch is drawn again.
        return [each if isinstance(each, Cancelled) else self._finishing.submit(each) for each in finishing]

    def _finish(self, finish: Callable[[], StickerResult], watch: Stopwatch) -> Outcome:
        """Run on a thread of the pool."""
        watch.lap("wait")
        return self._attempt(finish)

    @property
    def _finishing(self) -> FinishingPool:
        """The threads that make stickers of pictures; of two batches at most, so that no more pictures wait."""
        if self._pool is None:
            self._pool = FinishingPool(2 * self.max_batch)
        return self._pool

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


def _batches(jobs: dict[int, _Job], size: Callable[[Key, int], int]) -> Iterator[list[int]]:
    """Yield indices of jobs that can be drawn together, as many as `size` says of those that wait, in order."""
    groups: dict[tuple[Key, Hashable], list[int]] = {}
    for index, job in jobs.items():
        groups.setdefault((job.key, job.batch_key), []).append(index)
    for (key, _), group in groups.items():
        begin = 0
        while begin < len(group):
            end = begin + size(key, len(group) - begin)
            yield group[begin:end]
            begin = end
