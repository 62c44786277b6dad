"""Where the person stands on the canvas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import damages
from engine.portrait.compose import MARGIN_PX, compose, undone_lean
from engine.portrait.faces import find_faces
from engine.portrait.figure import CANVAS_PX, Figure
from engine.portrait.matte.cut import Cut, cut_bust
from engine.portrait.matte.filters import polygon
from engine.portrait.mesh import OVAL
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto
from engine.portrait.variation import vary
from engine.types import Shape
from tests.engine.portrait.photos import astronaut

SHAPES = (Shape.BUST, Shape.HEAD, Shape.FIGURE, Shape.BADGE)


@pytest.fixture(scope="module")
def cut(networks: Networks) -> Cut:
    return cut_bust(OpenedPhoto(astronaut()), find_faces(astronaut(), networks).choose(), networks)


@pytest.fixture(scope="module")
def figures(cut: Cut) -> dict[Shape, Figure]:
    return {shape: compose(cut, shape, vary(7)) for shape in SHAPES}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_figure_fills_the_canvas_up_to_its_margin(figures: dict[Shape, Figure], shape: Shape) -> None:
    figure = figures[shape]
    rows, columns = np.nonzero(figure.matte > 0.5)
    extent = max(np.ptp(rows), np.ptp(columns)) + 1

    assert figure.rgb.shape == (CANVAS_PX, CANVAS_PX, 3)
    assert figure.matte.shape == figure.person.shape == (CANVAS_PX, CANVAS_PX)
    assert extent == pytest.approx(CANVAS_PX - 2 * MARGIN_PX, abs=24)
    assert min(rows.min(), columns.min()) > MARGIN_PX - 8
    assert max(rows.max(), columns.max()) < CANVAS_PX - MARGIN_PX + 8
    assert figure.shape is shape


@pytest.mark.parametrize("shape", SHAPES)
def test_mesh_and_eyes_move_with_the_pixels(cut: Cut, figures: dict[Shape, Figure], shape: Shape) -> None:
    """The colours under the mesh's points are those of the cut, whatever was turned, scaled and shrunk."""
    figure = figures[shape]
    inside = polygon(figure.mesh[list(OVAL)], figure.matte.shape) > 0.9
    points = [index for index, (x, y) in enumerate(figure.mesh) if inside[round(float(y)), round(float(x))]]
    there, here = _colours(cut.rgb, cut.face.mesh[points]), _colours(figure.rgb, figure.mesh[points])

    assert len(points) > 200
    assert np.abs(there.astype(int) - here.astype(int)).mean() < 8
    assert figure.eyes[0].iris[0, 0] < figure.eyes[1].iris[0, 0]
    for eye in figure.eyes:
        assert inside[round(float(eye.iris[0, 1])), round(float(eye.iris[0, 0]))]


def _colours(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    x, y = np.round(points).astype(int).T
    return rgb[y, x]


def test_a_head_is_larger_than_a_bust_and_a_bust_than_a_figure(figures: dict[Shape, Figure]) -> None:
    assert figures[Shape.HEAD].face_px > figures[Shape.BUST].face_px > figures[Shape.FIGURE].face_px


def test_a_badge_keeps_its_background_and_knows_the_person(figures: dict[Shape, Figure]) -> None:
    badge = figures[Shape.BADGE]

    assert badge.matte[CANVAS_PX // 2, CANVAS_PX // 2] == 1
    assert badge.matte[0, 0] == 0
    assert 0.2 < badge.person.sum() / badge.matte.sum() < 0.9
    outside = (badge.matte > 0.9) & (badge.person < 0.05)
    assert badge.rgb[outside].std() > 5


def test_of_a_face_that_fills_the_frame_the_badge_is_a_rounded_rectangle(networks: Networks) -> None:
    photo = damages.filled(astronaut(), find_faces(astronaut(), networks).choose())
    badge = compose(cut_bust(OpenedPhoto(photo), find_faces(photo, networks).choose(), networks), Shape.BADGE, vary(1))

    rows = (badge.matte > 0.5).any(axis=1)
    middle = badge.matte[CANVAS_PX // 2]
    assert badge.matte.sum() > 0.86 * rows.sum() * (middle > 0.5).sum()


def test_seeds_pose_differently_and_the_same_seed_the_same(cut: Cut) -> None:
    one, again, other = (compose(cut, Shape.BUST, vary(seed)) for seed in (1, 1, 2))

    assert np.array_equal(one.rgb, again.rgb)
    assert np.array_equal(one.matte, again.matte)
    assert np.abs(one.matte - other.matte).mean() > 0.01


@pytest.mark.parametrize("tilt_deg", [-9.0, 9.0])
def test_a_positive_tilt_leans_clockwise(cut: Cut, tilt_deg: float) -> None:
    figure = compose(cut, Shape.HEAD, replace(vary(3), tilt_deg=tilt_deg))
    straight = compose(cut, Shape.HEAD, replace(vary(3), tilt_deg=0.0))

    assert _roll(figure) - _roll(straight) == pytest.approx(tilt_deg, abs=0.5)


def _roll(figure: Figure) -> float:
    across = figure.mesh[263] - figure.mesh[33]
    return float(np.degrees(np.arctan2(across[1], across[0])))


def test_a_camera_held_askew_is_undone_and_a_leaning_head_only_partly(cut: Cut, networks: Networks) -> None:
    photo = damages.leaning(astronaut(), -35)
    askew = cut_bust(OpenedPhoto(photo), find_faces(photo, networks).choose(), networks)
    leaning = replace(cut, face=replace(cut.face, roll_deg=35.0))
    head = replace(leaning, matte=leaning.matte * (np.arange(len(leaning.matte)) < leaning.face.y)[:, None])

    assert undone_lean(askew) == pytest.approx(askew.face.roll_deg)
    assert 10 < undone_lean(leaning) <= 20
    assert undone_lean(head) == pytest.approx(27)  # without a body nothing speaks against it


def test_a_cut_of_nothing_is_placed_without_trouble(cut: Cut) -> None:
    empty = replace(cut, matte=np.zeros_like(cut.matte))

    assert compose(empty, Shape.BUST, vary(1)).matte.max() == 0
