"""From a photo to a person, or a thing, ready to be drawn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks import damages
from engine.errors import Cancelled, NoFace
from engine.portrait.matte.cut import FACE_PX
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto, open_photo
from engine.portrait.prepare import Prepared, PreparedThing, prepare
from engine.portrait.variation import vary
from engine.types import Shape
from tests.engine.portrait.photos import astronaut, gradient, noise, pear

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def prepared(networks: Networks) -> Prepared:
    made = prepare(OpenedPhoto(astronaut()), networks)
    assert isinstance(made, Prepared)
    return made


def test_a_good_cut_is_a_bust_and_what_is_asked_for_is_made(prepared: Prepared) -> None:
    assert prepared.choose(Shape.AUTO) is Shape.BUST
    for shape in (Shape.BUST, Shape.HEAD, Shape.FIGURE, Shape.BADGE):
        assert prepared.choose(shape) is shape
        assert prepared.place(shape, vary(1)).shape is shape
    assert prepared.faces == 1
    assert set(prepared.timings) == {"face", "cutout"}


def test_a_larger_photo_is_looked_at_no_closer(networks: Networks, prepared: Prepared) -> None:
    large = prepare(OpenedPhoto(cv2.resize(astronaut(), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)), networks)
    assert isinstance(large, Prepared)

    assert large.face.width == pytest.approx(FACE_PX, rel=0.01)
    small, same = prepared.place(Shape.BUST, vary(1)), large.place(Shape.BUST, vary(1))
    assert same.face_px == pytest.approx(small.face_px, rel=0.03)
    overlap = np.minimum(small.matte, same.matte).sum() / np.maximum(small.matte, same.matte).sum()
    assert overlap > 0.96


def test_a_smile_is_read_off_the_face(prepared: Prepared) -> None:
    assert prepared.emoji == "😀"


def test_dark_glasses_are_read_off_the_face(networks: Networks, prepared: Prepared) -> None:
    shaded = prepare(OpenedPhoto(damages.shaded(astronaut(), prepared.face)), networks)

    assert shaded.emoji == "😎"


def test_a_cut_that_cannot_be_trusted_becomes_a_badge(networks: Networks, prepared: Prepared) -> None:
    """She stands before a wall of blurred faces: nothing tells her from it."""
    photo = cv2.GaussianBlur(damages.resized(astronaut(), 60), (0, 0), 3)
    wall = np.tile(cv2.resize(photo, (128, 128)), (4, 4, 1))
    face = prepared.face
    mask = np.zeros((512, 512, 1), np.float32)
    cv2.ellipse(mask, (round(face.x), round(face.y)), (60, 78), 0, 0, 360, 1, -1)
    made = prepare(OpenedPhoto((astronaut() * mask + wall * (1 - mask)).astype(np.uint8)), networks)
    assert isinstance(made, Prepared)

    assert made.bust.doubt.is_grave
    assert made.choose(Shape.AUTO) is Shape.BADGE
    assert made.choose(Shape.BUST) is Shape.BUST


def test_one_of_several_faces_is_chosen_by_its_place(networks: Networks) -> None:
    pair = np.concatenate([astronaut()[:, 100:350], damages.light(astronaut()[:, 100:350], 0.6)], axis=1)
    left, right = (prepare(OpenedPhoto(pair), networks, face_index=index) for index in (0, 1))
    assert isinstance(left, Prepared)
    assert isinstance(right, Prepared)

    assert left.faces == right.faces == 2
    assert left.face.x < right.face.x
    assert np.median(left.bust.rgb[left.bust.matte > 0.9]) > 1.3 * np.median(right.bust.rgb[right.bust.matte > 0.9])
    with pytest.raises(NoFace):
        prepare(OpenedPhoto(pair), networks, face_index=2)


def test_the_same_photo_gives_the_same_bytes(prepared: Prepared) -> None:
    again = prepare(OpenedPhoto(astronaut()), Networks())
    assert isinstance(again, Prepared)

    assert np.array_equal(again.bust.matte, prepared.bust.matte)
    assert np.array_equal(again.bust.rgb, prepared.bust.rgb)


@pytest.mark.parametrize("threads", [1, 3])
def test_another_number_of_threads_changes_nothing_that_can_be_seen(prepared: Prepared, threads: int) -> None:
    """OpenCV adds up in another order then: the last digits of a float differ."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(threads)
    try:
        again = prepare(OpenedPhoto(astronaut()), Networks())
        assert isinstance(again, Prepared)
        assert np.abs(again.bust.matte - prepared.bust.matte).max() < 0.004
        assert np.abs(again.bust.rgb.astype(int) - prepared.bust.rgb).max() <= 1
    finally:
        cv2.setNumThreads(before)


