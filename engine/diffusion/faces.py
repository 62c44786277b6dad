"""Finds the faces of photos and describes them for the networks. Downloads nothing.

Knows no style and no request. The order of keypoints is insightface's: left eye, right eye, nose, left and right
corner of the mouth, as seen on the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.diffusion.face_networks import aligned, find_networks
from engine.errors import EngineUnavailable, NoFace
from engine.face_worth import face_worth
from engine.numbered_faces import Box, number_faces
from engine.pixels import Rgb
from engine.types import Note

Bgr = NDArray[np.uint8]  # (height, width, 3): what insightface's networks were trained on
Floats = NDArray[np.float32]

# A face that fills the picture is missed at 640 px and found where it is smaller, or with a border around it.
DETECTION_PX = 640
LEAST_DETECTION_PX = 192
BORDERS = (0.15, 0.3, 0.5)  # on each side, of the longer side
BORDER_SIZES = (640, 320)
SIZE_MULTIPLE_PX = 32  # of the detector
# Cosine of two embeddings: of one person's photos it is nearly always above, of two people's nearly never.
SAME_PERSON = 0.2
MOST_COMPARED = 8  # faces of a group photo in which a person is looked for
LARGEST = -1  # stands for an index: the face with the largest box


class Detector(Protocol):
    """Finds faces: insightface's SCRFD."""

    def detect(self, img: Bgr, input_size: tuple[int, int]) -> tuple[Floats, Floats | None]:
        """Return boxes [faces, 5] (x1, y1, x2, y2, score) and keypoints [faces, 5, 2] or None, in px of `img`."""


