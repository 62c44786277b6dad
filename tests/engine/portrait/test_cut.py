"""A person cut out of a photo: what belongs to them, what does not, and when that is in doubt."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks import damages
from engine.pixels import Matte, Rgb
from engine.portrait.faces import Face, find_faces
from engine.portrait.matte.closed_form import refine
from engine.portrait.matte.colours import own_colours
from engine.portrait.matte.cut import FACE_PX, Cut, cut_bust, cut_figure, find_body
from engine.portrait.matte.doubt import doubt
from engine.portrait.matte.ends import rounded_ends
from engine.portrait.matte.filters import guided_filter
from engine.portrait.matte.others import Head, without_others
from engine.portrait.matte.pieces import keep_piece, without_fog, without_specks
from engine.portrait.matte.unsure import told_by_colour
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto, open_photo
from tests.engine.portrait.photos import astronaut


@pytest.fixture(scope="module")
def face(networks: Networks) -> Face:
    return find_faces(astronaut(), networks).choose()


@pytest.fixture(scope="module")
def cut(networks: Networks, face: Face) -> Cut:
    return cut_bust(OpenedPhoto(astronaut()), face, networks)


def at(cut: Cut, u: float, v: float) -> float:
    """The matte at face widths to the right of the face's centre and below it."""
    x, y = cut.face.centre + np.array([u, v]) * cut.face.width
    return float(cut.matte[round(float(y)), round(float(x))])


def test_head_hair_and_shoulders_are_the_person_and_the_flag_is_not(cut: Cut) -> None:
    assert min(at(cut, 0, 0), at(cut, 0, -0.6), at(cut, 0.4, -0.3), at(cut, 0, 1.2), at(cut, 0.9, 1.4)) > 0.98
    assert max(at(cut, 1.2, 0), at(cut, -1.3, 0), at(cut, -1.0, -0.8), at(cut, 1.5, -0.5)) < 0.02
    assert not cut.doubt.is_grave
    assert not cut.has_neighbours


def test_a_cut_has_a_face_of_the_usual_size(cut: Cut) -> None:
    assert cut.face.width == pytest.approx(FACE_PX, rel=0.01)
    assert cut.rgb.shape == cut.photo.shape == (*cut.matte.shape, 3)
    assert (cut.matte.dtype, cut.rgb.dtype) == (np.float32, np.uint8)


def test_no_colour_of_the_background_is_left_at_the_edge(cut: Cut) -> None:
    """Her hair is brown and the wall light grey: under the soft edge the cut has hair."""
    y0 = round(float(cut.face.centre[1] - 0.9 * cut.face.width))
    edge = (cut.matte[:y0] > 0.05) & (cut.matte[:y0] < 0.6)
    hair = np.median(cut.rgb[:y0][cut.matte[:y0] > 0.98], axis=0)
    wall = np.median(cut.photo[:y0][cut.matte[:y0] == 0], axis=0)
    mean = cut.rgb[:y0][edge].mean(axis=0)

    assert np.linalg.norm(mean - hair) < np.linalg.norm(mean - wall)


@pytest.mark.parametrize(
    ("name", "least"),
    [*((name, 0.93) for name in ("dark", "noisy", "grey", "96 px", "white bars", "by -40")), ("JPEG 8", 0.85)],
)
def test_a_damaged_photo_gives_about_the_same_outline(networks: Networks, cut: Cut, name: str, least: float) -> None:
    photo = open_photo(damages.encoded(damages.PLAIN[name](astronaut())))
    damaged = cut_bust(photo, find_faces(photo.rgb, networks).choose(), networks)

    assert _overlap(cut, damaged) > least
    assert not damaged.doubt.is_grave


def test_a_photo_by_a_camera_held_askew_keeps_nothing_of_the_wall(networks: Networks, cut: Cut) -> None:
    photo = open_photo(damages.encoded(damages.leaning(astronaut(), 25)))
    askew = cut_bust(photo, find_faces(photo.rgb, networks).choose(), networks)

    matrix, _ = cv2.estimateAffinePartial2D(cut.face.mesh, askew.face.mesh)
    person = cv2.warpAffine(cut.matte, matrix, askew.matte.shape[::-1])
    known = cv2.warpAffine(np.ones_like(cut.matte), matrix, askew.matte.shape[::-1]) > 0.99
    wall = float((known & (askew.matte > 0.5) & (person < 0.1)).sum())
    assert wall < 0.05 * askew.face.width**2
    assert not askew.doubt.is_grave


def test_colours_tell_whose_a_wide_unsure_area_is() -> None:
    """Left a person in red, right a wall in grey; the network is unsure of a part of each."""
    picture = np.full((200, 300, 3), (150, 150, 155), np.uint8)
    picture[:, :150] = (190, 60, 50)
    guess = np.zeros((200, 300), np.float32)
    guess[:, :150] = 1
    guess[20:60, 100:130], guess[20:60, 170:200] = 0.4, 0.6
    told = told_by_colour(guess, picture, 100.0)

    assert told[30:50, 110:120].min() > 0.9
    assert told[30:50, 180:190].max() < 0.1
    assert np.array_equal(told[100:], guess[100:])

    picture[:] = 128
    told = told_by_colour(guess, picture, 100.0)
    assert told[20:60, 100:130].max() < 0.8


