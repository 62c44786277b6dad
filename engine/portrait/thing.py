"""A pet or a thing as the subject of a sticker, where a photo has no face. Knows no style.

What a network calls a person is one; else what differs in colour from the photo's borders is cut out, if it can be
told well, and the whole picture becomes a badge where it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.matte import MattingModel
from engine.pixels import Matte, Rgb
from engine.portrait.compose import MARGIN_PX, rounded_rectangle
from engine.portrait.exposure import lifted_to, needed_lift
from engine.portrait.figure import CANVAS_PX, Eye, Figure
from engine.portrait.matte.closed_form import refine
from engine.portrait.matte.colours import own_colours
from engine.portrait.matte.ends import rounded_ends
from engine.portrait.matte.filters import Mask, disc, guided_filter, levels
from engine.portrait.matte.segment import segment_whole
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto
from engine.portrait.variation import Variation
from engine.types import Shape

CUT_PX = 840  # long side of a cut
EDGE_PX = 420  # long side where edges are looked for
SEEK_PX = 200  # long side where the subject is looked for
UNIT = 0.3  # of the long side: what a face's width is for a person; all widths hang on it
LEAST_SEEN = 0.002  # of the picture
LEAST_AREA, MOST_AREA = 0.08, 0.75  # of the picture
LEAST_PERSON = 0.06  # of the picture that the network must call a person
MOST_BORDER = 0.3  # of the picture's border that a subject may cover; more is a part of the scene
LEAST_CONTRAST = 16.0  # Lab distance across the outline, median
LEAST_TOLD = 0.55  # share of the outline where the contrast is at least half of that
BORDER_COLOURS = 5
BADGE_CORNER = 0.22  # of the shorter side


@dataclass(frozen=True, slots=True)
class Thing:
    """A cut without a face: `rgb` [H, W, 3] in its own colours, `photo` with the background, `matte` [H, W].

    `is_sure`: the cut may be shown.
    """

    rgb: Rgb
    photo: Rgb
    matte: Matte
    is_sure: bool

    @property
    def is_nothing(self) -> bool:
        """Whether the cut shows hardly a pixel, as of a picture of one colour."""
        return float((self.matte > 0.5).mean()) < LEAST_SEEN


def cut_thing(photo: OpenedPhoto, networks: Networks, matter: MattingModel | None = None) -> Thing:
    """Cut the largest subject out of a photo without a face."""
    scale = CUT_PX / max(photo.rgb.shape[:2])
    size = (max(8, round(photo.rgb.shape[1] * scale)), max(8, round(photo.rgb.shape[0] * scale)))
    rgb = lifted_to(photo.rgb, size, needed_lift(photo.rgb))
    cover = None if photo.cover is None else cv2.resize(photo.cover, size, interpolation=cv2.INTER_AREA)
    if cover is not None:  # the outline of the thing, or of a frame: either is a good one
        matte, is_sure = cover, True
    elif matter is not None:
        matte = np.nan_to_num(matter.matte(rgb))
        is_sure = _is_subject((matte > 0.5).astype(np.uint8))
    else:
        matte, is_sure = _by_colour(rgb, _person(photo.rgb, networks))
    unit = UNIT * CUT_PX
    matte = rounded_ends(matte, None, unit)
    return Thing(own_colours(rgb, matte, unit), rgb, matte, is_sure)


def place_thing(thing: Thing, shape: Shape, variation: Variation) -> Figure:
    """Put a thing on the canvas, a little tilted; a BADGE shows the whole picture."""
    if shape is Shape.BADGE:
        return _badge(thing)
    rows, columns = np.nonzero(thing.matte > 0.4)
    points = np.stack([columns, rows], axis=1).astype(np.float32) if len(rows) else np.zeros((1, 2), np.float32)
    matrix = cv2.getRotationMatrix2D((0, 0), -0.6 * variation.tilt_deg, 1)
    turned = points @ matrix[:, :2].T
    low, high = turned.min(axis=0), turned.max(axis=0) + 1
    scale = (CANVAS_PX - 2 * MARGIN_PX) / float((high - low).max())
    matrix = matrix * scale
    matrix[:, 2] = CANVAS_PX / 2 - (low + high) / 2 * scale
    size = (CANVAS_PX, CANVAS_PX)
    rgb = cv2.warpAffine(thing.rgb, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    matte = levels(cv2.warpAffine(cv2.GaussianBlur(thing.matte, (0, 0), 1.2), matrix, size), 0.18, 0.82)
    return _figure(rgb, matte, matte, shape)


def _badge(thing: Thing) -> Figure:
    height, width = thing.matte.shape
    scale = (CANVAS_PX - 2 * MARGIN_PX) / max(height, width)
    half = np.array([width, height]) * scale / 2
    matrix = np.array([[scale, 0, CANVAS_PX / 2 - half[0]], [0, scale, CANVAS_PX / 2 - half[1]]])
    size = (CANVAS_PX, CANVAS_PX)
    rgb = cv2.warpAffine(thing.photo, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    matte = rounded_rectangle(half, BADGE_CORNER * 2 * float(half.min()))
    return _figure(rgb, matte, cv2.warpAffine(thing.matte, matrix, size) * matte, Shape.BADGE)


def _figure(rgb: Rgb, matte: Matte, person: Matte, shape: Shape) -> Figure:
    nobody = Eye(np.zeros((5, 2), np.float32), np.zeros((16, 2), np.float32), False)
    return Figure(
        rgb=rgb,
        matte=matte,
        person=person,
        mesh=np.zeros((468, 2), np.float32),
        depth=np.zeros(468, np.float32),
        eyes=(nobody, nobody),
        face_px=UNIT * CANVAS_PX,
        shape=shape,
        is_mesh_sure=False,
        has_face=False,
    )


def _person(photo: Rgb, networks: Networks) -> Mask | None:
    """Return the person whose face cannot be seen, at the network's size; None where it sees nobody."""
    guess = segment_whole(photo, networks)
    person = (guess > 0.6).astype(np.uint8)
    unsure = float(((guess > 0.25) & (guess < 0.75)).mean())
    share = float(person.mean())
    return person if share > LEAST_PERSON and unsure < 0.5 * share and _is_subject(_largest(person)) else None


