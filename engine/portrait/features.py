"""Eyes, brows, lips, nose and jaw drawn by the face mesh, as an illustrator would. Knows no style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Eye, Points
from engine.portrait.mesh import (
    INNER_LOWER,
    INNER_UPPER,
    JAW_LINE,
    LEFT_BROW,
    LID_CREASES,
    NOSE_WINGS,
    OUTER_LOWER,
    OUTER_UPPER,
    RIGHT_BROW,
)
from engine.portrait.pen import circle, coverage, curve, fill, stroke
from engine.portrait.study import DRAWING_PX, Study
from engine.portrait.tone import Colour, Lab, Picture, Plane, blur, lab_colour, mix, smoothstep

SHUT = 0.13  # height over width below which an eye is a line

WHITE = np.array([255, 255, 255], np.float32)
LID_SHADE = np.array([46, 28, 28], np.float32)
LIP_LINE = np.array([94, 30, 34], np.float32)
GREYISH, BROWN = 7.0, np.array([6.0, 11.0], np.float32)  # chroma; a and b


@dataclass(frozen=True, slots=True)
class Hand:
    """How a style draws features: `ink` sRGB; the others are opacities 0..1 (0: not drawn), `weight` a line weight.

    `iris`: how much of the eye is painted over the photo's; `big` enlarges the painted iris.
    """

    ink: Colour
    weight: float = 1.0
    iris: float = 0.0
    big: float = 1.0
    lids: float = 1.0
    lower_lid: float = 0.5
    crease: float = 0.4
    catchlight: float = 0.9
    brows: float = 0.6
    lips: float = 0.5
    mouth: float = 0.9
    nose: float = 0.6
    jaw: float = 0.7


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a study around one feature: drawing there costs a small part of drawing on the whole canvas."""

    corner: Points
    mesh: Points
    axes: NDArray[np.floating[Any]]
    fw: float
    lab: Lab
    skin: Plane
    person: Plane
    skin_lab: NDArray[np.floating[Any]]
    mouth_gap: float


def draw_features(picture: Picture, study: Study, hand: Hand) -> None:
    """Draw the face's features on `picture` [S, S, 3] sRGB 0..255, in place; nothing where the mesh is not sure."""
    if not study.has_mesh:
        return
    mesh = study.mesh
    _jaw_and_nose(*_window(picture, study, mesh), hand)
    for brow in (LEFT_BROW, RIGHT_BROW):
        _brow(*_window(picture, study, mesh[list(brow)]), brow, hand)
    _mouth(*_window(picture, study, mesh[[*OUTER_UPPER, *OUTER_LOWER]]), hand)
    for number, eye in enumerate(study.eyes):
        if eye.is_visible:
            part, face = _window(picture, study, np.concatenate([eye.contour, mesh[list(LID_CREASES[number])]]))
            _eye(part, face, Eye(eye.iris - face.corner, eye.contour - face.corner, True), number, hand)


def _window(picture: Picture, study: Study, points: Points) -> tuple[Picture, _Window]:
    """Return the part of `picture` around `points`, empty where they lie outside, and the same part of `study`."""
    margin = 0.12 * study.fw
    left, top = np.clip(np.floor(points.min(0) - margin), 0, DRAWING_PX).astype(int)
    right, bottom = np.clip(np.ceil(points.max(0) + margin), 0, DRAWING_PX).astype(int)
    window = (slice(top, bottom), slice(left, right))
    corner = np.array([left, top], np.float32)
    return picture[window], _Window(
        corner=corner,
        mesh=study.mesh - corner,
        axes=study.axes,
        fw=study.fw,
        lab=study.lab[window],
        skin=study.skin[window],
        person=study.person[window],
        skin_lab=study.skin_lab,
        mouth_gap=study.mouth_gap,
    )


def _lids(face: _Window, eye: Eye) -> tuple[Points, Points]:
    """Return the upper and the lower lid as smooth curves, left to right."""
    contour = eye.contour
    upper = np.concatenate([contour[:1], contour[9:16], contour[8:9]])
    return tuple(  # type: ignore[return-value]
        curve(lid[np.argsort(lid @ face.axes[0])], 40) for lid in (upper, contour[:9])
    )


