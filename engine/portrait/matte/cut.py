"""The whole way from a photo and a face to that person, cut out. Knows no style."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.matte import MattingModel
from engine.pixels import Matte, Rgb
from engine.portrait.exposure import for_face, lifted_to, needed_lift
from engine.portrait.faces import Face, find_eyes
from engine.portrait.figure import Eye, Points
from engine.portrait.matte.closed_form import refine
from engine.portrait.matte.colours import own_colours
from engine.portrait.matte.doubt import Doubt, doubt
from engine.portrait.matte.ends import rounded_ends
from engine.portrait.matte.filters import disc, guided_filter, is_blocky, levels, polygon
from engine.portrait.matte.others import Head, far_only_sure, other_heads, without_others
from engine.portrait.matte.pieces import keep_piece, without_fog, without_specks
from engine.portrait.matte.segment import BUST_REACHES, Box, Reach, Shown, around, segment, segment_whole, show
from engine.portrait.matte.unsure import firm, told_by_colour
from engine.portrait.mesh import OVAL
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto

FACE_PX = 220.0  # a face's width in a cut; the canvas shows it about as large
MOST_GROWN = 3.0  # tiny photos are enlarged by no more
LONG_PX = 900.0  # a cut's long side: whole figures get smaller faces
EDGE_PX = 110.0  # a face's width where edges are looked for: half the cut's

FACE = Reach(0.3, 0.3, 0.3, 0.3)
BODY = Reach(3.2, 3.2, 3.2, 9.0)  # where arms and legs are looked for
LEAST_BODY_FW = 3.4  # how far below the face a figure must reach to count as whole
ARMS_FW = 0.9  # what lies above this, below the face's centre, and hangs on the person is a raised arm or a hat
MOST_ARMS_FW = 6.2  # with arms that reach further than this the face would be too small
MOST_BEHIND = 0.35  # share of a PNG's own outline that the network calls background: more is no person's outline
GROWTH_FW = 0.6  # by how much the bust's box grows towards an arm that leaves it ..
MOST_GROWTHS = 6
LEAVING_FW = 0.08  # .. over more than this


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


def shrunk(photo: OpenedPhoto, face: Face) -> tuple[OpenedPhoto, Face]:
    """Return an upright photo and a face of it no larger than a cut shows them, and whether the photo is blocky.

    All that follows looks at parts of the photo again and again: it costs the same for every size of photo.
    """
    box = Box(0, 0, photo.rgb.shape[1], photo.rgb.shape[0])
    bust = around(face.centre, face.width, BUST_REACHES[0], photo.rgb.shape)
    photo = replace(photo, is_blocky=is_blocky(bust.of(photo.rgb)))
    scale = FACE_PX / face.width
    if scale >= 1:
        return photo, face
    size = (max(8, round(box.right * scale)), max(8, round(box.bottom * scale)))
    rgb = np.asarray(cv2.resize(photo.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    cover = None if photo.cover is None else cv2.resize(photo.cover, size, interpolation=cv2.INTER_AREA)
    return replace(photo, rgb=rgb, cover=cover), _moved(face, box, size)


def cut_bust(photo: OpenedPhoto, face: Face, networks: Networks, matter: MattingModel | None = None) -> Cut:
    """Cut head and shoulders, and raised arms, of `face` out of an upright `photo`.

    With `matter` the matte is the larger network's.
    """
    shown = show(photo.rgb, face)
    box, reaches = _with_arms(photo, shown, face, networks)
    return _cut(photo, shown, face, box, reaches, networks, matter)


def _with_arms(photo: OpenedPhoto, shown: Shown, face: Face, networks: Networks) -> tuple[Box, tuple[Reach, ...]]:
    """Return the bust's box, grown as far as a raised arm or a hat reaches, and the rectangles to ask for it."""
    shape, unit = photo.rgb.shape, face.width
    bust = box = around(face.centre, unit, BUST_REACHES[0], shape)
    for _ in range(MOST_GROWTHS):
        field = around(face.centre, unit, _reach(face, box, 0.8), shape)
        own = (
            photo.cover[field.top : field.bottom, field.left : field.right]
            if photo.is_cut and photo.cover is not None
            else None
        )
        leaving = _leaving(segment_whole(shown.of(field), networks) if own is None else own, field, box, face)
        grown = around(face.centre, unit, _grown(_reach(face, box, 0.0), leaving), shape)
        if grown.size == box.size:
            break
        if max(grown.size) > MOST_ARMS_FW * unit:
            return bust, BUST_REACHES
        box = grown
    return (box, (*BUST_REACHES, _reach(face, box, 0.2))) if box.size != bust.size else (bust, BUST_REACHES)


