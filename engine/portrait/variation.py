"""What a seed changes: every random choice of a sticker is drawn here, by name. Knows no pixels."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variation:
    """The choices of one seed; each range is one in which every value looks right.

    The pose, for the composition: `tilt_deg`: the figure leans clockwise, 2 .. 9 degrees to either side; `lean`: the
    body is shifted under the head, -1 to the left .. 1 to the right; `head`: size of the head, 0 small .. 1 large;
    `bust`: how much of the body shows, 0 close .. 1 far.

    The hand, for the styles: `line`: line weight, 1 is the style's own; `warmth`: -1 cool .. 1 warm light; `colour`:
    factor on chroma; `light_side`: -1 light from the left, 1 from the right; `grain`: seed of textures.
    `has_backdrop`: shapes may stand behind the figure; False for a pack whose pictures have their own props.

    Everything else is asked for by name with `pick` and `dice`: choices of different names are independent.
    """

    seed: int
    tilt_deg: float
    lean: float
    head: float
    bust: float
    line: float
    warmth: float
    colour: float
    light_side: float
    grain: int
    has_backdrop: bool = True

    def dice(self, name: str) -> np.random.Generator:
        """Return a random generator of its own for `name`; the same on every machine."""
        return _generator(self.seed, name=name)

    def pick(self, name: str, choices: Sequence[T]) -> T:
        """Return one of `choices`, each as likely as the next."""
        return choices[_dealt(self.seed, name, len(choices))]

    def chance(self, name: str, share: float) -> bool:
        """Return True for a `share` of the seeds; of five in a row for as many as that makes."""
        return _spread(self.seed, name) < share


def _generator(*seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([*seed, zlib.crc32(name.encode())]))


def _dealt(seed: int, name: str, count: int) -> int:
    """Deal 0 .. `count` - 1 from shuffled decks: `count` seeds in a row, from a multiple of it, get each once.

    So stickers of neighbouring seeds differ more than chance would have it.
    """
    deck, place = divmod(seed, count)
    return int(_generator(deck, count, name=name).permutation(count)[place])


def _spread(seed: int, name: str) -> float:
    """Return 0 .. 1, from another fifth of it for each of five seeds in a row."""
    return float((_dealt(seed, name, 5) + _generator(seed, name=name).uniform()) / 5)


def vary(seed: int) -> Variation:
    """Draw the choices of `seed` (0 .. 2**32 - 1); the same on every machine."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return Variation(
        seed=seed,
        tilt_deg=(2 + 7 * _spread(seed, "tilt")) * (-1, 1)[_dealt(seed, "side", 2)],
        lean=2 * _spread(seed, "lean") - 1,
        head=_spread(seed, "head"),
        bust=_spread(seed, "bust"),
        line=float(rng.uniform(0.8, 1.3)),
        warmth=2 * _spread(seed, "warmth") - 1,
        colour=float(rng.uniform(0.92, 1.15)),
        light_side=float(rng.choice([-1.0, 1.0])),
        grain=int(rng.integers(2**31)),
    )
