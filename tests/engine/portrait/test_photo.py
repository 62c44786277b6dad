"""What is set aside before a photo is looked at."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks import damages
from engine.errors import PhotoUnusable
from engine.portrait.photo import OpenedPhoto, open_photo, straightened, trimmed
from tests.engine.portrait.photos import astronaut, noise


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (28, 30, 36)])
@pytest.mark.parametrize("is_wide", [True, False])
def test_bars_of_any_colour_are_trimmed(colour: tuple[int, int, int], *, is_wide: bool) -> None:
    photo = open_photo(damages.encoded(damages.barred(astronaut(), colour, is_wide=is_wide))).rgb

    assert all(500 <= side <= 512 for side in photo.shape[:2])


def test_a_photo_without_bars_is_left_as_it_is() -> None:
    assert trimmed(astronaut()).shape == (512, 512, 3)
    assert straightened(astronaut()).cover is None


def test_a_plain_backdrop_is_no_bar() -> None:
    photo = np.full((300, 300, 3), 245, np.uint8)
    cv2.ellipse(photo, (150, 220), (70, 160), 0, 0, 360, (200, 160, 140), -1)

    assert trimmed(photo).shape == photo.shape


def test_a_wall_seen_on_both_sides_of_a_curved_outline_is_no_turned_photo() -> None:
    """The two corners have a triangle's legs and its area, and no straight third side."""
    photo = noise(400, 400)
    down, across = np.mgrid[:400, :400] / 200
    corner = across + down + 0.25 * np.sin(np.pi * (across - down)) < 1
    photo[corner | corner[::-1, ::-1]] = 128

    assert straightened(photo).rgb is photo


def test_a_picture_of_one_colour_is_not_trimmed_to_nothing() -> None:
    assert trimmed(np.zeros((80, 90, 3), np.uint8)).shape == (80, 90, 3)


@pytest.mark.parametrize("width_px", [1, 3, 9])
def test_a_line_from_corner_to_corner_is_no_turned_photo(width_px: int) -> None:
    """All of the rest looks like empty corners."""
    photo = np.full((90, 90, 3), 255, np.uint8)
    cv2.line(photo, (0, 89), (89, 0), (0, 0, 0), width_px)

    assert straightened(photo).rgb is photo


@pytest.mark.parametrize("degrees", [-44, -20, -8, 8, 20, 44])
@pytest.mark.parametrize("colour", [damages.BLACK, damages.WHITE])
def test_a_photo_turned_in_its_frame_is_turned_back(degrees: float, colour: tuple[int, int, int]) -> None:
    photo = open_photo(damages.encoded(damages.turned(astronaut(), degrees, colour)))

    assert all(abs(side - 512) < 16 for side in photo.rgb.shape[:2])
    middle = photo.rgb[200:300, 200:300].astype(int)
    assert min(_difference(middle, astronaut()[200 + y : 300 + y, 200 + x : 300 + x]) for y, x in _shifts()) < 9


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other.astype(int)).mean())


def _shifts() -> list[tuple[int, int]]:
    return [(y, x) for y in range(-8, 9) for x in range(-8, 9)]


def test_what_a_turned_frame_cut_off_is_not_covered() -> None:
    photo = straightened(damages.turned(astronaut(), 20, is_whole=False))

    assert photo.cover is not None
    assert photo.cover[0, 0] == 0
    assert 0.7 < photo.cover.mean() < 0.99
    assert not photo.is_cut


def test_the_outline_of_a_cut_out_is_kept_and_of_a_frame_is_not() -> None:
    person = np.zeros((512, 512), np.uint8)
    person[40:200, 150:300] = 255
    person[200:, 60:440] = 255
    cut, frame = (
        open_photo(damages.encoded(picture))
        for picture in (np.dstack([astronaut(), person]), damages.in_circle(astronaut()))
    )

    assert cut.is_cut
    assert not frame.is_cut
    assert frame.cover is not None
    assert cut.rgb[0, 0].tolist() == [255, 255, 255]
    assert np.abs(frame.rgb[2, 2].astype(int) - astronaut()[75, 75]).max() < 90  # goes on, not white or black


def test_an_alpha_that_hides_nothing_is_forgotten() -> None:
    opaque = np.dstack([astronaut(), np.full((512, 512), 255, np.uint8)])

    assert open_photo(damages.encoded(opaque)).cover is None


def test_turning_turns_the_cover_too() -> None:
    cover = np.zeros((4, 6), np.float32)
    cover[0, 0] = 1
    photo = OpenedPhoto(noise(4, 6), cover).turned(1)

    assert photo.rgb.shape == (6, 4, 3)
    assert photo.cover is not None
    assert photo.cover[5, 0] == 1


@pytest.mark.parametrize("data", [b"", b"no photo", damages.encoded(astronaut())[:3000]])
def test_what_is_no_photo_is_said_to_be_unusable(data: bytes) -> None:
    with pytest.raises(PhotoUnusable):
        open_photo(data)


def test_nothing_but_transparency_is_unusable() -> None:
    with pytest.raises(PhotoUnusable):
        open_photo(damages.encoded(np.zeros((60, 60, 4), np.uint8)))
