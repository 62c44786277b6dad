"""What goes into an engine and what comes out. Frozen: equal request, equal bytes on the same machine, drawn alone.

Beside others in a batch of networks, or with another number of threads, levels differ by rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from engine.errors import EngineError
from engine.model import FACE
from engine.models import DEFAULT_MODEL


class Shape(StrEnum):
    """How the person stands on the sticker."""

    AUTO = "auto"  # die-cut where the cut is trusted, a badge where it is not
    BUST = "bust"  # die-cut: head and shoulders
    FIGURE = "figure"  # die-cut: as much of the body as the photo shows
    HEAD = "head"  # die-cut: a big head on a small body
    BADGE = "badge"  # a round or rounded crop; the photo's background stays

    @classmethod
    def _missing_(cls, value: object) -> Shape | None:
        """Read "cutout", which old rows, buttons and programs say, as BUST."""
        return cls.BUST if value == "cutout" else None


class Outline(StrEnum):
    """The colour of the die-cut border."""

    AUTO = "auto"  # the style's own
    NONE = "none"
    WHITE = "white"
    BLACK = "black"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"


class OutlineWidth(StrEnum):
    """How wide the die-cut border is."""

    THIN = "thin"
    NORMAL = "normal"
    THICK = "thick"


class Note(StrEnum):
    """What the engine did that the person should be told, by code; the entrances have the sentences."""

    SEVERAL_FACES = "several_faces"  # the largest was taken
    PHOTOS_WITHOUT_FACE = "photos_without_face"  # passed over, among others that show one
    OTHER_PERSON = "other_person"  # photos of somebody else than most of them show, passed over
    BEST_PHOTO = "best_photo"  # of several photos this engine draws the best one
    BADGE_FALLBACK = "badge_fallback"  # the cut was not trusted, so a badge was made
    NO_FACE = "no_face"  # what stands out was drawn, or in a badge the whole picture
    PROMPT_AS_STYLE = "prompt_as_style"  # words of the prompt chose the style
    PROMPT_IGNORED = "prompt_ignored"  # this engine cannot draw what the prompt asks


@dataclass(frozen=True, slots=True)
class StickerRequest:
    """One sticker to make.

    `inputs` are photos by the names of the model's inputs, encoded as JPEG or PNG as `service.photos` leaves them:
    upright, sRGB, long side at most 2048 px, no metadata. `seed` is 0 .. 2**32 - 1. `style` is a name of
    `engine.styles`. `only_stickers` leaves an engine free to make no PNGs beside the WebPs. `text` is written on the
    sticker, at most `lettering.MAX_CHARS` characters. `drawn` is the CUTOUT of an earlier result of the same request
    but for text and outline, b"" for none: an engine may finish that again instead of drawing. With
    `wants_faces_picture` a person can be shown the faces of a photo, to choose one.
    """

    inputs: Mapping[str, tuple[bytes, ...]]
    style: str
    seed: int
    prompt: str = ""
    shape: Shape = Shape.AUTO
    model: str = DEFAULT_MODEL
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    only_stickers: bool = False
    text: str = ""
    outline: Outline = Outline.AUTO
    outline_width: OutlineWidth = OutlineWidth.NORMAL
    drawn: bytes = b""
    wants_faces_picture: bool = False

    @property
    def faces(self) -> tuple[bytes, ...]:
        """The photos of the person."""
        return self.inputs.get(FACE, ())


@dataclass(frozen=True, slots=True)
class StickerResult:
    """A finished sticker.

    `files` are the model's outputs by name (`engine.model.ResultFile`). `style` is the one drawn (a prompt may have
    changed it), `shape` is the one made, never AUTO. `emoji` is that of the face's own expression, "" for one at rest
    or not measured. `stickers`, of a model that makes several, maps the names of their files to their emoji, in order.
    `faces` counts the faces among which a person may choose by `face_index`, `faces_picture` is the photo with their
    numbers, index 0 as 1, a JPEG; 0 and empty where one was chosen or there is but one, and empty where none is wanted.
    `photos_used` counts the photos that it was made of, None for all of them. `likeness` is the cosine, -1 .. 1, of the
    photos' face and the picture's, None where there is none or it was not measured. `timings` maps a phase to seconds.
    """

    files: Mapping[str, bytes]
    seed: int
    style: str
    shape: Shape
    notes: tuple[Note, ...] = ()
    emoji: str = ""
    stickers: Mapping[str, str] = field(default_factory=dict)
    is_safe: bool = True
    faces: int = 0
    faces_picture: bytes = b""
    photos_used: int | None = None
    likeness: float | None = None
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of one request: `phase` is a code ("load", "face", "cutout", "draw", "finish"), `done` of `total` steps.

    `preview` is a small JPEG of the drawing so far, where the engine makes one.
    """

    phase: str
    done: int
    total: int
    preview: bytes = b""


# Called on the engine's thread between steps with (index of the request, step); False asks the engine to stop that
# request, which then ends as `Cancelled`.
OnStep = Callable[[int, Step], bool]


def go_on(_index: int, _step: Step) -> bool:
    """Go on: an `OnStep` that never stops anything."""
    return True


class Engine(Protocol):
    """Blocking, used from one thread at a time.

    `max_batch` is how many requests are worth waiting for, to be drawn in one call of `generate`. `models` are those it
    runs, `parameters` the names of a request's parameters that have an effect; others are checked and change nothing.
    `shapes` are those it makes, never AUTO.
    """

    name: str
    max_batch: int
    models: frozenset[str]
    parameters: frozenset[str]
    shapes: frozenset[Shape]

    def load(self) -> None:
        """Make ready; may take seconds. Raises `EngineUnavailable`."""

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        """Make one sticker per request, in order; what failed is its error, in its place.

        Raises `EngineDead` where no further call can succeed.
        """

    def is_at_hand(self, request: StickerRequest) -> bool:
        """Return whether no networks must be loaded before `request` is drawn; at once, from any thread."""

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        """Return whether the two are drawn faster together than one after the other."""

    def close(self) -> None:
        """Give back memory and handles; may be called twice."""


@runtime_checkable
class OverlappingEngine(Engine, Protocol):
    """Finishes stickers on threads of its own, while its next pictures are drawn."""

    def draw(
        self, requests: Sequence[StickerRequest], on_step: OnStep
    ) -> Sequence[EngineError | Future[StickerResult | EngineError]]:
        """Return as `generate`, sooner: each request's error, or the future of its sticker."""