def _by_colour(rgb: Rgb, person: Mask | None) -> tuple[Matte, bool]:
    """Return the subject's matte and whether it can be told well enough from what is around it."""
    small, edge = (_shrunk(rgb, long_px) for long_px in (SEEK_PX, EDGE_PX))
    lab = cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 1.2) * np.float32(1 / 255), cv2.COLOR_RGB2LAB)
    if person is not None:
        seed = cv2.resize(person, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    else:
        seed = _salient(lab)
    mask = _largest(_grown_by_colour(small, seed))
    is_sure = _is_subject(mask) and _contrast(lab, mask)
    picture = edge * np.float32(1 / 255)
    grown = cv2.resize(mask.astype(np.float32), edge.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    unit = UNIT * EDGE_PX
    soft = levels(guided_filter(picture, np.clip(grown, 0, 1), max(2, round(0.05 * unit)), 1e-4), 0.12, 0.88)
    inner = cv2.erode((soft > 0.94).astype(np.uint8), disc(0.03 * unit), borderValue=1)
    outer = cv2.dilate((soft > 0.06).astype(np.uint8), disc(0.03 * unit))
    start = np.where(inner > 0, 1, np.where(outer > 0, soft, 0)).astype(np.float32)
    solved = refine(picture, start, outer & (1 - inner))
    matte = guided_filter(picture, solved, 2, 1e-5, onto=rgb * np.float32(1 / 255))
    return levels(matte, 0.06, 0.94), is_sure


def _shrunk(rgb: Rgb, long_px: int) -> Rgb:
    scale = long_px / max(rgb.shape[:2])
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _salient(lab: NDArray[np.float32]) -> Mask:
    """Return what is unlike the colours of the picture's borders, the middle of the picture before its rim."""
    height, width = lab.shape[:2]
    rim = max(3, round(0.06 * min(height, width)))
    border = np.ones((height, width), bool)
    border[rim:-rim, rim:-rim] = False
    border[-rim:, width // 4 : -width // 4] = False  # subjects stand on the lower border
    cv2.setRNGSeed(0)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, _, centres = cv2.kmeans(lab[border], BORDER_COLOURS, None, criteria, 2, cv2.KMEANS_PP_CENTERS)
    unlike = np.min([np.linalg.norm((lab - c) * (0.6, 1, 1), axis=2) for c in centres], axis=0).astype(np.float32)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    away = np.hypot((x / width - 0.5) / 0.5, (y / height - 0.52) / 0.5)
    saliency = cv2.GaussianBlur(unlike, (0, 0), 2) * np.exp(-0.8 * away**2)
    scaled = np.clip(saliency / max(float(np.percentile(saliency, 99)), 1e-3) * 255, 0, 255).astype(np.uint8)
    _, mask = cv2.threshold(scaled, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc(4))


def _grown_by_colour(small: Rgb, seed: Mask) -> Mask:
    """Let the seed and its surroundings find their border by their colours (GrabCut)."""
    labels = np.full(seed.shape, cv2.GC_PR_BGD, np.uint8)
    labels[seed > 0] = cv2.GC_PR_FGD
    labels[cv2.erode(seed, disc(6)) > 0] = cv2.GC_FGD
    labels[cv2.dilate(seed, disc(18)) == 0] = cv2.GC_BGD
    if not (labels == cv2.GC_FGD).any():
        labels[cv2.erode(seed, disc(2)) > 0] = cv2.GC_FGD
    if not (labels == cv2.GC_FGD).any() or (labels == cv2.GC_PR_FGD).sum() < 10 or (labels & 1 == 0).sum() < 10:
        return seed
    cv2.setRNGSeed(0)
    cv2.grabCut(
        cv2.cvtColor(small, cv2.COLOR_RGB2BGR), labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 4,
        cv2.GC_INIT_WITH_MASK,
    )  # fmt: skip
    found = (labels & 1).astype(np.uint8)
    return cv2.morphologyEx(cv2.morphologyEx(found, cv2.MORPH_OPEN, disc(2)), cv2.MORPH_CLOSE, disc(3))


def _largest(mask: Mask) -> Mask:
    """Return the largest piece, its holes filled."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros_like(mask)
    if contours:
        cv2.drawContours(out, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return out


def _is_subject(mask: Mask) -> bool:
    """Whether a piece has the size of a subject and does not cover the picture's borders."""
    borders = np.concatenate([mask[0], mask[-1] * 0.4, mask[:, 0], mask[:, -1]])
    return LEAST_AREA < float(mask.mean()) < MOST_AREA and float(borders.mean()) < MOST_BORDER


def _contrast(lab: NDArray[np.float32], mask: Mask) -> bool:
    """Whether the outline runs where colours change, almost everywhere."""
    inside = (
        cv2.blur(lab * mask[..., None], (9, 9)) / np.maximum(cv2.blur(mask.astype(np.float32), (9, 9)), 0.05)[..., None]
    )
    rest = 1 - mask
    outside = (
        cv2.blur(lab * rest[..., None], (9, 9)) / np.maximum(cv2.blur(rest.astype(np.float32), (9, 9)), 0.05)[..., None]
    )
    line = cv2.dilate(mask, disc(1)) - cv2.erode(mask, disc(1), borderValue=1)
    across = np.linalg.norm(inside - outside, axis=2)[line > 0]
    if across.size == 0:
        return False
    return float(np.median(across)) > LEAST_CONTRAST and float((across > LEAST_CONTRAST / 2).mean()) > LEAST_TOLD
