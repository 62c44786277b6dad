"""Faces: what the detector sees, which face is taken, how several photos make one identity."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.diffusion.face_networks import TEMPLATE, aligned, find_networks, similarity
from engine.diffusion.faces import BORDERS, FaceFinder, load_faces
from engine.diffusion.tiny.parts import build_faces
from engine.errors import EngineUnavailable, NoFace

RED, BLUE = 0, 2


SIZES = (640, 576, 512, 448, 384, 320, 256, 192)


class Sees:
    """A detector that finds the given boxes, at the given sizes only; it notes what it was given."""

    def __init__(self, *boxes: tuple[int, int, int, int], at: tuple[int, ...] = SIZES) -> None:
        self.boxes, self.at = boxes, at
        self.sizes: list[int] = []
        self.first_pixels: list[list[int]] = []
        self.has_keypoints = True

    def detect(self, img: np.ndarray, input_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray | None]:
        self.sizes.append(input_size[0])
        self.first_pixels.append(img[0, 0].tolist())
        boxes = self.boxes if input_size[0] in self.at and img.any() else ()
        found = np.array([(*box, 0.9) for box in boxes], np.float32).reshape(-1, 5)
        keypoints = np.stack([np.full((5, 2), box[0], np.float32) for box in boxes]) if boxes else np.zeros((0, 5, 2))
        return found, keypoints if self.has_keypoints else None


class Colour:
    """A recogniser whose embedding is the photo's first colour, blue first, after the left edge of the face."""

    def embed(self, bgr: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
        return np.array([keypoints[0, 0], *bgr[0, 0]], np.float32)


def photo(red: int = 9, green: int = 8, blue: int = 7) -> np.ndarray:
    return np.full((100, 100, 3), (red, green, blue), np.uint8)


def test_a_face_found_only_at_a_smaller_size_is_found() -> None:
    detector = Sees((10, 10, 30, 30), at=(320,))

    assert len(FaceFinder(detector, Colour()).find(photo())) == 1
    assert detector.sizes == [640, 576, 512, 448, 384, 320]


def test_a_face_never_found_is_no_face_after_every_size() -> None:
    detector = Sees()

    with pytest.raises(NoFace):
        FaceFinder(detector, Colour()).identify([photo()])
    assert detector.sizes == [*SIZES, *[640, 320] * len(BORDERS)]


def test_the_larger_of_two_faces_is_taken_by_its_whole_area() -> None:
    # The original compares (x2 - x1) * y2 - y1: the lower face would win though it is smaller.
    low, large = (0, 80, 10, 99), (20, 0, 50, 30)

    identity = FaceFinder(Sees(low, large), Colour()).identify([photo()])

    assert identity.face.box.tolist() == list(large)
    assert identity.boxes == (low, large)


def test_faces_are_counted_from_the_left() -> None:
    finder = FaceFinder(Sees((60, 0, 99, 40), (5, 0, 9, 4), (20, 0, 30, 10)), Colour())

    chosen = [finder.identify([photo()], index).face.box[0] for index in range(3)]

    assert chosen == [5, 20, 60]
    with pytest.raises(NoFace, match="face 3 was asked for, the photo has 3"):
        finder.identify([photo()], 3)


def test_the_detector_sees_bgr() -> None:
    detector = Sees((1, 1, 9, 9))

    FaceFinder(detector, Colour()).find(photo(red=1, green=2, blue=3))

    assert detector.first_pixels == [[3, 2, 1]]


def test_a_detector_without_keypoints_finds_nobody() -> None:
    detector = Sees((10, 10, 30, 30))
    detector.has_keypoints = False

    with pytest.raises(NoFace):
        FaceFinder(detector, Colour()).identify([photo()])


def test_several_photos_are_averaged_and_the_first_gives_the_pose() -> None:
    finder = FaceFinder(Sees((10, 10, 30, 30)), Colour())

    identity = finder.identify([photo(10, 20, 30), photo(30, 40, 90)])

    assert identity.embedding.tolist() == [10, 60, 30, 20]
    assert identity.photo == 0


def test_the_same_photo_twice_is_the_same_person() -> None:
    finder = FaceFinder(Sees((10, 10, 30, 30)), Colour())

    once, twice = finder.identify([photo()]), finder.identify([photo()] * 3)

    np.testing.assert_array_equal(once.embedding, twice.embedding)


class Person:
    """A recogniser that tells people by the photo's first colour: each has a direction of their own."""

    def embed(self, bgr: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
        level = int(bgr[0, 0].max()) if keypoints[0, 0] < 50 else int(bgr[0, 0].min())
        return np.eye(256, dtype=np.float32)[level] * 20


def test_photos_of_somebody_else_are_passed_over_wherever_they_stand() -> None:
    finder = FaceFinder(Sees((10, 10, 30, 30)), Person())
    for place in range(3):
        photos = [photo(9, 9, 9), photo(9, 9, 9)]
        photos.insert(place, photo(200, 200, 200))
        identity = finder.identify(photos)
        assert identity.embedding.argmax() == 9
        assert (identity.others, identity.faceless, identity.photo) == (1, 0, 1 if place == 0 else 0)


def test_of_two_people_in_two_photos_the_larger_face_is_meant_in_any_order() -> None:
    class SeesMore(Sees):
        def detect(self, img: np.ndarray, input_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray | None]:
            self.boxes = ((10, 10, 60, 60),) if img[0, 0, 0] == 9 else ((10, 10, 30, 30),)
            return super().detect(img, input_size)

    finder = FaceFinder(SeesMore(), Person())
    photos = [photo(200, 200, 200), photo(9, 9, 9)]
    assert finder.identify(photos).embedding.argmax() == finder.identify(photos[::-1]).embedding.argmax() == 9


def test_in_a_group_photo_the_person_of_the_other_photos_is_found() -> None:
    group = photo(200, 100, 9)  # whose face on the left is the larger one, and nobody's else

    class SeesGroup(Sees):
        def detect(self, img: np.ndarray, input_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray | None]:
            self.boxes = ((0, 0, 40, 40), (60, 0, 80, 20)) if img[0, 0, 1] == 100 else ((10, 10, 30, 30),)
            return super().detect(img, input_size)

    finder = FaceFinder(SeesGroup(), Person())
    identity = finder.identify([group, photo(9, 9, 9), photo(9, 9, 9)])
    assert identity.others == 0
    assert identity.face.box.tolist() == [60, 0, 80, 20]
    chosen = finder.identify([group, photo(9, 9, 9), photo(9, 9, 9)], face_index=0)
    assert (chosen.others, chosen.face.box.tolist()) == (2, [0, 0, 40, 40])


def test_the_best_photo_shows_the_largest_sharp_face_of_the_person() -> None:
    rng = np.random.default_rng(1)

    class SeesBoxes(Sees):
        def detect(self, img: np.ndarray, input_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray | None]:
            side = int(img[0, 1, 0])
            self.boxes = ((10, 10, 10 + side, 10 + side),)
            return super().detect(img, input_size)

    def shown(person: int, side: int, is_sharp: bool = True) -> np.ndarray:
        picture = rng.integers(0, 255, (100, 100, 3)).astype(np.uint8)
        if not is_sharp:
            picture[:] = np.linspace(0, 255, 100)[None, :, None]
        picture[0, 0], picture[0, 1] = person, side
        return picture

    finder = FaceFinder(SeesBoxes(), Person())
    photos = [shown(9, 30), shown(9, 60), shown(9, 61, is_sharp=False), shown(200, 80)]
    assert finder.best(photos) == 1


def test_a_photo_without_a_face_among_several_is_passed_over() -> None:
    finder = FaceFinder(Sees((10, 10, 30, 30)), Colour())

    identity = finder.identify([photo(0, 0, 0), photo()])

    assert identity.photo == 1
    assert identity.embedding.tolist() == [10, 7, 8, 9]


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> FaceFinder:
    return load_faces(build_faces(tmp_path_factory.mktemp("faces")))


def patch(channel: int) -> np.ndarray:
    canvas = np.zeros((480, 640, 3), np.uint8)
    canvas[100:400, 150:450, channel] = 255
    return canvas


def test_the_detector_finds_the_face_it_was_made_for(finder: FaceFinder) -> None:
    identity = finder.identify([patch(RED)])

    x, y = identity.face.keypoints[2]
    assert 150 < x < 450
    assert 100 < y < 400
    assert len(identity.boxes) == 1


def test_the_detector_is_given_bgr_too(finder: FaceFinder) -> None:
    with pytest.raises(NoFace):
        finder.identify([patch(BLUE)])


def test_the_embedding_is_not_normalised(finder: FaceFinder) -> None:
    first, again = (finder.identify([patch(RED)]).embedding for _ in range(2))

    assert first.shape == (512,)
    assert first.dtype == np.float32
    assert np.linalg.norm(first) > 2
    np.testing.assert_array_equal(first, again)


def test_a_pack_unzipped_into_itself_is_found(tmp_path: Path) -> None:
    build_faces(tmp_path / "antelopev2" / "antelopev2")

    assert load_faces(tmp_path / "antelopev2").find(patch(RED))


@pytest.mark.parametrize("missing", ["scrfd_10g_bnkps.onnx", "glintr100.onnx"])
def test_half_a_pack_is_said_to_be_half(tmp_path: Path, missing: str) -> None:
    (build_faces(tmp_path) / missing).unlink()

    with pytest.raises(EngineUnavailable, match=r"no (detector|recogniser)"):
        load_faces(tmp_path)


def test_half_a_file_is_said_to_be_unreadable(tmp_path: Path) -> None:
    (build_faces(tmp_path) / "scrfd_10g_bnkps.onnx").write_bytes(b"half a download")

    with pytest.raises(EngineUnavailable, match="faces"):
        load_faces(tmp_path)


def test_no_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"no \.onnx files"):
        load_faces(tmp_path / "missing")


def test_the_faces_need_no_torch() -> None:
    own = "engine.diffusion.models.face_to_sticker"
    names = f"engine.diffusion.faces, {own}.hints, {own}.tiles, {own}.record, engine.models, engine.diffusion.model"
    code = f"import sys, {names}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_a_face_that_fills_the_photo_is_found_with_a_border_around_it() -> None:
    class SeesWithBorder(Sees):
        def detect(self, img: np.ndarray, input_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray | None]:
            self.boxes = ((30, 30, 130, 130),) if img.shape[0] == 160 else ()  # 30 % of 100 px on each side
            return super().detect(img, input_size)

    detector = SeesWithBorder()
    (face,) = FaceFinder(detector, Colour()).find(photo())

    assert face.box.tolist() == [0, 0, 100, 100]
    assert face.keypoints.tolist() == [[0, 0]] * 5
    assert detector.sizes == [*SIZES, 640, 320, 640]


def test_photos_without_a_face_are_counted() -> None:
    finder = FaceFinder(Sees((1, 1, 9, 9)), Colour())
    empty = np.zeros((100, 100, 3), np.uint8)
    assert finder.identify([photo(), empty, photo(), empty]).faceless == 2


def test_likeness_is_the_cosine_of_the_face_most_like() -> None:
    finder = FaceFinder(Sees((0, 0, 9, 9), (40, 0, 60, 30)), Colour())
    same = finder.embed(photo(), finder.find(photo())[1])
    assert finder.likeness(same, photo()) == pytest.approx(1.0)
    assert (finder.likeness(-same, photo()) or 0) < 0
    assert finder.likeness(same, np.zeros((100, 100, 3), np.uint8)) is None


def test_a_turned_scaled_and_shifted_face_is_turned_back() -> None:
    angle, scale = 0.4, 2.5
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    way = similarity(TEMPLATE @ turn.T + [30, 40], TEMPLATE)
    np.testing.assert_allclose((TEMPLATE @ turn.T + [30, 40]) @ way[:, :2].T + way[:, 2], TEMPLATE, atol=1e-9)
    mirrored = similarity(TEMPLATE * [-1, 1], TEMPLATE)
    assert np.linalg.det(mirrored[:, :2]) > 0  # a face is never mirrored


def test_an_aligned_face_has_its_eyes_and_mouth_in_the_templates_places() -> None:
    picture = np.zeros((300, 300, 3), np.uint8)
    keypoints = (TEMPLATE * 2 + [20, 30]).astype(np.float32)
    for x, y in keypoints.round().astype(int):
        picture[y - 3 : y + 4, x - 3 : x + 4] = 255
    seen = aligned(picture, keypoints, 112)
    for x, y in TEMPLATE.round().astype(int):
        assert seen[y, x].min() > 200


def test_of_boxes_that_overlap_the_likeliest_stays(tmp_path: Path) -> None:
    """The red patch is seen by many anchors; two patches far from each other stay two faces."""
    picture = np.zeros((640, 640, 3), np.uint8)
    picture[0:200, 0:200, RED] = picture[440:640, 440:640, RED] = 255
    detector, _ = find_networks(build_faces(tmp_path), ["CPUExecutionProvider"])
    assert detector is not None
    boxes, points = detector.detect(picture[..., ::-1].copy(), (640, 640))
    assert len(boxes) == 2  # of the 72 anchors that lie on red
    assert sorted(bool((nose > 320).all()) for nose in points[:, 2]) == [False, True]


def test_scaling_does_not_move_what_is_found(tmp_path: Path) -> None:
    """A photo twice as large is seen at the same size: boxes and points are in its own px."""
    detector, _ = find_networks(build_faces(tmp_path), ["CPUExecutionProvider"])
    assert detector is not None
    small = np.zeros((320, 320, 3), np.uint8)
    small[64:256, 64:256, 2] = 255
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    (one, points), (other, other_points) = (detector.detect(each, (320, 320)) for each in (small, large))
    np.testing.assert_allclose(other[:, :4], 2 * one[:, :4], atol=1e-3)
    np.testing.assert_allclose(other_points, 2 * points, atol=1e-3)
