"""A photo becomes a person ready to be placed and drawn, in every shape. Knows no style."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from engine.errors import Cancelled
from engine.matte import Matter
from engine.portrait.compose import compose
from engine.portrait.faces import LARGEST, Face, find_faces
from engine.portrait.figure import Figure
from engine.portrait.matte.cut import Cut, cut_bust, cut_figure, find_body
from engine.portrait.networks import Networks
from engine.portrait.photo import Photo
from engine.portrait.reactions import expression_emoji
from engine.portrait.variation import Variation
from engine.types import Shape

KeepGoing = Callable[[str], bool]  # told the phase that begins; False stops before it


@dataclass
class Prepared:
    """One person of a photo; each cut is made when it is first asked for.

    `faces` counts all faces of the photo. `timings` maps "face" and "cutout" to seconds.
    """

    photo: Photo
    face: Face
    faces: int
    networks: Networks
    matter: Matter | None
    timings: dict[str, float] = field(default_factory=dict)

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
        """Put the person on the canvas; `shape` is one that `choose` returned."""
        return compose(self._cut(shape), shape, variation)

    def _cut(self, shape: Shape) -> Cut:
        return self.whole if shape is Shape.FIGURE else self.bust


def prepare(
    photo: Photo,
    networks: Networks,
    matter: Matter | None = None,
    face_index: int = LARGEST,
    needs_face: bool = True,
    keep_going: KeepGoing = lambda phase: True,
) -> Prepared:
    """Find the face of `photo` and cut its person out; equal photos give equal bytes.

    With `matter` the matte is the larger network's. Raises `NoFace`, and `Cancelled` where `keep_going` says False to
    "face" or "cutout".
    """
    started = time.perf_counter()
    if not keep_going("face"):
        raise Cancelled("before face")
    found = find_faces(photo.rgb, networks)
    face = found.choose(face_index)
    seen = time.perf_counter()
    if not keep_going("cutout"):
        raise Cancelled("before cutout")
    prepared = Prepared(photo.turned(found.quarter_turns), face, len(found.faces), networks, matter)
    prepared.choose(Shape.AUTO)
    prepared.timings |= {"face": seen - started, "cutout": time.perf_counter() - seen}
    return prepared