def _grown(reach: Reach, leaving: tuple[bool, bool, bool]) -> Reach:
    left, up, right = (GROWTH_FW * leaves for leaves in leaving)
    return Reach(reach.left + left, reach.up + up, reach.right + right, reach.down)


def _leaving(guess: Matte, field: Box, box: Box, face: Face) -> tuple[bool, bool, bool]:
    """Return whether the face's own piece of `guess`, the network's answer for `field`, leaves `box` to the left,
    above, to the right; beside the body it may."""
    scale = np.array([guess.shape[1] / field.size[0], guess.shape[0] / field.size[1]])
    origin = np.array([field.left, field.top])
    count, pieces, _, _ = cv2.connectedComponentsWithStats((guess > 0.5).astype(np.uint8))
    votes = np.bincount(pieces[polygon((face.mesh[list(OVAL)] - origin) * scale, guess.shape) > 0.5], minlength=count)
    votes[0] = 0
    if votes.max() == 0:
        return False, False, False
    person = pieces == int(votes.argmax())
    left, top = np.clip(np.round((np.array([box.left, box.top]) - origin) * scale).astype(int), 0, guess.shape[1] - 1)
    right = min(guess.shape[1] - 1, round((box.right - field.left) * scale[0]) - 1)
    arms = round((face.centre[1] + ARMS_FW * face.width - field.top) * scale[1])
    tall, wide = LEAVING_FW * face.width * scale[1], LEAVING_FW * face.width * scale[0]
    return (
        bool(box.left > 0 and person[:arms, left].sum() > tall),
        bool(box.top > 0 and person[top].sum() > wide),
        bool(person[:arms, right].sum() > tall),
    )


def cut_figure(photo: OpenedPhoto, face: Face, networks: Networks, matter: MattingModel | None = None) -> Cut:
    """Cut as much of the body as the photo shows."""
    box, shown = find_body(photo, face, networks).box, show(photo.rgb, face)
    return _cut(
        photo, shown, face, box, (_reach(face, box, 0.0), _reach(face, box, 0.5)), networks, matter, has_body=True
    )


@dataclass(frozen=True, slots=True)
class Body:
    """`box` around everything that hangs on a face, with a margin; `is_whole`: small in the photo, and all of it
    inside."""

    box: Box
    is_whole: bool


def find_body(photo: OpenedPhoto, face: Face, networks: Networks) -> Body:
    """Ask the network where the body of `face` is, arms and legs included."""
    shape, unit, centre = photo.rgb.shape, face.width, face.centre
    field = around(centre, unit, BODY, shape)
    guess = segment_whole(show(photo.rgb, face).of(field), networks)
    scale = np.array([guess.shape[1] / field.size[0], guess.shape[0] / field.size[1]])
    origin = np.array([field.left, field.top])
    count, pieces, _, _ = cv2.connectedComponentsWithStats((guess > 0.5).astype(np.uint8))
    oval = polygon((face.mesh[list(OVAL)] - origin) * scale, guess.shape)
    votes = np.bincount(pieces[oval > 0.5], minlength=count)
    votes[0] = 0
    if votes.max() == 0:
        return Body(around(centre, unit, BUST_REACHES[0], shape), False)
    rows, columns = np.nonzero(pieces == int(votes.argmax()))
    x, y = columns / scale[0] + origin[0], rows / scale[1] + origin[1]
    inside = 0.12 * unit
    is_whole = bool(
        (y.max() - centre[1]) > LEAST_BODY_FW * unit
        and x.min() > inside
        and x.max() < shape[1] - inside
        and y.max() < min(shape[0], field.bottom) - inside
    )
    head, margin = around(centre, unit, Reach(1.2, 1.5, 1.2, 1.5), shape), 0.25 * unit
    box = Box(
        max(0, int(min(x.min() - margin, head.left))),
        max(0, int(min(y.min() - margin, head.top))),
        min(shape[1], int(max(x.max() + margin, head.right))),
        min(shape[0], int(max(y.max() + margin, head.bottom))),
    )
    return Body(box, is_whole)


def unsureness(photo: OpenedPhoto, face: Face, networks: Networks) -> float:
    """Return how much of what is around `face` the network calls neither person nor background, by the person."""
    part = around(face.centre, face.width, BUST_REACHES[3], photo.rgb.shape)
    guess = segment_whole(show(photo.rgb, face).of(part), networks)
    return float(((guess > 0.2) & (guess < 0.8)).mean() / max(0.02, float((guess >= 0.8).mean())))


