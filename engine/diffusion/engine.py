"""The engine of networks: many requests in, batches through face-to-sticker, a result or an error for each.

Knows what to do when a photo is wrong, memory is short or the GPU is gone; `face_to_sticker` does the drawing.
"""

from __future__ import annotations

import gc
import logging
import time
import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch

from engine.diffusion.compile import Shape, batch_size, speed_up, warm_up, warm_up_plan
from engine.diffusion.device import AUTO, Placement, choose_device
from engine.diffusion.face_to_sticker import Memory, Way, generate, look_at, total_steps
from engine.diffusion.fast import FewSteps, check_fp8, fuse_few_step_lora
from engine.diffusion.models import Models, load_models
from engine.diffusion.networks import FaceToStickerPaths
from engine.diffusion.order import NO_DEFAULTS, Order, read_order
from engine.diffusion.progress import Progress
from engine.diffusion.schedule import sde_karras
from engine.errors import Cancelled, DrawingFailed, EngineDead, EngineError
from engine.models import FACE_TO_STICKER
from engine.parameters import PARAMETERS, Value, read_parameters
from engine.types import OnStep, Step, StickerRequest, StickerResult

logger = logging.getLogger(__name__)

MAX_BATCH = 4  # pictures; more are hardly faster per picture at 1024 px and everybody waits for the last one

# Apple's GPUs; the host, on Linux and on Windows
SHORT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")

T = TypeVar("T")
Outcome = StickerResult | EngineError


