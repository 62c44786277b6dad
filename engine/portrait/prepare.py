"""A photo becomes a person, or a thing, ready to be placed and drawn, in every shape. Knows no style."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from engine.cache import LruCache
from engine.errors import Cancelled, NoFace
from engine.matte import MattingModel
from engine.numbered_faces import number_faces
from engine.portrait.compose import compose
from engine.portrait.faces import LARGEST, Face, FoundFaces, find_faces
from engine.portrait.figure import Figure
from engine.portrait.matte.cut import LEAST_BODY_FW, Cut, cut_bust, cut_figure, find_body, shrunk, unsureness
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto
from engine.portrait.reactions.expression import expression_emoji
from engine.portrait.thing import Thing, cut_thing, place_thing
from engine.portrait.variation import Variation
from engine.types import Shape

KeepGoing = Callable[[str], bool]  # told the phase that begins; False stops before it


@dataclass
class Prepared:
    """One person of a photo; each cut is made when it is first asked for.

    `faces` counts all faces of the photo, `faces_picture` shows them numbered where there are several and it is wanted.
    `timings` maps "face" and "cutout" to seconds.
    """

    photo: OpenedPhoto
    face: Face
    faces: int
    networks: Networks
    matter: MattingModel | None
    faces_picture: bytes = b""
    timings: dict[str, float] = field(default_factory=dict)
    placed: LruCache[tuple[Shape, Variation], Figure] = field(default_factory=lambda: LruCache(1))

    @cached_property
    def bust(self) -> Cut:
        """Head and shoulders, and raised arms."""
        return cut_bust(self.photo, self.face, self.networks, self.matter)

    @cached_property
    def whole(self) -> Cut:
        """As much of the body as the photo shows."""
        return cut_figure(self.photo, self.face, self.networks, self.matter)

    @cached_property
    def is_whole_figure(self) -> bool:
        """Whether the person is small in the photo and all of them is in it."""
        below_px = self.photo.rgb.shape[0] - self.face.centre[1]
        if below_px < LEAST_BODY_FW * self.face.width:  # no need to look
            return False
        return find_body(self.photo, self.face, self.networks).is_whole

    @property
    def emoji(self) -> str:
        """The emoji of the face's own expression; "" for one at rest."""
        if not any(eye.is_visible for eye in self.bust.eyes):
            return "😎"
        return expression_emoji(self.bust.face.mesh, self.bust.eyes) or ""

    def choose(self, wanted: Shape) -> Shape:
        """Return the shape to make where `wanted` is asked for: AUTO becomes a badge only where the cut is in doubt."""
        if wanted is not Shape.AUTO:
            return wanted
        natural = Shape.FIGURE if self.is_whole_figure else Shape.BUST
        return Shape.BADGE if self._cut(natural).doubt.is_grave else natural

    def place(self, shape: Shape, variation: Variation) -> Figure:
        """Put the person on the canvas; `shape` is one that `choose` returned. The last figure is kept: another style
        draws it again."""
        return self.placed.get((shape, variation), lambda: compose(self._cut(shape), shape, variation))

    def _cut(self, shape: Shape) -> Cut:
        return self.whole if shape is Shape.FIGURE else self.bust


@dataclass
class PreparedThing:
    """The subject of a photo without a face; the same verbs as `Prepared`."""

    thing: Thing
    timings: dict[str, float]
    faces: int = 0
    faces_picture: bytes = b""
    emoji: str = ""

    def choose(self, wanted: Shape) -> Shape:
        """Return FIGURE, or BADGE where that is asked for, the cut cannot be trusted, or nothing is left of it."""
        if wanted is Shape.BADGE or self.thing.is_nothing or (wanted is Shape.AUTO and not self.thing.is_sure):
            return Shape.BADGE
        return Shape.FIGURE

    def place(self, shape: Shape, variation: Variation) -> Figure:
        """Put the thing on the canvas; `shape` is one that `choose` returned."""
        return place_thing(self.thing, shape, variation)


def prepare(
    photo: OpenedPhoto,
    networks: Networks,
    matter: MattingModel | None = None,
    face_index: int = LARGEST,
    needs_face: bool = True,
    wants_faces_picture: bool = False,
    keep_going: KeepGoing = lambda phase: True,
) -> Prepared | PreparedThing:
    """Find the face of `photo` and cut its person out; equal photos give equal bytes.

    With `matter` the matte is the larger network's. Where there is no face and `needs_face` is False, the photo's
    largest subject is prepared instead. Raises `NoFace`, and `Cancelled` where `keep_going` says False to
    "face" or "cutout".
    """
    started = time.perf_counter()
    if not keep_going("face"):
        raise Cancelled("before face")
    try:
        found = _upright(find_faces(photo.rgb, networks), photo, networks)
        face = found.choose(face_index)
    except NoFace:
        if needs_face:
            raise
        face = None
    seen = time.perf_counter()
    if not keep_going("cutout"):
        raise Cancelled("before cutout")
    if face is None:
        thing = cut_thing(photo, networks, matter)
        return PreparedThing(thing, {"face": seen - started, "cutout": time.perf_counter() - seen})
    turned = photo.turned(found.quarter_turns)
    boxes = [each.box for each in found.faces]
    picture = number_faces(turned.rgb, boxes) if wants_faces_picture and len(boxes) > 1 else b""
    photo, face = shrunk(turned, face)
    prepared = Prepared(photo, face, len(boxes), networks, matter, picture)
    prepared.choose(Shape.AUTO)
    prepared.timings |= {"face": seen - started, "cutout": time.perf_counter() - seen}
    return prepared


def _upright(found: FoundFaces, photo: OpenedPhoto, networks: Networks) -> FoundFaces:
    """Return `found`, turned the other way where the head leans so far that both are possible and the network sees
    the person more surely there."""
    other = found.other_turn()
    if other is None:
        return found
    return min(found, other, key=lambda each: unsureness(photo.turned(each.quarter_turns), each.choose(), networks))
