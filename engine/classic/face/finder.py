"""From a photo to its main face: look upright first, at every angle where that finds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.classic.face.cascade import Grey
from engine.classic.face.confirm import confirm, is_worth_confirming
from engine.classic.face.screen import Candidate, screen
from engine.classic.subject import Face
from engine.errors import NoFace
from engine.pixels import Rgb

WORK_PX = 960  # long side of the copy that is looked at; more shows no face that is worth a sticker
DARK_LEVEL = 110  # 99th percentile of grey below which a photo is stretched
UPRIGHT_PX = 480  # long side while screening upright ..
TURNED_PX = 288  # .. and at each of the other angles
TURNED_DEG = tuple(float(angle) for angle in range(30, 360, 30))
ENOUGH = 20.0  # score from which a candidate counts as a face
SURE = 25.0  # score from which nobody needs to look at other angles
MAX_GLIMPSED, MAX_CONFIRMED = 16, 8  # candidates per stage: bounds the time on busy photos
FEW_VOTES = 4  # windows of the first look
MIN_WIDTH_PX = 24  # of the working copy; noise and gravel are full of smaller "faces"
SAFE_WIDTH_PX = 48  # from here ENOUGH is enough; smaller faces must score more, in proportion
MIN_SHARE = 0.05  # a face narrower than this share of the short side is nobody's portrait
OFF_CENTRE = 0.35  # how much of its rank a face in the photo's corner loses
TURN_FROM_DEG = 60.0  # heads lean, photos are turned: from here the photo is turned


@dataclass(frozen=True, slots=True)
class Found:
    """`photo` set upright by quarter turns, its main face in pixels of it, and how many faces were found in all."""

    photo: Rgb
    face: Face
    faces: int


def find_face(photo: Rgb) -> Found:
    """Find the face to draw: the largest, most central one that is surely a face.

    `photo` may be of any size and turned by any angle. Raises `NoFace`.
    """
    grey, scale = _working_copy(photo)
    faces = _faces(grey)
    if not faces:
        raise NoFace
    main = max(faces, key=lambda face: _rank(face, grey.shape))
    turns = _quarter_turns(main.roll_deg)
    in_photo = Face(main.x / scale, main.y / scale, main.width / scale, main.roll_deg, main.score)
    return Found(np.ascontiguousarray(np.rot90(photo, turns)), _turn(in_photo, turns, photo.shape), len(faces))


def _working_copy(photo: Rgb) -> tuple[Grey, float]:
    """A grey copy of at most WORK_PX, and its scale. Dark photos are stretched: the cascades count grey levels."""
    scale = min(1.0, WORK_PX / max(photo.shape[:2]))
    if scale < 1:
        size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
        photo = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    bright = float(np.percentile(grey, 99))
    if bright < DARK_LEVEL:
        smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), max(1.0, max(grey.shape) / 640))
        grey = np.clip(smooth * (255 / max(bright, 8.0)), 0, 255).astype(np.uint8)
    return np.asarray(grey, dtype=np.uint8), scale


def _faces(grey: Grey) -> list[Face]:
    """Every face of the working copy, surest first; one per person."""
    upright = _confirmed(grey, screen(grey, (0.0,), UPRIGHT_PX))
    if upright and upright[0].score >= SURE:
        return [face for face in upright if _is_face(face)]
    turned = _confirmed(grey, screen(grey, TURNED_DEG, TURNED_PX))
    return [face for face in _distinct([*upright, *turned]) if _is_face(face)]


def _is_face(face: Face) -> bool:
    return face.score >= ENOUGH * max(1.0, SAFE_WIDTH_PX / face.width)


def _confirmed(grey: Grey, candidates: Sequence[Candidate]) -> list[Face]:
    short = min(grey.shape)
    worth = [candidate for candidate in candidates if candidate.width >= max(MIN_SHARE * short, MIN_WIDTH_PX)]
    # larger windows get fewer votes by chance and are more often the portrait
    worth.sort(key=lambda each: each.votes * np.sqrt(min(1.0, 2.5 * each.width / short)), reverse=True)
    faces: list[Face] = []
    for candidate in worth[:MAX_GLIMPSED]:
        is_sure = any(face.score >= SURE for face in faces)
        if is_sure and candidate.votes < FEW_VOTES:
            continue  # enough to try where nothing is found, not enough for a second person
        if len(faces) < MAX_CONFIRMED and is_worth_confirming(grey, candidate):
            faces.append(confirm(grey, candidate))
    return _distinct(faces)


def _distinct(faces: Sequence[Face]) -> list[Face]:
    """Surest first, without those that lie on a surer one."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: face.score, reverse=True):
        if all(np.hypot(face.x - other.x, face.y - other.y) > 0.6 * other.width for other in kept):
            kept.append(face)
    return kept


def _rank(face: Face, shape: tuple[int, ...]) -> float:
    height, width = shape[:2]
    half_diagonal = np.hypot(height, width) / 2
    distance = np.hypot(face.x - width / 2, face.y - height / 2) / half_diagonal
    return float(face.width * (1 - OFF_CENTRE * distance) * min(1.0, face.score / SURE))


def _quarter_turns(roll_deg: float) -> int:
    """How many counter-clockwise quarter turns set a head upright that leans `roll_deg` clockwise."""
    lean = (roll_deg + 180) % 360 - 180
    return 0 if abs(lean) < TURN_FROM_DEG else round(lean / 90) % 4


def _turn(face: Face, turns: int, shape: tuple[int, ...]) -> Face:
    """Follow `face` through `turns` counter-clockwise quarter turns of a picture of `shape`."""
    height, width = shape[:2]
    x, y = face.x, face.y
    for _ in range(turns):
        x, y, height, width = y, width - x, width, height
    roll = (face.roll_deg - 90 * turns + 180) % 360 - 180
    return Face(float(x), float(y), face.width, float(roll), face.score)
