"""Dark photos are lifted; people are not."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.damages import light
from engine.portrait.exposure import Lift, brighten, lifted, needed_lift, noise_level
from tests.engine.portrait.photos import astronaut


def test_a_well_exposed_photo_is_left_alone() -> None:
    photo = astronaut()

    assert needed_lift(photo) == Lift()
    assert lifted(photo, Lift()) is photo


def test_a_dark_face_in_good_light_is_left_alone() -> None:
    photo = astronaut()
    photo[50:200, 150:300] = photo[50:200, 150:300] // 5  # the head, with the bright wall around it

    assert needed_lift(photo) == Lift()


def test_a_dark_photo_is_lifted_to_about_its_old_light() -> None:
    photo = light(astronaut(), 0.25)

    bright = lifted(photo, needed_lift(photo))

    assert np.percentile(bright.max(axis=2), 95) > 170
    assert bright.max() <= 255
    assert photo.mean() < 0.5 * bright.mean() < 0.5 * 200


def test_black_stays_black_and_order_is_kept() -> None:
    ramp = np.repeat(np.arange(100, dtype=np.uint8)[None, :, None], 3, axis=2)

    bright = lifted(ramp, Lift(1.0, 4.0))[0, :, 0].astype(int)

    assert bright[0] <= 2
    assert (np.diff(bright) >= -1).all()


def test_colours_stay_as_colourful_as_they_were() -> None:
    skin = np.full((8, 8, 3), (40, 25, 18), dtype=np.uint8)

    bright = brighten(skin, Lift(2.0, 3.0))[0, 0] / brighten(skin, Lift(2.0, 3.0))[0, 0, 0]

    assert bright == pytest.approx([1, 25 / 40, 18 / 40], abs=0.02)


def test_a_photo_with_no_pixels_around_the_person_is_no_trouble() -> None:
    assert brighten(np.empty((1, 0, 3), dtype=np.uint8), Lift(1.0, 3.0)).shape == (1, 0, 3)


def test_the_noise_of_a_dark_photo_is_not_lifted_with_it() -> None:
    photo = light(astronaut(), 0.2, 4)
    lift = needed_lift(photo)

    quiet = lifted(photo, lift)

    assert lift.stretch * lift.gain > 3
    assert noise_level(quiet) < noise_level(brighten(photo, lift)) / 2.5
