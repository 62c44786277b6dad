"""Other people beside the one who is meant, and what is too far from a body to be believed. Knows no edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.pixels import Matte, Rgb
from engine.portrait.crop import Pyramid, Square
from engine.portrait.faces import Detection, Face, detect, distinct
from engine.portrait.figure import Points
from engine.portrait.matte.filters import Mask, disc, levels, polygon
from engine.portrait.mesh import OVAL
from engine.portrait.networks import Networks

WEAK_SCORE = 0.3  # a neighbour's head needs no more
FAR_FW = 2.6
HEAD_HEIGHT = 1.5  # of its width: so near below there is room for a chin and a collar, not for another head
SMALLEST = 0.22  # of my width; smaller heads stand far behind
IN_FRONT = 1.12  # a head so much larger than mine stands in front of me
MINE, THEIRS, PERSON = 2, 3, 0.08  # watershed labels; a matte below PERSON is background


@dataclass(frozen=True, slots=True)
class Head:
    """Centre and width of somebody's head in px."""

    x: float
    y: float
    width: float


def other_heads(photo: Rgb, face: Face, networks: Networks) -> list[Head]:
    """Return every other head near `face`, weak ones too, in px of `photo`."""
    pyramid = Pyramid(photo)
    width, height = pyramid.size
    centre = face.centre
    whole = Square(width / 2, height / 2, 1.3 * max(width, height))
    near = Square(float(centre[0]), float(centre[1]) + 0.2 * face.width, 5 * face.width)
    seen = distinct(each for square in (whole, near) for each in detect(pyramid, square, networks, WEAK_SCORE))
    return [Head(each.x, each.y, each.width) for each in seen if is_neighbour(each, centre, face.width)]


def is_neighbour(seen: Detection, centre: Points, face_px: float) -> bool:
    """Return whether a detection is the head of somebody near the face at `centre`: not that face, no print, not far.

    A weak detection is often the face once more, shifted to chin and collar.
    """
    u, v = (seen.x - centre[0]) / face_px, (seen.y - centre[1]) / face_px
    size = seen.width / face_px
    is_me = np.hypot(u, v / HEAD_HEIGHT) < 0.55 * max(1, size)
    is_print = abs(u) < 0.75 and v > 0.4 and size < 0.7  # on a shirt, in a locket
    return not (is_me or is_print or size < SMALLEST or max(abs(u), abs(v)) > FAR_FW)


def without_others(matte: Matte, picture: Rgb, mesh: Points, face_px: float, heads: list[Head]) -> Matte:
    """Take `heads` and their bodies out of `matte`: by nearness to each one's body, by edges where both are near.

    `picture`, `mesh`, `face_px` and `heads` are in px of the matte.
    """
    centre = mesh.mean(axis=0)
    my_face = cv2.dilate(polygon(mesh[list(OVAL)], matte.shape), disc(0.05 * face_px)) > 0.5
    to_me = _distance(matte.shape, Head(float(centre[0]), float(centre[1]), face_px))
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.0)
    for head in heads:
        to_them = _distance(matte.shape, head)
        if head.width > IN_FRONT * face_px:
            is_mine, is_theirs = (to_me < 0.35 * to_them) & (to_me < 0.4), to_them < 0.8 * to_me
        else:
            is_mine, is_theirs = (to_me < 0.55 * to_them) & (to_me < 0.6), to_them < 0.55 * to_me
        labels = np.where(matte < PERSON, 1, 0).astype(np.int32)
        labels[is_theirs & (matte >= PERSON)] = THEIRS
        labels[is_mine & (matte >= PERSON)] = MINE
        their_face = np.zeros(matte.shape, np.uint8)
        axes = (max(1, round(0.36 * head.width)), max(1, round(0.45 * head.width)))
        cv2.ellipse(their_face, (round(head.x), round(head.y)), axes, 0, 0, 360, 1, cv2.FILLED)
        labels[(their_face > 0) & ~my_face] = THEIRS
        labels[my_face] = MINE
        owner = cv2.watershed(smooth, labels)
        taken = cv2.dilate((owner == THEIRS).astype(np.uint8), disc(1)).astype(np.float32)
        matte = matte * (1 - cv2.GaussianBlur(taken, (0, 0), 0.8))
    return matte


def far_only_sure(matte: Matte, centre: Points, face_px: float, *, has_body: bool = False) -> Matte:
    """Far from where head and shoulders are expected, count only what is sure: arms, hats and big hair are.

    `has_body`: legs are expected too.
    """
    height, width = matte.shape
    u = ((np.arange(width, dtype=np.float32) - centre[0]) / face_px)[None]
    v = ((np.arange(height, dtype=np.float32) - centre[1]) / face_px)[:, None]
    head = 1 - np.hypot(u / 0.85, (v + 0.12) / 1.05)
    side = 1.75 if not has_body else 2.2
    shoulders = np.minimum(v - (0.38 + 0.28 * np.maximum(np.abs(u) - 0.3, 0)), side - np.abs(u))
    near = np.clip(np.maximum(head, shoulders) / 0.12 + 0.5, 0, 1)
    return matte * near + levels(matte, 0.55, 0.95) * (1 - near)


def _distance(shape: tuple[int, int], head: Head) -> Matte:
    """Return how far each pixel is from a person's head, neck and trunk, in that person's face widths."""
    pad = round(2 * head.width)  # a neighbour may stand outside the picture
    core: Mask = np.ones((shape[0] + 2 * pad, shape[1] + 2 * pad), np.uint8)
    x, y, width = head.x + pad, head.y + pad, head.width
    axes = (max(1, round(0.42 * width)), max(1, round(0.58 * width)))
    cv2.ellipse(core, (round(x), round(y - 0.12 * width)), axes, 0, 0, 360, 0, cv2.FILLED)
    trunk = [(-0.18, 0.4), (0.18, 0.4), (0.4, 0.95), (0.6, 3), (-0.6, 3), (-0.4, 0.95)]
    cv2.fillPoly(core, [np.round(np.array(trunk) * width + (x, y)).astype(np.int32)], 0)
    return cv2.distanceTransform(core, cv2.DIST_L2, 3)[pad : pad + shape[0], pad : pad + shape[1]] / np.float32(width)