class DiffusionEngine:
    """Draws stickers with Stable Diffusion XL. Used from one thread at a time."""

    name = "diffusion"
    models = frozenset({FACE_TO_STICKER.name})

    def __init__(
        self,
        paths: FaceToStickerPaths,
        *,
        device: str = AUTO,
        has_safety: bool = True,
        max_batch: int = MAX_BATCH,
        preview_every: int = 0,
        defaults: Mapping[str, Value] = NO_DEFAULTS,
        is_compiled: bool = False,
        is_fp8: bool = False,
        few_steps: FewSteps | None = None,
        few_steps_lora: Path | None = None,
    ) -> None:
        """`device` is auto, cuda, mps or cpu. `preview_every`: steps between previews, 0 for none. `defaults` are the
        parameters that a request leaves open, where they are others than `parameters.PARAMETERS` says.

        Without `has_safety` nothing is checked, whatever a request says. `is_compiled` makes a CUDA device faster
        and the start slower by minutes. `few_steps` draws every sticker its way, with the LoRA at `few_steps_lora`.
        """
        self.max_batch = max_batch
        self._paths = paths
        self._device = device
        self._has_safety = has_safety
        self._preview_every = preview_every
        self._defaults = defaults
        self._is_compiled = is_compiled
        self._is_fp8 = is_fp8
        self._few_steps = few_steps
        self._few_steps_lora = few_steps_lora
        self.parameters = frozenset(PARAMETERS) - (few_steps.ignored if few_steps else frozenset())
        self._loaded: Models | None = None
        self._compiled: frozenset[Shape] | None = None  # None: nothing is
        self._memory = Memory()

    def load(self) -> None:
        """Load every network and draw once with them. Raises `EngineUnavailable`."""
        started = time.perf_counter()
        place = choose_device(self._device)
        logger.info("device %s, %s: %s", place.device, str(place.dtype).removeprefix("torch."), place.reason)
        if self._is_fp8:
            check_fp8(place.device)
        self._loaded = load_models(self._paths, place, has_safety=self._has_safety)
        if self._few_steps and self._few_steps_lora:
            fuse_few_step_lora(self._loaded.networks.unet, self._few_steps_lora)
            ignored = ", ".join(sorted(self._few_steps.ignored))
            logger.info("few steps: %s; no effect have %s", self._few_steps.name, ignored)
        loaded = time.perf_counter()
        logger.info("networks loaded in %.1f s", loaded - started)
        if place.device.type == "cuda":
            self._warm_up(place)
            logger.info("warmed up in %.1f s", time.perf_counter() - loaded)

    def _warm_up(self, place: Placement) -> None:
        """What is slow the first time, kernels and graphs, is done before the first person waits for it."""
        logger.info("warming up")
        networks, asked = self.loaded.networks, read_parameters(self._defaults)
        is_guided = self._few_steps is None or self._few_steps.has_negative
        with self._deadly(place.device):
            speed_up(networks, compiles=self._is_compiled, is_fp8=self._is_fp8)
            drawn = warm_up(networks, warm_up_plan([asked.canvas], self.max_batch, is_guided))
        self._compiled = frozenset(drawn) if self._is_compiled else None

    @property
    def loaded(self) -> Models:
        """What `load` has loaded. Raises `EngineDead` before that."""
        if self._loaded is None:
            raise EngineDead("the engine was used before it was loaded")
        return self._loaded

    def close(self) -> None:
        """Give back the memory; the engine can be loaded again."""
        self._loaded = None
        self._memory.clear()
        _free()

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Whether both would be drawn in one batch; a request that is wrong is drawn, and refused, alone."""
        try:
            return self._read(one).batch_key == self._read(other).batch_key
        except EngineError:
            return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[Outcome]:
        """Make one sticker per request, in order; what failed is its error, in its place. Raises `EngineDead`.

        Of a batch, one that should stop is told no further step and not finished; the loop ends early once all
        of them should.
        """
        outcomes: dict[int, Outcome] = {}
        orders: dict[int, Order] = {}
        for index, request in enumerate(requests):
            prepared = self._guarded(partial(self._prepare, index, request, on_step))
            if isinstance(prepared, Order):
                orders[index] = prepared
            else:
                outcomes[index] = prepared
        for batch in _batches(orders, self._batch_size):
            members = [orders[index] for index in batch]
            outcomes |= zip(batch, self._draw(members, Progress(on_step, batch)), strict=True)
        return [outcomes[index] for index in range(len(requests))]

    def _batch_size(self, waiting: int) -> int:
        """As many as there are; where graphs exist, as many as there are graphs for."""
        return min(waiting, self.max_batch) if self._compiled is None else batch_size(waiting, self.max_batch)

    def _prepare(self, index: int, request: StickerRequest, on_step: OnStep) -> Order:
        """Read one request and look at its photos, so that only good ones come into a batch."""
        order = self._read(request)
        Progress(on_step, [index]).tell(0, Step("face", 0, total_steps(order)))
        look_at(self.loaded, self._memory, order)
        return order

    def _read(self, request: StickerRequest) -> Order:
        """What a request asks for, as far as the way of drawing leaves it the choice."""
        order = read_order(request, self._defaults)
        if self._few_steps is None:
            return order
        return order.drawn_in(self._few_steps.steps, self._few_steps.guidance)

    def _draw(self, orders: list[Order], progress: Progress) -> list[Outcome]:
        """Draw one batch; one that fails, for want of memory or by one member's fault, is drawn one by one."""
        drawn = self._guarded(lambda: self._generate(orders, progress, self._compiled))
        if not isinstance(drawn, EngineError):
            return list(drawn)
        if isinstance(drawn, Cancelled):
            return [Cancelled(str(drawn)) for _ in orders]
        is_short = isinstance(drawn, OutOfMemory)
        if len(orders) == 1 and not is_short:
            return [drawn]
        logger.warning("a batch of %d failed (%s): one by one", len(orders), drawn)
        parts = [([order], progress.of([place])) for place, order in enumerate(orders)]
        return [self._draw_in_tiles(*part) if is_short else self._draw(*part)[0] for part in parts]

    def _draw_in_tiles(self, orders: list[Order], progress: Progress) -> Outcome:
        """With little memory the VAE works in tiles, whose seams are faintly visible."""
        compiled: frozenset[Shape] | None = None if self._compiled is None else frozenset()  # tiles have no graphs
        with vae_in_tiles(self.loaded):
            drawn = self._guarded(lambda: self._generate(orders, progress, compiled))
        return drawn if isinstance(drawn, EngineError) else drawn[0]

    def _generate(
        self, orders: list[Order], progress: Progress, compiled: frozenset[Shape] | None
    ) -> list[StickerResult | Cancelled]:
        way = Way(
            scheduler=self._few_steps.scheduler if self._few_steps else sde_karras,
            preview_every=self._preview_every,
            compiled=compiled,
        )
        return generate(self.loaded, self._memory, orders, progress, way)

    def _guarded(self, work: Callable[[], T]) -> T | EngineError:
        """Return what `work` returns, or its error as one of ours. Raises `EngineDead`."""
        try:
            with self._deadly(self.loaded.networks.device):
                return work()
        except EngineDead:
            raise
        except EngineError as error:
            failed = error
        except Exception as error:  # the outermost handler: one request must not end the engine
            failed = OutOfMemory("out of memory") if is_memory_short(error) else DrawingFailed(type(error).__name__)
            failed.__cause__ = error
            traceback.clear_frames(error.__traceback__)  # their tensors would stay in memory
        if isinstance(failed, OutOfMemory):
            _free()
        return failed

    @contextmanager
    def _deadly(self, device: torch.device) -> Iterator[None]:
        """Turn an error after which the device answers no more into `EngineDead`."""
        try:
            yield
        except RuntimeError as error:
            if is_device_gone(error, device):
                raise EngineDead(f"{device}: {str(error).splitlines()[0]}") from error
            raise


class OutOfMemory(DrawingFailed):
    """One job did not fit, not even alone; another may."""


def is_memory_short(error: BaseException) -> bool:
    """CUDA has a class for it, Apple's GPUs and the host have only words."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in SHORT_OF_MEMORY)


def is_device_gone(error: RuntimeError, device: torch.device) -> bool:
    """Whether no further call can succeed: a CUDA context that once failed fails for ever."""
    if is_memory_short(error):
        return False
    if isinstance(error, torch.AcceleratorError):
        return True
    if device.type != "cuda":
        return False
    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        return True
    return False


@contextmanager
def vae_in_tiles(models: Models) -> Iterator[None]:
    """Decode in overlapping tiles, which takes a fraction of the memory."""
    models.networks.vae.enable_tiling()
    try:
        yield
    finally:
        models.networks.vae.disable_tiling()


def _free() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _batches(orders: dict[int, Order], size: Callable[[int], int]) -> Iterator[list[int]]:
    """Yield indices of orders that can be drawn together, as many as `size` says of those that wait, in order."""
    groups: dict[Hashable, list[int]] = {}
    for index, order in orders.items():
        groups.setdefault(order.batch_key, []).append(index)
    for group in groups.values():
        begin = 0
        while begin < len(group):
            end = begin + size(len(group) - begin)
            yield group[begin:end]
            begin = end
