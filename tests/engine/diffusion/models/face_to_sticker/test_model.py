"""Every parameter does what it says, and the same request is the same sticker wherever it is drawn."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.diffusion.device import choose_device
from engine.diffusion.faces import FaceFinder
from engine.diffusion.models.face_to_sticker.model import LoadedFaceToSticker
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerParts, load_parts
from engine.diffusion.models.face_to_sticker.prepare import Caches
from engine.diffusion.models.face_to_sticker.request import read_request
from engine.diffusion.progress import Progress
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.model import FACE, ResultFile
from engine.types import Note, StickerRequest, StickerResult
from tests.engine.diffusion.whole import photo, request, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def parts(folder: Path) -> FaceToStickerParts:
    return load_parts(build_paths(folder), choose_device("cpu"))


@pytest.fixture(scope="module")
def caches() -> Caches:
    """Shared by the tests, as it is by jobs."""
    return Caches()


def draw(parts: FaceToStickerParts, caches: Caches, *requests: StickerRequest) -> list[StickerResult]:
    progress = Progress(lambda index, step: True, range(len(requests)))
    made = run(LoadedFaceToSticker(parts, caches), requests, progress)
    return [each for each in made if isinstance(each, StickerResult)]


def pixels(result: StickerResult) -> NDArray[np.int16]:
    with Image.open(io.BytesIO(result.files[ResultFile.PICTURE])) as picture:
        return np.asarray(picture.convert("RGB")).astype(np.int16)


def greatest_difference(one: StickerResult, other: StickerResult) -> int:
    return int(np.abs(pixels(one) - pixels(other)).max())


def all_differ(results: Sequence[StickerResult]) -> bool:
    return all(greatest_difference(one, other) > 2 for one, other in combinations(results, 2))


_FRESH = """
import hashlib, sys
from pathlib import Path
from dataclasses import replace
import torch
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.tiny.face_to_sticker import build_paths
from tests.engine.diffusion import whole
torch.set_num_threads(1)
engine = DiffusionEngine([FaceToSticker(build_paths(Path(sys.argv[1])))], device="cpu")
engine.load()
made = engine.generate([whole.request(seed=5)], lambda index, step: True)[0]
print(hashlib.sha256(b"".join(made.files.values())).hexdigest())
"""


def test_check_1_the_same_request_is_the_same_bytes_in_a_fresh_process(
    parts: FaceToStickerParts, caches: Caches, tmp_path: Path
) -> None:
    (made,) = draw(parts, caches, request(seed=5))
    here = hashlib.sha256(b"".join(made.files.values())).hexdigest()
    fresh = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FRESH, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert fresh.stdout.split()[-1] == here


def test_check_2_another_seed_is_another_picture_and_is_told(parts: FaceToStickerParts, caches: Caches) -> None:
    one, other = (draw(parts, caches, request(seed=seed))[0] for seed in (41, 42))
    assert (one.seed, other.seed) == (41, 42)
    assert all_differ([one, other])


def test_check_3_a_batch_draws_what_each_would_be_alone(parts: FaceToStickerParts, caches: Caches) -> None:
    mixed = [
        request(1, seed=1, guidance=7.0, ip_adapter_weight=0.9),
        request(2, seed=2, guidance=1.0, instant_id_strength=0.4, style="comic"),
        request(1, seed=3, guidance=3.0, prompt="a king, " * 40),
    ]
    batch = draw(parts, caches, *mixed)
    alone = [draw(parts, caches, each)[0] for each in mixed]
    pair = draw(parts, caches, mixed[0], mixed[2])
    assert [greatest_difference(*two) for two in zip(batch, alone, strict=True)] <= [1, 1, 1]
    assert max(greatest_difference(pair[0], alone[0]), greatest_difference(pair[1], alone[2])) <= 1
    assert all_differ(batch)


def test_check_7_the_unconditional_face_is_noise_unless_none_is_asked_for(
    parts: FaceToStickerParts, caches: Caches
) -> None:
    usual, noise, zeros, again = (
        pixels(draw(parts, caches, each)[0])
        for each in (
            request(),
            request(unwanted_face="noise"),
            request(unwanted_face="zeros"),
            request(unwanted_face="zeros"),
        )
    )
    assert np.array_equal(usual, noise)
    assert not np.array_equal(noise, zeros)
    assert np.array_equal(zeros, again)


def test_check_10_each_noise_keeps_away_from_another_picture(parts: FaceToStickerParts, caches: Caches) -> None:
    asked = [request(ip_adapter_noise=noise, ip_adapter_weight=1.0, steps=4) for noise in (0, 0.2, 0.5, 1.0)]
    assert all_differ([draw(parts, caches, each)[0] for each in asked])


def test_check_10_without_guidance_the_noise_has_no_effect(parts: FaceToStickerParts, caches: Caches) -> None:
    some, more = (draw(parts, caches, request(guidance=1, ip_adapter_noise=noise))[0] for noise in (0.2, 1.0))
    assert some.files[ResultFile.PICTURE] == more.files[ResultFile.PICTURE]


def test_check_11_guidance_has_an_effect_and_one_runs_one_row(parts: FaceToStickerParts, caches: Caches) -> None:
    rows: list[int] = []
    hook = parts.networks.unet.register_forward_pre_hook(lambda module, arguments: rows.append(len(arguments[0])))
    try:
        made = [draw(parts, caches, request(guidance=guidance))[0] for guidance in (1, 3, 7)]
    finally:
        hook.remove()
    assert rows == [1, 1, 2, 2, 2, 2]
    assert all_differ(made)


def test_check_12_words_go_through_the_styles_templates(parts: FaceToStickerParts) -> None:
    caches = Caches()
    draw(parts, caches, request(prompt="a king", negative_prompt="hats"))
    cond = "Sticker, a king, cartoon character, cel shaded, bold clean outlines, svg, vector art, sharp"
    uncond = "photo, photography, nsfw, nude, ugly, broken, watermark, oversaturated, soft hats"
    assert caches.texts.keys() == [cond, uncond]
    assert read_request(request()).prompt.startswith("Sticker, a person, ")


def test_check_12_the_negative_prompt_changes_the_picture(parts: FaceToStickerParts, caches: Caches) -> None:
    assert all_differ([draw(parts, caches, request(negative_prompt=words))[0] for words in ("", "hats")])


@pytest.mark.parametrize("name", ["instant_id_strength", "ip_adapter_weight"])
def test_check_8_and_9_strengths_have_an_effect(name: str, parts: FaceToStickerParts, caches: Caches) -> None:
    assert all_differ([draw(parts, caches, request(**{name: value}))[0] for value in (0.0, 0.3, 1.0)])


def test_check_13_the_depth_net_ends_by_sigma(parts: FaceToStickerParts, caches: Caches) -> None:
    assert parts.networks.depth is not None
    calls: list[int] = []
    hook = parts.networks.depth.net.register_forward_pre_hook(lambda module, arguments: calls.append(1))
    try:
        draw(parts, caches, request(steps=10))
    finally:
        hook.remove()
    assert len(calls) == 6


@pytest.mark.parametrize(("width", "height"), [(256, 320), (329, 263)])
def test_check_17_the_picture_is_exactly_as_large_as_asked(
    width: int, height: int, parts: FaceToStickerParts, caches: Caches
) -> None:
    (result,) = draw(parts, caches, request(width=width, height=height))
    (larger,) = draw(parts, caches, request(width=-(-width // 8) * 8, height=-(-height // 8) * 8))
    above, left = (pixels(larger).shape[0] - height) // 2, (pixels(larger).shape[1] - width) // 2
    assert pixels(result).shape == (height, width, 3)
    assert np.array_equal(pixels(result), pixels(larger)[above : above + height, left : left + width])


def test_check_20_upscaling_doubles_the_picture_in_so_many_steps(parts: FaceToStickerParts, caches: Caches) -> None:
    steps: list[tuple[int, int]] = []
    progress = Progress(lambda index, step: steps.append((step.done, step.total)) or True, [0])
    (made,) = run(LoadedFaceToSticker(parts, caches), [request(upscale=True, upscale_steps=2)], progress)
    assert isinstance(made, StickerResult)
    assert pixels(made).shape == (512, 512, 3)
    assert steps == sorted(steps)
    assert {total for _, total in steps} == {7}


class CountingDetector:
    """insightface's detector, and how often it was asked."""

    def __init__(self, detector: Any) -> None:
        self._detector = detector
        self.photos = 0

    def detect(self, img: Any, input_size: tuple[int, int]) -> Any:
        self.photos += 1
        return self._detector.detect(img, input_size=input_size)


