"""A photo becomes a person ready to be drawn, cut out and as a badge. Knows no look and no file format."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.classic.badge import make_badge
from engine.classic.cutout import cut_out
from engine.classic.face import find_face
from engine.classic.subject import Subject
from engine.errors import Cancelled
from engine.matte import MattingModel
from engine.pixels import Rgb


@dataclass(frozen=True)
class Prepared:
    """Both shapes of one person, always.

    `is_trusted`: the cut-out may be shown without asking; where not, `doubts` says why, by code. `faces` counts
    all faces of the photo. `timings` maps "face", "cutout" and "badge" to seconds.
    """

    cutout: Subject
    badge: Subject
    is_trusted: bool
    doubts: tuple[str, ...]
    faces: int
    timings: Mapping[str, float]


def prepare(
    photo: Rgb, matter: MattingModel | None = None, keep_going: Callable[[str], bool] = lambda phase: True
) -> Prepared:
    """Find the main face of `photo` and prepare its person; equal photos give equal bytes.

    `photo` may have any size and be turned by any angle. With `matter` the cut-out's matte is the network's.
    Raises `NoFace`, and `Cancelled` where `keep_going("face")` or `keep_going("cutout")` says False.
    """
    clock = [time.perf_counter()]
    _go_on(keep_going, "face")
    found = find_face(photo)
    clock.append(time.perf_counter())
    _go_on(keep_going, "cutout")
    cut = cut_out(found.photo, found.face, matter)
    clock.append(time.perf_counter())
    badge = make_badge(found.photo, found.face)
    clock.append(time.perf_counter())
    phases = zip(("face", "cutout", "badge"), clock[:-1], clock[1:], strict=True)
    timings = {phase: end - start for phase, start, end in phases}
    return Prepared(cut.subject, badge, not cut.doubts, cut.doubts, found.faces, timings)


def _go_on(keep_going: Callable[[str], bool], phase: str) -> None:
    if not keep_going(phase):
        raise Cancelled
