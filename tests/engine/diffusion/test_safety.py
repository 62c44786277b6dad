"""The safety checker: one look per sticker, its verdict for every version of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import CLIPVisionConfig, CLIPVisionModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from engine.diffusion.safety import ClipInput, blackened, censor, check, load_safety_checker
from engine.diffusion.tiny.parts import CLIP_SIDE, build_safety_checker, write_clip_preprocessor
from engine.errors import EngineUnavailable

CPU = torch.device("cpu")
RANDOM = np.random.default_rng(5)
STICKER = RANDOM.integers(1, 256, (40, 60, 3), dtype=np.uint8)
CUTOUT = RANDOM.integers(1, 256, (40, 60, 4), dtype=np.uint8)


class Always:
    """A checker with one verdict that counts what it is shown."""

    def __init__(self, verdict: bool) -> None:
        self.verdict = verdict
        self.shown: list[np.ndarray] = []

    def are_flagged(self, pictures: Sequence[np.ndarray]) -> list[bool]:
        self.shown += pictures
        return [self.verdict] * len(pictures)


def test_a_flagged_sticker_is_blackened_in_both_versions() -> None:
    checker = Always(True)

    (checked,) = check(checker, [STICKER])
    sticker, cutout = censor(checked, CUTOUT)

    assert not checked.is_safe
    assert (sticker.shape, cutout.shape) == (STICKER.shape, CUTOUT.shape)
    assert not sticker.any()
    assert not cutout[..., :3].any()
    assert (cutout[..., 3] == 255).all()  # no silhouette is left
    assert [each is STICKER for each in checker.shown] == [True]  # looked at once, the sticker alone


def test_a_safe_sticker_is_left_as_it_is() -> None:
    (checked,) = check(Always(False), [STICKER])
    sticker, cutout = censor(checked, CUTOUT)

    assert checked.is_safe
    assert sticker is STICKER
    assert cutout is CUTOUT


def test_with_the_checker_off_nothing_is_looked_at() -> None:
    (checked,) = check(None, [STICKER])
    assert (checked.pixels is STICKER, checked.is_safe) == (True, True)


def test_blackening_leaves_the_picture_it_was_given() -> None:
    before = STICKER.copy()

    blackened(STICKER)

    np.testing.assert_array_equal(STICKER, before)


@pytest.mark.parametrize("flags_everything", [True, False])
def test_the_networks_verdict_is_by_its_own_thresholds(tmp_path: Path, flags_everything: bool) -> None:
    folder = build_safety_checker(tmp_path, flags_everything)

    checker = load_safety_checker(folder, CPU, torch.float32)

    assert checker.are_flagged([STICKER, STICKER[:, :30]]) == [flags_everything] * 2
    assert STICKER.any()
    assert checker.are_flagged([]) == []


@pytest.mark.parametrize("size", [(40, 60), (60, 40), (301, 299), (32, 32), (20, 50)])
def test_the_network_sees_what_the_library_would_show_it(tmp_path: Path, size: tuple[int, int]) -> None:
    write_clip_preprocessor(tmp_path)
    picture = np.random.default_rng(6).integers(0, 256, (*size, 3), dtype=np.uint8)

    pixels = ClipInput.read(tmp_path).pixels(picture)

    library = CLIPImageProcessorPil(size={"shortest_edge": CLIP_SIDE}, crop_size=CLIP_SIDE)
    expected = library(picture, return_tensors="pt").pixel_values[0]
    torch.testing.assert_close(pixels, expected, rtol=0, atol=1e-5)


def test_a_folder_without_its_preprocessor_is_said_to_be_incomplete(tmp_path: Path) -> None:
    (build_safety_checker(tmp_path) / "preprocessor_config.json").unlink()

    with pytest.raises(EngineUnavailable, match="safety"):
        load_safety_checker(tmp_path, CPU, torch.float32)


def test_vit_l_of_full_size_has_the_parameters_of_the_file() -> None:
    config = CLIPVisionConfig(
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=24,
        num_attention_heads=16,
        patch_size=14,
        projection_dim=768,
    )
    with torch.device("meta"):
        network = CLIPVisionModel(config)

    projection = 1024 * 768
    assert (sum(each.numel() for each in network.parameters()) + projection) / 1e6 == pytest.approx(303.97, abs=0.01)