def test_what_has_just_the_walls_colour_is_the_wall_though_the_hair_is_like_it() -> None:
    """Left hair from dark to light, right a wall as dark as the hair on average; half unsure below its colours."""
    picture = np.full((200, 300, 3), (92, 66, 58), np.uint8)
    strands = np.random.default_rng(1).uniform(0.3, 1.7, (20, 15, 1))
    picture[:, :150] = np.repeat(np.repeat(strands, 10, axis=0), 10, axis=1) * (92, 66, 58)
    guess = np.zeros((200, 300), np.float32)
    guess[:, :150] = 1
    guess[120:180, 150:200] = 0.7
    told = told_by_colour(guess, picture, 100.0)

    assert told[125:175, 160:195].max() < 0.2


def _overlap(one: Cut, other: Cut) -> float:
    """Intersection over union of head and shoulders, laid over each other by the faces."""
    scale = one.face.width / other.face.width
    shift = one.face.centre - scale * other.face.centre
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    moved = cv2.warpAffine(other.matte, matrix, one.matte.shape[::-1])
    rows = slice(0, round(float(one.face.centre[1] + 1.1 * one.face.width)))
    first, second = one.matte[rows] > 0.5, moved[rows] > 0.5
    return float((first & second).sum() / (first | second).sum())


def test_of_two_people_side_by_side_one_is_cut(networks: Networks, cut: Cut) -> None:
    pair = np.concatenate([astronaut()[:, 120:330], damages.light(astronaut()[:, 120:330], 0.9)], axis=1)
    found = find_faces(pair, networks)
    left = cut_bust(OpenedPhoto(pair), found.choose(0), networks)
    right = cut_bust(OpenedPhoto(pair), found.choose(1), networks)

    assert left.has_neighbours
    assert right.has_neighbours
    apart = (found.choose(1).x - found.choose(0).x) / found.choose(0).width
    assert at(left, apart, 0) < 0.05
    assert at(right, -apart, 0) < 0.05


def test_neighbours_are_taken_away_by_where_they_are() -> None:
    matte = np.zeros((200, 300), np.float32)
    matte[40:, 20:280] = 1
    mesh = np.random.default_rng(1).uniform((60, 40), (110, 100), (468, 2)).astype(np.float32)

    mine = without_others(matte, np.full((200, 300, 3), 128, np.uint8), mesh, 60.0, [Head(220.0, 70.0, 60.0)])

    assert mine[70, 220] < 0.01
    assert mine[70, 85] == 1


def test_the_transparency_of_a_cut_out_is_the_matte(networks: Networks, cut: Cut) -> None:
    png = np.dstack([cut.rgb, (cut.matte * 255).round().astype(np.uint8)])
    photo = open_photo(damages.encoded(png))
    again = cut_bust(photo, find_faces(photo.rgb, networks).choose(), networks)

    assert photo.is_cut
    assert _overlap(cut, again) > 0.97  # the face is found a px elsewhere


