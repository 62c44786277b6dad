"""The cut follows the person, and says when it may not have."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.classic.cutout import Cut, cut_out
from engine.classic.cutout.bust import take_bust
from engine.classic.cutout.doubts import contrast, doubts
from engine.classic.cutout.smooth import guided_filter
from engine.classic.cutout.soften import bust_shaped, own_colours
from engine.classic.subject import Face, Matte, Rgb
from engine.types import Shape
from tests.engine.classic.photos import astronaut, gradient, noise

FACE = Face(223.0, 117.0, 104.0, 3.0, 80.0)


@pytest.fixture(scope="module")
def cut() -> Cut:
    return cut_out(astronaut(), FACE)


def at(cut: Cut, x: float, y: float) -> float:
    """The matte at a place of the 512 px photo."""
    scale = cut.subject.face.width / FACE.width
    return float(
        cut.subject.matte[
            round(cut.subject.face.y + (y - FACE.y) * scale), round(cut.subject.face.x + (x - FACE.x) * scale)
        ]
    )


def test_face_hair_and_suit_are_kept(cut: Cut) -> None:
    places = {"nose": (225, 115), "fringe": (215, 50), "left hair": (175, 90), "collar": (215, 200), "suit": (250, 270)}

    assert {name: at(cut, *place) for name, place in places.items()} == dict.fromkeys(places, 1.0)


def test_wall_flag_and_shuttle_are_gone(cut: Cut) -> None:
    places = {"wall": (130, 60), "flag": (65, 150), "shuttle": (385, 60), "above": (220, 12)}

    assert {name: at(cut, *place) for name, place in places.items()} == dict.fromkeys(places, 0.0)


def test_a_clear_portrait_is_trusted(cut: Cut) -> None:
    assert cut.doubts == ()


def test_the_subject_is_as_the_looks_expect_it(cut: Cut) -> None:
    subject = cut.subject

    assert subject.shape is Shape.BUST
    assert max(subject.rgb.shape) == 512
    assert subject.rgb.dtype == np.uint8
    assert subject.matte.dtype == np.float32
    assert subject.matte.shape == subject.rgb.shape[:2]
    assert subject.matte.min() >= 0
    assert subject.matte.max() <= 1
    assert subject.matte[-1, 0] == subject.matte[-1, -1] == 0  # round corners


def test_a_person_who_looks_like_the_wall_is_doubted() -> None:
    photo = astronaut()
    flat = np.asarray(cv2.GaussianBlur(photo, (0, 0), 25), dtype=np.uint8)

    assert cut_out(flat, FACE).doubts != ()


def test_a_face_that_fills_the_photo_is_doubted() -> None:
    close = np.ascontiguousarray(astronaut()[60:175, 172:275])
    face = Face(FACE.x - 172, FACE.y - 60, FACE.width, 0.0, 80.0)

    assert cut_out(close, face).doubts != ()


@pytest.mark.parametrize("photo", [noise(200, 200), gradient(200, 200), np.zeros((200, 200, 3), dtype=np.uint8)])
def test_a_cut_through_nothing_is_doubted(photo: Rgb) -> None:
    assert cut_out(photo, Face(100, 90, 60, 0, 30)).doubts != ()


@pytest.mark.parametrize("face", [Face(5, 5, 60, 0, 30), Face(195, 195, 90, 50, 30), Face(100, 100, 190, -50, 30)])
def test_a_face_over_the_photo_s_edge_is_cut_without_trouble(face: Face) -> None:
    subject = cut_out(noise(200, 200), face).subject

    assert subject.matte.shape == subject.rgb.shape[:2]


def test_a_dark_photo_without_anything_around_the_bust_is_cut() -> None:
    close = np.ascontiguousarray(astronaut()[:300, 60:390]) // 4

    subject = cut_out(close, Face(FACE.x - 60, FACE.y, FACE.width, 0.0, 80.0)).subject

    assert subject.rgb[subject.matte > 0.9].mean() > 70


class EverythingRight:
    """A network that takes the right half for the person."""

    def matte(self, photo: Rgb) -> Matte:
        matte = np.zeros(photo.shape[:2], dtype=np.float32)
        matte[:, photo.shape[1] // 2 :] = 1
        return matte


def test_a_network_s_matte_is_used_and_judged_by_the_face_it_covers() -> None:
    cut = cut_out(astronaut(), FACE, EverythingRight())

    assert at(cut, 130, 150) == 0
    assert at(cut, 330, 150) == 1
    assert "misses_face" in cut.doubts


def test_measures_on_the_wrong_side_of_their_limit_are_doubts() -> None:
    assert doubts({"unsure": 0.05, "faint_edge": 0.9, "fills_photo": 0.4}) == ()
    assert doubts({"unsure": 0.5, "faint_edge": 0.1, "fills_photo": 0.4}) == ("unsure", "faint_edge")


def test_contrast_is_measured_along_the_contour() -> None:
    bust = take_bust(np.zeros((400, 400, 3), dtype=np.uint8), Face(200, 200, 100, 0, 50))
    disc = np.hypot(*(np.mgrid[: bust.rgb.shape[0], : bust.rgb.shape[1]] - 200)) < 90
    bust.rgb[disc] = 200

    assert contrast(disc, bust) == 1.0
    assert contrast(np.roll(disc, 60, axis=1), bust) < 0.5


def test_the_fringe_takes_the_person_s_colour() -> None:
    matte = np.clip((np.arange(100, dtype=np.float32)[None, :] - 45) / 10, 0, 1).repeat(60, axis=0)
    red, green = np.array([200, 20, 20]), np.array([20, 200, 20])
    mixed = (matte[..., None] * red + (1 - matte[..., None]) * green).astype(np.uint8)

    own = own_colours(mixed, matte).astype(int)

    assert abs(own[30, 50] - red).max() < 40
    assert abs(mixed[30, 50].astype(int) - red).max() > 80


def test_a_head_cut_flat_by_the_photo_gets_a_round_top() -> None:
    bust = take_bust(astronaut(), Face(256, 60, 100, 0, 50))
    full = np.ones(bust.rgb.shape[:2], dtype=np.float32)

    shaped = bust_shaped(full, bust)

    assert shaped[3, full.shape[1] // 2] == 1
    assert shaped[3, 3] == shaped[3, -4] == 0


def test_the_guided_filter_keeps_the_guide_s_edges_only() -> None:
    guide = np.zeros((40, 60, 3), dtype=np.uint8)
    guide[:, 30:] = 255
    values = (np.arange(60) >= 33).astype(np.float32)[None, :].repeat(40, axis=0)

    smooth = guided_filter(guide, values, 4, 1e-4)

    assert smooth[20, 29] < 0.05
    assert smooth[20, 30] - smooth[20, 29] > 0.3
