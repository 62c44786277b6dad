"""What the segmenting network is shown of a photo."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pixels import Rgb
from engine.portrait.faces import find_faces
from engine.portrait.matte.segment import show
from engine.portrait.networks import Networks
from tests.engine.portrait.photos import astronaut


def skin_of(photo: Rgb) -> np.ndarray:
    """Return the mean RGB of a cheek as the network is shown it."""
    face = find_faces(photo, Networks()).choose()
    shown = show(photo, face)
    x, y = (shown.centre + shown.face_px * np.array([0.2, 0.1])).astype(int)
    return np.asarray(shown.rgb[y - 4 : y + 4, x - 4 : x + 4].reshape(-1, 3).mean(axis=0))


@pytest.mark.parametrize("lamp", [(1.3, 0.5, 0.4), (0.45, 0.6, 1.25), (0.5, 1.2, 0.5)], ids=["red", "blue", "green"])
def test_in_the_light_of_a_coloured_lamp_skin_is_shown_in_about_its_own_colour(lamp: tuple[float, ...]) -> None:
    """Otherwise skin and wall are alike to a network that was trained in daylight."""
    photo = astronaut()
    coloured = np.clip(photo * np.array(lamp), 0, 255).astype(np.uint8)
    plain, shown = skin_of(photo), skin_of(coloured)
    assert np.abs(shown / shown.sum() - plain / plain.sum()).max() < 0.08


@pytest.mark.parametrize(
    "tone", [(1.0, 1.0, 1.0), (0.7, 0.62, 0.55), (1.0, 0.9, 0.75)], ids=["as it is", "dark", "warm"]
)
def test_skins_of_all_tones_in_usual_light_are_shown_as_they_are(tone: tuple[float, ...]) -> None:
    photo = np.clip(astronaut() * np.array(tone), 0, 255).astype(np.uint8)
    face = find_faces(photo, Networks()).choose()
    shown = show(photo, face)
    if shown.ratio == 1:
        np.testing.assert_array_equal(shown.rgb, photo)
    else:
        assert np.abs(shown.rgb.reshape(-1, 3).mean(axis=0) - photo.reshape(-1, 3).mean(axis=0)).max() < 2