def _reach(face: Face, box: Box, more_fw: float) -> Reach:
    """Return the reach that gives `box` grown by `more_fw` on each side."""
    left, up = ((face.centre - (box.left, box.top)) / face.width + more_fw).tolist()
    right, down = (((box.right, box.bottom) - face.centre) / face.width + more_fw).tolist()
    return Reach(left, up, right, down)


def _cut(
    photo: OpenedPhoto,
    shown: Shown,
    face: Face,
    box: Box,
    reaches: tuple[Reach, ...],
    networks: Networks,
    matter: MattingModel | None,
    has_body: bool = False,
) -> Cut:
    scale = min(FACE_PX / face.width, MOST_GROWN, max(LONG_PX, 4.1 * FACE_PX) / max(box.size))
    size = (max(8, round(box.size[0] * scale)), max(8, round(box.size[1] * scale)))
    skin = around(face.centre, face.width, FACE, photo.rgb.shape).of(photo.rgb)
    rgb = lifted_to(box.of(photo.rgb), size, for_face(needed_lift(photo.rgb), skin))
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
        guess = segment(shown, box, edge_size, networks, reaches)
        guess = np.maximum(guess, work.face)
    if heads:
        near = [Head(head.x * edge, head.y * edge, head.width * edge) for head in heads]
        guess = without_others(guess, work.small, work.mesh, work.unit_px, near)
    matte, doubts = work.edged(guess, has_body=has_body, is_fine=matter is not None, is_blocky=photo.is_blocky)
    if cover is not None:
        own = cover > 0.5
        behind = float((own & (matte < 0.2)).sum()) / max(1, int(own.sum()))
        matte = cover if photo.is_cut and behind < MOST_BEHIND else matte * cover
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

    def edged(self, guess: Matte, *, has_body: bool, is_fine: bool, is_blocky: bool) -> tuple[Matte, Doubt]:
        """Return the matte at full size whose edges are the picture's, and the doubts about it.

        `is_fine`: the guess has its edges already; `is_blocky`: the picture's own edges are a JPEG's.
        """
        centre, unit, oval = self.mesh.mean(axis=0), self.unit_px, self.oval
        full = self.rgb * np.float32(1 / 255)
        if is_fine:
            kept = without_specks(keep_piece(guess, oval, unit), unit)
            fine = cv2.resize(kept, full.shape[1::-1], interpolation=cv2.INTER_CUBIC)
            return np.clip(fine, 0, 1), doubt(guess, guess, guess, centre, unit)
        picture = self.small * np.float32(1 / 255)
        told = told_by_colour(guess, self.small, unit)
        asked, told, believed = (
            far_only_sure(each, centre, unit, has_body=has_body) for each in (guess, told, firm(told, unit))
        )
        if is_blocky:
            smooth = levels(cv2.GaussianBlur(believed, (0, 0), 0.03 * unit), 0.3, 0.7)
            kept = without_specks(keep_piece(smooth, oval, unit), unit)
            fine = cv2.resize(kept, full.shape[1::-1], interpolation=cv2.INTER_CUBIC)
            return np.clip(fine, 0, 1), doubt(asked, told, smooth, centre, unit)
        soft = levels(guided_filter(picture, believed, max(2, round(0.055 * unit)), 1e-4), 0.12, 0.88)
        kept = keep_piece(soft, oval, unit)
        person = cv2.erode((kept > 0.94).astype(np.uint8), disc(max(2, 0.03 * unit)), borderValue=1)
        maybe = cv2.dilate((kept > 0.06).astype(np.uint8), disc(max(2, 0.035 * unit)))
        trimap = np.where(person > 0, 1, np.where(maybe > 0, kept, 0)).astype(np.float32)
        solved = without_fog(refine(picture, trimap, maybe & (1 - person)), unit)
        snapped = guided_filter(picture, solved, max(1, round(0.02 * unit)), 1e-5, onto=full)
        fine = levels(snapped, 0.06, 0.94)
        piece = keep_piece(solved, oval, unit)  # at the small size: what hangs together does not need more
        piece = cv2.resize(without_specks(piece, unit), full.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        solved_full = cv2.resize(solved, full.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        gone = np.clip((solved_full - piece) * 2, 0, 1)
        filled = np.clip((piece - solved_full) * 2, 0, 1)
        return np.clip(np.maximum(fine, filled) * (1 - gone), 0, 1), doubt(asked, told, soft, centre, unit)


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
