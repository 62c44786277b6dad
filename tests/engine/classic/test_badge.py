"""A badge shows the whole face, whatever the photo leaves of it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.classic.badge import make_badge
from engine.classic.subject import Face
from engine.types import Shape
from tests.engine.classic.photos import astronaut, resized


def test_a_face_with_room_around_it_gets_a_circle() -> None:
    badge = make_badge(resized(astronaut(), 1024), Face(512, 512, 150, 0, 100))

    height, width = badge.matte.shape
    assert badge.shape is Shape.BADGE
    assert height == width == 512  # a smaller crop is enlarged to what a sticker needs
    assert badge.matte.mean() == pytest.approx(np.pi / 4, abs=0.01)
    assert badge.matte[height // 2, width // 2] == 1
    assert badge.matte[0, 0] == 0


def test_a_face_at_the_edge_gets_a_rounded_rectangle() -> None:
    badge = make_badge(astronaut(), Face(60, 256, 150, 0, 100))

    height, width = badge.matte.shape
    assert width < height == 512
    assert badge.matte.mean() > 0.9
    assert badge.matte[0, 0] == 0


def test_the_face_is_placed_in_the_badge_s_pixels() -> None:
    photo = np.zeros((800, 800, 3), dtype=np.uint8)
    photo[396:405, 296:305] = 255  # a mark in the middle of the face

    badge = make_badge(photo, Face(300.5, 400.5, 200, 0, 100))

    y, x = np.argwhere(badge.rgb[..., 0] > 200).mean(axis=0)
    assert (x + 0.5, y + 0.5) == pytest.approx((badge.face.x, badge.face.y), abs=1.0)
    assert badge.face.width == pytest.approx(200 * badge.rgb.shape[0] / 520, rel=0.01)


def test_a_large_badge_is_made_smaller() -> None:
    badge = make_badge(np.full((3000, 3000, 3), 200, dtype=np.uint8), Face(1500, 1500, 900, 0, 100))

    assert badge.rgb.shape == (640, 640, 3)
