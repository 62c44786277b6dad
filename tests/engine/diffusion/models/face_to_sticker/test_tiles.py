"""How a picture is cut for redrawing, as UltimateSDUpscale cuts it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from engine.diffusion.models.face_to_sticker.tiles import Tile, Tiling, cut, independent_groups, put, take

DEFAULT = Tiling()


def sides(tile: Tile) -> tuple[int, int]:
    left, top, right, bottom = tile.crop
    return right - left, bottom - top


def test_2048_px_are_sixteen_tiles_in_row_order() -> None:
    tiles = cut(2048, 2048, DEFAULT)

    assert [(tile.row, tile.column) for tile in tiles] == [(row, column) for row in range(4) for column in range(4)]


def test_crops_are_576_px_and_544_in_the_corners_all_drawn_at_544() -> None:
    tiles = cut(2048, 2048, DEFAULT)

    assert Counter(map(sides, tiles)) == {(576, 576): 12, (544, 544): 4}
    assert {sides(tile) for tile in tiles if {tile.row, tile.column} <= {0, 3}} == {(544, 544)}
    picture = Image.new("RGB", (2048, 2048))
    assert {take(picture, tile, DEFAULT.drawn_side).size for tile in tiles} == {(544, 544)}


def test_the_crops_of_the_first_row_are_the_original_s() -> None:
    crops = [tile.crop for tile in cut(2048, 2048, DEFAULT)[:4]]

    # the edge tiles grow inward: 32 px of surroundings beside them would leave them less high than wide
    assert crops == [(0, 0, 544, 544), (480, 0, 1056, 576), (992, 0, 1568, 576), (1504, 0, 2048, 544)]


def test_masks_reach_one_px_into_the_next_tile() -> None:
    masks = [tile.mask for tile in cut(1024, 1024, DEFAULT)]

    assert masks == [(0, 0, 513, 513), (512, 0, 1024, 513), (0, 512, 513, 1024), (512, 512, 1024, 1024)]


@pytest.mark.parametrize("size", [(1024, 1024), (2048, 1152), (1536, 2048), (520, 2040), (512, 512), (400, 304)])
def test_every_px_is_in_a_mask_and_every_mask_in_its_crop(size: tuple[int, int]) -> None:
    width, height = size
    covered = np.zeros((height, width), bool)
    for tile in cut(width, height, DEFAULT):
        left, top, right, bottom = tile.mask
        covered[top:bottom, left:right] = True
        near_x, near_y, far_x, far_y = tile.crop
        assert 0 <= near_x <= left < right <= far_x + 1 <= width + 1
        assert 0 <= near_y <= top < bottom <= far_y + 1 <= height + 1

    assert covered.all()


def test_tiles_of_one_colour_do_not_touch() -> None:
    groups = independent_groups(cut(2048, 2048, DEFAULT))

    assert [len(group) for group in groups] == [4, 4, 4, 4]
    for group in groups:
        seen = np.zeros((2048, 2048), np.uint8)
        for tile in group:
            left, top, right, bottom = tile.crop
            seen[top:bottom, left:right] += 1
        assert seen.max() == 1


def test_a_tile_changes_its_own_px_fully_and_nothing_outside_its_crop() -> None:
    tiling = Tiling(side=64, padding=32, blur=8)
    tile = cut(256, 256, tiling)[5]
    before = Image.new("RGB", (256, 256), (10, 20, 30))
    redrawn = Image.new("RGB", (tiling.drawn_side, tiling.drawn_side), (200, 210, 220))

    after = np.asarray(put(before, tile, redrawn, tiling.blur))

    left, top, right, bottom = tile.crop
    outside = np.ones((256, 256), bool)
    outside[top:bottom, left:right] = False
    assert (after[outside] == (10, 20, 30)).all()
    assert (after[96, 96] == (200, 210, 220)).all()  # its middle
    assert 60 < after[96, 64, 0] < 150  # its edge: about half
    assert np.asarray(before)[0, 0, 0] == 10


def test_putting_back_what_was_taken_changes_nothing() -> None:
    tiling = Tiling()
    tile = cut(1024, 1024, tiling)[0]  # a corner, which is not scaled
    picture = Image.fromarray(np.random.default_rng(8).integers(0, 256, (1024, 1024, 3), dtype=np.uint8))

    again = put(picture, tile, take(picture, tile, tiling.drawn_side), tiling.blur)

    np.testing.assert_allclose(np.asarray(again).astype(int), np.asarray(picture).astype(int), atol=1)
