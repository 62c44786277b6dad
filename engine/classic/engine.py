"""The engine that needs no weights and no GPU: a photo becomes a drawing by classic image processing."""

from __future__ import annotations

import io
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.classic.geometry import Frame, place
from engine.classic.looks import LOOKS
from engine.classic.looks.drawing import Drawing
from engine.classic.prepare import Prepared, prepare
from engine.classic.study import study
from engine.classic.subject import Rgb, Rgba, Subject
from engine.classic.tone import exposure_gamma, to_bytes
from engine.classic.variation import Variation, vary
from engine.errors import Cancelled, DrawingFailed, EngineError, PhotoUnusable, UnsupportedModel
from engine.finish import DRAWING_PX, cell_outline, encode_png, encode_webp, fit, outline
from engine.matte import Matter
from engine.styles import Style, match_words, style
from engine.types import Note, OnStep, Shape, Step, StickerRequest, StickerResult

MODEL = "face-to-sticker"
PHASES = ("face", "cutout", "draw", "finish")
KEPT_PHOTOS = 4  # prepared photos held for "another style" and "another seed"; about 6 MB each


class ClassicEngine:
    """Draws stickers on the CPU. Used from one thread at a time."""

    name = "classic"

    def __init__(self, weights_dir: Path | None = None) -> None:
        self._weights_dir = weights_dir
        self._matter: Matter | None = None
        self._prepared: OrderedDict[bytes, Prepared] = OrderedDict()

    def load(self) -> None:
        """Make ready. Raises `EngineUnavailable`."""

    def close(self) -> None:
        """Forget the prepared photos."""
        self._prepared.clear()

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place."""
        return [self._attempt(index, request, on_step) for index, request in enumerate(requests)]

    def _attempt(self, index: int, request: StickerRequest, on_step: OnStep) -> StickerResult | EngineError:
        try:
            return self._make(request, lambda phase: on_step(index, _step(phase)))
        except EngineError as error:
            return error
        except Exception as error:  # the outermost handler of one request: its neighbours go on
            failed = DrawingFailed(f"{type(error).__name__} while drawing {request.style}")
            failed.__cause__ = error
            return failed

    def _make(self, request: StickerRequest, keep_going) -> StickerResult:  # type: ignore[no-untyped-def]
        if request.model != MODEL:
            raise UnsupportedModel(request.model)
        chosen, notes = _choose_style(request)
        prepared = self._prepare(request.photos[0], keep_going)
        subject, shape_notes = _choose_shape(prepared, request.shape)
        if prepared.faces > 1:
            notes.append(Note.SEVERAL_FACES)
        notes += shape_notes
        if not keep_going("draw"):
            raise Cancelled
        started = time.perf_counter()
        variation = vary(request.seed)
        frame = _frame(variation, chosen.parameters)
        placed = place(subject, frame, DRAWING_PX)
        drawing = LOOKS[chosen.look](study(placed, exposure_gamma(prepared.badge.rgb)), variation)
        done = time.perf_counter()
        if not keep_going("finish"):
            raise Cancelled
        sticker = _finished(drawing)
        webp = encode_webp(sticker)
        timings = {**prepared.timings, "draw": done - started, "finish": time.perf_counter() - done}
        return StickerResult(
            webp=webp,
            picture=encode_png(sticker),
            cutout=encode_png(_cutout(subject)),
            seed=request.seed,
            style=chosen.name,
            shape=subject.shape,
            notes=tuple(notes),
            timings=timings,
        )

    def _prepare(self, photo: bytes, keep_going) -> Prepared:  # type: ignore[no-untyped-def]
        if photo in self._prepared:
            self._prepared.move_to_end(photo)
            return self._prepared[photo]
        prepared = prepare(_decode(photo), self._matter, keep_going)
        self._prepared[photo] = prepared
        while len(self._prepared) > KEPT_PHOTOS:
            self._prepared.popitem(last=False)
        return prepared


def _frame(variation: Variation, parameters: Mapping[str, float]) -> Frame:
    near, far = parameters.get("bust_near_fw", 1.2), parameters.get("bust_far_fw", 1.5)
    tilt = variation.tilt_deg * parameters.get("tilt", 1.0)
    return Frame(tilt, near + (far - near) * variation.bust, 1.1 - 0.1 * variation.bust)


def _finished(drawing: Drawing) -> Rgba:
    picture = to_bytes(drawing.picture)
    if drawing.cell_px:
        return fit(cell_outline(picture, drawing.matte, drawing.cell_px))
    return fit(outline(picture, drawing.matte))


def _step(phase: str) -> Step:
    return Step(phase, PHASES.index(phase), len(PHASES))


def _choose_style(request: StickerRequest) -> tuple[Style, list[Note]]:
    """A look named in the prompt wins over the request's style."""
    asked = style(request.style)
    if not request.prompt.strip():
        return asked, []
    named = match_words(request.prompt)
    return (named, [Note.PROMPT_AS_LOOK]) if named else (asked, [Note.PROMPT_IGNORED])


def _choose_shape(prepared: Prepared, wanted: Shape) -> tuple[Subject, list[Note]]:
    if wanted is Shape.BADGE:
        return prepared.badge, []
    if wanted is Shape.CUTOUT or prepared.is_trusted:
        return prepared.cutout, []
    return prepared.badge, [Note.BADGE_FALLBACK]


def _decode(photo: bytes) -> Rgb:
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise PhotoUnusable(str(error)) from error


def _cutout(subject: Subject) -> Rgba:
    return cv2.merge([*cv2.split(subject.rgb), (subject.matte * 255).round().astype(np.uint8)])
