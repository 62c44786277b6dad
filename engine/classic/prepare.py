"""A photo becomes a person ready to be drawn, cut out and as a badge. Knows no look and no file format."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from engine.classic.badge import make_badge
from engine.classic.face import find_face
from engine.classic.subject import Face, Rgb, Subject
from engine.errors import Cancelled
from engine.matte import Matter
from engine.types import Shape


@dataclass(frozen=True)
class Prepared:
    """`is_trusted`: the cut-out may be shown without asking; `doubts` says by code why not."""

    cutout: Subject
    badge: Subject
    is_trusted: bool
    doubts: tuple[str, ...]
    faces: int
    timings: Mapping[str, float]


def prepare(
    photo: Rgb, matter: Matter | None = None, keep_going: Callable[[str], bool] = lambda phase: True
) -> Prepared:
    """Find the face and cut the person out. Raises `NoFace`, and `Cancelled` where `keep_going(phase)` is False."""
    started = time.perf_counter()
    if not keep_going("face"):
        raise Cancelled
    found = find_face(photo)
    face_done = time.perf_counter()
    if not keep_going("cutout"):
        raise Cancelled
    badge = make_badge(found.photo, found.face)
    cutout = _thin_cut(found.photo, found.face)
    done = time.perf_counter()
    return Prepared(
        cutout, badge, True, (), found.faces, {"face": face_done - started, "cutout": done - face_done}
    )


def _thin_cut(photo: Rgb, face: Face) -> Subject:
    height, width = photo.shape[:2]
    left, right = max(0, int(face.x - 1.62 * face.width)), min(width, int(face.x + 1.62 * face.width))
    top, bottom = max(0, int(face.y - 1.42 * face.width)), min(height, int(face.y + 1.78 * face.width))
    scale = 640 / max(right - left, bottom - top)
    rgb = cv2.resize(photo[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    placed = Face(
        (face.x - left) * scale, (face.y - top) * scale, face.width * scale, face.roll_deg, face.score
    )
    small = cv2.resize(rgb, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[: small.shape[0], : small.shape[1]] / 0.4
    u, v = (x - placed.x) / placed.width, (y - placed.y) / placed.width
    head = (u / 0.62) ** 2 + ((v + 0.12) / 0.84) ** 2 < 1
    body = v > 0.82 + 0.5 * (np.maximum(abs(u) - 0.32, 0) / 0.95) ** 1.3
    mask = np.where(head | body, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    mask[(u / 0.4) ** 2 + (v / 0.5) ** 2 < 1] = cv2.GC_FGD
    mask[(abs(u) > 1.4) & (v < 0.3)] = cv2.GC_BGD
    mask[:3] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    cv2.grabCut(small, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    hard = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.float32)
    matte = cv2.resize(cv2.GaussianBlur(hard, (0, 0), 1.0), rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return Subject(rgb, np.clip(matte * 3 - 1, 0, 1), placed, Shape.CUTOUT)