def test_another_seed_style_or_strength_costs_no_face_work(parts: FaceToStickerParts) -> None:
    detector = CountingDetector(parts.faces._detector)
    counting = replace(parts, faces=FaceFinder(detector, parts.faces._recogniser))
    assert parts.image_encoder is not None and parts.depth is not None
    networks = [parts.image_encoder._network, parts.depth._network]
    calls: list[int] = []
    hooks = [network.register_forward_pre_hook(lambda module, arguments: calls.append(1)) for network in networks]
    caches = Caches()
    try:
        draw(counting, caches, request(1, seed=1))
        first = len(calls)
        draw(counting, caches, request(1, seed=2, style="comic", guidance=3, ip_adapter_weight=1.0))
        assert (detector.photos, len(calls)) == (1 + 2, first)  # and each drawing, for its likeness
        draw(counting, caches, request(2, seed=1))
        assert (detector.photos, len(calls)) == (2 + 3, 2 * first)
    finally:
        for hook in hooks:
            hook.remove()


def test_of_several_photos_of_a_person_the_best_is_drawn_and_told(parts: FaceToStickerParts, caches: Caches) -> None:
    one = request(1, ip_adapter_weight=1.0)
    both = replace(one, inputs={FACE: (photo(3, has_face=False), photo(1))})
    alone, made = (draw(parts, caches, each)[0] for each in (one, both))
    assert made.files == alone.files
    assert (made.notes[:1], made.photos_used) == ((Note.BEST_PHOTO,), 1)


def test_nothing_of_a_job_stays_in_the_networks(parts: FaceToStickerParts) -> None:
    first = draw(parts, Caches(), request(1, seed=1))[0]
    draw(parts, Caches(), request(2, seed=9, style="comic", guidance=2, ip_adapter_weight=1.0, steps=3))
    assert draw(parts, Caches(), request(1, seed=1))[0].files[ResultFile.PICTURE] == first.files[ResultFile.PICTURE]


def test_check_27_the_road_is_float32_whatever_the_default_is(parts: FaceToStickerParts) -> None:
    before = draw(parts, Caches(), request(3))[0]
    torch.set_default_dtype(torch.bfloat16)
    try:
        after = draw(parts, Caches(), request(3))[0]
    finally:
        torch.set_default_dtype(torch.float32)
    # ZoeDepth makes tables of its own in the default dtype: its picture moves by two shades of 255
    assert greatest_difference(after, before) <= 1