class Recogniser(Protocol):
    """Describes one face: what its keypoints frame becomes a vector [512]."""

    def embed(self, bgr: Bgr, keypoints: Floats) -> Floats:
        """Return the embedding, not normalised: its length, about 20, is part of what InstantID was trained on."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """A face in px of the photo: `box` [4] as x1, y1, x2, y2, `keypoints` [5, 2]; `score` 0 .. 1."""

    box: Floats
    keypoints: Floats
    score: float

    @property
    def area(self) -> float:
        """Of the box, in square px."""
        x1, y1, x2, y2 = self.corners
        return (x2 - x1) * (y2 - y1)

    @property
    def corners(self) -> Box:
        """The box as numbers."""
        x1, y1, x2, y2 = (float(edge) for edge in self.box)
        return x1, y1, x2, y2


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """Who is on the photos.

    `embeddings`, each [512] and not normalised, are those of the photos that show the person, `kept`, by number and in
    order; `faceless` and `others` count the photos that show no face, or somebody else. `face` is the one of photo
    number `photo`, which the pose is taken from; `boxes` are those of all faces of that photo, from the left, and
    `picture` shows that photo with their numbers, a JPEG; empty where there is one, or none is wanted.
    """

    embeddings: tuple[Floats, ...]
    face: FoundFace
    photo: int
    boxes: tuple[Box, ...]
    picture: bytes = b""
    kept: tuple[int, ...] = (0,)
    faceless: int = 0
    others: int = 0

    @property
    def embedding(self) -> Floats:
        """The mean over the photos, [512], not normalised."""
        return np.mean(self.embeddings, axis=0, dtype=np.float32)

    @property
    def normed_embedding(self) -> Floats:
        """The mean of the normalised embeddings, [512]; of several it is shorter than 1."""
        return np.mean([_normed(each) for each in self.embeddings], axis=0, dtype=np.float32)


class FaceFinder:
    """Finds and describes faces. Holds nothing of a photo."""

    def __init__(self, detector: Detector, recogniser: Recogniser) -> None:
        self._detector, self._recogniser = detector, recogniser

    def find(self, photo: Rgb, size_px: int = DETECTION_PX) -> list[FoundFace]:
        """Return the faces of `photo`, the leftmost first; none where none is found at any size.

        `size_px` is the side at which faces are looked for first, then ever smaller, then with a border around the
        photo.
        """
        bgr = _bgr(photo)
        first = max(size_px // SIZE_MULTIPLE_PX, 1) * SIZE_MULTIPLE_PX
        tries = [(size, 0) for size in (first, *range(first - 64, LEAST_DETECTION_PX - 1, -64))]
        tries += [(size, round(max(bgr.shape) * share)) for share in BORDERS for size in BORDER_SIZES]
        for size, border in tries:
            if found := self._detect(bgr, size, border):
                return sorted(found, key=lambda face: float(face.box[0]))
        return []

    def _detect(self, bgr: Bgr, size: int, border: int = 0) -> list[FoundFace]:
        seen = cv2.copyMakeBorder(bgr, border, border, border, border, cv2.BORDER_CONSTANT) if border else bgr
        boxes, keypoints = self._detector.detect(seen, input_size=(size, size))
        if keypoints is None:  # a detector without keypoints is of no use here
            return []
        return [
            FoundFace(np.asarray(box[:4], np.float32) - border, np.asarray(points, np.float32) - border, float(box[4]))
            for box, points in zip(boxes, keypoints, strict=True)
        ]

    def embed(self, photo: Rgb, face: FoundFace) -> Floats:
        """Return the embedding [512] of `face` in `photo`, not normalised."""
        return np.asarray(self._recogniser.embed(_bgr(photo), face.keypoints), np.float32).reshape(-1)

    def likeness(self, embedding: Floats, picture: Rgb) -> float | None:
        """Return the cosine, -1 .. 1, of `embedding` and the face of `picture` most like it; None without a face.

        It is looked for at one size alone: a drawing may well show no face, and nobody waits for this number.
        """
        found = [self.embed(picture, face) for face in self._detect(_bgr(picture), DETECTION_PX)]
        cosines = [float(one @ embedding / (np.linalg.norm(one) * np.linalg.norm(embedding))) for one in found]
        return max(cosines, default=None)

    def identify(
        self,
        photos: Sequence[Rgb],
        face_index: int = LARGEST,
        size_px: int = DETECTION_PX,
        *,
        wants_picture: bool = False,
    ) -> Identity:
        """Say who is on `photos`: several of the same person make a better likeness.

        The person is who most of the photos show; a photo without a face, or of somebody else, is passed over. The
        first photo that is left gives the pose, and `face_index` counts its faces, from the left. `size_px` is that of
        `find`. Raises `NoFace` where no photo has one, or not that many.
        """
        seen = {number: faces for number, photo in enumerate(photos) if (faces := self.find(photo, size_px))}
        if not seen:
            raise NoFace("no face in any of the photos" if len(photos) > 1 else "no face in the photo")
        described = {
            number: [(face, self.embed(photos[number], face)) for face in _largest(faces, len(seen))]
            for number, faces in seen.items()
        }
        core = _most_shown([faces[0] for faces in described.values()])
        kept = _of_person(described, core)
        first = min(kept)
        if face_index != LARGEST:
            face = _choose(seen[first], face_index)
            chosen = (face, self.embed(photos[first], face))
            kept = {**_of_person(described, chosen[1]), first: chosen}
        boxes = tuple(face.corners for face in seen[first])
        return Identity(
            embeddings=tuple(kept[number][1] for number in sorted(kept)),
            face=kept[first][0],
            photo=first,
            boxes=boxes,
            picture=number_faces(photos[first], boxes) if wants_picture and len(boxes) > 1 else b"",
            kept=tuple(sorted(kept)),
            faceless=len(photos) - len(seen),
            others=len(seen) - len(kept),
        )

    def best(self, photos: Sequence[Rgb]) -> int:
        """Return the number of the photo with the best face of the person whom most of `photos` show.

        Raises `NoFace` where no photo has a face.
        """
        identity = self.identify(photos)

        def worth(number: int) -> float:
            faces = self.find(photos[number])
            x1, y1, x2, y2 = _choose(faces, LARGEST).corners
            width = min(x2 - x1, y2 - y1)
            return face_worth(photos[number], (x1 + x2) / 2, (y1 + y2) / 2, width, is_alone=len(faces) == 1)

        return max(identity.kept, key=worth)


def _largest(faces: Sequence[FoundFace], photos: int) -> list[FoundFace]:
    """Return the faces of one of so many photos that are compared, the largest first."""
    return sorted(faces, key=lambda face: -face.area)[: MOST_COMPARED if photos > 1 else 1]


def _most_shown(faces: Sequence[tuple[FoundFace, Floats]]) -> Floats:
    """Return the embedding that most others are like; of equals that of the largest face."""
    normed = np.stack([_normed(embedding) for _, embedding in faces])
    alike = (normed @ normed.T >= SAME_PERSON).sum(axis=1)
    return max(zip(alike, faces, strict=True), key=lambda each: (int(each[0]), each[1][0].area))[1][1]


def _of_person(
    described: Mapping[int, Sequence[tuple[FoundFace, Floats]]], person: Floats
) -> dict[int, tuple[FoundFace, Floats]]:
    """Return of each photo that shows a person the face most like theirs, by the photo's number."""
    kept = {}
    for number, faces in described.items():
        cosines = [float(_normed(embedding) @ _normed(person)) for _, embedding in faces]
        if max(cosines) >= SAME_PERSON:
            kept[number] = faces[int(np.argmax(cosines))]
    return kept


