"""What a seed changes: every random choice of a sticker is drawn here, once. Knows no pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variation:
    """The choices of one seed; each range is one in which every value looks right.

    `tilt_deg`: the figure leans clockwise; `bust`: how much of the body shows, 0 close .. 1 far; `line`: line
    weight, 1 is the look's own; `warmth`: -1 cool .. 1 warm light; `colour`: factor on chroma; `light_side`: -1
    light from the left, 1 from the right; `palette`: 0 .. 1, which of a look's palettes; `grain`: seed of textures.
    """

    tilt_deg: float
    bust: float
    line: float
    warmth: float
    colour: float
    light_side: float
    palette: float
    grain: int

    def pick(self, choices: Sequence[T]) -> T:
        """The one of `choices` that `palette` points to."""
        return choices[int(self.palette * len(choices))]


def vary(seed: int) -> Variation:
    """Draw the choices of `seed` (0 .. 2**32 - 1); the same on every machine."""
    rng = np.random.Generator(np.random.PCG64(seed))
    lean = rng.uniform(2.0, 5.0) * rng.choice([-1.0, 1.0])
    return Variation(
        tilt_deg=float(lean),
        bust=float(rng.uniform()),
        line=float(rng.uniform(0.8, 1.3)),
        warmth=float(rng.uniform(-1, 1)),
        colour=float(rng.uniform(0.9, 1.15)),
        light_side=float(rng.choice([-1.0, 1.0])),
        palette=float(rng.uniform()),
        grain=int(rng.integers(2**31)),
    )
