"""Sixteen reactions, each its own sticker, in any style."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import cv2
import emoji
import numpy as np
import pytest

from engine.portrait.border import bordered
from engine.portrait.figure import CANVAS_PX, Figure, Points
from engine.portrait.reactions.catalogue import REACTIONS, Reaction
from engine.portrait.reactions.draw import draw_reaction
from engine.portrait.reactions.framing import close_up, framed
from engine.portrait.reactions.moves import MOVES, Moves
from engine.portrait.reactions.paint import skin_area
from engine.portrait.reactions.props import place
from engine.portrait.study import DRAWING_PX
from engine.portrait.styles.drawing import Drawing
from engine.portrait.variation import Variation, vary

BY_NAME = {reaction.name: reaction for reaction in REACTIONS}

pytestmark = pytest.mark.early


def plain(figure: Figure, _variation: Variation) -> Drawing:
    """A style that changes nothing: what differs is the reaction's."""
    size = (DRAWING_PX, DRAWING_PX)
    picture = cv2.resize(figure.rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return Drawing(picture, cv2.resize(figure.matte, size, interpolation=cv2.INTER_AREA))


def in_cells(figure: Figure, variation: Variation) -> Drawing:
    """A style of square cells of 8 px."""
    drawing = plain(figure, variation)
    cells = cv2.resize(drawing.picture, (64, 64), interpolation=cv2.INTER_AREA)
    return replace(drawing, picture=np.repeat(np.repeat(cells, 8, 0), 8, 1), cell_px=8)


def seen(drawing: Drawing) -> np.ndarray:
    """The drawing on grey."""
    alpha = drawing.matte[..., None]
    return drawing.picture * alpha + 128 * (1 - alpha)


def difference(one: Drawing, other: Drawing) -> float:
    """Share of the sticker's pixels that differ visibly."""
    return float((np.abs(seen(one) - seen(other)).max(-1) > 24).mean())


def unsure(figure: Figure) -> Figure:
    return replace(figure, is_mesh_sure=False)


def test_there_are_sixteen_with_unique_names_and_emoji_of_one_grapheme() -> None:
    assert len(REACTIONS) == 16
    assert len({reaction.name for reaction in REACTIONS}) == len({reaction.emoji for reaction in REACTIONS}) == 16
    for reaction in REACTIONS:
        assert emoji.is_emoji(reaction.emoji)
        assert len(reaction.emoji) == 1
        assert reaction.moves is MOVES[reaction.name]
        assert reaction.props or reaction.props_alone


@pytest.fixture(scope="module")
def stickers(figure: Figure) -> dict[str, Drawing]:
    return {reaction.name: draw_reaction(figure, reaction, plain, vary(5)) for reaction in REACTIONS}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_each_reaction_is_visibly_different_from_the_plain_figure(
    figure: Figure, stickers: dict[str, Drawing], name: str
) -> None:
    assert difference(stickers[name], plain(figure, vary(5))) > 0.008


def test_no_two_reactions_look_alike(stickers: dict[str, Drawing]) -> None:
    for (one, first), (other, second) in combinations(stickers.items(), 2):
        assert difference(first, second) > 0.008, (one, other)


def test_the_same_is_drawn_again_and_another_seed_throws_other_confetti(figure: Figure) -> None:
    party = BY_NAME["party"]
    first, again, other = (draw_reaction(figure, party, plain, vary(seed)) for seed in (5, 5, 6))
    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.matte, again.matte)
    assert not np.array_equal(first.matte, other.matte)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_unsure_mesh_gets_props_only(figure: Figure, name: str) -> None:
    drawn: list[Figure] = []

    def style(figure: Figure, variation: Variation) -> Drawing:
        drawn.append(figure)
        return plain(figure, variation)

    result = draw_reaction(unsure(figure), BY_NAME[name], style, vary(5))
    names = BY_NAME[name].props_alone or BY_NAME[name].props
    expected = framed(close_up(figure), place(names, figure, 1 if vary(5).light_side > 0 else -1, vary(5)))
    assert np.array_equal(drawn[0].rgb, expected.rgb)
    assert np.array_equal(drawn[0].mesh, expected.mesh)
    assert difference(result, plain(drawn[0], vary(5))) > 0.003


def test_sixteen_unsure_stickers_are_distinct(figure: Figure) -> None:
    drawn = [draw_reaction(unsure(figure), reaction, plain, vary(5)) for reaction in REACTIONS]
    for number, one in enumerate(drawn):
        for other in drawn[:number]:
            assert difference(one, other) > 0.003


def test_a_figure_without_a_face_is_refused(figure: Figure) -> None:
    with pytest.raises(ValueError, match="face"):
        draw_reaction(replace(figure, has_face=False), REACTIONS[0], plain, vary(1))