def _normed(embedding: Floats) -> Floats:
    return embedding / max(float(np.linalg.norm(embedding)), 1e-9)


def load_faces(directory: Path, providers: Sequence[str] = ("CPUExecutionProvider",)) -> FaceFinder:
    """Load insightface's detector and recogniser (antelopev2) from a folder of .onnx files.

    A pack unzipped into a folder of its own name within `directory` is found too. Raises `EngineUnavailable`.
    """
    places = (directory, directory / directory.name)
    pack = next((place for place in places if place.is_dir() and any(place.glob("*.onnx"))), None)
    if pack is None:
        raise EngineUnavailable(f"faces: no .onnx files in {directory}")
    try:
        detector, recogniser = find_networks(pack, providers)
    except Exception as error:  # of an empty, half or foreign file; onnxruntime has a class for each
        raise EngineUnavailable(f"faces: {pack} cannot be read: {type(error).__name__}: {error}") from error
    if detector is None or recogniser is None:
        lacking = "detector with keypoints" if detector is None else "recogniser"
        raise EngineUnavailable(f"faces: no {lacking} in {pack}")
    return FaceFinder(detector, recogniser)


def aligned_face(photo: Rgb, face: FoundFace, side_px: int = 224) -> Rgb:
    """Return the face of `photo` turned upright, as the recogniser sees it, (side_px, side_px, 3)."""
    return aligned(photo, face.keypoints, side_px)


def face_notes(identity: Identity, face_index: int) -> tuple[Note, ...]:
    """Return what a person is told of how many faces and photos were seen; of faces nothing who has chosen one."""
    told = {
        Note.SEVERAL_FACES: len(identity.boxes) > 1 and face_index == LARGEST,
        Note.PHOTOS_WITHOUT_FACE: identity.faceless > 0,
        Note.OTHER_PERSON: identity.others > 0,
    }
    return tuple(note for note, is_true in told.items() if is_true)


def faces_to_choose(identity: Identity, face_index: int) -> dict[str, Any]:
    """Return what a result says of the faces among which a person may choose, who has not chosen yet."""
    if len(identity.boxes) < 2 or face_index != LARGEST:
        return {}
    return {"faces": len(identity.boxes), "faces_picture": identity.picture}


def _bgr(photo: Rgb) -> Bgr:
    return np.ascontiguousarray(photo[..., ::-1])


def _choose(faces: Sequence[FoundFace], index: int) -> FoundFace:
    if index == LARGEST:
        return max(faces, key=lambda face: face.area)
    if not 0 <= index < len(faces):
        raise NoFace(f"face {index} was asked for, the photo has {len(faces)}")
    return faces[index]
