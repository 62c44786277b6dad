"""From a photo to a person ready to be drawn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.classic.prepare import Prepared, prepare
from engine.errors import Cancelled, NoFace
from engine.types import Shape
from tests.engine.classic.photos import astronaut, dark, gradient, resized


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(astronaut())


def test_both_shapes_are_prepared(prepared: Prepared) -> None:
    assert prepared.cutout.shape is Shape.BUST
    assert prepared.badge.shape is Shape.BADGE
    assert prepared.is_trusted
    assert prepared.doubts == ()
    assert prepared.faces == 1
    assert set(prepared.timings) == {"face", "cutout", "badge"}


def test_the_same_photo_gives_the_same_bytes_on_any_number_of_threads(prepared: Prepared) -> None:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        again = prepare(astronaut())
    finally:
        cv2.setNumThreads(threads)

    assert np.array_equal(again.cutout.rgb, prepared.cutout.rgb)
    assert np.array_equal(again.cutout.matte, prepared.cutout.matte)
    assert np.array_equal(again.badge.rgb, prepared.badge.rgb)
    assert again.cutout.face == prepared.cutout.face


def test_a_sideways_photo_gives_an_upright_person(prepared: Prepared) -> None:
    turned = prepare(np.ascontiguousarray(np.rot90(astronaut())))

    assert turned.is_trusted
    difference = turned.cutout.rgb.mean(axis=(0, 1)) - prepared.cutout.rgb.mean(axis=(0, 1))
    assert abs(difference).max() < 8
    assert abs(turned.cutout.face.roll_deg) < 15


def test_a_dark_photo_gives_a_visible_person() -> None:
    prepared = prepare(dark(astronaut(), 0.2))

    inside = prepared.cutout.matte > 0.9
    assert prepared.cutout.rgb[inside].mean() > 70


def test_a_small_photo_is_enlarged() -> None:
    prepared = prepare(resized(astronaut(), 200))

    assert max(prepared.cutout.rgb.shape) == 512


def test_without_a_face_there_is_nothing_to_prepare() -> None:
    with pytest.raises(NoFace):
        prepare(gradient(200, 300))


@pytest.mark.parametrize("phase", ["face", "cutout"])
def test_preparing_stops_before_the_phase_that_is_refused(phase: str) -> None:
    with pytest.raises(Cancelled):
        prepare(astronaut(), keep_going=lambda asked: asked != phase)
