"""A face moves as a whole: pixels, matte, mesh and eyes together, and nothing that should stay."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.portrait.figure import Figure
from engine.portrait.reactions.face import EyeFrame, corner_lift, eye_openness, has_glasses, mouth_openness
from engine.portrait.reactions.moves import EXACT, MOVES, Lids, Moves, displacements, near_side
from engine.portrait.reactions.warp import warp
from engine.types import Shape


def test_no_moves_leave_every_pixel_and_point_as_it_is(figure: Figure) -> None:
    still = warp(figure, Moves(), 1).figure
    assert np.abs(still.rgb.astype(int) - figure.rgb).max() <= 1
    assert np.abs(still.mesh - figure.mesh).max() < 0.05
    assert np.abs(still.eyes[0].contour - figure.eyes[0].contour).max() < 0.05


@pytest.mark.parametrize("name", sorted(MOVES))
def test_what_is_far_from_the_face_stays_bit_for_bit(figure: Figure, name: str) -> None:
    moved = warp(figure, MOVES[name], 1).figure
    oval = figure.mesh
    margin = 0.45 * (oval.max(0) - oval.min(0))
    (left, top), (right, bottom) = (oval.min(0) - margin).astype(int), (oval.max(0) + margin).astype(int)
    beyond = np.ones(figure.matte.shape, bool)
    beyond[max(0, top) : bottom, max(0, left) : right] = False
    assert beyond.any()
    assert (moved.rgb[beyond] == figure.rgb[beyond]).all()
    assert (moved.matte[beyond] == figure.matte[beyond]).all()


@pytest.mark.parametrize("name", sorted(MOVES))
def test_moved_points_are_where_the_table_takes_them(figure: Figure, name: str) -> None:
    shift = displacements(figure, MOVES[name], 1)
    mesh = warp(figure, MOVES[name], 1).figure.mesh
    exact = list(EXACT)
    assert np.abs(mesh[exact] - figure.mesh[exact] - shift[exact]).max() < 1e-3
    assert np.abs(mesh[[168, 6, 4]] - figure.mesh[[168, 6, 4]]).max() < 2


@pytest.mark.parametrize("point", [105, 334, 61, 291, 17, 152, 50, 280])
def test_pixels_go_where_the_mesh_goes(figure: Figure, point: int) -> None:
    marked = np.zeros_like(figure.rgb)
    cv2.circle(marked, tuple(int(c) for c in np.round(figure.mesh[point])), 5, (255, 255, 255), -1)
    moved = warp(replace(figure, rgb=marked), MOVES["party"], 1).figure
    ys, xs = np.nonzero(moved.rgb[..., 0] > 128)
    assert np.hypot(*(np.array([xs.mean(), ys.mean()]) - moved.mesh[point])) < 3
    assert np.hypot(*(moved.mesh[point] - figure.mesh[point])) > 3


def test_a_shut_eye_has_its_lids_and_its_mesh_on_one_line(figure: Figure) -> None:
    warped = warp(figure, Moves(near_lids=Lids(close=1)), near=-1)
    left, right = warped.figure.eyes
    assert eye_openness(left) < 0.12
    assert eye_openness(right) > 0.25
    assert not left.is_visible
    assert right.is_visible
    line, nothing = warped.lash_lines
    assert nothing is None
    assert line is not None
    frame = EyeFrame.of(left)
    assert np.abs(frame.to_eye(line)[10:30, 1] - np.median(frame.to_eye(left.contour[2:7])[:, 1])).max() < 0.2
    lids = warped.figure.mesh[[159, 145]]
    assert np.hypot(*(lids[0] - lids[1])) < 0.45 * np.hypot(*(figure.mesh[159] - figure.mesh[145]))


def test_an_eye_behind_dark_glasses_is_neither_shut_nor_enlarged(figure: Figure) -> None:
    eyes = tuple(replace(eye, is_visible=False) for eye in figure.eyes)
    hidden = replace(figure, eyes=(eyes[0], eyes[1]))
    for name in ("sleepy", "surprise"):
        warped = warp(hidden, replace(MOVES[name], brow_inner=0, brow_outer=0), 1)
        assert warped.lash_lines == (None, None)
        assert eye_openness(warped.figure.eyes[0]) == pytest.approx(eye_openness(figure.eyes[0]), abs=0.05)


def test_a_mouth_opens_and_one_that_is_open_opens_less(figure: Figure) -> None:
    shut = warp(figure, Moves(shut=0.94), 1).figure
    assert mouth_openness(shut.mesh) < 0.03 < mouth_openness(figure.mesh)
    gains = [
        mouth_openness(warp(each, Moves(jaw=0.3), 1).figure.mesh) - mouth_openness(each.mesh) for each in (shut, figure)
    ]
    assert gains[0] > 0.25
    assert gains[1] < 0.6 * gains[0]


def test_a_smile_lifts_the_corners_and_a_frown_lowers_them(figure: Figure) -> None:
    lifts = [corner_lift(warp(figure, Moves(smile=k), 1).figure.mesh) for k in (-1, 0, 1)]
    assert lifts[0] < lifts[1] - 0.1 < lifts[1] + 0.05 < lifts[2]


def test_a_smirk_is_on_the_near_side(figure: Figure) -> None:
    for near, corner in ((-1, 61), (1, 291)):
        shift = displacements(figure, Moves(smirk=0.4), near)
        assert shift[corner, 1] < -2
        assert shift[352 - corner, 1] > 2


def test_a_badge_keeps_its_shape_while_the_person_in_it_moves(figure: Figure) -> None:
    badge = replace(figure, shape=Shape.BADGE, matte=np.ones_like(figure.matte))
    moved = warp(badge, MOVES["surprise"], 1).figure
    assert (moved.matte == 1).all()
    assert not np.array_equal(moved.rgb, badge.rgb)


def test_the_near_side_is_that_of_the_wider_eye_and_else_of_the_seed(figure: Figure) -> None:
    assert near_side(figure, 1) == 1
    assert near_side(figure, -1) == -1
    left, right = figure.eyes
    narrow = replace(right, contour=(right.contour.mean(0) + 0.6 * (right.contour - right.contour.mean(0))))
    assert near_side(replace(figure, eyes=(left, narrow)), 1) == -1


def test_glasses_are_seen_and_hold_the_brows_back(figure: Figure) -> None:
    assert not has_glasses(figure)
    rgb = figure.rgb.copy()
    for eye in figure.eyes:
        centre = tuple(int(c) for c in eye.iris[0])
        cv2.ellipse(rgb, centre, (64, 50), 0, 0, 360, (25, 20, 20), 9, cv2.LINE_AA)
    ends = [
        tuple(int(c) for c in eye.iris[0] + (side * 64, -8)) for eye, side in zip(figure.eyes, (1, -1), strict=True)
    ]
    cv2.line(rgb, ends[0], ends[1], (25, 20, 20), 9, cv2.LINE_AA)
    assert has_glasses(replace(figure, rgb=rgb))
    bare, held = (displacements(figure, MOVES["surprise"], 1, has_glasses=seen) for seen in (False, True))
    assert abs(held[105, 1]) < 0.6 * abs(bare[105, 1])
