"""Where the figure stands: big head, tilt, crop and scale in one resampling. Knows no look."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.classic.subject import Face, Subject
from engine.pixels import Matte, Plane
from engine.types import Shape

NECK_FW = 0.72  # where the body begins, face widths below the face's centre; higher up pinches chins
BODY_SCALE = 0.74  # the body beside a big head
BODY_BLEND_FW = 0.55  # the body shrinks over this height
EYES_FW = (0.20, -0.16)  # from the centre of the face, along and across its axis
EYE_RADIUS_FW = 0.17
EYE_ZOOM = 0.10
BUST_BEND = 0.22  # how far the cut below the bust rises towards the sides, fw at one fw
SIDES_FW = 1.0  # half the width of the bust at the cut
MIN_BADGE_FACE = 0.34  # of the badge's long side; a smaller face is brought closer
WISP_FW = 0.09  # thinner than this is a wisp of hair or a leftover of the cut
CORNER_FW = 0.38  # rounding where the photo ends inside the figure


@dataclass(frozen=True, slots=True)
class Frame:
    """How to place a figure: `tilt_deg` clockwise, `below_fw`: how far below the face's centre it is cut,
    `zoom`: a badge is cropped to 1 / zoom."""

    tilt_deg: float
    below_fw: float
    zoom: float = 1.0


def place(subject: Subject, frame: Frame, long_px: int) -> Subject:
    """Return `subject` in `frame`, its visible part `long_px` pixels long."""
    if subject.shape is Shape.BADGE:
        return _place_badge(subject, frame.zoom, long_px)
    subject = replace(subject, matte=_rounded_canvas(subject.matte, subject.face.width))
    left, top, right, bottom = _figure_box(subject, frame)
    scale = long_px / max(right - left, bottom - top)
    size = (max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale)))
    return _render(subject, frame, scale, left, top, size)


def _place_badge(subject: Subject, zoom: float, long_px: int) -> Subject:
    """Scale the badge; what is inside moves closer, about the face as far as the photo reaches."""
    height, width = subject.matte.shape
    scale, face = long_px / max(height, width), subject.face
    zoom = max(zoom, MIN_BADGE_FACE * max(height, width) / face.width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    half_x, half_y = width / 2 / zoom, height / 2 / zoom
    centre_x = min(max(face.x, half_x), width - half_x)
    centre_y = min(max(face.y + 0.1 * face.width, half_y), height - half_y)
    grown = scale * zoom
    move = np.array([[grown, 0, size[0] / 2 - grown * centre_x], [0, grown, size[1] / 2 - grown * centre_y]])
    rgb = cv2.warpAffine(subject.rgb, move, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    matte = cv2.resize(subject.matte, size, interpolation=cv2.INTER_AREA)
    x, y = (move @ [face.x, face.y, 1]).tolist()
    return replace(subject, rgb=rgb, matte=matte, face=replace(face, x=x, y=y, width=face.width * grown))


def _figure_box(subject: Subject, frame: Frame) -> tuple[float, float, float, float]:
    """The visible figure's box in placed coordinates at the subject's own scale; found at a quarter of it."""
    height, width = subject.matte.shape
    reach = math.hypot(height, width) / 2
    quarter = 0.25
    side = int(2 * reach * quarter)
    left, top = width / 2 - reach, height / 2 - reach
    rough = _render(subject, frame, quarter, left, top, (side, side))
    ys, xs = np.nonzero(rough.matte > 0.35)
    if len(ys) == 0:
        return 0.0, 0.0, float(width), float(height)
    box = np.array([xs.min() - 0.5, ys.min() - 0.5, xs.max() + 1.5, ys.max() + 1.5]) / quarter
    return tuple((np.array([left, top, left, top]) + box).tolist())


def _render(subject: Subject, frame: Frame, scale: float, left: float, top: float, size: tuple[int, int]) -> Subject:
    face = subject.face
    x, y = np.meshgrid(
        (np.arange(size[0], dtype=np.float32) + 0.5) / scale + left - 0.5,
        (np.arange(size[1], dtype=np.float32) + 0.5) / scale + top - 0.5,
    )
    lean = math.radians(frame.tilt_deg)
    cos, sin = math.cos(lean), math.sin(lean)
    u, v = (x - face.x) / face.width, (y - face.y) / face.width
    u, v = cos * u + sin * v, -sin * u + cos * v
    keep = _bust(u, v, frame.below_fw)
    u, v = _with_big_head(u, v, face.roll_deg)
    u, v = _with_big_eyes(u, v, face.roll_deg)
    map_x, map_y = u * face.width + face.x, v * face.width + face.y
    rgb = cv2.remap(subject.rgb, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    matte = cv2.remap(subject.matte, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    placed = Face(
        (face.x - left) * scale,
        (face.y - top) * scale,
        face.width * scale,
        face.roll_deg + frame.tilt_deg,
        face.score,
    )
    return replace(subject, rgb=rgb, matte=_without_wisps(matte * keep, placed.width), face=placed)


def _bust(u: Plane, v: Plane, below_fw: float) -> Matte:
    """1 above a cut at `below_fw` that bends up towards the sides like a coin's edge, 0 below."""
    cut = below_fw - BUST_BEND * np.minimum(np.abs(u), 1.6) ** 2
    side = SIDES_FW + 0.45 * (below_fw - v)  # a close crop narrows towards the cut instead of ending in slivers
    inside = np.minimum(cut - v, side - np.abs(u))
    return np.clip(inside * 60 + 0.5, 0, 1).astype(np.float32)


