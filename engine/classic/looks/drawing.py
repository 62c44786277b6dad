"""What a look hands back."""

from __future__ import annotations

from dataclasses import dataclass

from engine.classic.tone import Picture
from engine.pixels import Matte


@dataclass(frozen=True, slots=True)
class Drawing:
    """`picture` and its `matte`, one size. `cell_px` above 0: drawn in square cells of that size, all edges hard."""

    picture: Picture
    matte: Matte
    cell_px: int = 0
