"""What is painted stays where it belongs."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.portrait.figure import Figure
from engine.portrait.mesh import INNER_LOWER, INNER_UPPER
from engine.portrait.pen import coverage
from engine.portrait.reactions import paint
from engine.portrait.reactions.moves import Moves
from engine.portrait.reactions.warp import warp
from engine.portrait.tone import rgb, to_lab

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def opened(figure: Figure) -> Figure:
    return warp(figure, Moves(shut=0.94, smile=0.8, jaw=0.35), 1).figure


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.abs(after.astype(np.float32) - before).max(-1) > 3


def test_a_mouth_is_painted_between_the_lips_only_and_shows_teeth_above_a_dark_throat(opened: Figure) -> None:
    picture = np.full((*opened.matte.shape, 3), 120, np.float32)
    paint.mouth_inside(picture, opened.mesh, opened.face_px)
    lips = coverage(opened.matte.shape, [opened.mesh[list(INNER_UPPER + INNER_LOWER[::-1])]])
    near = cv2.dilate(lips, np.ones((13, 13), np.uint8)) > 0
    assert not (changed(np.float32(120), picture) & ~near).any()
    line = picture[int(opened.mesh[13, 1]) : int(opened.mesh[14, 1]), int(opened.mesh[13, 0])]
    light = line.min(-1)
    assert light.max() > 190
    assert light[: len(light) // 2].max() > light[len(light) // 2 :].max()
    assert light.min() < 60


def test_closed_lips_are_not_painted(figure: Figure) -> None:
    shut = warp(figure, Moves(shut=1.0), 1).figure
    picture = np.full((*shut.matte.shape, 3), 120, np.float32)
    paint.mouth_inside(picture, shut.mesh, shut.face_px)
    assert (picture == 120).all()


def test_real_teeth_are_kept_and_a_dark_gap_is_not(figure: Figure) -> None:
    assert paint.shows_teeth(figure)
    dark = figure.rgb.copy()
    lips = coverage(figure.matte.shape, [figure.mesh[list(INNER_UPPER + INNER_LOWER[::-1])]]) > 0
    dark[lips] = (60, 20, 20)
    assert not paint.shows_teeth(replace(figure, rgb=dark))


def test_teeth_are_no_brighter_than_a_dim_face_allows(figure: Figure) -> None:
    assert paint.face_light(replace(figure, rgb=figure.rgb // 4)) < 0.8
    assert paint.face_light(figure) > 0.95


def test_a_tint_changes_the_hue_and_keeps_light_from_shade() -> None:
    ramp = np.repeat(np.linspace(40, 230, 64, dtype=np.float32)[None, :, None], 3, 2).repeat(64, 0)
    area = np.zeros((64, 64), np.float32)
    area[:32] = 1
    result = paint.tint(ramp, area, rgb("#9a4fd0"), 0.8)
    assert (result[33:] == ramp[33:]).all()
    light = to_lab(result)[8, :, 0]
    assert (np.diff(light) > 0).all()
    assert (result[8, 10:50, 2] > result[8, 10:50, 1] + 15).all()


def test_dimples_are_smoothed_and_a_beard_is_left_alone(figure: Figure) -> None:
    spot = (figure.mesh[291] + 0.07 * figure.face_px * np.array([1, 0])).astype(int)
    marked = figure.rgb.copy()
    cv2.circle(marked, (int(spot[0]), int(spot[1])), 5, (60, 30, 20), -1)
    smooth = marked.astype(np.float32)
    paint.smooth_dimples(smooth, figure.mesh, figure.face_px, 1.0)
    assert smooth[spot[1], spot[0]].min() > 90
    chin = figure.mesh[199].astype(int)
    cv2.circle(marked, (int(chin[0]), int(chin[1])), 60, (50, 35, 25), -1)
    bearded = marked.astype(np.float32)
    paint.smooth_dimples(bearded, figure.mesh, figure.face_px, 1.0)
    assert np.array_equal(bearded, marked)


def test_a_fold_darkens_and_blush_reddens_the_cheeks_only(figure: Figure) -> None:
    picture = np.full((*figure.matte.shape, 3), 180, np.float32)
    paint.frown(picture, figure.mesh, figure.face_px, 0.5)
    assert picture.min() < 160
    assert picture.max() == 180
    blushed = np.full((*figure.matte.shape, 3), 180, np.float32)
    paint.blush(blushed, figure, 0.5)
    rows, columns = np.nonzero(changed(np.float32(180), blushed))
    assert rows.min() > figure.mesh[[159, 386], 1].max()
    assert rows.max() < figure.mesh[152, 1]
    assert (blushed[rows, columns, 0] > blushed[rows, columns, 1]).all()
