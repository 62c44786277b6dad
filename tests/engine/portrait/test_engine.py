from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import (
    Cancelled,
    DrawingFailed,
    EngineUnavailable,
    NoFace,
    ParameterRefused,
    PhotoUnusable,
    UnknownStyle,
    UnsupportedModel,
)
from engine.finish import webp_rules
from engine.model import FACE, ResultFile
from engine.portrait.engine import KEPT_PHOTOS, PHASES, PortraitEngine
from engine.portrait.faces import find_faces
from engine.portrait.networks import Networks
from engine.styles import all_styles
from engine.types import Note, Shape, Step, StickerRequest, StickerResult

ROOT = Path(__file__).parents[3]
ASTRONAUT = (ROOT / "cli" / "demo" / "astronaut.jpg").read_bytes()


def wish(**changes: object) -> StickerRequest:
    return replace(StickerRequest(inputs={FACE: (ASTRONAUT,)}, style="toon", seed=7), **changes)


def always(_index: int, _step: Step) -> bool:
    return True


@pytest.fixture(scope="module")
def engine() -> Iterator[PortraitEngine]:
    made = PortraitEngine()
    made.load()
    yield made
    made.close()
    made.close()


def draw(engine: PortraitEngine, **changes: object) -> StickerResult:
    (result,) = engine.generate([wish(**changes)], always)
    assert isinstance(result, StickerResult), result
    return result


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize("style", [entry.name for entry in all_styles()])
@pytest.mark.parametrize("shape", [Shape.BUST, Shape.FIGURE, Shape.HEAD, Shape.BADGE])
def test_every_style_makes_a_sticker_telegram_takes(engine: PortraitEngine, style: str, shape: Shape) -> None:
    result = draw(engine, style=style, shape=shape)
    webp_rules(result.files[ResultFile.STICKER])
    assert (result.style, result.shape, result.seed) == (style, shape, 7)
    assert max(opened(result.files[ResultFile.PICTURE]).shape[:2]) == 512
    assert opened(result.files[ResultFile.CUTOUT]).shape[2] == 4


@pytest.mark.parametrize("style", ["toon", "photo"])
@pytest.mark.parametrize("shape", [Shape.BUST, Shape.HEAD, Shape.BADGE])
def test_text_stands_below_the_face(engine: PortraitEngine, style: str, shape: Shape) -> None:
    cutout = opened(draw(engine, style=style, shape=shape, text="LOL").files[ResultFile.CUTOUT])
    letters = np.nonzero(((cutout > 252).all(2)).sum(1) > 90)[0]  # rows with much opaque white: no teeth
    assert max(cutout.shape[:2]) == 512
    assert letters.max() > 0.85 * 512
    (found,) = find_faces(np.ascontiguousarray(cutout[..., :3]), Networks()).faces
    assert found.box[3] < letters[letters > 200].min()


@pytest.mark.parametrize("style", ["sticker", "pixel"])
@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"width": 300, "height": 700}, (300, 700)),
        ({"width": 1001, "height": 640}, (1001, 640)),
        ({"width": 256, "height": 256, "upscale": True}, (512, 512)),
        ({"upscale": True}, (2048, 2048)),
    ],
)
def test_pictures_are_exactly_as_large_as_asked(
    engine: PortraitEngine, style: str, asked: dict[str, object], size: tuple[int, int]
) -> None:
    result = draw(engine, style=style, shape=Shape.BUST, parameters=asked)
    picture, cutout = opened(result.files[ResultFile.PICTURE]), opened(result.files[ResultFile.CUTOUT])

    assert picture.shape == cutout.shape == (size[1], size[0], 4)
    assert (picture[..., 3] == 255).all()
    assert cutout[0, 0, 3] == cutout[0, -1, 3] == 0
    solid = cutout[..., 3] == 255
    assert np.array_equal(picture[solid], cutout[solid])  # the same drawing, without its background
    webp_rules(result.files[ResultFile.STICKER])


def test_a_parameter_beyond_its_limits_is_refused(engine: PortraitEngine) -> None:
    (refused,) = engine.generate([wish(parameters={"width": 5000})], always)

    assert isinstance(refused, ParameterRefused)
    assert refused.name == "width"


def test_a_cutout_is_see_through_around_the_person(engine: PortraitEngine) -> None:
    alpha = opened(draw(engine, shape=Shape.BUST).files[ResultFile.STICKER])[..., 3]
    assert alpha[0, 0] == 0
    assert 0.3 < (alpha > 250).mean() < 0.95


def test_auto_says_which_shape_it_took(engine: PortraitEngine) -> None:
    result = draw(engine, shape=Shape.AUTO)
    assert (result.shape is Shape.BADGE) == (Note.BADGE_FALLBACK in result.notes)
    assert result.shape is not Shape.AUTO


