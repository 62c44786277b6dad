"""What a model is to the diffusion engine: read -> prepare -> draw -> check -> finish. Knows no model, no torch."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from engine.diffusion.compile import GraphShape
    from engine.diffusion.device import DevicePlacement
    from engine.diffusion.networks import DiffusionNetworks
    from engine.diffusion.progress import Progress, Stopwatch
    from engine.types import StickerRequest, StickerResult

SIZE_STEP_PX = 8  # a latent is this many px wide
WATERMARKED_PX = 1024  # at exactly this size many checkpoints draw the watermarks of the pictures they learnt from


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Say what an operator chose: where the weights are, and how pictures are drawn.

    `canvas_px`: what is asked for at exactly 1024 x 1024 px is drawn so large and enlarged; 0 draws it as it is.
    `few_steps` names a few-step mode, empty for none; a model without such modes draws as ever. `is_compiled`: networks
    outside the loop are compiled too where there is a CUDA device and a C compiler; the loop's are the engine's.
    """

    weights: Path
    overrides: Mapping[str, str] = field(default_factory=dict)
    has_safety: bool = True
    few_steps: str = ""
    canvas_px: int = 0
    is_compiled: bool = False


class ReadRequest(Protocol):
    """A request as its model has read it: style and parameters are known to be good."""

    @property
    def batch_key(self) -> Hashable:
        """Requests of equal keys can be drawn in one batch: same tensors, same schedule."""

    @property
    def variant(self) -> str:
        """Which of the model's sets of networks draws it."""

    @property
    def total_steps(self) -> int:
        """All steps that the request is told of."""


def canvas(width: int, height: int, canvas_px: int = 0) -> tuple[int, int]:
    """Return (width, height) in px that networks draw: the next multiples of 8, of which the middle is kept.

    `canvas_px` is that of `ModelOptions`.
    """
    if canvas_px and width == height == WATERMARKED_PX:
        return canvas_px, canvas_px
    return -(-width // SIZE_STEP_PX) * SIZE_STEP_PX, -(-height // SIZE_STEP_PX) * SIZE_STEP_PX


Read = TypeVar("Read", bound=ReadRequest)
Read_contra = TypeVar("Read_contra", bound=ReadRequest, contravariant=True)
Prepared = TypeVar("Prepared")


class DiffusionModel(Protocol[Read, Prepared]):
    """A model whose weights are on the disk. `parameters` are the names of those that have an effect.

    `default_variant` is the set of networks that most requests want; a model with one set calls it "".
    """

    name: str
    parameters: frozenset[str]
    default_variant: str

    def read(self, request: StickerRequest) -> Read:
        """Check `request` and fill in what it leaves open; answers at once, loaded or not.

        Raises `UnknownStyle`, `ParameterRefused`, `PhotoUnusable` where there is no photo, `UnsupportedModel` where the
        weights of what it asks for are not there.
        """

    def load(self, placement: DevicePlacement, variant: str = "") -> LoadedModel[Read, Prepared]:
        """Load every network of `variant`; takes seconds to minutes. Raises `EngineUnavailable`."""


class LoadedModel(Protocol[Read_contra, Prepared]):
    """A model that can draw. It keeps what it makes of photos and texts, bounded; nothing else stays between jobs."""

    @property
    def networks(self) -> DiffusionNetworks:
        """Those of the loop, which the engine compiles and tiles."""

    def clear_caches(self) -> None:
        """Forget what is kept between jobs, where its memory is needed."""

    def warm_up_plan(self, max_batch: int) -> list[GraphShape]:
        """Return the shapes to compile ahead, most wanted first."""

    def prepare(self, request: Read_contra) -> Prepared:
        """Look at the photos, encode the words: all that drawing needs. Raises `NoFace`, `PhotoUnusable`."""

    def graph_shape(self, batch: Sequence[Prepared]) -> GraphShape:
        """Return the shape of the graphs that `draw` would run for `batch`."""

    def draw(self, batch: Sequence[Prepared], progress: Progress, preview_every: int = 0) -> Sequence[Any]:
        """Denoise and decode N prepared requests of equal `batch_key` at once; each comes out as it would alone.

        Returns for each what `finish` takes: its picture, or its pictures. Every `preview_every` steps a preview goes
        with the progress; 0 makes none. Raises `Cancelled` once nobody wants the pictures any more.
        """

    def check(self, prepared: Prepared, drawing: Any, place: int, progress: Progress, watch: Stopwatch) -> Any:
        """Do to what `draw` returned for one request all that needs the device still; return what `finish` takes.

        `place` is the request's in `progress`; `watch` has run since the drawing. Raises `Cancelled`.
        """

    def finish(
        self, prepared: Prepared, checked: Any, place: int, progress: Progress, watch: Stopwatch
    ) -> StickerResult:
        """Make the files of what `check` returned. Runs on any thread, beside the next batch. Raises `Cancelled`."""
