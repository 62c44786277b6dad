"""Faces at every angle, size and light, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import damages
from engine.errors import NoFace
from engine.portrait.faces import FoundFaces, find_eyes, find_faces
from engine.portrait.networks import Networks
from engine.portrait.photo import straightened
from tests.engine.portrait.photos import FACE_PX, FACE_X, FACE_Y, astronaut, gradient, noise, text


@pytest.fixture(scope="module")
def found(networks: Networks) -> FoundFaces:
    return find_faces(astronaut(), networks)


def test_the_face_is_found_where_it_is(found: FoundFaces) -> None:
    face = found.choose()

    assert found.quarter_turns == 0
    assert abs(face.x - FACE_X) < 20
    assert abs(face.y - FACE_Y) < 20
    assert face.width == pytest.approx(FACE_PX, abs=8)
    assert abs(face.roll_deg) < 6
    assert face.is_mesh_sure


def test_the_mesh_lies_on_the_face(found: FoundFaces) -> None:
    mesh = found.choose().mesh

    assert mesh[33, 0] < mesh[133, 0] < mesh[4, 0] < mesh[362, 0] < mesh[263, 0]  # eyes and nose, left to right
    assert mesh[10, 1] < mesh[168, 1] < mesh[4, 1] < mesh[13, 1] < mesh[152, 1]  # forehead to chin
    assert found.choose().depth[4] < found.choose().depth[234]  # the nose is nearer than the ear


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_photo_gives_the_same_face(networks: Networks, found: FoundFaces, quarter_turns: int) -> None:
    turned = find_faces(np.ascontiguousarray(np.rot90(astronaut(), -quarter_turns)), networks)

    assert turned.quarter_turns == quarter_turns
    assert np.abs(turned.choose().mesh - found.choose().mesh).max() < 2


@pytest.mark.parametrize("degrees", [-165, -130, -100, -70, -40, -25, 25, 55, 80, 115, 150])
def test_a_photo_turned_in_its_frame_by_any_angle_gives_an_upright_face(networks: Networks, degrees: float) -> None:
    straight = straightened(damages.turned(astronaut(), degrees))
    face = find_faces(straight.rgb, networks).choose()

    assert abs(face.roll_deg) < 8
    assert face.width == pytest.approx(FACE_PX, abs=10)


@pytest.mark.parametrize("degrees", [-60, -35, 35, 60])
def test_a_camera_held_askew_is_no_trouble(networks: Networks, degrees: float) -> None:
    face = find_faces(damages.leaning(astronaut()[:420], degrees), networks).choose()

    roll = (face.roll_deg - degrees + 45) % 90 - 45  # up to the quarter turns that set the photo upright
    assert abs(roll) < 8


@pytest.mark.parametrize("name", [name for name in damages.PLAIN if name != "circle"])
def test_a_damaged_photo_still_has_its_face(networks: Networks, name: str) -> None:
    assert find_faces(damages.PLAIN[name](astronaut()), networks).faces


@pytest.mark.parametrize("name", list(damages.WITH_FACE))
def test_a_covered_face_is_one(networks: Networks, found: FoundFaces, name: str) -> None:
    assert find_faces(damages.WITH_FACE[name](astronaut(), found.choose()), networks).faces


def test_a_small_face_in_a_large_photo_is_found(networks: Networks) -> None:
    photo = np.full((1400, 1400, 3), 128, np.uint8)
    photo[900:1100, 1000:1200] = damages.resized(astronaut(), 200)

    face = find_faces(photo, networks).choose()

    assert 1000 < face.x < 1200
    assert face.width == pytest.approx(FACE_PX * 200 / 512, abs=6)


def test_several_faces_are_ordered_left_to_right_and_one_can_be_chosen(networks: Networks) -> None:
    faces = find_faces(np.concatenate([damages.resized(astronaut(), 300)] * 2, axis=1), networks)

    assert len(faces.faces) == 2
    assert faces.choose(0).x < 300 < faces.choose(1).x
    with pytest.raises(NoFace):
        faces.choose(2)


def test_the_largest_face_is_the_main_one(networks: Networks) -> None:
    photo = np.full((512, 900, 3), 128, np.uint8)
    photo[:, :512] = astronaut()
    photo[100:380, 560:840] = damages.resized(astronaut(), 280)

    assert find_faces(photo, networks).choose().x < 512


@pytest.mark.parametrize(
    "picture", [noise(300, 400), gradient(300, 400), text(500, 500), np.zeros((90, 90, 3), np.uint8)]
)
def test_without_a_face_none_is_found(networks: Networks, picture: damages.Rgb) -> None:
    with pytest.raises(NoFace):
        find_faces(picture, networks)


def test_a_face_blurred_away_is_none(networks: Networks, found: FoundFaces) -> None:
    with pytest.raises(NoFace):
        find_faces(damages.faceless(astronaut(), found.choose()), networks)


def test_eyes_lie_in_the_face_and_irises_in_the_eyes(networks: Networks, found: FoundFaces) -> None:
    face = found.choose()
    left, right = find_eyes(astronaut(), face, networks)

    assert left.iris[0, 0] < face.x < right.iris[0, 0]
    for eye in (left, right):
        assert eye.is_visible
        assert eye.contour.min(axis=0)[0] < eye.iris[0, 0] < eye.contour.max(axis=0)[0]
        assert eye.contour.min(axis=0)[1] < eye.iris[0, 1] < eye.contour.max(axis=0)[1] + 1
    assert np.linalg.norm(left.contour[0] - face.mesh[33]) < 0.05 * face.width
    assert np.linalg.norm(right.contour[0] - face.mesh[263]) < 0.05 * face.width


def test_eyes_behind_dark_glass_are_not_visible(networks: Networks, found: FoundFaces) -> None:
    photo = damages.shaded(astronaut(), found.choose())

    assert not any(eye.is_visible for eye in find_eyes(photo, find_faces(photo, networks).choose(), networks))
