"""The engine that needs no GPU: small networks find the person of a photo, classic image processing draws them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from engine.cache import LruCache
from engine.diffusion.models.face_to_sticker.record import FaceToStickerParameters
from engine.errors import Cancelled, DrawingFailed, EngineError, NoFace, PhotoUnusable, UnsupportedModel
from engine.finish import encode_png, encode_webp, fit, on_canvas, on_white, outline_colour
from engine.lettering import with_text
from engine.matte import MattingModel, load_matting_model
from engine.model import ResultFile
from engine.models import FACE_TO_STICKER, REACTIONS, STYLES
from engine.pixels import Rgba
from engine.portrait.best import best_photo
from engine.portrait.border import bordered
from engine.portrait.faces import LARGEST
from engine.portrait.figure import CANVAS_PX, Figure
from engine.portrait.mesh import JAW_LINE
from engine.portrait.networks import Networks
from engine.portrait.photo import open_photo
from engine.portrait.prepare import KeepGoing, Prepared, PreparedThing, prepare
from engine.portrait.study import study_of
from engine.portrait.styles import STYLES as DRAWINGS
from engine.portrait.styles.drawing import Drawing
from engine.portrait.variation import vary
from engine.sheet import contact_sheet, tile
from engine.styles import Style, all_styles, match_words, refused_styles, style
from engine.types import Note, OnStep, Shape, Step, StickerRequest, StickerResult

T = TypeVar("T")

PHASES = ("face", "cutout", "draw", "finish")
AT_ONCE = 2  # pictures of one request; OpenCV has threads of its own; what is in NumPy gains by a second one
KEPT_PHOTOS = 4  # prepared photos held for "another style" and "another seed"; about 15 MB each


class PortraitEngine:
    """Draws stickers on the CPU; of several photos the best one. Used from one thread at a time."""

    name = "portrait"
    max_batch = 1
    models = frozenset({FACE_TO_STICKER.name, REACTIONS.name, STYLES.name})
    parameters = frozenset({"width", "height", "upscale", "face_index", "allow_no_face"})
    shapes = frozenset(Shape) - {Shape.AUTO}

    def __init__(self, weights_dir: Path | None = None) -> None:
        """`weights_dir`: where `load` looks for a larger matting network; without one the small ones cut."""
        self._weights_dir = weights_dir
        self._networks: Networks | None = None
        self._matter: MattingModel | None = None
        self._prepared: LruCache[str, Prepared | PreparedThing] = LruCache(KEPT_PHOTOS)

    def load(self) -> None:
        """Load the networks. Raises `EngineUnavailable` where a matting network is there and cannot be run."""
        self._networks = Networks()
        self._matter = load_matting_model(self._weights_dir)

    def close(self) -> None:
        """Forget the prepared photos and the networks."""
        self._prepared.clear()
        study_of.cache_clear()
        self._networks = self._matter = None

    def is_at_hand(self, request: StickerRequest) -> bool:
        """Return True: its networks are loaded at the start and stay."""
        return True

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return False: each is drawn by itself, so nobody gains by waiting for another."""
        return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place."""
        return [self._attempt(request, _Steps(index, on_step)) for index, request in enumerate(requests)]

    def _attempt(self, request: StickerRequest, keep_going: _Steps) -> StickerResult | EngineError:
        try:
            if request.model == REACTIONS.name:
                return self._make_reactions(request, keep_going)
            if request.model == STYLES.name:
                return self._make_styles(request, keep_going)
            return self._make(request, keep_going)
        except EngineError as error:
            return error
        except Exception as error:  # the outermost handler of one request: its neighbours go on
            failed = DrawingFailed(f"{type(error).__name__} while drawing in style {request.style!r}")
            failed.__cause__ = error
            return failed

    def _make(self, request: StickerRequest, keep_going: KeepGoing) -> StickerResult:
        if request.model not in self.models:
            raise UnsupportedModel(f"{request.model!r}: this engine runs {', '.join(sorted(self.models))} only")
        parameters = FaceToStickerParameters.read(request.parameters)
        chosen, prompt_notes = _choose_style(request)
        prepared, timings = self._prepare(request, parameters, keep_going)
        shape = _shape_in(chosen, prepared, request)
        notes = prompt_notes
        if request.shape is Shape.AUTO and shape is Shape.BADGE:
            notes = (Note.BADGE_FALLBACK, *notes)
        is_choice = prepared.faces > 1 and parameters.face_index < 0
        if is_choice:
            notes = (Note.SEVERAL_FACES, *notes)
        if not prepared.faces:
            notes = (Note.NO_FACE, *notes)
        notes = (*_photo_notes(request), *notes)

        _begin("draw", keep_going)
        started = time.perf_counter()
        variation = vary(request.seed)
        figure = prepared.place(shape, variation)
        drawing = DRAWINGS[chosen.drawing](figure, variation)
        drawn = time.perf_counter()

        _begin("finish", keep_going)
        sticker = _finished(drawing, figure, request)
        webp = encode_webp(sticker)
        files: dict[str, bytes] = {ResultFile.STICKER: webp}
        if not request.only_stickers:
            cutout = _sized(sticker, request, parameters, has_cells=bool(drawing.cell_px))
            files |= {ResultFile.PICTURE: encode_png(on_white(cutout)), ResultFile.CUTOUT: encode_png(cutout)}
        finished = time.perf_counter()
        return StickerResult(
            files=files,
            seed=request.seed,
            style=chosen.name,
            shape=shape,
            notes=notes,
            emoji=prepared.emoji,
            faces=prepared.faces if is_choice else 0,
            faces_picture=prepared.faces_picture,
            photos_used=1,
            timings={**timings, "draw": drawn - started, "finish": finished - drawn},
        )

    def _make_reactions(self, request: StickerRequest, steps: _Steps) -> StickerResult:
        """Draw every reaction, several at a time; the steps count those that are drawn."""
        from engine.portrait.reactions.catalogue import REACTIONS as ALL_REACTIONS
        from engine.portrait.reactions.catalogue import Reaction
        from engine.portrait.reactions.draw import draw_reaction

        parameters = FaceToStickerParameters.read(request.parameters)
        chosen, notes = _choose_style(request)
        prepared, timings = self._prepare(request, parameters, steps)
        if not prepared.faces:
            raise NoFace("reactions need a face")
        if prepared.faces > 1 and parameters.face_index < 0:
            notes = (Note.SEVERAL_FACES, *notes)
        shape = prepared.choose(request.shape)
        shape = Shape.BUST if shape is Shape.FIGURE else shape  # a reaction is told by the face
        variation = vary(request.seed)
        figure = prepared.place(shape, variation)
        started = time.perf_counter()

        def draw(reaction: Reaction) -> bytes:
            drawing = draw_reaction(figure, reaction, DRAWINGS[chosen.drawing], variation)
            return encode_webp(_finished(drawing, figure, request))

        names = [f"{reaction.name.replace(' ', '-')}.webp" for reaction in ALL_REACTIONS]
        drawn = dict(zip(names, _draw_all(draw, ALL_REACTIONS, steps), strict=True))
        return StickerResult(
            files={**drawn, ResultFile.SHEET: contact_sheet(list(drawn.values()))},
            seed=request.seed,
            style=chosen.name,
            shape=shape,
            notes=(*_photo_notes(request), *notes),
            photos_used=1,
            stickers=dict(zip(drawn, (reaction.emoji for reaction in ALL_REACTIONS), strict=True)),
            timings={**timings, "draw": time.perf_counter() - started},
        )

    def _make_styles(self, request: StickerRequest, steps: _Steps) -> StickerResult:
        """Draw every style, small, as each would come out alone; the steps count those that are drawn."""
        parameters = FaceToStickerParameters.read(request.parameters)
        chosen, _ = _choose_style(request)
        prepared, timings = self._prepare(request, parameters, steps)
        variation = vary(request.seed)
        started = time.perf_counter()

        def draw(each: tuple[Style, Figure]) -> bytes:
            drawn, figure = each
            return tile(_finished(DRAWINGS[drawn.drawing](figure, variation), figure, request))

        shapes = {each: _shape_in(each, prepared, request) for each in all_styles()}
        figures = {shape: prepared.place(shape, variation) for shape in set(shapes.values())}
        styles = [(each, figures[shape]) for each, shape in shapes.items()]
        names = [f"{each.name}.webp" for each in shapes]
        return StickerResult(
            files=dict(zip(names, _draw_all(draw, styles, steps), strict=True)),
            seed=request.seed,
            style=chosen.name,
            shape=_shape_in(chosen, prepared, request),
            photos_used=1,
            timings={**timings, "draw": time.perf_counter() - started},
        )

    def _prepare(
        self, request: StickerRequest, parameters: FaceToStickerParameters, keep_going: KeepGoing
    ) -> tuple[Prepared | PreparedThing, Mapping[str, float]]:
        """Return the prepared photo and what preparing took just now: nothing for a photo that is known."""
        if not request.faces:
            raise PhotoUnusable("the request has no photo")
        if self._networks is None:
            self.load()
        assert self._networks is not None  # noqa: S101  loaded by the line above
        digests = " ".join(hashlib.sha256(data).hexdigest() for data in request.faces)
        wants_faces_picture = request.wants_faces_picture and parameters.face_index == LARGEST
        key = f"{digests} {parameters.face_index} {parameters.allow_no_face} {wants_faces_picture}"
        if (known := self._prepared.find(key)) is not None:
            return known, {}
        photos = [open_photo(data) for data in request.faces]
        prepared = prepare(
            photos[best_photo(photos, self._networks)] if len(photos) > 1 else photos[0],
            self._networks,
            self._matter,
            face_index=parameters.face_index,
            needs_face=not parameters.allow_no_face,
            wants_faces_picture=wants_faces_picture,
            keep_going=keep_going,
        )
        self._prepared.put(key, prepared)
        return prepared, prepared.timings


class _Steps:
    """Turns the names of phases into `Step`s of one request."""

    def __init__(self, index: int, on_step: OnStep) -> None:
        self._index, self._on_step = index, on_step

    def __call__(self, phase: str) -> bool:
        return self._on_step(self._index, Step(phase, PHASES.index(phase), len(PHASES)))

    def draw(self, done: int, total: int) -> bool:
        """Say how many of several stickers are drawn; return whether to go on."""
        return self._on_step(self._index, Step("draw", done, total))


def _draw_all(draw: Callable[[T], bytes], wanted: Sequence[T], steps: _Steps) -> list[bytes]:
    """Draw several pictures, some at a time, in order. Raises `Cancelled` where the steps say stop."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(draw, each) for each in wanted]
        drawn = list[bytes]()
        for done, drawing in enumerate(waiting):
            if not steps.draw(done, len(waiting)):
                pool.shutdown(wait=False, cancel_futures=True)
                raise Cancelled(f"before {done + 1} of {len(waiting)}")
            drawn.append(drawing.result())
    return drawn


