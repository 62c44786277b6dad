"""Of several photos the one with the best face: large, sharp, alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.portrait.best import best_photo
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto
from tests.engine.portrait.photos import Rgb, astronaut, gradient


def worse(kind: str) -> Rgb:
    whole = astronaut()
    match kind:
        case "small":
            return np.asarray(cv2.resize(whole, (256, 256), interpolation=cv2.INTER_AREA), np.uint8)
        case "blurred":
            return np.asarray(cv2.GaussianBlur(whole, (0, 0), 4.0), np.uint8)
        case "beside another":
            return np.hstack([whole[:400, 100:350], whole[:400, 100:350]])
        case _:
            return gradient(300, 300)


@pytest.mark.parametrize("kind", ["small", "blurred", "beside another", "faceless"])
def test_a_large_sharp_face_alone_in_its_photo_is_better_than_one_that_is(kind: str) -> None:
    networks = Networks()
    good, bad = OpenedPhoto(astronaut()), OpenedPhoto(worse(kind))
    assert best_photo([good, bad], networks) == 0
    assert best_photo([bad, good], networks) == 1


def test_of_equal_photos_and_of_none_with_a_face_the_first_is_taken() -> None:
    networks = Networks()
    assert best_photo([OpenedPhoto(astronaut())] * 2, networks) == 0
    assert best_photo([OpenedPhoto(gradient(200, 200))] * 2, networks) == 0