def test_equal_requests_give_equal_bytes(engine: PortraitEngine) -> None:
    first, fresh = draw(engine), PortraitEngine()
    assert draw(engine).files[ResultFile.STICKER] == first.files[ResultFile.STICKER]
    assert draw(fresh).files[ResultFile.STICKER] == first.files[ResultFile.STICKER]


OTHER_PROCESS = """
import hashlib, pathlib, sys
from engine.model import FACE, ResultFile
from engine.portrait.engine import PortraitEngine
from engine.types import StickerRequest
photo = pathlib.Path(sys.argv[1]).read_bytes()
requests = [StickerRequest({FACE: (photo,)}, style, 7) for style in ("toon", "pixel")]
for result in PortraitEngine().generate(requests, lambda index, step: True):
    print(hashlib.sha256(result.files[ResultFile.STICKER]).hexdigest())
"""


def test_another_process_gives_the_same_bytes(engine: PortraitEngine) -> None:
    stickers = [draw(engine, style=style).files[ResultFile.STICKER] for style in ("toon", "pixel")]
    here = [hashlib.sha256(sticker).hexdigest() for sticker in stickers]
    photo = str(ROOT / "cli" / "demo" / "astronaut.jpg")
    ran = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, photo], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == here


@pytest.mark.parametrize("style", [entry.name for entry in all_styles()])
def test_another_seed_is_a_visibly_different_sticker(engine: PortraitEngine, style: str) -> None:
    one, two = (_on_grey(opened(draw(engine, style=style, seed=seed).files[ResultFile.PICTURE])) for seed in (1, 2))
    assert np.abs(one - two).mean() > 8


def _on_grey(rgba: np.ndarray) -> np.ndarray:
    canvas = np.full((512, 512, 3), 128, np.float32)
    height, width = rgba.shape[:2]
    alpha = rgba[..., 3:] / 255
    canvas[:height, :width] = rgba[..., :3] * alpha + canvas[:height, :width] * (1 - alpha)
    return canvas


def test_a_sticker_alone_is_the_same_one_without_pngs(engine: PortraitEngine) -> None:
    whole, alone = draw(engine), draw(engine, only_stickers=True)
    assert alone.files == {ResultFile.STICKER: whole.files[ResultFile.STICKER]}


def test_words_of_the_prompt_choose_the_look(engine: PortraitEngine) -> None:
    result = draw(engine, style="pencil", prompt="me as a comic hero")
    assert result.style == "comic"
    assert Note.PROMPT_AS_STYLE in result.notes


def test_a_prompt_without_a_look_is_said_to_be_ignored(engine: PortraitEngine) -> None:
    result = draw(engine, style="pencil", prompt="riding a dragon")
    assert result.style == "pencil"
    assert Note.PROMPT_IGNORED in result.notes


@pytest.mark.parametrize(("asked", "drawn"), [("pencil", "pencil"), ("comic", "toon"), ("toon", "toon")])
def test_a_style_that_the_prompt_refuses_is_not_drawn(engine: PortraitEngine, asked: str, drawn: str) -> None:
    result = draw(engine, style=asked, prompt="please not comic")
    assert result.style == drawn
    assert Note.PROMPT_IGNORED not in result.notes


def test_no_prompt_no_note(engine: PortraitEngine) -> None:
    notes = draw(engine, prompt="  ").notes
    assert Note.PROMPT_AS_STYLE not in notes
    assert Note.PROMPT_IGNORED not in notes


def blank() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def test_a_failing_request_leaves_its_neighbours_alone(engine: PortraitEngine) -> None:
    requests = [
        wish(),
        wish(inputs={FACE: (b"no photo",)}),
        wish(inputs={FACE: (ASTRONAUT[:9000],)}),
        wish(inputs={FACE: ()}),
        wish(inputs={FACE: (blank(),)}),
        wish(style="cubist"),
        wish(model="photomaker"),
        wish(style="pencil"),
    ]
    outcomes = engine.generate(requests, always)
    assert [type(outcome) for outcome in outcomes] == [
        StickerResult,
        PhotoUnusable,
        PhotoUnusable,
        PhotoUnusable,
        NoFace,
        UnknownStyle,
        UnsupportedModel,
        StickerResult,
    ]


def test_a_fault_of_ours_is_one_failed_drawing_with_its_cause(engine: PortraitEngine) -> None:
    failed, drawn = engine.generate([wish(seed=-1), wish()], always)
    assert isinstance(failed, DrawingFailed)
    assert isinstance(failed.__cause__, ValueError)
    assert isinstance(drawn, StickerResult)


def test_progress_names_every_phase_in_order() -> None:
    heard: list[tuple[int, Step]] = []

    def listen(index: int, step: Step) -> bool:
        heard.append((index, step))
        return True

    PortraitEngine().generate([wish(), wish(seed=8)], listen)
    assert [step.phase for index, step in heard if index == 0] == list(PHASES)
    assert [step.phase for index, step in heard if index == 1] == ["draw", "finish"]  # the photo is known by now
    assert all(0 <= step.done < step.total == len(PHASES) for _, step in heard)