@pytest.mark.parametrize("name", ["party", "angel", "devil", "sleepy"])
def test_what_stands_above_the_head_is_on_the_canvas(figure: Figure, stickers: dict[str, Drawing], name: str) -> None:
    matte = stickers[name].matte
    assert matte[:6].max() < 0.1
    assert matte[:, :6].max() < 0.1
    assert matte[:, -6:].max() < 0.1
    sticker = bordered(stickers[name])
    assert sticker.shape == (DRAWING_PX, DRAWING_PX, 4)


def test_a_figure_is_scaled_no_more_than_its_props_need(figure: Figure) -> None:
    assert framed(figure, place(["heart_eyes"], figure, 1, vary(1))) is figure
    small = framed(figure, place(["party_hat"], figure, 1, vary(1)))
    assert 0.5 < small.face_px / figure.face_px < 0.95
    boxes = [each.box() for each in place(["party_hat"], small, 1, vary(1))]
    assert np.min([low for low, _ in boxes]) > 0.02 * CANVAS_PX


def test_mesh_eyes_and_pixels_are_scaled_alike(figure: Figure) -> None:
    marked = figure.rgb.copy()
    marked[:] = 0
    cv2.circle(marked, tuple(int(c) for c in np.round(figure.mesh[4])), 6, (255, 255, 255), -1)
    small = framed(replace(figure, rgb=marked), place(["party_hat"], figure, 1, vary(1)))
    ys, xs = np.nonzero(small.rgb[..., 0] > 128)
    assert np.hypot(*(np.array([xs.mean(), ys.mean()]) - small.mesh[4])) < 1.5
    span: list[Points] = [each.mesh[263] - each.eyes[0].iris[0] for each in (figure, small)]
    assert np.hypot(*span[1]) / np.hypot(*span[0]) == pytest.approx(small.face_px / figure.face_px, rel=1e-3)


def test_a_small_face_is_brought_closer_and_its_neighbours_pieces_go(figure: Figure) -> None:
    shrink = np.array([[0.5, 0, 190], [0, 0.5, 190]], np.float32)
    far = replace(
        figure,
        rgb=cv2.warpAffine(figure.rgb, shrink, (CANVAS_PX, CANVAS_PX)),
        person=cv2.warpAffine(figure.person, shrink, (CANVAS_PX, CANVAS_PX)),
        mesh=figure.mesh * np.float32(0.5) + 190,
        face_px=figure.face_px / 2,
    )
    far = replace(far, matte=far.person)
    far.person[380:420, 40:80] = 1
    near = close_up(far)
    assert near.face_px > 0.36 * CANVAS_PX
    count, _ = cv2.connectedComponents((near.person > 0.5).astype(np.uint8))
    assert count == 2


def test_props_land_on_whole_cells(figure: Figure) -> None:
    drawing = draw_reaction(figure, BY_NAME["heart eyes"], in_cells, vary(5))
    cells = drawing.picture.reshape(64, 8, 64, 8, 3)
    changed = np.abs(drawing.picture - in_cells(figure, vary(5)).picture).max(-1).reshape(64, 8, 64, 8) > 30
    hearts = changed.all((1, 3))
    assert hearts.sum() > 60
    spread = cells.max((1, 3)) - cells.min((1, 3))
    assert spread[hearts].max() < 1


def test_a_skin_that_turns_red_keeps_hair_eyes_and_ground(figure: Figure) -> None:
    area = skin_area(figure, 256)
    at = (figure.mesh / 3).astype(int)
    for point in (50, 280, 151, 4, 152, 205):
        assert area[at[point, 1], at[point, 0]] > 0.8, point
    for eye in figure.eyes:
        x, y = (eye.iris[0] / 3).astype(int)
        assert area[y, x] < 0.2
    hair = (figure.mesh[10] - (0, 0.3 * figure.face_px)) / 3
    assert area[int(hair[1]), int(hair[0])] < 0.2
    assert area[:10].max() == 0
    red = draw_reaction(figure, BY_NAME["angry"], plain, vary(5)).picture
    cheek = (figure.mesh[50] * DRAWING_PX / CANVAS_PX).astype(int)
    now, before = red[cheek[1], cheek[0]], plain(figure, vary(5)).picture[cheek[1], cheek[0]]
    assert now[0] - now[1] > before[0] - before[1] + 40


def test_a_reaction_that_does_nothing_changes_nothing(figure: Figure) -> None:
    nothing = Reaction("nothing", "😐", Moves())
    assert difference(draw_reaction(figure, nothing, plain, vary(5)), plain(figure, vary(5))) == 0