def _shape_in(style: Style, prepared: Prepared | PreparedThing, request: StickerRequest) -> Shape:
    """Return the shape that a request comes out in, in a style that may prefer one."""
    shape = prepared.choose(request.shape)
    prefers = request.shape is Shape.AUTO and shape is not Shape.BADGE and style.shape is not Shape.AUTO
    return style.shape if prefers else shape


def _begin(phase: str, keep_going: KeepGoing) -> None:
    if not keep_going(phase):
        raise Cancelled(f"before {phase}")


def _finished(drawing: Drawing, figure: Figure, request: StickerRequest) -> Rgba:
    """Put the outline and the text that are asked for on a drawing. Raises `TextUnwritable`."""
    canvas = bordered(drawing, request.outline, request.outline_width)
    if not request.text:
        return fit(canvas)
    chin = None
    if figure.has_face:
        margin = (canvas.shape[0] - drawing.matte.shape[0]) / 2
        chin = margin + float(figure.mesh[list(JAW_LINE), 1].max()) * drawing.matte.shape[0] / CANVAS_PX
    return with_text(canvas, request.text, chin, outline_colour(request.outline))


def _photo_notes(request: StickerRequest) -> tuple[Note, ...]:
    return (Note.BEST_PHOTO,) if len(request.faces) > 1 else ()


def _choose_style(request: StickerRequest) -> tuple[Style, tuple[Note, ...]]:
    """A style named in the prompt wins over the request's."""
    asked = style(request.style)
    if not request.prompt.strip():
        return asked, ()
    named, refused = match_words(request.prompt), refused_styles(request.prompt)
    if named is None and asked.name in refused:
        named = next(each for each in all_styles() if each.name not in refused)
    if named is not None:
        return named, (Note.PROMPT_AS_STYLE,)
    return asked, () if refused else (Note.PROMPT_IGNORED,)


def _sized(sticker: Rgba, request: StickerRequest, parameters: FaceToStickerParameters, *, has_cells: bool) -> Rgba:
    """Return the sticker on a canvas of the size that was asked for; as it is where none was."""
    asked = request.parameters
    if "width" not in asked and "height" not in asked and not asked.get("upscale"):
        return sticker
    times = 2 if parameters.upscale else 1
    return on_canvas(sticker, parameters.width * times, parameters.height * times, has_cells=has_cells)
