from __future__ import annotations

import numpy as np
import pytest

from engine.classic.geometry import BODY_SCALE, MIN_BADGE_FACE, Frame, place
from engine.classic.subject import Face, Subject
from engine.types import Shape


def figure(shape: Shape = Shape.BUST, face_width: float = 120.0) -> Subject:
    """A head and shoulders on a canvas of 400 x 480, the photo's columns numbered in its red channel."""
    y, x = np.mgrid[:480, :400].astype(np.float32)
    face = Face(200, 190, face_width, roll_deg=0, score=1)
    u, v = (x - face.x) / face_width, (y - face.y) / face_width
    person = (np.hypot(u / 0.62, (v + 0.1) / 0.8) < 1) | ((v > 0.7) & (abs(u) < 1.3))
    matte = person.astype(np.float32) if shape is Shape.BUST else np.ones_like(x)
    rgb = np.dstack([x / 400 * 255, y / 480 * 255, 255 * person]).astype(np.uint8)
    return Subject(rgb, matte, face, shape)


def widths(matte: np.ndarray) -> np.ndarray:
    return (matte > 0.5).sum(axis=1)


@pytest.mark.parametrize("tilt_deg", [-5.0, 0.0, 5.0])
@pytest.mark.parametrize("below_fw", [0.9, 1.5])
def test_the_figure_fills_the_canvas_it_is_given(tilt_deg: float, below_fw: float) -> None:
    placed = place(figure(), Frame(tilt_deg, below_fw), 484)
    assert max(placed.matte.shape) == 484
    ys, xs = np.nonzero(placed.matte > 0.4)
    assert ys.min() <= 9 and xs.min() <= 9
    assert placed.matte.shape[0] - ys.max() <= 10 and placed.matte.shape[1] - xs.max() <= 10


def test_the_head_is_big_beside_the_body() -> None:
    after = place(figure(), Frame(0, 2.4), 484)
    row = round(after.face.y + 1.3 * after.face.width)
    in_faces = widths(after.matte)[row] / after.face.width
    assert in_faces == pytest.approx(2 * 1.3 * BODY_SCALE, rel=0.05)


def test_the_face_is_where_it_is_said_to_be() -> None:
    placed = place(figure(), Frame(4, 1.3), 484)
    red, green, _ = placed.rgb[round(placed.face.y), round(placed.face.x)].astype(float)
    assert (red, green) == (pytest.approx(200 / 400 * 255, abs=3), pytest.approx(190 / 480 * 255, abs=3))
    assert placed.face.roll_deg == pytest.approx(4)


def test_a_close_crop_makes_the_face_larger() -> None:
    near, far = (place(figure(), Frame(0, below_fw), 484).face.width for below_fw in (0.9, 1.6))
    assert near > 1.1 * far


def test_wisps_are_dropped_and_the_rest_stays() -> None:
    subject = figure()
    subject.matte[100:104, 300:390] = 1
    plain, wispy = place(figure(), Frame(0, 1.5), 484), place(subject, Frame(0, 1.5), 484)
    assert np.abs(widths(plain.matte)[:250].max() - widths(wispy.matte)[:250].max()) < 25


def test_a_badge_keeps_its_shape_and_brings_a_small_face_closer() -> None:
    placed = place(figure(Shape.BADGE, face_width=60.0), Frame(5, 1.3), 484)
    assert placed.matte.shape == (484, 403)
    assert placed.face.width == pytest.approx(MIN_BADGE_FACE * 484, rel=0.02)
    red, _, _ = placed.rgb[round(placed.face.y), round(placed.face.x)].astype(float)
    assert red == pytest.approx(200 / 400 * 255, abs=3)


def test_the_subject_is_left_as_it_was() -> None:
    subject = figure()
    rgb, matte = subject.rgb.copy(), subject.matte.copy()
    place(subject, Frame(3, 1.2), 484)
    assert (subject.rgb == rgb).all() and (subject.matte == matte).all()
