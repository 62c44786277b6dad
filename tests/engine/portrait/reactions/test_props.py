"""Props are data that a person can add without reading the warping code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.portrait.figure import CANVAS_PX, Figure
from engine.portrait.reactions.anchors import ANCHORS, anchor
from engine.portrait.reactions.catalogue import REACTIONS
from engine.portrait.reactions.props import PropBroken, draw, flatten, parse_prop, place, prop, prop_names
from engine.portrait.variation import vary

PART = '[[part]]\nanchors = ["left_eye"]\nsize = 0.3\n'
SHAPE = '[[part.shape]]\npath = "M0 0 L1 0 L1 1 Z"\nfill = "#ff0000"\n'


@pytest.mark.parametrize("name", prop_names())
def test_every_prop_file_parses_and_its_anchors_exist(name: str) -> None:
    for part in prop(name).parts:
        assert set(part.anchors) <= ANCHORS
        for shape in part.shapes:
            points = np.concatenate([line.points for line in shape.lines])
            assert np.abs(points).max() <= 1.2


def test_every_prop_is_used_and_every_named_prop_exists() -> None:
    named = {name for reaction in REACTIONS for name in (*reaction.props, *reaction.props_alone)}
    assert named == set(prop_names())


@pytest.mark.parametrize("name", sorted(ANCHORS))
def test_every_anchor_lies_on_the_canvas_and_is_of_a_faces_size(figure: Figure, name: str) -> None:
    affine, side = anchor(figure, name, near=1)
    assert (affine[:, 2] > 0).all()
    assert (affine[:, 2] < CANVAS_PX).all()
    assert side in (-1, 1)
    across, down = np.linalg.norm(affine[:, :2], axis=0)
    assert 0.02 * figure.face_px <= across <= 1.1 * figure.face_px
    assert 0.3 * figure.face_px < down < 1.1 * figure.face_px


def test_the_near_anchor_is_that_of_the_near_side(figure: Figure) -> None:
    for near, side in ((-1, "left"), (1, "right")):
        assert (anchor(figure, "near_temple", near)[0] == anchor(figure, f"{side}_temple", near)[0]).all()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (PART.replace("left_eye", "third_eye") + SHAPE, "third_eye"),
        (PART + SHAPE.replace("fill =", "fil ="), "fil"),
        (PART + SHAPE.replace("L1 0", "H1"), "H"),
        (PART + SHAPE.replace("M0 0 L1 0 L1 1 Z", "L1 1"), "before M"),
        (PART + SHAPE.replace("L1 1 Z", "L1"), "middle"),
        (PART + "scatter = 3\n" + SHAPE, "scatter"),
        (SHAPE, "part"),
    ],
)
def test_a_broken_prop_is_refused_with_the_reason(text: str, word: str) -> None:
    with pytest.raises(PropBroken, match=word):
        parse_prop("broken", text)


def test_a_path_is_flattened_through_its_points_and_closed_by_z() -> None:
    square, curve = flatten("M0 0 L1 0 L1 1 Z M0 0 Q1 0 1 1 C1 2 0 2 0 1")
    assert square.is_closed
    assert square.points.tolist() == [[0, 0], [1, 0], [1, 1]]
    assert not curve.is_closed
    assert curve.points[-1].tolist() == [0, 1]
    assert curve.points[:, 1].max() > 1.5


def test_a_mirrored_part_is_the_mirror_image_and_another_is_not(figure: Figure) -> None:
    for name, is_mirrored in (("horns", True), ("heart_eyes", False)):
        left, right = place([name], figure, 1, vary(1))[:2]
        turns = [np.sign(np.linalg.det(each.affine[:, :2])) for each in (left, right)]
        assert (turns[0] != turns[1]) == is_mirrored


def test_a_layer_is_drawn_where_its_box_says(figure: Figure) -> None:
    placed = place(["heart_eyes"], figure, 1, vary(1))
    layer = draw(placed, CANVAS_PX, CANVAS_PX)
    ys, xs = np.nonzero(layer[..., 3] > 0.5)
    low = np.min([each.box()[0] for each in placed], 0)
    high = np.max([each.box()[1] for each in placed], 0)
    assert np.abs([xs.min() - low[0], ys.min() - low[1], xs.max() - high[0], ys.max() - high[1]]).max() < 3
    assert layer[..., :3].max() <= 255.5
    assert (layer[..., :3] <= 255.5 * layer[..., 3:] + 0.5).all()


def test_scattered_pieces_lie_apart_beside_the_figure_and_fall_by_seed(figure: Figure) -> None:
    small = replace(figure, matte=np.zeros_like(figure.matte))
    small.matte[300:600, 250:500] = 1
    pieces = place(["confetti"], replace(small, face_px=200.0), 1, vary(1))
    assert len(pieces) > 15
    at = np.array([piece.affine[:, 2] for piece in pieces])
    assert (small.matte[at[:, 1].astype(int), at[:, 0].astype(int)] == 0).all()
    gaps = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) + 1e6 * np.eye(len(at))
    assert gaps.min() > 20
    other = place(["confetti"], replace(small, face_px=200.0), 1, vary(2))
    assert not np.array_equal(at[0], other[0].affine[:, 2])
