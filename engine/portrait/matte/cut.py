"""The whole way from a photo and a face to that person, cut out. Knows no style."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

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

BODY = Reach(3.2, 1.9, 3.2, 9.0)  # where a whole figure is looked for
LEAST_BODY_FW = 3.4  # how far below the face a figure must reach to count as whole
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
    """Cut head and shoulders of `face` out of an upright `photo`; with `matter` the matte is the larger network's."""
    box = around(face.centre, face.width, BUST_REACHES[0], photo.rgb.shape)
    return _cut(photo, face, box, BUST_REACHES, networks, matter)


def cut_figure(photo: Photo, face: Face, networks: Networks, matter: Matter | None = None) -> Cut:
    """Cut as much of the body as the photo shows."""
    box, _ = _body(photo, face, networks)
    centre = face.centre
    reach = Reach(
        *((centre - (box.left, box.top)) / face.width).tolist(),
        *(((box.right, box.bottom) - centre) / face.width).tolist(),
    )
    wide = Reach(reach.left + 0.6, reach.up + 0.4, reach.right + 0.6, reach.down + 0.5)
    return _cut(photo, face, box, (reach, wide), networks, matter)


def is_whole_figure(photo: Photo, face: Face, networks: Networks) -> bool:
    """Whether the person is small in the photo and all of them is in it: feet, arms, hat."""
    if photo.rgb.shape[0] - face.centre[1] < LEAST_BODY_FW * face.width:
        return False
    _, is_whole = _body(photo, face, networks)
    return is_whole


def _body(photo: Photo, face: Face, networks: Networks) -> tuple[Box, bool]:
    """Return the box of everything that hangs on the face, with a margin, and whether it ends inside the photo."""
    field = around(face.centre, face.width, BODY, photo.rgb.shape)
    guess = segment_whole(photo.rgb, field, networks)
    side = guess.shape[0]
    scale = np.array([side / field.size[0], side / field.size[1]])
    person = (guess > 0.5).astype(np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(person)
    oval = polygon((face.mesh[list(OVAL)] - (field.left, field.top)) * scale, guess.shape)
    votes = np.bincount(pieces[oval > 0.5], minlength=count)
    votes[0] = 0
    bust = around(face.centre, face.width, BUST_REACHES[0], photo.rgb.shape)
    if votes.max() == 0:
        return bust, False
    left, top, width, height, _ = stats[int(votes.argmax())]
    shape = photo.rgb.shape
    ends = np.array([left, top, left + width, top + height]) / np.tile(scale, 2) + np.tile((field.left, field.top), 2)
    margin = 0.12 * face.width
    below = (ends[3] - face.centre[1]) / face.width
    is_whole = bool(
        below > LEAST_BODY_FW
        and ends[0] > margin
        and ends[2] < shape[1] - margin
        and ends[3] < min(shape[0], field.bottom) - margin
    )
    box = Box(
        max(0, int(min(ends[0], bust.left + 0.7 * face.width) - 0.25 * face.width)),
        max(0, int(min(ends[1] - 0.3 * face.width, face.centre[1] - 1.2 * face.width))),
        min(shape[1], int(max(ends[2], bust.right - 0.7 * face.width) + 0.25 * face.width)),
        min(shape[0], int(max(ends[3] + 0.25 * face.width, bust.bottom))),
    )
    return box, is_whole


def _cut(
    photo: Photo, face: Face, box: Box, reaches: tuple[Reach, ...], networks: Networks, matter: Matter | None
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
    matte, doubts = work.edged(guess, has_body=reaches is not BUST_REACHES, is_fine=matter is not None)
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
        full = self.rgb.astype(np.float32) / 255
        if is_fine:
            kept = without_specks(keep_piece(guess, oval, unit), unit)
            fine = cv2.resize(kept, full.shape[1::-1], interpolation=cv2.INTER_CUBIC)
            return np.clip(fine, 0, 1), doubt(guess, guess, centre, unit)
        picture = self.small.astype(np.float32) / 255
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