def _without_wisps(matte: Matte, face_width: float) -> Matte:
    """Drop hairs and slivers thinner than a sticker's border could follow; what is left keeps its edge."""
    thin = max(3, round(WISP_FW * face_width)) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thin, thin))
    body = cv2.morphologyEx((matte > 0.5).astype(np.uint8), cv2.MORPH_OPEN, disc)
    near = cv2.GaussianBlur(cv2.dilate(body, disc).astype(np.float32), (0, 0), max(0.8, thin / 8))
    return matte * np.clip(near * 2 - 0.5, 0, 1)


def _rounded_canvas(matte: Matte, face_width: float) -> Matte:
    """Round the figure where the photo ends: its lower corners widely, the upper ones a little."""
    height, width = matte.shape
    radius = min(CORNER_FW * face_width, 0.45 * min(height, width))
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    aside = np.maximum(np.abs(x + 0.5 - width / 2) - (width / 2 - radius), 0)
    below = np.maximum(y + 0.5 - (height - radius), 0)
    above = np.maximum(radius - y - 0.5, 0)
    outside = np.hypot(aside, below + above) - radius
    return matte * np.clip(0.5 - outside, 0, 1)


def _with_big_head(u: Plane, v: Plane, roll_deg: float) -> tuple[Plane, Plane]:
    """Where a placed point comes from when the body is shrunk below the neck."""
    roll = math.radians(roll_deg)
    neck_u = -NECK_FW * math.sin(roll)
    t = np.clip((v - NECK_FW) / BODY_BLEND_FW, 0, 1)
    grow = 1 + (1 / BODY_SCALE - 1) * t * t * (3 - 2 * t)
    integral = t**3 - t**4 / 2 + np.maximum((v - NECK_FW) / BODY_BLEND_FW - 1, 0)
    return neck_u + (u - neck_u) * grow, v + (1 / BODY_SCALE - 1) * BODY_BLEND_FW * integral


def _with_big_eyes(u: Plane, v: Plane, roll_deg: float) -> tuple[Plane, Plane]:
    roll = math.radians(roll_deg)
    for side in (-1, 1):
        along, across = side * EYES_FW[0], EYES_FW[1]
        eye_u = math.cos(roll) * along - math.sin(roll) * across
        eye_v = math.sin(roll) * along + math.cos(roll) * across
        near = np.exp(-((u - eye_u) ** 2 + (v - eye_v) ** 2) / EYE_RADIUS_FW**2)
        pull = 1 - EYE_ZOOM * near
        u, v = (eye_u + (u - eye_u) * pull).astype(np.float32), (eye_v + (v - eye_v) * pull).astype(np.float32)
    return u, v
