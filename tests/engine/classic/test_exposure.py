"""Dark photos are lifted; people are not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.classic.exposure import brighten, lift, needed_gain, noise_level
from tests.engine.classic.photos import astronaut, dark


def test_a_well_exposed_photo_is_left_alone() -> None:
    photo = astronaut()

    assert needed_gain(photo) == 1.0
    assert lift(photo, 1.0) is photo


def test_a_dark_face_in_good_light_is_left_alone() -> None:
    photo = astronaut()
    photo[50:200, 150:300] = photo[50:200, 150:300] // 5  # the head, with the bright wall around it

    assert needed_gain(photo) == 1.0


def test_a_dark_photo_is_lifted_to_about_its_old_light() -> None:
    photo = dark(astronaut(), 0.25)

    lifted = lift(photo, needed_gain(photo))

    assert np.percentile(lifted.max(axis=2), 95) > 170
    assert lifted.max() <= 255
    assert photo.mean() < 0.5 * lifted.mean() < 0.5 * 200


def test_black_stays_black_and_order_is_kept() -> None:
    ramp = np.repeat(np.arange(100, dtype=np.uint8)[None, :, None], 3, axis=2)

    lifted = lift(ramp, 4.0)[0, :, 0].astype(int)

    assert lifted[0] <= 2
    assert (np.diff(lifted) >= -1).all()


def test_colours_stay_as_colourful_as_they_were() -> None:
    skin = np.full((8, 8, 3), (40, 25, 18), dtype=np.uint8)

    lifted = brighten(skin, 4.0)[0, 0] / brighten(skin, 4.0)[0, 0, 0]

    assert lifted == pytest.approx([1, 25 / 40, 18 / 40], abs=0.02)


def test_a_photo_with_no_pixels_around_the_person_is_no_trouble() -> None:
    assert brighten(np.empty((1, 0, 3), dtype=np.uint8), 3.0).shape == (1, 0, 3)


def test_the_noise_of_a_dark_photo_is_not_lifted_with_it() -> None:
    photo = dark(astronaut(), 0.2, noise=4)
    gain = needed_gain(photo)

    lifted = lift(photo, gain)

    assert gain > 3
    assert noise_level(lifted) < noise_level(photo) * gain / 3
