"""Faces of a photo, turned by any angle: boxes, meshes, irises. Knows no matte and no style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from engine.errors import NoFace
from engine.pixels import Rgb
from engine.portrait.crop import Pyramid, Square
from engine.portrait.exposure import brighten, needed_lift, noise_level
from engine.portrait.figure import Eye, Points
from engine.portrait.mesh import LEFT_EYE, RIGHT_EYE
from engine.portrait.networks import DETECTOR_PX, IRIS_PX, MESH_PX, Networks, Values

LARGEST: Final = -1  # a face index that asks for the main face

GRID = 48  # the detector's cells per side
SAME_FACE = 0.5  # two boxes closer than this share of the larger one are one face
MAX_CANDIDATES = 8  # per look; bounds the time on pictures full of patterns
CONFIRM_SIDE = 2.2  # box sides of the square that is looked at again, upright
MESH_SIDE = 1.5  # of the box, then of the mesh's own bounding square
IRIS_SIDE = 2.3  # of the eye's width

MESH_PRESENCE, SURE_PRESENCE = 0.9, 0.98
BRIGHT_LEVEL, NOISY_LEVEL = 235, 8.0  # grey levels: median of an over-exposed photo, noise of a noisy one
SEEN = 0.4  # detector score of a candidate
SURE_SCORE, SURE_ROLL_DEG = 0.6, 8.0  # upright faces this good need no look at other angles
STRICT_SCORE = 0.6  # for tiles: many looks find more by chance
TURNS_DEG = (0.0, 90.0, 180.0, 270.0)
UPRIGHT_BONUS = 0.1
ZOOM_OUT = 1.6  # for faces that fill the frame: the square is larger than the photo
TILES = ((0.6, 0.3), (0.35, 0.3))  # (side as a share of the long side, overlap)
CLEAR_ROLL_DEG = 28.0  # heads lean, photos are turned: from here either may be meant
LEAST_EYE_RATIO = 0.55  # of the eyes' widths; below, the head is turned by more than about 50 degrees
LEAST_EYE_CONTRAST = 9.0  # L between white and iris; below, the eye is behind dark glass


@dataclass(frozen=True, slots=True)
class Face:
    """A face in px of its photo.

    `x`, `y`: centre of the detector's box, `width`: its longer side, the unit "fw" of everything around a face;
    `roll_deg`: how far the head leans clockwise; `mesh` [468, 2] and `depth` [468] in px, smaller is nearer;
    `score` of the first detection, `confirmation` of the second, which looks at the face upright, `presence` of the
    mesh, all 0 .. 1; `roll_change_deg` between the two detections, large where the first was a mistake.
    """

    x: float
    y: float
    width: float
    roll_deg: float
    mesh: Points
    depth: Values
    score: float
    confirmation: float
    presence: float
    roll_change_deg: float

    @property
    def centre(self) -> Points:
        """Mean [2] of the mesh: where a head's coordinates begin."""
        return self.mesh.mean(axis=0)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The square around it: x1, y1, x2, y2."""
        half = self.width / 2
        return self.x - half, self.y - half, self.x + half, self.y + half

    @property
    def rank(self) -> float:
        """How much this is the main face: its size, weighted by its score."""
        return self.width * (0.5 + self.score)

    @property
    def is_mesh_sure(self) -> bool:
        """Whether lines of the mesh lie on the face's own: not on a profile, not on a covered face."""
        left, right = (
            float(np.linalg.norm(self.mesh[outer] - self.mesh[inner])) for outer, inner in (LEFT_EYE, RIGHT_EYE)
        )
        return self.presence >= MESH_PRESENCE and min(left, right) >= LEAST_EYE_RATIO * max(left, right)


@dataclass(frozen=True, slots=True)
class FoundFaces:
    """The faces of a photo, left to right, in px of it turned counter-clockwise by `quarter_turns`."""

    quarter_turns: int
    faces: tuple[Face, ...]
    shape: tuple[int, ...]

    def other_turn(self) -> FoundFaces | None:
        """Return the same faces with the photo turned the other way where it is not clear which way is up: a head
        that leans by half a quarter turn. None where it is clear."""
        roll = self.choose().roll_deg
        if abs(roll) < CLEAR_ROLL_DEG:
            return None
        return _turned(self.faces, self.shape, 1 if roll > 0 else -1, self.quarter_turns)

    def choose(self, index: int = LARGEST) -> Face:
        """Return the face at `index`, counted from the left; `LARGEST` is the main one. Raises `NoFace`."""
        if index == LARGEST:
            return max(self.faces, key=lambda face: face.rank)
        if index >= len(self.faces):
            raise NoFace(f"no face {index}: {len(self.faces)} found")
        return self.faces[index]