def _eye(picture: Picture, face: _Window, eye: Eye, number: int, hand: Hand) -> None:
    upper, lower = _lids(face, eye)
    width = float(np.linalg.norm(upper[-1] - upper[0]))
    height = float(np.max((lower - upper) @ face.axes[1]))
    if width < 6 or not picture.size:
        return
    weight = hand.weight
    opening = np.concatenate([upper, lower[::-1]])
    is_open = height > SHUT * width
    if is_open:
        inside = coverage(picture.shape[:2], [opening])
        centre = eye.iris[0]
        radius = float(np.mean(np.linalg.norm(eye.iris[1:] - centre, axis=1))) * hand.big
        if hand.iris:
            _paint_iris(picture, face, opening, inside, centre, radius, height, hand)
        if hand.catchlight:
            glint = circle(centre + np.array([-0.30, -0.34]) @ face.axes * radius, 0.25 * radius)
            fill(picture, glint, WHITE, hand.catchlight, within=blur(inside, 0.6))
    outward = -1 if number == 0 else 1
    corner = upper[0] if number == 0 else upper[-1]
    wing = corner + (np.array([outward * 0.09, -0.055], np.float32) @ face.axes) * width
    lash = np.concatenate([wing[None], upper]) if number == 0 else np.concatenate([upper, wing[None]])
    thick = (0.095 if is_open else 0.10) * width * weight
    lift = (-0.25 * thick * face.axes[1]).astype(np.float32)
    ends = (0.15, 0.3) if number == 0 else (0.3, 0.15)
    stroke(picture, curve(lash + lift, 48), thick, hand.ink, hand.lids, start=ends[0], end=ends[1])
    if is_open and hand.lower_lid:
        stroke(picture, lower[6:-6], 0.03 * width * weight, hand.ink, hand.lower_lid)
    crease = face.mesh[list(LID_CREASES[number])]
    crease = curve(crease[np.argsort(crease @ face.axes[0])], 40)
    gap = float(np.mean(upper @ face.axes[1]) - np.mean(crease @ face.axes[1]))
    if hand.crease and gap > 0.07 * width:
        stroke(picture, crease[5:-4], 0.028 * width * weight, hand.ink, hand.crease, start=0.1, end=0.1)


def _paint_iris(
    picture: Picture,
    face: _Window,
    opening: Points,
    inside: Plane,
    centre: Points,
    radius: float,
    height: float,
    hand: Hand,
) -> None:
    """Paint white, iris in the person's own colour, pupil and shade of the lid."""
    share = hand.iris
    seen = face.lab
    white_l = float(np.clip(face.skin_lab[0] * 1.25 + 12, 70, 96))
    top, bottom = lab_colour(np.array([white_l - 13, 2, 5])), lab_colour(np.array([white_l, 0.5, 4]))
    fill(picture, opening, top, 0.92 * share, bottom=bottom)
    ring = coverage(inside.shape, [circle(centre, 0.85 * radius)]) * inside
    ring *= 1 - coverage(inside.shape, [circle(centre, 0.45 * radius)])
    pixels = seen[ring > 0.6]
    lab = np.median(pixels, axis=0) if len(pixels) > 6 else np.array([30.0, 5.0, 8.0], np.float32)
    own = np.array([np.clip(1.1 * lab[0] + 6, 24, 56), 1.35 * lab[1], 1.35 * lab[2]], np.float32)
    if np.hypot(lab[1], lab[2]) < GREYISH and lab[2] > -2.5 and np.hypot(*face.skin_lab[1:]) > GREYISH:
        own[1:] = np.maximum(own[1:], BROWN)  # dark eyes in a small picture: brown, not grey
    deep, light = lab_colour(own * (0.55, 1, 1)), lab_colour(own * (1.25, 1.1, 1.1) + (6, 0, 0))
    fill(picture, circle(centre, radius), deep * 0.55, share, within=inside)
    fill(picture, circle(centre, 0.86 * radius), deep, share, within=inside, bottom=light)
    fill(picture, circle(centre, 0.45 * radius), np.array([16, 12, 14], np.float32), share, within=inside)
    shade = opening.copy()
    half = len(shade) // 2
    shade[half:] = (shade[:half] + face.axes[1] * 0.32 * height)[::-1]
    fill(picture, shade, LID_SHADE, 0.42 * share, within=inside, soft_px=max(0.6, 0.06 * height))
    glint = circle(centre + np.array([0.32, 0.36]) @ face.axes * radius, 0.13 * radius)
    fill(picture, glint, WHITE, 0.7 * share, within=inside)


def _brow(picture: Picture, face: _Window, brow: tuple[int, ...], hand: Hand) -> None:
    """Darken the brow's own hairs towards their own colour: a thin brow stays thin."""
    if not (hand.brows and picture.size):
        return
    skin_l = face.skin_lab[0]
    area = coverage(picture.shape[:2], [face.mesh[list(brow)]])
    pixels = face.lab[area > 0.5]
    if len(pixels) < 20:
        return
    dark = pixels[pixels[:, 0] <= np.median(pixels[:, 0])]
    own = np.median(dark, axis=0)
    own = np.array([0.85 * min(own[0], 0.7 * skin_l), 1.1 * own[1], 1.1 * own[2]], np.float32)
    grown = np.clip(blur(area, 0.014 * face.fw) * 1.6, 0, 1)
    low = float(np.percentile(pixels[:, 0], 25))
    hairy = smoothstep(skin_l - 0.25 * (skin_l - low), low + 0.25 * (skin_l - low), face.lab[..., 0])
    share = blur(hairy * grown, 0.9) * np.float32(hand.brows)
    picture[:] = mix(picture, lab_colour(own), share)


