"""The engine that needs no weights and no GPU: a photo becomes a drawing by classic image processing."""

from __future__ import annotations

import hashlib
import io
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.classic.geometry import Frame, place
from engine.classic.looks import LOOKS
from engine.classic.looks.drawing import Drawing
from engine.classic.looks.toon import toon
from engine.classic.prepare import Prepared, prepare
from engine.classic.study import study
from engine.classic.subject import Rgb, Rgba, Subject
from engine.classic.tone import to_bytes
from engine.classic.variation import Variation, vary
from engine.errors import Cancelled, DrawingFailed, EngineError, PhotoUnusable, UnsupportedModel
from engine.finish import DRAWING_PX, cell_outline, encode_png, encode_webp, fit, on_canvas, on_white, outline
from engine.matte import Matter, load_matter
from engine.parameters import read_parameters
from engine.styles import Style, match_words, style
from engine.types import Note, OnStep, Shape, Step, StickerRequest, StickerResult

MODEL = "face-to-sticker"
PHASES = ("face", "cutout", "draw", "finish")
KEPT_PHOTOS = 4  # prepared photos held for "another style" and "another seed"; about 6 MB each

KeepGoing = Callable[[str], bool]  # told the phase that begins; False stops the request before it


class ClassicEngine:
    """Draws stickers on the CPU. Used from one thread at a time."""

    name = "classic"
    max_batch = 1
    models = frozenset({"face-to-sticker"})
    parameters = frozenset({"width", "height", "upscale"})

    def __init__(self, weights_dir: Path | None = None) -> None:
        """`weights_dir`: where `load` looks for a matting network; without one the cut is classic too."""
        self._weights_dir = weights_dir
        self._matter: Matter | None = None
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()

    def load(self) -> None:
        """Load the matting network where there is one. Raises `EngineUnavailable` where it cannot be run."""
        self._matter = load_matter(self._weights_dir)

    def close(self) -> None:
        """Forget the prepared photos and the network."""
        self._prepared.clear()
        self._matter = None

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """No: each is drawn by itself, so nobody gains by waiting for another."""
        return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place."""
        return [self._attempt(request, _Steps(index, on_step)) for index, request in enumerate(requests)]

    def _attempt(self, request: StickerRequest, keep_going: KeepGoing) -> StickerResult | EngineError:
        try:
            return self._make(request, keep_going)
        except EngineError as error:
            return error
        except Exception as error:  # the outermost handler of one request: its neighbours go on
            failed = DrawingFailed(f"{type(error).__name__} while drawing in style {request.style!r}")
            failed.__cause__ = error
            return failed

    def _make(self, request: StickerRequest, keep_going: KeepGoing) -> StickerResult:
        if request.model != MODEL:
            raise UnsupportedModel(f"{request.model!r}: this engine runs {MODEL!r} only")
        read_parameters(request.parameters)
        chosen, prompt_notes = _choose_style(request)
        prepared, timings = self._prepare(request, keep_going)
        subject, shape_notes = _choose_shape(prepared, request.shape)
        several = (Note.SEVERAL_FACES,) if prepared.faces > 1 else ()

        _begin("draw", keep_going)
        started = time.perf_counter()
        drawing = _draw(subject, chosen, vary(request.seed))
        drawn = time.perf_counter()

        _begin("finish", keep_going)
        sticker = _finish(drawing)
        webp = encode_webp(sticker)
        cutout = _sized(sticker, request, has_cells=bool(drawing.cell_px))
        picture, cutout_png = encode_png(on_white(cutout)), encode_png(cutout)
        finished = time.perf_counter()
        return StickerResult(
            webp=webp,
            picture=picture,
            cutout=cutout_png,
            seed=request.seed,
            style=chosen.name,
            shape=subject.shape,
            notes=(*several, *shape_notes, *prompt_notes),
            timings={**timings, "draw": drawn - started, "finish": finished - drawn},
        )

    def _prepare(self, request: StickerRequest, keep_going: KeepGoing) -> tuple[Prepared, Mapping[str, float]]:
        """Return the prepared photo and what preparing took just now: nothing for a photo that is known."""
        if not request.photos:
            raise PhotoUnusable("the request has no photo")
        data = request.photos[0]
        key = hashlib.sha256(data).hexdigest()
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key], {}
        cv2.setRNGSeed(0)  # graph cuts and clusterings throw OpenCV's dice: the same ones every time
        prepared = prepare(_decode(data), self._matter, keep_going)
        self._prepared[key] = prepared
        if len(self._prepared) > KEPT_PHOTOS:
            self._prepared.popitem(last=False)
        return prepared, prepared.timings


class _Steps:
    """Turns the names of phases into `Step`s of one request."""

    def __init__(self, index: int, on_step: OnStep) -> None:
        self._index, self._on_step = index, on_step

    def __call__(self, phase: str) -> bool:
        return self._on_step(self._index, Step(phase, PHASES.index(phase), len(PHASES)))


def _begin(phase: str, keep_going: KeepGoing) -> None:
    if not keep_going(phase):
        raise Cancelled(f"before {phase}")


def _choose_style(request: StickerRequest) -> tuple[Style, tuple[Note, ...]]:
    """A look named in the prompt wins over the request's style."""
    asked = style(request.style)
    if not request.prompt.strip():
        return asked, ()
    named = match_words(request.prompt)
    return (named, (Note.PROMPT_AS_LOOK,)) if named else (asked, (Note.PROMPT_IGNORED,))


def _choose_shape(prepared: Prepared, wanted: Shape) -> tuple[Subject, tuple[Note, ...]]:
    if wanted is Shape.BADGE:
        return prepared.badge, ()
    if wanted is Shape.BUST or prepared.is_trusted:
        return prepared.cutout, ()
    return prepared.badge, (Note.BADGE_FALLBACK,)


def _draw(subject: Subject, chosen: Style, variation: Variation) -> Drawing:
    placed = place(subject, _frame(variation, chosen.parameters), DRAWING_PX)
    return LOOKS.get(chosen.drawing, toon)(study(placed), variation)


def _frame(variation: Variation, parameters: Mapping[str, float]) -> Frame:
    """`bust_near_fw`, `bust_far_fw`: how far below the face the figure is cut; `tilt`: factor on the lean;
    `badge_zoom`: how much closer a badge is cropped."""
    near, far = parameters.get("bust_near_fw", 1.2), parameters.get("bust_far_fw", 1.5)
    return Frame(
        tilt_deg=variation.tilt_deg * parameters.get("tilt", 1.0),
        below_fw=near + (far - near) * variation.bust,
        zoom=parameters.get("badge_zoom", 1.0) * (1.12 - 0.12 * variation.bust),
    )


def _finish(drawing: Drawing) -> Rgba:
    picture = to_bytes(drawing.picture)
    if drawing.cell_px:
        return fit(cell_outline(picture, drawing.matte, drawing.cell_px))
    return fit(outline(picture, drawing.matte))


def _sized(sticker: Rgba, request: StickerRequest, *, has_cells: bool) -> Rgba:
    """The sticker on a canvas of the size that was asked for; as it is where none was."""
    asked = request.parameters
    if "width" not in asked and "height" not in asked and not asked.get("upscale"):
        return sticker
    parameters = read_parameters(asked)
    times = 2 if parameters.upscale else 1
    return on_canvas(sticker, parameters.width * times, parameters.height * times, has_cells=has_cells)


def _decode(photo: bytes) -> Rgb:
    """Open a photo as `StickerRequest` promises it. Raises `PhotoUnusable`."""
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            return np.array(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoUnusable(str(error)) from error