@pytest.mark.parametrize("picture", [gradient(200, 300), noise(200, 200), pear(300, 300)])
def test_without_a_face_there_is_nothing_to_prepare(networks: Networks, picture: damages.Rgb) -> None:
    with pytest.raises(NoFace):
        prepare(OpenedPhoto(picture), networks)


@pytest.mark.parametrize("phase", ["face", "cutout"])
def test_preparing_stops_before_the_phase_that_is_refused(networks: Networks, phase: str) -> None:
    with pytest.raises(Cancelled):
        prepare(OpenedPhoto(astronaut()), networks, keep_going=lambda asked: asked != phase)


# -- things ----------------------------------------------------------------------------------------------------------


def thing(picture: damages.Rgb, networks: Networks) -> PreparedThing:
    made = prepare(open_photo(damages.encoded(picture)), networks, needs_face=False)
    assert isinstance(made, PreparedThing)
    return made


def test_a_thing_before_a_plain_background_is_cut_out(networks: Networks) -> None:
    made = thing(pear(300, 400), networks)
    figure = made.place(made.choose(Shape.AUTO), vary(1))

    assert made.choose(Shape.AUTO) is Shape.FIGURE
    assert not figure.has_face
    assert (made.faces, made.emoji) == (0, "")
    green = figure.rgb[figure.matte > 0.9]
    assert (green[:, 1] > green[:, 2]).mean() > 0.97


@pytest.mark.parametrize("picture", [gradient(200, 300), noise(200, 200), np.zeros((90, 90, 3), np.uint8)])
def test_where_nothing_stands_out_the_whole_picture_is_a_badge(networks: Networks, picture: damages.Rgb) -> None:
    made = thing(picture, networks)
    figure = made.place(made.choose(Shape.AUTO), vary(1))

    assert figure.shape is Shape.BADGE
    assert figure.matte.max() == 1
    height, width = picture.shape[:2]
    assert (figure.matte > 0.5).any(axis=1).sum() / (figure.matte > 0.5).any(axis=0).sum() == pytest.approx(
        height / width, abs=0.02
    )


def test_a_person_whose_face_cannot_be_seen_is_cut_out(networks: Networks, prepared: Prepared) -> None:
    made = thing(damages.faceless(astronaut(), prepared.face), networks)

    assert made.choose(Shape.AUTO) is Shape.FIGURE
    assert 0.2 < made.thing.matte.mean() < 0.7


def test_a_thing_with_transparency_keeps_its_outline(networks: Networks) -> None:
    picture = pear(300, 300)
    alpha = ((picture[..., 1] > picture[..., 2]) * 255).astype(np.uint8)
    made = thing(np.dstack([picture, alpha]), networks)

    assert made.thing.is_sure
    assert made.choose(Shape.AUTO) is Shape.FIGURE


@pytest.mark.parametrize("shape", [Shape.AUTO, Shape.BUST, Shape.FIGURE, Shape.HEAD])
def test_a_picture_of_one_colour_is_a_badge_whatever_is_asked_for(networks: Networks, shape: Shape) -> None:
    assert thing(np.zeros((72, 96, 3), np.uint8), networks).choose(shape) is Shape.BADGE