def _mouth(picture: Picture, face: _Window, hand: Hand) -> None:
    if not picture.size:
        return
    mesh, fw = face.mesh, face.fw
    line = 0.45 * hand.ink + 0.55 * (LIP_LINE if np.hypot(*face.skin_lab[1:]) > GREYISH and hand.lips else hand.ink)
    upper_out, lower_out = (curve(mesh[list(each)], 60) for each in (OUTER_UPPER, OUTER_LOWER))
    upper_in, lower_in = (curve(mesh[list(each)], 60) for each in (INNER_UPPER, INNER_LOWER))
    lips = coverage(picture.shape[:2], [face.mesh[list(OUTER_UPPER)], face.mesh[list(OUTER_LOWER)]])
    pixels = face.lab[lips > 0.5]
    own = np.median(pixels, axis=0) if len(pixels) else face.skin_lab
    if hand.lips:
        red = max(1.2 * float(own[1]) + 2, 8.0)
        tint = np.array([min(own[0], face.skin_lab[0] - 4), red, max(1.05 * float(own[2]), 0.3 * red)], np.float32)
        for first, second, darker in ((upper_out, upper_in, 5.0), (lower_out, lower_in, 0.0)):
            colour = lab_colour(tint - np.array([darker, 0, 0], np.float32))
            fill(picture, np.concatenate([first, second[::-1]]), colour, hand.lips, soft_px=0.008 * fw)
        shine = (0.45 * lower_in + 0.55 * lower_out)[20:40]
        light = lab_colour(tint + np.array([14, -2, -2], np.float32))
        stroke(picture, shine, 0.02 * fw, light, 0.8 * hand.lips, start=0.05, end=0.05)
    if face.mouth_gap > 0.05:
        inside = coverage(picture.shape[:2], [np.concatenate([upper_in, lower_in[::-1]])])
        light, chroma = face.lab[..., 0], np.hypot(face.lab[..., 1], face.lab[..., 2])
        teeth = smoothstep(0.52, 0.78, light / face.skin_lab[0]) * smoothstep(26, 14, chroma) * inside
        picture[:] = mix(picture, np.array([250, 247, 240], np.float32), cv2.GaussianBlur(teeth, (0, 0), 0.7) * 0.7)
        dark = smoothstep(0.62, 0.4, light / face.skin_lab[0]) * inside
        picture[:] = mix(picture, np.array([88, 24, 30], np.float32), cv2.GaussianBlur(dark, (0, 0), 0.7) * 0.6)
    if face.mouth_gap < 0.06:
        stroke(picture, 0.5 * (upper_in + lower_in), 0.017 * fw * hand.weight, line, hand.mouth)
    else:
        stroke(picture, upper_in, 0.014 * fw * hand.weight, line, 0.9 * hand.mouth)
        stroke(picture, lower_in, 0.010 * fw * hand.weight, line, 0.55 * hand.mouth)
    under = lower_out[22:38] + face.axes[1] * 0.012 * fw
    stroke(picture, under, 0.012 * fw * hand.weight, _shade_colour(face), 0.45 * hand.mouth, start=0.1, end=0.1)


def _jaw_and_nose(picture: Picture, face: _Window, hand: Hand) -> None:
    if not picture.size:
        return
    colour = 0.5 * _shade_colour(face) + 0.5 * hand.ink
    if hand.jaw:
        jaw = curve(face.mesh[list(JAW_LINE)], 120)
        # Where the jaw is the rim of the figure the silhouette's line is there already; hair covers its ends.
        bare = cv2.erode(face.skin, np.ones((3, 3), np.uint8)) * smoothstep(0.5, 0.95, face.person)
        stroke(picture, jaw, 0.016 * face.fw * hand.weight, colour, hand.jaw, within=blur(bare, 1.0))
    if hand.nose:
        for wing in NOSE_WINGS:
            line = curve(face.mesh[list(wing)], 24)
            stroke(picture, line, 0.017 * face.fw * hand.weight, colour, hand.nose)


def _shade_colour(face: _Window) -> Colour:
    """The colour of a line on this skin: its deep shade."""
    skin: NDArray[np.floating[Any]] = face.skin_lab * np.array([0.52, 1.1, 1.0], np.float32) + np.array(
        [-3, 6, 2], np.float32
    )
    return lab_colour(skin)
