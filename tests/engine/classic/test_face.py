"""The face is found whatever happened to the photo, and nothing else is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.classic.face import find_face
from engine.errors import NoFace
from engine.pixels import Rgb
from tests.engine.classic import photos
from tests.engine.classic.photos import FACE_X, FACE_Y, astronaut


def is_at(face_x: float, face_y: float, x: float, y: float, width: float) -> bool:
    return bool(np.hypot(face_x - x, face_y - y) < 0.25 * width)


def test_an_upright_face_is_found_in_photo_pixels() -> None:
    found = find_face(astronaut())

    assert is_at(found.face.x, found.face.y, FACE_X, FACE_Y, found.face.width)
    assert 85 < found.face.width < 150
    assert abs(found.face.roll_deg) < 12
    assert found.faces == 1


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_without_exif_is_set_upright(turns: int) -> None:
    upright = astronaut()

    found = find_face(np.ascontiguousarray(np.rot90(upright, turns)))

    assert np.array_equal(found.photo, upright)
    assert is_at(found.face.x, found.face.y, FACE_X, FACE_Y, found.face.width)


@pytest.mark.parametrize("degrees", [-40, -20, 20, 40])
def test_a_leaning_head_is_found_and_its_lean_measured(degrees: int) -> None:
    photo = photos.leaning(astronaut(), degrees)

    found = find_face(photo)

    assert found.photo.shape == photo.shape
    assert abs(found.face.roll_deg - degrees) < 14


@pytest.mark.parametrize(
    "photo",
    [
        photos.dark(astronaut(), 0.12),
        photos.dark(astronaut(), 0.2, noise=8),
        photos.resized(astronaut(), 160),
        cv2.GaussianBlur(astronaut(), (0, 0), 3),
        cv2.imdecode(cv2.imencode(".jpg", astronaut(), [cv2.IMWRITE_JPEG_QUALITY, 12])[1], cv2.IMREAD_COLOR),
    ],
    ids=["dark", "dark and noisy", "small", "blurred", "squeezed"],
)
def test_a_bad_photo_still_has_its_face(photo: Rgb) -> None:
    scale = photo.shape[0] / 512

    found = find_face(photo)

    assert is_at(found.face.x / scale, found.face.y / scale, FACE_X, FACE_Y, found.face.width / scale)


def test_a_huge_photo_is_looked_at_small() -> None:
    photo = cv2.resize(astronaut(), (6000, 6000), interpolation=cv2.INTER_LINEAR)

    found = find_face(np.asarray(photo, dtype=np.uint8))

    assert is_at(found.face.x / 11.72, found.face.y / 11.72, FACE_X, FACE_Y, found.face.width / 11.72)


def test_the_largest_of_several_faces_is_taken_and_all_are_counted() -> None:
    large, small = astronaut(), photos.resized(astronaut(), 300)
    group = np.full((512, 812, 3), 128, dtype=np.uint8)
    group[:, :512], group[100:400, 512:] = large, small

    found = find_face(group)

    assert found.faces == 2
    assert is_at(found.face.x, found.face.y, FACE_X, FACE_Y, found.face.width)


@pytest.mark.parametrize(
    "photo",
    [
        photos.noise(300, 400),
        photos.gradient(300, 400),
        photos.text(300, 600),
        np.full((200, 300, 3), 128, dtype=np.uint8),
        np.zeros((40, 40, 3), dtype=np.uint8),
        np.zeros((1, 1, 3), dtype=np.uint8),
        np.zeros((3, 900, 3), dtype=np.uint8),
        np.ascontiguousarray(astronaut()[320:]),
    ],
    ids=["noise", "gradient", "text", "grey", "tiny", "one pixel", "a line", "a suit without a head"],
)
def test_what_has_no_face_is_refused(photo: Rgb) -> None:
    with pytest.raises(NoFace):
        find_face(photo)
