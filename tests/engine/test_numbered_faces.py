"""Faces with their numbers: every one framed, on a picture of bounded size."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine.numbered_faces import LONG_SIDE_PX, number_faces

GREY = 128


@pytest.mark.parametrize(("width", "height"), [(4000, 1000), (1000, 3000), (300, 200), (40, 40)])
def test_a_large_photo_is_shown_small_and_a_small_one_as_it_is(width: int, height: int) -> None:
    shown = opened(number_faces(np.full((height, width, 3), GREY, np.uint8), [(5, 5, 25, 25)]))
    scale = min(1.0, LONG_SIDE_PX / max(width, height))
    assert shown.shape[:2] == (round(height * scale), round(width * scale))


def test_each_face_is_marked_where_it_is_even_at_the_edge() -> None:
    boxes = [(-20.0, -20.0, 60.0, 60.0), (200.0, 100.0, 300.0, 200.0)]
    shown = opened(number_faces(np.full((400, 400, 3), GREY, np.uint8), boxes))
    changed = np.abs(shown.astype(int) - GREY).max(axis=2) > 40
    assert changed[:70, :70].any()
    assert changed[80:130, 180:230].any()
    assert not changed[250:, :].any()


def test_each_number_looks_otherwise() -> None:
    photo, box = np.full((300, 300, 3), GREY, np.uint8), (100.0, 100.0, 250.0, 250.0)
    far = (0.0, 0.0, 1.0, 1.0)
    shown = [opened(number_faces(photo, [far] * before + [box]))[60:140, 60:140] for before in range(3)]
    assert not np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[1], shown[2])


def opened(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image)