@pytest.mark.parametrize("phase", PHASES)
def test_a_request_stops_within_one_step(phase: str) -> None:
    heard: list[str] = []

    def stop(index: int, step: Step) -> bool:
        heard.append(step.phase)
        return step.phase != phase

    (outcome,) = PortraitEngine().generate([wish()], stop)
    assert isinstance(outcome, Cancelled)
    assert heard[-1] == phase


def test_one_cancelled_request_does_not_stop_the_next(engine: PortraitEngine) -> None:
    cancelled, drawn = engine.generate([wish(), wish()], lambda index, _step: index == 1)
    assert isinstance(cancelled, Cancelled)
    assert isinstance(drawn, StickerResult)


def test_another_style_reuses_the_cut(engine: PortraitEngine) -> None:
    draw(engine)
    assert set(draw(engine, style="neon").timings) == {"draw", "finish"}


def test_weights_that_cannot_be_read_are_said_at_load(tmp_path: Path) -> None:
    (tmp_path / "u2netp.onnx").write_bytes(b"no network")
    with pytest.raises(EngineUnavailable):
        PortraitEngine(tmp_path).load()


def test_without_weights_it_draws_all_the_same(tmp_path: Path) -> None:
    made = PortraitEngine(tmp_path / "nothing here")
    made.load()
    webp_rules(draw(made).files[ResultFile.STICKER])


def test_only_a_few_photos_are_kept() -> None:
    small = Image.open(io.BytesIO(ASTRONAUT)).crop((100, 0, 400, 300))
    made = PortraitEngine()
    photos = []
    for shade in range(KEPT_PHOTOS + 1):
        buffer = io.BytesIO()
        marked = small.copy()
        marked.putpixel((0, 0), (shade, 0, 0))
        marked.save(buffer, "PNG")
        photos.append(buffer.getvalue())
        draw(made, inputs={FACE: (photos[-1],)})
    assert "face" not in draw(made, inputs={FACE: (photos[-1],)}).timings
    assert "face" in draw(made, inputs={FACE: (photos[0],)}).timings


def test_the_old_name_of_the_bust_is_still_understood() -> None:
    assert Shape("cutout") is Shape.BUST
    with pytest.raises(ValueError, match="oval"):
        Shape("oval")


def test_a_photo_without_a_face_is_made_where_that_is_asked_for(engine: PortraitEngine) -> None:
    refused, made = engine.generate(
        [wish(inputs={FACE: (blank(),)}), wish(inputs={FACE: (blank(),)}, parameters={"allow_no_face": True})], always
    )

    assert isinstance(refused, NoFace)
    assert isinstance(made, StickerResult)
    assert made.shape is Shape.BADGE
    assert made.notes == (Note.NO_FACE, Note.BADGE_FALLBACK)
    webp_rules(made.files[ResultFile.STICKER])


def pair() -> bytes:
    single = Image.open(io.BytesIO(ASTRONAUT)).crop((100, 0, 350, 400))
    both = Image.new("RGB", (500, 400))
    both.paste(single, (0, 0))
    both.paste(single.point(lambda level: level * 0.7), (250, 0))
    buffer = io.BytesIO()
    both.save(buffer, "PNG")
    return buffer.getvalue()


def test_several_faces_are_said_unless_one_was_chosen(engine: PortraitEngine) -> None:
    photo = (pair(),)
    largest = draw(engine, inputs={FACE: photo})
    left, right = (draw(engine, inputs={FACE: photo}, parameters={"face_index": index}) for index in (0, 1))

    assert Note.SEVERAL_FACES in largest.notes
    assert Note.SEVERAL_FACES not in left.notes
    assert (largest.faces, left.faces) == (2, 0)
    assert left.files != right.files
    (refused,) = engine.generate([wish(inputs={FACE: photo}, parameters={"face_index": 2})], always)
    assert isinstance(refused, NoFace)


def test_the_faces_are_shown_where_that_is_wanted_and_none_was_chosen(engine: PortraitEngine) -> None:
    photo = (pair(),)
    unwanted = draw(engine, inputs={FACE: photo})
    shown, again = (draw(engine, inputs={FACE: photo}, wants_faces_picture=True) for _ in range(2))
    chosen = draw(engine, inputs={FACE: photo}, wants_faces_picture=True, parameters={"face_index": 0})

    assert opened(shown.faces_picture).shape == (400, 500, 3)
    assert again.faces_picture == shown.faces_picture
    assert (unwanted.faces, unwanted.faces_picture) == (2, b"")
    assert chosen.faces_picture == b""


def test_the_faces_own_expression_is_told(engine: PortraitEngine) -> None:
    assert draw(engine).emoji == "😀"


def test_of_several_photos_the_best_is_drawn_and_told(engine: PortraitEngine) -> None:
    made = draw(engine, inputs={FACE: (pair(), ASTRONAUT)})
    assert made.files == draw(engine).files
    assert (made.notes, made.photos_used) == ((Note.BEST_PHOTO,), 1)
