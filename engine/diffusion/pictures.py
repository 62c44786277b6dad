"""Several pictures of one request: drawn a few at a time, the likest first, each a sticker too.

What models share whose requests are batches already. Knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.diffusion.denoise import StepDone, decode, denoise
from engine.diffusion.device import onnx_providers
from engine.diffusion.die_cut import cut_out, sticker, with_alpha
from engine.diffusion.output import in_size, to_pixels
from engine.diffusion.previews import Previews
from engine.diffusion.progress import AROUND, Progress, Stopwatch
from engine.diffusion.safety import CheckedPicture, SafetyChecker, censor, check, load_safety_checker
from engine.errors import EngineUnavailable
from engine.finish import encode_png, encode_webp
from engine.matte import MattingModel, RembgMattingModel, load_matting_model
from engine.model import ResultFile, numbered
from engine.pixels import Matte, Rgb, Rgba
from engine.sheet import contact_sheet
from engine.styles import style
from engine.types import Note, Shape, Step, StickerRequest, StickerResult

if TYPE_CHECKING:
    from engine.diffusion.device import DevicePlacement
    from engine.diffusion.faces import FaceFinder, Floats
    from engine.diffusion.inputs import PictureInputs
    from engine.diffusion.networks import DiffusionNetworks

MOST_AT_ONCE = 4  # pictures of a call of the loop
SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class SeveralPictures:
    """What a request asks of its pictures, whatever the model: `count` of `width` x `height` px, in `steps` each."""

    request: StickerRequest
    count: int
    width: int
    height: int
    steps: int
    is_checked: bool

    @property
    def seeds(self) -> list[int]:
        """The seed of each picture: the request's and those that follow it, so that each can be drawn alone."""
        return [(self.request.seed + number) % SEEDS for number in range(self.count)]

    @property
    def total_steps(self) -> int:
        """All steps that the request is told of."""
        return -(-self.count // MOST_AT_ONCE) * self.steps + AROUND


@dataclass(frozen=True, slots=True, eq=False)
class Finisher:
    """What makes stickers of pictures; what is None was not given, and stickers are made without it."""

    matting: MattingModel | None
    checker: SafetyChecker | None


def load_finisher(
    matte: Path | None, safety: Path | None, placement: DevicePlacement, *, has_safety: bool = True
) -> Finisher:
    """Load the matte (a folder or a file) and, with `has_safety`, the safety checker. Raises `EngineUnavailable`."""
    if has_safety and safety is None:
        raise EngineUnavailable("no weights for safety; SAFETY_CHECKER=false runs without one")
    providers = onnx_providers(placement.device)
    is_file = matte is not None and not matte.is_dir()
    return Finisher(
        matting=RembgMattingModel(matte, providers) if matte and is_file else load_matting_model(matte),
        checker=load_safety_checker(safety, placement.device, placement.dtype) if has_safety and safety else None,
    )


def draw_pictures(
    networks: DiffusionNetworks,
    inputs: Sequence[PictureInputs],
    make_scheduler: Callable[[], Any],
    asked: SeveralPictures,
    place: int,
    progress: Progress,
    *,
    checker: SafetyChecker | None,
    preview_every: int = 0,
    begin: int = 0,
) -> list[Rgb]:
    """Denoise and decode the pictures of one request, whose `place` is that in `progress`. Raises `Cancelled`."""
    drawn: list[Rgb] = []
    told = 0
    for first in range(0, len(inputs), MOST_AT_ONCE):
        chunk = inputs[first : first + MOST_AT_ONCE]

        previews = Previews(networks, checker, [asked.is_checked], preview_every)

        def on_step(step: StepDone, before: int = told, previews: Previews = previews) -> bool:
            (jpeg,) = previews.at(step)
            progress.tell(place, Step("draw", before + step.done, asked.total_steps, jpeg))
            return True

        latents = denoise(networks, chunk, make_scheduler(), begin=begin, on_step=on_step)
        drawn.extend(to_pixels(decode(networks, latents)))
        told += asked.steps
    return drawn


def check_pictures(drawings: Sequence[Rgb], asked: SeveralPictures, finisher: Finisher) -> list[CheckedPicture]:
    """Return the pictures of one request at the size it asks for, looked at by the safety checker if it wants that."""
    whole = [in_size(each, asked.width, asked.height) for each in drawings]
    return check(finisher.checker if asked.is_checked else None, whole)


def finish_pictures(
    pictures: Sequence[CheckedPicture],
    asked: SeveralPictures,
    finisher: Finisher,
    progress: Progress,
    place: int,
    watch: Stopwatch,
    *,
    faces: FaceFinder | None = None,
    embedding: Floats | None = None,
    notes: tuple[Note, ...] = (),
    photos_used: int | None = None,
) -> StickerResult:
    """Make the files of the pictures of one request, in the order of their likeness to `embedding`.

    What must not be sent is black and comes last; the result is safe if any of its pictures is. Raises `Cancelled`.
    """
    total = asked.total_steps
    made = []
    for picture in pictures:
        progress.tell(place, Step("cutout", total - 2, total))
        drawing = picture.pixels
        likeness = faces.likeness(embedding, drawing) if faces is not None and embedding is not None else None
        watch.lap("likeness")
        cut = cut_out(drawing, finisher.matting, asked.request.shape)
        shown, cutout = censor(picture, with_alpha(drawing, cut.matte))
        made.append(_Picture(shown, cutout, cut.matte, cut.shape, cut.notes, picture.is_safe, likeness))
        watch.lap("cutout")
    made.sort(key=lambda each: (not each.is_safe, 2.0 if each.likeness is None else -each.likeness))
    progress.tell(place, Step("finish", total - 1, total))
    files: dict[str, bytes] = {}
    for number, each in enumerate(made, 1):
        everything = np.ones_like(each.matte)
        outlined = sticker(each.shown, each.matte if each.is_safe else everything, asked.request)
        files[numbered(ResultFile.STICKER, number)] = encode_webp(outlined)
        files[numbered(ResultFile.PICTURE, number)] = encode_png(with_alpha(each.shown, everything))
        files[numbered(ResultFile.CUTOUT, number)] = encode_png(each.cutout)
    stickers = [numbered(ResultFile.STICKER, number) for number, each in enumerate(made, 1) if each.is_safe]
    if len(made) > 1 and stickers:
        files[ResultFile.SHEET] = contact_sheet([files[name] for name in stickers])
    first = made[0]
    result = StickerResult(
        files=files,
        seed=asked.request.seed,
        style=asked.request.style,
        shape=first.shape,
        notes=notes + first.notes,
        stickers=dict.fromkeys(stickers, style(asked.request.style).emoji) if len(made) > 1 else {},
        is_safe=first.is_safe,
        photos_used=photos_used,
        likeness=first.likeness,
    )
    watch.lap("finish")
    return replace(result, timings=watch.timings)


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    shown: Rgb
    cutout: Rgba
    matte: Matte
    shape: Shape
    notes: tuple[Note, ...]
    is_safe: bool
    likeness: float | None
