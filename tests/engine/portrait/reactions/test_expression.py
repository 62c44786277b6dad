"""What a face says by itself, for the emoji of a plain sticker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.portrait.figure import Figure
from engine.portrait.reactions.expression import expression_emoji
from engine.portrait.reactions.moves import LAUGHING, MOVES, SHUT, Moves
from engine.portrait.reactions.warp import warp

REST = Moves(shut=0.97, smile=-0.25)

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def at_rest(figure: Figure) -> Figure:
    """Return the astronaut without her smile."""
    return warp(figure, REST, 1).figure


def read(figure: Figure, moves: Moves) -> str | None:
    moved = warp(figure, moves, 1).figure
    return expression_emoji(moved.mesh, moved.eyes)


def test_a_smile_that_shows_teeth_is_read_from_the_photo(figure: Figure) -> None:
    assert expression_emoji(figure.mesh, figure.eyes) == "😀"


def test_a_face_at_rest_says_nothing(at_rest: Figure) -> None:
    assert expression_emoji(at_rest.mesh, at_rest.eyes) is None


@pytest.mark.parametrize(
    ("moves", "emoji"),
    [
        (Moves(smile=0.9), "🙂"),
        (MOVES["grin"], "😀"),
        (MOVES["surprise"], "😮"),
        (MOVES["sad"], "🙁"),
        (Moves(near_lids=SHUT), "😉"),
        (Moves(smile=0.7, near_lids=LAUGHING), "😉"),
        (Moves(near_lids=SHUT, far_lids=SHUT), "😴"),
        (Moves(smile=0.9, near_lids=LAUGHING, far_lids=LAUGHING), "😊"),
        (Moves(smile=1, jaw=0.3, near_lids=LAUGHING, far_lids=LAUGHING), "😆"),
    ],
)
def test_what_a_face_was_moved_to_is_read_again(at_rest: Figure, moves: Moves, emoji: str) -> None:
    assert read(at_rest, moves) == emoji


def test_size_and_place_of_the_face_do_not_matter(figure: Figure) -> None:
    eyes = tuple(replace(eye, contour=eye.contour * 3 + 50) for eye in figure.eyes)
    assert expression_emoji(figure.mesh * 3 + 50, (eyes[0], eyes[1])) == "😀"
