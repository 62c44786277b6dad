"""Cuts a picture into the tiles that UltimateSDUpscale redraws and puts them back. Knows no network.

Tiles stand side by side; each is redrawn with some of its surroundings and pasted through a soft-edged mask.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

Box = tuple[int, int, int, int]  # left, top, right, bottom in px; right and bottom are outside


@dataclass(frozen=True, slots=True)
class Tiling:
    """Sizes in px: `side` of a tile, `padding` of its surroundings on each side, `blur` of the mask's edge."""

    side: int = 512
    padding: int = 32
    blur: int = 8

    @property
    def drawn_side(self) -> int:
        """The side every tile is drawn at, however large its surroundings are: a multiple of 8."""
        return math.ceil((self.side + self.padding) / 8) * 8


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: `mask` is what changes, `crop` what is redrawn, square but for small pictures."""

    column: int
    row: int
    mask: Box
    crop: Box


def cut(width: int, height: int, tiling: Tiling) -> list[Tile]:
    """Return the tiles of a picture, row by row."""
    columns, rows = math.ceil(width / tiling.side), math.ceil(height / tiling.side)
    return [_tile(column, row, (width, height), tiling) for row in range(rows) for column in range(columns)]


def _tile(column: int, row: int, size: tuple[int, int], tiling: Tiling) -> Tile:
    (left, right), (top, bottom) = (
        # one px more than the tile: the mask's far edge belongs to it
        (place * tiling.side, min((place + 1) * tiling.side + 1, edge))
        for place, edge in zip((column, row), size, strict=True)
    )
    near_x, near_y = (max(near - tiling.padding, 0) for near in (left, top))
    far_x, far_y = (min(far + tiling.padding, edge) for far, edge in zip((right, bottom), size, strict=True))
    far_x, far_y = (far - 1 if far < edge else far for far, edge in zip((far_x, far_y), size, strict=True))
    side = max(far_x - near_x, far_y - near_y)
    near_x, far_x = _widened(near_x, far_x, size[0], side)
    near_y, far_y = _widened(near_y, far_y, size[1], side)
    return Tile(column, row, (left, top, right, bottom), (near_x, near_y, far_x, far_y))


def _widened(near: int, far: int, edge: int, side: int) -> tuple[int, int]:
    """Widen to `side`: half of it outward, the rest inward, and what the picture's border forbids not at all."""
    far = min(far + (side - (far - near)) // 2, edge)
    near = max(far - side, 0)
    return near, min(near + side, edge)


def independent_groups(tiles: Sequence[Tile]) -> list[list[Tile]]:
    """Return the tiles in four groups, in which none touches another: each group may be redrawn at once."""
    groups: dict[tuple[int, int], list[Tile]] = {}
    for tile in tiles:
        groups.setdefault((tile.row % 2, tile.column % 2), []).append(tile)
    return list(groups.values())


def take(picture: Image.Image, tile: Tile, drawn_side: int) -> Image.Image:
    """Return what is redrawn of `picture` (mode RGB), at the size it is drawn at."""
    part = picture.crop(tile.crop)
    size = (drawn_side, drawn_side)
    return part if part.size == size else part.resize(size, Image.Resampling.LANCZOS)


def put(picture: Image.Image, tile: Tile, redrawn: Image.Image, blur: int) -> Image.Image:
    """Return `picture` with `redrawn` in the tile's place, both mode RGB."""
    left, top, right, bottom = tile.crop
    size = (right - left, bottom - top)
    if redrawn.size != size:
        redrawn = redrawn.resize(size, Image.Resampling.LANCZOS)
    pasted = redrawn.convert("RGBA")
    # What changes has soft edges; over the crop alone, the mask is the same as a blurred one of the whole picture.
    mask = Image.new("L", size)
    near, far = (tile.mask[0] - left, tile.mask[1] - top), (tile.mask[2] - left - 1, tile.mask[3] - top - 1)
    ImageDraw.Draw(mask).rectangle((*near, *far), fill=255)
    pasted.putalpha(mask.filter(ImageFilter.GaussianBlur(blur)))
    part = picture.crop(tile.crop).convert("RGBA")
    part.alpha_composite(pasted)
    result = picture.copy()
    result.paste(part.convert("RGB"), (left, top))
    return result
