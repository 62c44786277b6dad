"""From the drawing to the sticker: what upscaling is told, how it stops, what a flagged picture leaves to be seen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.diffusion.device import choose_device
from engine.diffusion.die_cut import sticker
from engine.diffusion.models.face_to_sticker.model import LoadedFaceToSticker
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerParts, load_parts
from engine.diffusion.output import to_pixels
from engine.diffusion.progress import Progress
from engine.diffusion.safety import load_safety_checker
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.diffusion.tiny.parts import build_safety_checker
from engine.errors import Cancelled
from engine.finish import encode_webp
from engine.model import FACE, ResultFile
from engine.types import Note, Step, StickerRequest, StickerResult
from tests.engine.diffusion.whole import request, run, two_faces


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> FaceToStickerParts:
    return load_parts(build_paths(tmp_path_factory.mktemp("whole")), choose_device("cpu"))


def draw(parts: FaceToStickerParts, asked: StickerRequest) -> StickerResult:
    (made,) = run(LoadedFaceToSticker(parts), [asked], Progress(lambda index, step: True, [0]))
    assert isinstance(made, StickerResult)
    return made


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        return np.array(picture.convert("RGB"))


@contextmanager
def calls_of(network: Any, name: str | None = None) -> Iterator[list[tuple[int, ...]]]:
    """Note the shape of the first argument of each call, or of the one called `name`."""
    seen: list[tuple[int, ...]] = []

    def note(module: Any, given: tuple[Any, ...], told: dict[str, Any]) -> None:
        seen.append(tuple((told[name] if name else given[0]).shape))

    handle = network.register_forward_pre_hook(note, with_kwargs=True)
    yield seen
    handle.remove()


def test_the_upscaler_draws_from_the_requests_seed_in_the_requests_steps(parts: FaceToStickerParts) -> None:
    assert parts.upscaler is not None
    plain = pixels(draw(parts, request(seed=5)).files[ResultFile.PICTURE])
    upscaled = pixels(draw(parts, request(seed=5, upscale=True, upscale_steps=3)).files[ResultFile.PICTURE])
    np.testing.assert_array_equal(upscaled, parts.upscaler.upscale(plain, 3, 5, lambda done, total: True))


@pytest.mark.parametrize(("mode", "rows"), [("exact", [2, 2, 2]), ("fast", [4, 2])])
def test_the_fast_mode_is_a_parameter(parts: FaceToStickerParts, mode: str, rows: list[int]) -> None:
    """520 px become three tiles beside each other, of which the first and the last do not touch."""
    assert parts.upscaler is not None
    with calls_of(parts.upscaler._networks.unet) as calls:
        draw(parts, request(width=520, height=64, upscale=True, upscale_steps=1, upscale_mode=mode))
    assert [shape[0] for shape in calls] == rows


def test_what_the_depth_net_reads_is_a_parameter(parts: FaceToStickerParts) -> None:
    assert parts.networks.depth is not None and parts.networks.face_resampler is not None
    tokens = {"face": parts.networks.face_resampler.latents.shape[1], "text": 77}
    for context, length in tokens.items():
        with calls_of(parts.networks.depth.net, "encoder_hidden_states") as calls:
            draw(parts, request(depth_context=context))
        assert {shape[1] for shape in calls} == {length}


def test_a_stop_is_heard_while_upscaling(parts: FaceToStickerParts) -> None:
    assert parts.upscaler is not None
    told: list[Step] = []
    asked = request(upscale=True, upscale_steps=5)
    stops = Progress(lambda index, step: told.append(step) or step.done < asked.parameters["steps"] + 1, [0])  # type: ignore[operator]
    with calls_of(parts.upscaler._networks.unet) as calls:
        (outcome,) = run(LoadedFaceToSticker(parts), [asked], stops)
    assert isinstance(outcome, Cancelled)
    assert 0 < len(calls) < 5
    assert {step.phase for step in told} == {"draw"}


def test_a_level_is_rounded_to_the_nearest_byte() -> None:
    levels = torch.tensor([0.0, 0.4, 0.6, 254.6, 255.0]).expand(1, 3, 1, 5) / 255
    assert to_pixels(levels)[0, 0, :, 0].tolist() == [0, 0, 1, 255, 255]


class Disc:
    """A matting model that keeps a disc."""

    def __init__(self, radius: int) -> None:
        self.radius = radius

    def matte(self, photo: np.ndarray) -> np.ndarray:
        ys, xs = np.mgrid[: photo.shape[0], : photo.shape[1]]
        return (np.hypot(ys - 128, xs - 100) < self.radius).astype(np.float32)


def test_of_a_flagged_picture_not_even_the_outline_is_sent(parts: FaceToStickerParts, tmp_path: Path) -> None:
    checker = load_safety_checker(
        build_safety_checker(tmp_path, flags_everything=True), torch.device("cpu"), torch.float32
    )
    small, large = (replace(parts, matting=Disc(radius), checker=checker) for radius in (30, 90))
    one, other = draw(small, request()), draw(large, request())
    assert not one.is_safe and not other.is_safe
    assert one.files == other.files
    black = np.zeros((256, 256, 3), np.uint8)
    assert one.files[ResultFile.STICKER] == encode_webp(sticker(black, np.ones((256, 256), np.float32), request()))
    allowed = [draw(replace(each, checker=None), request()) for each in (small, large)]
    assert allowed[0].is_safe and allowed[0].files != allowed[1].files


def test_several_faces_are_told_unless_the_person_chose_one(parts: FaceToStickerParts) -> None:
    usual = replace(request(), inputs={FACE: (two_faces(),)})
    chosen = replace(usual, parameters={**usual.parameters, "face_index": 0})
    told = [Note.SEVERAL_FACES in draw(parts, each).notes for each in (request(), usual, chosen)]
    assert told == [False, True, False]


def test_a_preview_has_the_colours_of_the_picture(parts: FaceToStickerParts) -> None:
    """The last preview comes a step early, so the steps are many and the picture is nearly there."""
    shown: list[bytes] = []
    progress = Progress(lambda index, step: shown.append(step.preview) is None, [0])
    (made,) = run(LoadedFaceToSticker(parts), [request(steps=20)], progress, preview_every=19)
    assert isinstance(made, StickerResult)
    (preview,) = filter(None, shown)
    drawn, seen = pixels(made.files[ResultFile.PICTURE]).mean((0, 1)), pixels(preview).mean((0, 1))
    assert np.ptp(drawn) > 0
    assert np.abs(drawn - seen).sum() < np.abs(drawn[::-1] - seen).sum()
