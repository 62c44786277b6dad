"""The whole way from a photo and a face to that person, cut out. Knows no style."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.matte import Matter
from engine.portrait.exposure import lifted_to, needed_gain
from engine.portrait.faces import Face, find_eyes
from engine.portrait.figure import Eye, Matte, Points, Rgb
from engine.portrait.matte.closed_form import refine
from engine.portrait.matte.colours import own_colours
from engine.portrait.matte.doubt import Doubt, doubt
from engine.portrait.matte.ends import rounded_ends
from engine.portrait.matte.filters import disc, guided_filter, levels, polygon
from engine.portrait.matte.others import Head, far_only_sure, other_heads, without_others
from engine.portrait.matte.pieces import keep_piece, without_specks
from engine.portrait.matte.segment import BUST_REACHES, Box, Reach, around, segment, segment_whole
from engine.portrait.mesh import OVAL
from engine.portrait.networks import Networks
from engine.portrait.photo import Photo

FACE_PX = 220.0  # a face's width in a cut; the canvas shows it about as large
MOST_GROWN = 3.0  # tiny photos are enlarged by no more
LONG_PX = 900.0  # a cut's long side: whole figures get smaller faces
EDGE_PX = 110.0  # a face's width where edges are looked for: half the cut's

BODY = Reach(3.2, 3.2, 3.2, 9.0)  # where arms and legs are looked for
LEAST_BODY_FW = 3.4  # how far below the face a figure must reach to count as whole
ARMS_FW = 0.9  # what lies above this, below the face's centre, and hangs on the person is a raised arm or a hat
MOST_ARMS_FW = 5.2  # with arms that reach further than this the face would be too small
SURE_CROP = 0.35  # share of a PNG's own shape that the network calls background: then the shape is a frame


@dataclass(frozen=True, slots=True)
class Cut:
    """A person cut out: `rgb` [H, W, 3] in the person's own colours, `matte` [H, W], all points in px of it.

    `photo` is the same part of the photo with its background. `doubt` says how sure the cut is, `has_neighbours`
    whether somebody else's head is near.
    """

    rgb: Rgb
    photo: Rgb
    matte: Matte
    face: Face
    eyes: tuple[Eye, Eye]
    doubt: Doubt
    has_neighbours: bool


def cut_bust(photo: Photo, face: Face, networks: Networks, matter: Matter | None = None) -> Cut:
    """Cut head and shoulders, and raised arms, of `face` out of an upright `photo`.

    With `matter` the matte is the larger network's.
    """
    shape = photo.rgb.shape
    box = around(face.centre, face.width, BUST_REACHES[0], shape)
    body = find_body(photo, face, networks)
    left, top, right, _ = body.arms
    wide = Box(min(box.left, left), min(box.top, top), max(box.right, right), box.bottom)
    if wide == box or max(wide.size) > MOST_ARMS_FW * face.width:
        return _cut(photo, face, box, BUST_REACHES, networks, matter)
    return _cut(photo, face, wide, (*BUST_REACHES, _reach(face, wide, 0.2)), networks, matter)


def cut_figure(photo: Photo, face: Face, networks: Networks, matter: Matter | None = None) -> Cut:
    """Cut as much of the body as the photo shows."""
    box = find_body(photo, face, networks).box
    return _cut(photo, face, box, (_reach(face, box, 0.0), _reach(face, box, 0.5)), networks, matter, has_body=True)


@dataclass(frozen=True, slots=True)
class Body:
    """`box` around everything that hangs on a face, with a margin; `arms`: (left, top, right, bottom) of that part
    of it which lies beside and above the head; `is_whole`: small in the photo, and all of it inside."""

    box: Box
    arms: tuple[int, int, int, int]
    is_whole: bool


def find_body(photo: Photo, face: Face, networks: Networks) -> Body:
    """Ask the network where the body of `face` is, arms and legs included."""
    shape, unit, centre = photo.rgb.shape, face.width, face.centre
    field = around(centre, unit, BODY, shape)
    guess = segment_whole(photo.rgb, field, networks)
    scale = np.array([guess.shape[1] / field.size[0], guess.shape[0] / field.size[1]])
    origin = np.array([field.left, field.top])
    count, pieces, _, _ = cv2.connectedComponentsWithStats((guess > 0.5).astype(np.uint8))
    oval = polygon((face.mesh[list(OVAL)] - origin) * scale, guess.shape)
    votes = np.bincount(pieces[oval > 0.5], minlength=count)
    votes[0] = 0
    bust = around(centre, unit, BUST_REACHES[0], shape)
    if votes.max() == 0:
        return Body(bust, (bust.left, bust.top, bust.right, bust.bottom), False)
    rows, columns = np.nonzero(pieces == int(votes.argmax()))
    x, y = columns / scale[0] + origin[0], rows / scale[1] + origin[1]
    margin = 0.25 * unit

    def ends(chosen: NDArray[np.bool_]) -> tuple[int, int, int, int]:
        if not chosen.any():
            return bust.left, bust.top, bust.right, bust.bottom
        return (
            max(0, int(x[chosen].min() - margin)),
            max(0, int(y[chosen].min() - margin)),
            min(shape[1], int(x[chosen].max() + margin)),
            min(shape[0], int(y[chosen].max() + margin)),
        )

    inside = 0.12 * unit
    is_whole = bool(
        (y.max() - centre[1]) > LEAST_BODY_FW * unit
        and x.min() > inside
        and x.max() < shape[1] - inside
        and y.max() < min(shape[0], field.bottom) - inside
    )
    left, top, right, bottom = ends(np.ones(len(x), bool))
    head = around(centre, unit, Reach(1.2, 1.5, 1.2, 1.5), shape)
    box = Box(min(left, head.left), min(top, head.top), max(right, head.right), max(bottom, head.bottom))
    return Body(box, ends(y < centre[1] + ARMS_FW * unit), is_whole)


def _reach(face: Face, box: Box, more_fw: float) -> Reach:
    """Return the reach that gives `box` grown by `more_fw` on each side."""
    left, up = ((face.centre - (box.left, box.top)) / face.width + more_fw).tolist()
    right, down = (((box.right, box.bottom) - face.centre) / face.width + more_fw).tolist()
    return Reach(left, up, right, down)


def _cut(
    photo: Photo,
    face: Face,
    box: Box,
    reaches: tuple[Reach, ...],
    networks: Networks,
    matter: Matter | None,
    has_body: bool = False,
) -> Cut:
    scale = min(FACE_PX / face.width, MOST_GROWN, max(LONG_PX, 4.1 * FACE_PX) / max(box.size))
    size = (max(8, round(box.size[0] * scale)), max(8, round(box.size[1] * scale)))
    rgb = lifted_to(box.of(photo.rgb), size, needed_gain(photo.rgb))
    placed = _moved(face, box, size)
    cover = (
        None
        if photo.cover is None
        else cv2.resize(photo.cover[box.top : box.bottom, box.left : box.right], size, interpolation=cv2.INTER_AREA)
    )
    heads = [
        Head((head.x - box.left) * scale, (head.y - box.top) * scale, head.width * scale)
        for head in other_heads(photo.rgb, face, networks)
    ]
    edge = min(1.0, EDGE_PX / placed.width)
    edge_size = (max(8, round(size[0] * edge)), max(8, round(size[1] * edge)))
    work = _Work(rgb, cv2.resize(rgb, edge_size, interpolation=cv2.INTER_AREA), placed.mesh * edge, placed.width * edge)
    if matter is not None:
        guess = cv2.resize(np.nan_to_num(matter.matte(rgb)), edge_size, interpolation=cv2.INTER_AREA)
    else:
        guess = segment(photo.rgb, face, box, edge_size, networks, reaches)
        guess = np.maximum(guess, work.face)
    if heads:
        near = [Head(head.x * edge, head.y * edge, head.width * edge) for head in heads]
        guess = without_others(guess, work.small, work.mesh, work.unit_px, near)
    matte, doubts = work.edged(guess, has_body=has_body, is_fine=matter is not None)
    if cover is not None:
        matte = _covered(matte, cover)
    matte = rounded_ends(matte, cover, placed.width)
    return Cut(
        rgb=own_colours(rgb, matte, placed.width),
        photo=rgb,
        matte=matte,
        face=placed,
        eyes=find_eyes(rgb, placed, networks),
        doubt=doubts,
        has_neighbours=bool(heads),
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """The picture of a cut, and a smaller one with the mesh and a face's width in it, where edges are looked for."""

    rgb: Rgb
    small: Rgb
    mesh: Points
    unit_px: float

    @property
    def oval(self) -> Matte:
        return polygon(self.mesh[list(OVAL)], self.small.shape)

    @property
    def face(self) -> Matte:
        """What is the person's for sure."""
        return cv2.erode(self.oval, disc(0.04 * self.unit_px))

    def edged(self, guess: Matte, *, has_body: bool, is_fine: bool) -> tuple[Matte, Doubt]:
        """Return the matte at full size whose edges are the picture's, and the doubts about it.

        `is_fine`: the guess has its edges already.
        """
        centre, unit, oval = self.mesh.mean(axis=0), self.unit_px, self.oval
        full = self.rgb * np.float32(1 / 255)
        if is_fine:
            kept = without_specks(keep_piece(guess, oval, unit), unit)
            fine = cv2.resize(kept, full.shape[1::-1], interpolation=cv2.INTER_CUBIC)
            return np.clip(fine, 0, 1), doubt(guess, guess, centre, unit)
        picture = self.small * np.float32(1 / 255)
        believed = far_only_sure(guess, centre, unit, has_body=has_body)
        soft = levels(guided_filter(picture, believed, max(2, round(0.055 * unit)), 1e-4), 0.12, 0.88)
        kept = keep_piece(soft, oval, unit)
        person = cv2.erode((kept > 0.94).astype(np.uint8), disc(max(2, 0.03 * unit)), borderValue=1)
        maybe = cv2.dilate((kept > 0.06).astype(np.uint8), disc(max(2, 0.035 * unit)))
        trimap = np.where(person > 0, 1, np.where(maybe > 0, kept, 0)).astype(np.float32)
        solved = refine(picture, trimap, maybe & (1 - person))
        snapped = guided_filter(picture, solved, max(1, round(0.02 * unit)), 1e-5, onto=full)
        fine = levels(snapped, 0.06, 0.94)
        piece = keep_piece(solved, oval, unit)  # at the small size: what hangs together does not need more
        piece = cv2.resize(without_specks(piece, unit), full.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        solved_full = cv2.resize(solved, full.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        gone = np.clip((solved_full - piece) * 2, 0, 1)
        filled = np.clip((piece - solved_full) * 2, 0, 1)
        return np.clip(np.maximum(fine, filled) * (1 - gone), 0, 1), doubt(believed, soft, centre, unit)


def _covered(matte: Matte, cover: Matte) -> Matte:
    """Return a picture's own transparency where it is a cut already, else `matte` within it."""
    own = cover > 0.5
    behind = float((own & (matte < 0.2)).sum()) / max(1, int(own.sum()))
    return cover if behind < SURE_CROP else matte * cover


def _moved(face: Face, box: Box, size: tuple[int, int]) -> Face:
    """Return `face` in px of `box` at `size`."""
    scale = np.array([size[0] / box.size[0], size[1] / box.size[1]])
    points = (np.vstack([face.mesh, [[face.x, face.y]]]) + 0.5 - (box.left, box.top)) * scale - 0.5
    x, y = points[-1]
    grown = float(scale.mean())
    return replace(
        face,
        x=float(x),
        y=float(y),
        width=face.width * grown,
        mesh=points[:-1].astype(np.float32),
        depth=face.depth * np.float32(grown),
    )