@dataclass(frozen=True, slots=True)
class Detection:
    """A box of the detector, in px of the photo: centre, longer side, eyes' angle, score 0 .. 1."""

    x: float
    y: float
    width: float
    roll_deg: float
    score: float


def find_faces(photo: Rgb, networks: Networks) -> FoundFaces:
    """Find every face of `photo` [H, W, 3]. Raises `NoFace`.

    Looks at the whole photo upright; where that finds nothing sure, at four angles, then zoomed out for a face that
    fills the frame, then at tiles for small ones.
    """
    faces = _Seeker(Pyramid(photo), networks).find()
    for clearer in () if faces else _clearer(photo):
        faces = _Seeker(Pyramid(clearer), networks).find(has_tiles=False)
        if faces:
            break
    if not faces:
        raise NoFace
    main = max(faces, key=lambda face: face.rank)
    return _turned(faces, photo.shape, round(main.roll_deg / 90))


def detect(pyramid: Pyramid, square: Square, networks: Networks, least: float) -> list[Detection]:
    """Return what the detector says of `square`, best first, one box per face, scores of at least `least`."""
    crop = pyramid.crop(square, DETECTOR_PX)
    logits, rows = networks.detect(crop.pixels)
    scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    scale = square.side / DETECTOR_PX
    found = []
    for cell in np.flatnonzero(scores > least):
        anchor = (np.array([cell % GRID, cell // GRID]) + 0.5) / GRID * DETECTOR_PX - 0.5
        points = np.vstack([rows[cell, :2], rows[cell, 4:8].reshape(2, 2)]) + anchor
        (x, y), left_eye, right_eye = crop.to_photo(points)
        roll = np.degrees(np.arctan2(*(right_eye - left_eye)[::-1]))
        width = float(rows[cell, 2:4].max()) * scale
        found.append(Detection(float(x), float(y), width, float(roll), float(scores[cell])))
    return distinct(found)


def distinct(found: Iterable[Detection]) -> list[Detection]:
    """Return `found`, best first, without those that lie on a better one."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda each: -each.score):
        if all(np.hypot(one.x - o.x, one.y - o.y) > SAME_FACE * max(one.width, o.width) for o in kept):
            kept.append(one)
    return kept


def find_eyes(photo: Rgb, face: Face, networks: Networks) -> tuple[Eye, Eye]:
    """Return the (picture-left, picture-right) eye of `face` in px of `photo`."""
    pyramid = Pyramid(photo)
    return (
        _find_eye(pyramid, face, LEFT_EYE, networks, is_mirrored=False),
        _find_eye(pyramid, face, RIGHT_EYE, networks, is_mirrored=True),
    )


class _Seeker:
    """The cascade of looks at one photo."""

    def __init__(self, pyramid: Pyramid, networks: Networks) -> None:
        self._pyramid, self._networks = pyramid, networks
        self._width, self._height = pyramid.size

    def find(self, *, has_tiles: bool = True) -> list[Face]:
        upright = [face for face in self._look(0.0) if _is_face(face)]
        if any(_is_sure(face) for face in upright):
            return upright
        by_turn = {0.0: upright} | {turn: [f for f in self._look(turn) if _is_face(f)] for turn in TURNS_DEG[1:]}
        if any(by_turn.values()):
            return max(by_turn.values(), key=lambda faces: max((_turn_rank(face) for face in faces), default=0.0))
        for turn in TURNS_DEG:
            if zoomed := [face for face in self._look(turn, ZOOM_OUT) if _is_face(face)]:
                return zoomed
        for share, overlap in TILES if has_tiles else ():
            tiles = self._confirmed(self._tiles(share, overlap), 0.0)
            if small := [f for f in tiles if _is_face(f) and min(f.score, f.confirmation) >= STRICT_SCORE]:
                return small
        return []

    def _look(self, turn_deg: float, zoom: float = 1.0) -> list[Face]:
        side = max(self._width, self._height) * zoom
        square = Square((self._width - 1) / 2, (self._height - 1) / 2, side, turn_deg)
        return self._confirmed(detect(self._pyramid, square, self._networks, SEEN), turn_deg)

    def _tiles(self, share: float, overlap: float) -> list[Detection]:
        side = max(64.0, share * max(self._width, self._height))

        def places(length: int) -> Sequence[float]:
            count = max(1, int(np.ceil((length - side) / ((1 - overlap) * side))) + 1)
            return np.linspace(min(side, length) / 2, max(length - side / 2, length / 2), count).tolist()

        squares = [Square(x, y, side) for y in places(self._height) for x in places(self._width)]
        return distinct(
            each for square in squares for each in detect(self._pyramid, square, self._networks, STRICT_SCORE)
        )

    def _confirmed(self, candidates: Sequence[Detection], turn_deg: float) -> list[Face]:
        faces = (self._confirm(candidate, turn_deg) for candidate in candidates[:MAX_CANDIDATES])
        return [face for face in faces if face is not None]

    def _confirm(self, first: Detection, turn_deg: float) -> Face | None:
        """Detect again in a square set upright by the eyes: it tells faces from what only looks like one, and gives
        the box that counts. The mesh's own presence does not know which way is up."""
        square = Square(first.x, first.y, CONFIRM_SIDE * first.width, first.roll_deg)
        again = [
            each
            for each in detect(self._pyramid, square, self._networks, 0.05)
            if np.hypot(each.x - first.x, each.y - first.y) < SAME_FACE * first.width
        ]
        if not again:
            return None
        box = max(again, key=lambda each: each.score)
        roll_change = abs(_signed(box.roll_deg - first.roll_deg))
        square = Square(box.x, box.y, MESH_SIDE * box.width, box.roll_deg)
        mesh, _, _ = self._lay_mesh(square)
        mesh, depth, presence = self._lay_mesh(_square_of(mesh))
        roll = np.degrees(np.arctan2(*(mesh[RIGHT_EYE[0]] - mesh[LEFT_EYE[0]])[::-1]))
        return Face(box.x, box.y, box.width, float(roll), mesh, depth, first.score, box.score, presence, roll_change)

    def _lay_mesh(self, square: Square) -> tuple[Points, Values, float]:
        crop = self._pyramid.crop(square, MESH_PX, cv2.BORDER_REPLICATE)
        points, logit = self._networks.lay_mesh(crop.pixels)
        depth = points[:, 2] * np.float32(square.side / MESH_PX)
        return crop.to_photo(points[:, :2]), depth, float(1 / (1 + np.exp(-np.clip(logit, -60, 60))))


def _clearer(photo: Rgb) -> Iterator[Rgb]:
    """Yield copies in which a face is found more easily: of usual light, smoother if noisy; none where it is both."""
    if float(np.median(photo[::4, ::4].max(axis=2))) > BRIGHT_LEVEL:
        yield _quiet(_dimmed(photo))
        # Skin is least bright in blue: where red and green are blown out, there is a face in it still.
        yield _dimmed(np.repeat(photo.min(axis=2, keepdims=True), 3, axis=2))
    elif (clearer := _quiet(brighten(photo, needed_lift(photo)))) is not photo:
        yield clearer


def _dimmed(rgb: Rgb) -> Rgb:
    return cv2.LUT(rgb, np.round(255 * (np.arange(256) / 255) ** 2).astype(np.uint8))


def _quiet(rgb: Rgb) -> Rgb:
    """Return a noisy picture smoothed, another as it is."""
    return cv2.GaussianBlur(rgb, (0, 0), max(1.0, max(rgb.shape[:2]) / 350)) if noise_level(rgb) > NOISY_LEVEL else rgb


def _is_face(face: Face) -> bool:
    """Four ways in: clearly one; a steep profile, which looks less like a face the second time; a face that is hardly
    seen, but whose mesh is sure; a covered one that has no mesh, but is seen clearly twice in the same place."""
    score, confirmation, turn = face.score, face.confirmation, face.roll_change_deg
    is_clear = score >= 0.5 and confirmation >= 0.5 and turn < 12
    is_profile = score >= 0.7 and confirmation >= 0.2 and turn < 10
    is_faint = face.presence >= SURE_PRESENCE and score >= 0.6 and confirmation >= 0.25 and turn < 4
    is_covered = score >= 0.75 and confirmation >= 0.45 and turn < 4
    return (face.presence >= MESH_PRESENCE and (is_clear or is_profile)) or is_faint or is_covered


def _is_sure(face: Face) -> bool:
    return min(face.score, face.confirmation) >= SURE_SCORE and face.roll_change_deg < SURE_ROLL_DEG


def _turn_rank(face: Face) -> float:
    """How surely a photo is meant to be seen with this face upright."""
    upright = UPRIGHT_BONUS if abs(_signed(face.roll_deg)) < 45 else 0.0
    return float((face.score + face.confirmation - face.roll_change_deg / 60 + upright) * np.sqrt(face.width))


def _square_of(mesh: Points) -> Square:
    """Return the square around a mesh, turned with its eyes."""
    across = mesh[RIGHT_EYE[0]] - mesh[LEFT_EYE[0]]
    turn = np.arctan2(across[1], across[0])
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    upright = mesh @ axes.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = (low + high) / 2 @ axes
    return Square(float(x), float(y), float((high - low).max()) * MESH_SIDE, float(np.degrees(turn)))


def _find_eye(
    pyramid: Pyramid,
    face: Face,
    corners: tuple[int, int],
    networks: Networks,
    *,
    is_mirrored: bool,
) -> Eye:
    """Find one eye; the network knows only eyes on the left, so the other one is mirrored in and out."""
    outer, inner = face.mesh[corners[0]], face.mesh[corners[1]]
    x, y = (outer + inner) / 2
    square = Square(float(x), float(y), IRIS_SIDE * float(np.linalg.norm(outer - inner)), face.roll_deg)
    crop = pyramid.crop(square, IRIS_PX, cv2.BORDER_REPLICATE)
    pixels = np.ascontiguousarray(crop.pixels[:, ::-1]) if is_mirrored else crop.pixels
    iris, contour = networks.find_iris(pixels)
    is_visible = _eye_contrast(pixels, iris, contour) >= LEAST_EYE_CONTRAST
    if is_mirrored:
        mirror = np.array([-1, 1], np.float32)
        iris, contour = (points * mirror + np.array([IRIS_PX - 1, 0], np.float32) for points in (iris, contour))
    return Eye(crop.to_photo(iris), crop.to_photo(contour), is_visible)


def _eye_contrast(pixels: Rgb, iris: Points, contour: Points) -> float:
    """Return how much lighter, in L, the white of an eye is than its iris; 100 for an eye that is shut."""
    lightness = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    opening = np.zeros(lightness.shape, np.uint8)
    outline = np.concatenate([contour[:9], contour[:8:-1]])
    cv2.fillPoly(opening, [np.round(outline).astype(np.int32)], 1)
    disc = np.zeros_like(opening)
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    cv2.circle(disc, (round(float(iris[0, 0])), round(float(iris[0, 1]))), max(1, round(radius)), 1, cv2.FILLED)
    white, dark = lightness[(opening > 0) & (disc == 0)], lightness[(opening > 0) & (disc > 0)]
    if min(white.size, dark.size) < 6:
        return 100.0
    return float(np.percentile(white, 70) - np.percentile(dark, 35))


def _signed(angle_deg: float) -> float:
    """Return an angle as -180 .. 180."""
    return (angle_deg + 180) % 360 - 180


def _turned(faces: Iterable[Face], shape: tuple[int, ...], turns: int, before: int = 0) -> FoundFaces:
    """Turn a photo of `shape` and its faces counter-clockwise; `before`: how often that was done already."""
    turned = sorted((_turn(face, turns % 4, shape) for face in faces), key=lambda face: face.x)
    size = (shape[1], shape[0]) if turns % 2 else (shape[0], shape[1])
    return FoundFaces((before + turns) % 4, tuple(turned), size)


def _turn(face: Face, turns: int, shape: tuple[int, ...]) -> Face:
    """Follow `face` through `turns` counter-clockwise quarter turns of a picture of `shape`."""
    height, width = shape[:2]
    points = np.vstack([face.mesh, [[face.x, face.y]]])
    for _ in range(turns):
        points = np.stack([points[:, 1], width - 1 - points[:, 0]], axis=1)
        height, width = width, height
    x, y = points[-1]
    roll = _signed(face.roll_deg - 90 * turns)
    return replace(face, x=float(x), y=float(y), roll_deg=roll, mesh=points[:-1].astype(np.float32))
