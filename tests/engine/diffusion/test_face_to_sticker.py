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
from engine.diffusion.face_to_sticker import Memory, generate
from engine.diffusion.faces import FaceFinder
from engine.diffusion.models import Models, load_models
from engine.diffusion.order import read_order
from engine.diffusion.progress import Progress
from engine.model import FACE, ResultFile
from engine.types import StickerRequest, StickerResult
from tests.engine.diffusion.whole import build_paths, photo, request


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def models(folder: Path) -> Models:
    return load_models(build_paths(folder), choose_device("cpu"))


@pytest.fixture(scope="module")
def memory() -> Memory:
    """Shared by the tests, as it is by jobs."""
    return Memory()


def draw(models: Models, memory: Memory, *requests: StickerRequest) -> list[StickerResult]:
    progress = Progress(lambda index, step: True, range(len(requests)))
    made = generate(models, memory, [read_order(each) for each in requests], progress)
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
from tests.engine.diffusion import whole
torch.set_num_threads(1)
engine = DiffusionEngine(whole.build_paths(Path(sys.argv[1])), device="cpu")
engine.load()
made = engine.generate([whole.request(seed=5)], lambda index, step: True)[0]
print(hashlib.sha256(b"".join(made.files.values())).hexdigest())
"""


def test_check_1_the_same_request_is_the_same_bytes_in_a_fresh_process(
    models: Models, memory: Memory, tmp_path: Path
) -> None:
    (made,) = draw(models, memory, request(seed=5))
    here = hashlib.sha256(b"".join(made.files.values())).hexdigest()
    fresh = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FRESH, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert fresh.stdout.split()[-1] == here


def test_check_2_another_seed_is_another_picture_and_is_told(models: Models, memory: Memory) -> None:
    one, other = (draw(models, memory, request(seed=seed))[0] for seed in (41, 42))
    assert (one.seed, other.seed) == (41, 42)
    assert all_differ([one, other])


def test_check_3_a_batch_draws_what_each_would_be_alone(models: Models, memory: Memory) -> None:
    mixed = [
        request(1, seed=1, guidance=7.0, ip_adapter_weight=0.9),
        request(2, seed=2, guidance=1.0, instant_id_strength=0.4, style="comic"),
        request(1, seed=3, guidance=3.0, prompt="a king, " * 40),
    ]
    batch = draw(models, memory, *mixed)
    alone = [draw(models, memory, each)[0] for each in mixed]
    pair = draw(models, memory, mixed[0], mixed[2])
    assert [greatest_difference(*two) for two in zip(batch, alone, strict=True)] <= [1, 1, 1]
    assert max(greatest_difference(pair[0], alone[0]), greatest_difference(pair[1], alone[2])) <= 1
    assert all_differ(batch)


def test_check_7_the_unwanted_face_is_noise_unless_none_is_asked_for(models: Models, memory: Memory) -> None:
    usual, noise, zeros, again = (
        pixels(draw(models, memory, each)[0])
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


def test_check_10_each_noise_keeps_away_from_another_picture(models: Models, memory: Memory) -> None:
    asked = [request(ip_adapter_noise=noise, ip_adapter_weight=1.0, steps=4) for noise in (0, 0.2, 0.5, 1.0)]
    assert all_differ([draw(models, memory, each)[0] for each in asked])


def test_check_10_without_guidance_the_noise_has_no_effect(models: Models, memory: Memory) -> None:
    some, more = (draw(models, memory, request(guidance=1, ip_adapter_noise=noise))[0] for noise in (0.2, 1.0))
    assert some.files[ResultFile.PICTURE] == more.files[ResultFile.PICTURE]


def test_check_11_guidance_has_an_effect_and_one_runs_one_row(models: Models, memory: Memory) -> None:
    rows: list[int] = []
    hook = models.networks.unet.register_forward_pre_hook(lambda module, arguments: rows.append(len(arguments[0])))
    try:
        made = [draw(models, memory, request(guidance=guidance))[0] for guidance in (1, 3, 7)]
    finally:
        hook.remove()
    assert rows == [1, 1, 2, 2, 2, 2]
    assert all_differ(made)


def test_check_12_words_go_through_the_styles_templates(models: Models) -> None:
    memory = Memory()
    draw(models, memory, request(prompt="a king", negative_prompt="hats"))
    wanted = "Sticker, a king, cartoon character, cel shaded, bold clean outlines, svg, vector art, sharp"
    unwanted = "photo, photography, nsfw, nude, ugly, broken, watermark, oversaturated, soft hats"
    assert memory.texts.keys() == [wanted, unwanted]
    assert read_order(request()).prompt.startswith("Sticker, a person, ")


def test_check_12_the_negative_prompt_changes_the_picture(models: Models, memory: Memory) -> None:
    assert all_differ([draw(models, memory, request(negative_prompt=words))[0] for words in ("", "hats")])


@pytest.mark.parametrize("name", ["instant_id_strength", "ip_adapter_weight"])
def test_check_8_and_9_strengths_have_an_effect(name: str, models: Models, memory: Memory) -> None:
    assert all_differ([draw(models, memory, request(**{name: value}))[0] for value in (0.0, 0.3, 1.0)])


def test_check_13_the_depth_net_ends_by_sigma(models: Models, memory: Memory) -> None:
    assert models.networks.depth is not None
    calls: list[int] = []
    hook = models.networks.depth.net.register_forward_pre_hook(lambda module, arguments: calls.append(1))
    try:
        draw(models, memory, request(steps=10))
    finally:
        hook.remove()
    assert len(calls) == 6


@pytest.mark.parametrize(("width", "height"), [(256, 320), (329, 263)])
def test_check_17_the_picture_is_exactly_as_large_as_asked(
    width: int, height: int, models: Models, memory: Memory
) -> None:
    (result,) = draw(models, memory, request(width=width, height=height))
    (larger,) = draw(models, memory, request(width=-(-width // 8) * 8, height=-(-height // 8) * 8))
    above, left = (pixels(larger).shape[0] - height) // 2, (pixels(larger).shape[1] - width) // 2
    assert pixels(result).shape == (height, width, 3)
    assert np.array_equal(pixels(result), pixels(larger)[above : above + height, left : left + width])


def test_check_20_upscaling_doubles_the_picture_in_so_many_steps(models: Models, memory: Memory) -> None:
    steps: list[tuple[int, int]] = []
    progress = Progress(lambda index, step: steps.append((step.done, step.total)) or True, [0])
    order = read_order(request(upscale=True, upscale_steps=2))
    (made,) = generate(models, memory, [order], progress)
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


def test_another_seed_style_or_strength_costs_no_face_work(models: Models) -> None:
    detector = CountingDetector(models.faces._detector)
    counting = replace(models, faces=FaceFinder(detector, models.faces._recogniser))
    assert models.image_encoder is not None and models.depth is not None
    networks = [models.image_encoder._network, models.depth._network]
    calls: list[int] = []
    hooks = [network.register_forward_pre_hook(lambda module, arguments: calls.append(1)) for network in networks]
    memory = Memory()
    try:
        draw(counting, memory, request(1, seed=1))
        first = len(calls)
        draw(counting, memory, request(1, seed=2, style="comic", guidance=3, ip_adapter_weight=1.0))
        assert (detector.photos, len(calls)) == (1, first)
        draw(counting, memory, request(2, seed=1))
        assert (detector.photos, len(calls)) == (2, 2 * first)
    finally:
        for hook in hooks:
            hook.remove()


def test_several_photos_of_a_person_make_one_sticker(models: Models, memory: Memory) -> None:
    one = request(1, ip_adapter_weight=1.0)
    both = replace(one, inputs={FACE: (photo(1), photo(2))})
    assert all_differ([draw(models, memory, each)[0] for each in (one, both)])


def test_nothing_of_a_job_stays_in_the_networks(models: Models) -> None:
    first = draw(models, Memory(), request(1, seed=1))[0]
    draw(models, Memory(), request(2, seed=9, style="comic", guidance=2, ip_adapter_weight=1.0, steps=3))
    assert draw(models, Memory(), request(1, seed=1))[0].files[ResultFile.PICTURE] == first.files[ResultFile.PICTURE]


def test_check_27_the_road_is_float32_whatever_the_default_is(models: Models) -> None:
    before = draw(models, Memory(), request(3))[0]
    torch.set_default_dtype(torch.bfloat16)
    try:
        after = draw(models, Memory(), request(3))[0]
    finally:
        torch.set_default_dtype(torch.float32)
    # ZoeDepth makes tables of its own in the default dtype: its picture moves by two shades of 255
    assert greatest_difference(after, before) <= 1