def test_a_larger_network_is_asked_instead_where_there_is_one(networks: Networks, face: Face) -> None:
    class Stripe:
        def matte(self, photo: Rgb) -> Matte:
            matte = np.zeros(photo.shape[:2], np.float32)
            matte[:, photo.shape[1] // 4 : -photo.shape[1] // 4] = 1
            return matte

    cut = cut_bust(OpenedPhoto(astronaut()), face, networks, Stripe())

    assert cut.matte[400, 5] == 0
    assert cut.matte[400, cut.matte.shape[1] // 2] > 0.999
    assert not cut.doubt.is_grave


def test_a_figure_shows_more_of_the_body_than_a_bust(networks: Networks, face: Face, cut: Cut) -> None:
    figure = cut_figure(OpenedPhoto(astronaut()), face, networks)

    def below(one: Cut) -> float:
        return float((np.nonzero(one.matte > 0.5)[0].max() - one.face.centre[1]) / one.face.width)

    assert below(figure) > below(cut) + 0.5
    assert not find_body(OpenedPhoto(astronaut()), face, networks).is_whole  # her knees are outside the photo


# -- the steps -------------------------------------------------------------------------------------------------------


def edge_picture() -> tuple[np.ndarray, np.ndarray]:
    """A red disc on blue with a soft edge, and its true matte."""
    y, x = np.mgrid[:120, :120]
    truth = np.clip((40 - np.hypot(x - 60, y - 60)) / 6 + 0.5, 0, 1).astype(np.float32)
    grain = np.random.default_rng(1).normal(0, 0.01, (120, 120, 3))
    red, blue = np.array([0.8, 0.2, 0.2]), np.array([0.2, 0.3, 0.8])
    picture = truth[..., None] * red + (1 - truth[..., None]) * blue + grain
    return picture.astype(np.float32), truth


def test_closed_form_matting_finds_the_soft_edge() -> None:
    picture, truth = edge_picture()
    band = ((truth > 0) & (truth < 1)).astype(np.uint8)
    band = cv2.dilate(band, np.ones((9, 9), np.uint8))
    start = np.where(band > 0, 0.5, truth).astype(np.float32)

    solved = refine(picture, start, band)

    assert np.abs(solved - truth)[band > 0].mean() < 0.02
    assert np.array_equal(solved[band == 0], start[band == 0])


def test_a_band_that_is_empty_or_everywhere_changes_nothing() -> None:
    picture, truth = edge_picture()

    assert refine(picture, truth, np.zeros_like(truth, np.uint8)) is truth
    assert refine(picture, truth, np.ones_like(truth, np.uint8)) is truth


def test_the_guided_filter_snaps_to_the_picture_and_enlarges() -> None:
    picture, truth = edge_picture()
    hard = (truth > 0.5).astype(np.float32)
    snapped = guided_filter(picture, hard, 4, 1e-4)

    assert np.abs(snapped - truth).mean() < 0.7 * np.abs(hard - truth).mean()
    large = cv2.resize(picture, (240, 240), interpolation=cv2.INTER_CUBIC)
    shrunk = cv2.resize(guided_filter(picture, hard, 4, 1e-4, onto=large), (120, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk - snapped).mean() < 0.01


def test_own_colours_take_the_background_out_of_the_edge() -> None:
    picture, truth = edge_picture()
    rgb = (picture * 255).clip(0, 255).astype(np.uint8)
    soft = (truth > 0.2) & (truth < 0.8)

    own = own_colours(rgb, truth, 60.0)

    assert np.abs(own[soft].mean(axis=0) - np.array([204, 51, 51])).max() < 20
    assert np.array_equal(own[truth > 0.98], rgb[truth > 0.98])


def test_only_the_piece_under_the_face_is_kept_and_its_holes_are_filled() -> None:
    matte = np.zeros((200, 200), np.float32)
    matte[50:150, 40:100] = 1
    matte[80:86, 60:66] = 0  # a small hole
    matte[20:60, 150:190] = 1  # somebody else
    seed = np.zeros_like(matte)
    seed[90:120, 50:90] = 1

    kept = keep_piece(matte, seed, 60.0)

    assert kept[83, 63] == 1
    assert kept[40, 170] == 0
    assert kept[100, 70] == 1


def test_specks_are_dropped() -> None:
    matte = np.zeros((100, 100), np.float32)
    matte[20:80, 20:60] = 1
    matte[10:13, 90:93] = 1

    assert without_specks(matte, 40.0)[11, 91] == 0
    assert without_specks(matte, 40.0)[50, 40] == 1


def test_wide_fog_is_dropped_and_a_soft_edge_is_not() -> None:
    soft = np.zeros((200, 200), np.float32)
    soft[:, :100] = 1
    soft = cv2.GaussianBlur(soft, (0, 0), 2)
    foggy = soft.copy()
    foggy[60:120, 110:160] = 0.4

    assert np.array_equal(without_fog(soft, 100.0), soft)
    assert without_fog(foggy, 100.0)[70:110, 115:155].max() == 0


def test_what_the_photo_cuts_off_gets_round_ends() -> None:
    matte = np.zeros((300, 300), np.float32)
    matte[:, 60:240] = 1

    rounded = rounded_ends(matte, None, 100.0)

    assert rounded[0, 62] == rounded[0, 237] == rounded[298, 62] == 0
    assert rounded[150, 62] == rounded[2, 150] == 1
    assert (rounded[4] > 0.5).sum() < (rounded[20] > 0.5).sum() < 181


def test_a_wisp_beside_a_cut_head_leaves_it_its_round_top() -> None:
    head = np.zeros((300, 300), np.float32)
    head[:, 60:240] = 1
    with_wisp = head.copy()
    with_wisp[0, 230:233] = 0  # the first row alone is in two pieces

    assert (rounded_ends(with_wisp, None, 100.0)[:4] > 0.5).sum() <= (rounded_ends(head, None, 100.0)[:4] > 0.5).sum()


def test_wide_unsure_areas_are_doubted_and_a_soft_edge_is_not() -> None:
    unsure, soft = np.zeros((300, 300), np.float32), np.zeros((300, 300), np.float32)
    unsure[80:200, 80:220] = 0.5
    soft[80:200, 80:220] = 1
    soft = cv2.GaussianBlur(soft, (0, 0), 2)

    centre = np.array([150, 140], np.float32)
    assert doubt(unsure, unsure, unsure, centre, 100.0).is_grave
    assert not doubt(soft, soft, soft, centre, 100.0).is_grave
