"""face-to-sticker in its four steps: read -> prepare -> draw -> finish. Start reading here.

Knows no batch that failed and no device: `engine.diffusion.engine` does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.diffusion.compile import GraphShape, has_c_compiler, warm_up_plan
from engine.diffusion.denoise import StepDone, decode, denoise
from engine.diffusion.die_cut import cut_out, sticker, with_alpha
from engine.diffusion.faces import face_notes, faces_to_choose
from engine.diffusion.inputs import DepthContext, PictureInputs
from engine.diffusion.model import ModelOptions, canvas
from engine.diffusion.models.face_to_sticker.few_steps import (
    FEW_STEPS,
    FewSteps,
    few_steps_lora,
    fuse_few_step_lora,
)
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerParts, FaceToStickerPaths, load_parts
from engine.diffusion.models.face_to_sticker.prepare import Caches, PhotoFeatures, condition, read_photos
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER, FaceToStickerParameters
from engine.diffusion.models.face_to_sticker.request import NO_DEFAULTS, FaceToStickerRequest, read_request
from engine.diffusion.output import in_size, to_pixels
from engine.diffusion.previews import Previews
from engine.diffusion.progress import Progress, Stopwatch
from engine.diffusion.safety import CheckedPicture, censor, check
from engine.diffusion.schedule import sde_karras
from engine.errors import DrawingFailed, UnsupportedModel
from engine.finish import encode_png, encode_webp
from engine.model import ResultFile
from engine.parameters import Value
from engine.pixels import Rgb
from engine.types import Note, Step, StickerRequest, StickerResult
from engine.weights import find_weights

if TYPE_CHECKING:
    from pathlib import Path

    from engine.diffusion.device import DevicePlacement
    from engine.diffusion.networks import DiffusionNetworks


logger = logging.getLogger(__name__)

# (width, height) in px that hosted services name; others are drawn too, without graphs.
PRESETS = ((512, 512), (768, 1024), (576, 1024), (1024, 768), (1024, 576))


class FaceToSticker:
    """face-to-sticker before it is loaded."""

    name = FACE_TO_STICKER.name
    default_variant = ""

    def __init__(
        self,
        paths: FaceToStickerPaths,
        *,
        has_safety: bool = True,
        defaults: Mapping[str, Value] = NO_DEFAULTS,
        few_steps: FewSteps | None = None,
        few_steps_lora: Path | None = None,
        canvas_px: int = 0,
        is_compiled: bool = False,
    ) -> None:
        """`defaults` are the parameters that a request leaves open, where they are others than the record says.

        Without `has_safety` nothing is checked, whatever a request says. `few_steps` draws every sticker its way, with
        the LoRA at `few_steps_lora`. `canvas_px` and `is_compiled` are those of `ModelOptions`.
        """
        self._paths = paths
        self._has_safety = has_safety
        self._defaults = defaults
        self._few_steps = few_steps
        self._few_steps_lora = few_steps_lora
        self._canvas_px = canvas_px
        self._is_compiled = is_compiled
        self.parameters = frozenset(FACE_TO_STICKER.parameters) - (few_steps.ignored if few_steps else frozenset())

    @classmethod
    def open(cls, options: ModelOptions) -> FaceToSticker:
        """Find the weights. Raises `EngineUnavailable` with what is missing, half there or damaged and the remedy."""
        places = (options.weights, options.overrides)
        known = {field.name for field in fields(FaceToStickerPaths)}
        found = find_weights(FACE_TO_STICKER.name, *places)
        mode = FEW_STEPS[options.few_steps] if options.few_steps else None
        return cls(
            FaceToStickerPaths(**{role: path for role, path in found.items() if role in known}),
            has_safety=options.has_safety,
            few_steps=mode,
            few_steps_lora=few_steps_lora(mode, *places) if mode else None,
            canvas_px=options.canvas_px,
            is_compiled=options.is_compiled,
        )

    def read(self, request: StickerRequest) -> FaceToStickerRequest:
        """Check `request` and fill in what it leaves open, as far as few steps leave it the choice.

        Raises `UnsupportedModel` where it is to be upscaled and the weights for that are not here.
        """
        read = read_request(request, self._defaults, self._canvas_px)
        if read.parameters.upscale and (lacking := self._paths.lacks_to_upscale):
            raise UnsupportedModel(f"upscale: weights missing: {', '.join(lacking)}")
        return read.with_schedule(self._few_steps.steps, self._few_steps.guidance) if self._few_steps else read

    def load(self, placement: DevicePlacement, variant: str = "") -> LoadedFaceToSticker:
        """Load every network; takes seconds to minutes. Raises `EngineUnavailable`."""
        parts = load_parts(self._paths, placement, has_safety=self._has_safety)
        if self._few_steps and self._few_steps_lora:
            fuse_few_step_lora(parts.networks.unet, self._few_steps_lora)
            ignored = ", ".join(sorted(self._few_steps.ignored))
            logger.info("few steps: %s; no effect have %s", self._few_steps.name, ignored)
        defaults = FaceToStickerParameters.read(self._defaults)
        size = canvas(defaults.width, defaults.height, self._canvas_px)
        if parts.upscaler is not None and self._is_compiled and placement.device.type == "cuda" and has_c_compiler():
            parts.upscaler.speed_up()
        return LoadedFaceToSticker(parts, usual_size=size, few_steps=self._few_steps)


@dataclass(frozen=True, slots=True, eq=False)
class FaceToStickerInputs:
    """A request that is ready to be drawn: `inputs` for the loop, and what its photos show."""

    request: FaceToStickerRequest
    inputs: PictureInputs
    features: PhotoFeatures


@dataclass(frozen=True, slots=True, eq=False)
class LoadedFaceToSticker:
    """face-to-sticker, ready to draw. Of a job only what `caches` keep stays."""

    parts: FaceToStickerParts
    caches: Caches = field(default_factory=Caches)
    usual_size: tuple[int, int] = (1024, 1024)  # (width, height) in px that most requests are drawn in
    few_steps: FewSteps | None = None

    @property
    def networks(self) -> DiffusionNetworks:
        """Those of the loop."""
        return self.parts.networks

    def clear_caches(self) -> None:
        """Forget what is kept between jobs."""
        self.caches.clear()

    def warm_up_plan(self, max_batch: int) -> list[GraphShape]:
        """Return the shapes of pictures of the default size, alone and in batches."""
        is_guided = self.few_steps is None or self.few_steps.is_guided
        return warm_up_plan([self.usual_size, *PRESETS], max_batch, is_guided)

    def prepare(self, request: FaceToStickerRequest) -> FaceToStickerInputs:
        """Find the face, make hints and conditionings. Raises `NoFace`, `PhotoUnusable`."""
        features = read_photos(self.parts, self.caches, request)
        inputs = condition(self.parts, self.caches, request, features)
        return FaceToStickerInputs(request, inputs, features)

    def graph_shape(self, batch: Sequence[FaceToStickerInputs]) -> GraphShape:
        """Return the shape of the graphs that `draw` would run for `batch`."""
        first = batch[0].request
        context = DepthContext(first.parameters.depth_context)
        return GraphShape.of([each.inputs for each in batch], *first.canvas, context)

    def draw(self, batch: Sequence[FaceToStickerInputs], progress: Progress, preview_every: int = 0) -> list[Rgb]:
        """Denoise and decode a batch of equal `batch_key`; return a drawing (height, width, 3) of each.

        Every `preview_every` steps a preview goes with the progress; 0 makes none. Raises `Cancelled`.
        """
        asked = batch[0].request.parameters
        checked = [each.request.parameters.enable_safety_checker for each in batch]
        previews = Previews(self.networks, self.parts.checker, checked, preview_every)

        def on_step(step: StepDone) -> bool:
            return progress.tell_all(
                [
                    Step("draw", step.done, each.request.total_steps, jpeg)
                    for each, jpeg in zip(batch, previews.at(step), strict=True)
                ]
            )

        scheduler = (self.few_steps.scheduler if self.few_steps else sde_karras)(asked.steps)
        inputs = [each.inputs for each in batch]
        context = DepthContext(asked.depth_context)
        latents = denoise(self.networks, inputs, scheduler, depth_context=context, on_step=on_step)
        return list(to_pixels(decode(self.networks, latents)))

    def check(
        self, prepared: FaceToStickerInputs, drawing: Rgb, place: int, progress: Progress, watch: Stopwatch
    ) -> CheckedPicture:
        """Upscale if asked, crop, look for what must not be sent. Raises `Cancelled`."""
        request, asked = prepared.request, prepared.request.parameters
        if asked.upscale:
            drawing = self._upscaled(request, drawing, place, progress)
        times = 2 if asked.upscale else 1
        drawing = in_size(drawing, asked.width * times, asked.height * times)
        watch.lap("upscale")
        (checked,) = check(self.parts.checker if asked.enable_safety_checker else None, [drawing])
        watch.lap("check")
        return checked

    def finish(
        self, prepared: FaceToStickerInputs, checked: CheckedPicture, place: int, progress: Progress, watch: Stopwatch
    ) -> StickerResult:
        """Make a sticker of one picture: cut out, outline. Raises `Cancelled`."""
        request, asked, total = prepared.request, prepared.request.parameters, prepared.request.total_steps
        drawing, is_safe = checked.pixels, checked.is_safe
        likeness = self.parts.faces.likeness(prepared.features.face.numpy(), drawing)
        watch.lap("likeness")
        progress.tell(place, Step("cutout", total - 2, total))
        cut = cut_out(drawing, self.parts.matting, request.request.shape)
        shown, cutout = censor(checked, with_alpha(drawing, cut.matte))
        watch.lap("cutout")
        progress.tell(place, Step("finish", total - 1, total))
        whole = np.ones_like(cut.matte)
        notes = face_notes(prepared.features.identity, asked.face_index)
        if len(request.request.faces) > 1:
            notes = (Note.BEST_PHOTO, *notes)
        result = StickerResult(
            files={
                ResultFile.STICKER: encode_webp(sticker(shown, cut.matte if is_safe else whole, request.request)),
                ResultFile.PICTURE: encode_png(with_alpha(shown, whole)),
                ResultFile.CUTOUT: encode_png(cutout),
            },
            seed=request.request.seed,
            style=request.style.name,
            shape=cut.shape,
            notes=notes + cut.notes,
            is_safe=is_safe,
            photos_used=1,
            likeness=likeness,
            **faces_to_choose(prepared.features.identity, asked.face_index),
        )
        watch.lap("finish")
        return replace(result, timings=watch.timings)

    def _upscaled(self, request: FaceToStickerRequest, drawing: Rgb, place: int, progress: Progress) -> Rgb:
        if self.parts.upscaler is None:
            raise DrawingFailed("no weights to upscale with")
        asked, total = request.parameters, request.total_steps

        def keep_going(done: int, of: int) -> bool:
            progress.tell(place, Step("draw", asked.steps + asked.steps * done // of, total))
            return True

        is_fast = asked.upscale_mode == "fast"
        return self.parts.upscaler.upscale(drawing, asked.upscale_steps, request.request.seed, keep_going, is_fast)
