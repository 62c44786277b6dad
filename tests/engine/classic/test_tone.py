from __future__ import annotations

import numpy as np
import pytest

from engine.classic.subject import Face
from engine.classic.tone import face_axes, face_oval, smoothstep, to_rgb
from engine.pixels import noise_sd, to_lab


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_lab_and_back_is_the_same_picture() -> None:
    picture = dice().integers(0, 256, (32, 32, 3), np.uint8)
    assert np.abs(to_rgb(to_lab(picture)).astype(int) - picture).max() <= 1


@pytest.mark.parametrize("sd", [0.5, 2.0, 6.0])
def test_noise_is_measured_in_l(sd: float) -> None:
    plane = (50 + dice().normal(0, sd, (300, 300))).astype(np.float32)
    assert noise_sd(plane) == pytest.approx(sd, rel=0.1)


def test_lines_are_no_noise() -> None:
    plane = np.full((300, 300), 70, np.float32)
    plane[::12] = 20
    assert noise_sd(plane) < 0.1


def test_the_oval_leans_with_the_head() -> None:
    face = Face(100, 100, 80, roll_deg=90, score=1)
    oval = face_oval(face, (200, 200)) > 0.5
    ys, xs = np.nonzero(oval)
    assert np.ptp(xs) > np.ptp(ys)


def test_face_axes_count_in_face_widths() -> None:
    u, v = face_axes(Face(50, 40, 20, roll_deg=0, score=1), (100, 100))
    assert (u[40, 70], v[60, 50]) == (pytest.approx(1), pytest.approx(1))


def test_smoothstep_runs_from_0_to_1() -> None:
    steps = smoothstep(2, 4, np.array([1, 2, 3, 4, 5], np.float32))
    assert steps.tolist() == [0, 0, 0.5, 1, 1]
