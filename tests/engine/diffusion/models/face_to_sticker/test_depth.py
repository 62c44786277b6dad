"""Depth with a tiny ZoeDepth, against the library's own preparation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import ZoeDepthConfig, ZoeDepthForDepthEstimation
from transformers.models.zoedepth.image_processing_pil_zoedepth import ZoeDepthImageProcessorPil

from engine.diffusion.models.face_to_sticker.depth import DepthEstimator, load_depth_estimator
from engine.diffusion.tiny.parts import build_depth_estimator
from engine.errors import EngineUnavailable

CPU = torch.device("cpu")
TIE = (50, 50)  # mirrored outward to 80 px; 64 and 96 px are as near


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_depth_estimator(tmp_path_factory.mktemp("zoe"))


@pytest.fixture(scope="module")
def estimator(folder: Path) -> DepthEstimator:
    return load_depth_estimator(folder, CPU, torch.float32)


def photo(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(128, 160), (160, 128), (100, 300), TIE])
def test_the_network_sees_what_the_library_would_show_it(
    folder: Path, estimator: DepthEstimator, size: tuple[int, int]
) -> None:
    shown: list[torch.Tensor] = []
    hook = estimator._network.register_forward_pre_hook(lambda _, given: shown.append(given[0]))
    picture = photo(*size)

    estimator.depth(picture)

    hook.remove()
    expected = ZoeDepthImageProcessorPil.from_pretrained(folder)(picture, return_tensors="pt").pixel_values
    assert len(shown) == 1  # the photo and its mirror image in one call
    torch.testing.assert_close(shown[0][:1], expected.float(), rtol=0, atol=2e-5)
    torch.testing.assert_close(shown[0][1:], expected.float().flip(-1), rtol=0, atol=2e-5)


def test_depth_has_the_photo_s_size_and_a_mirrored_photo_mirrored_depth(estimator: DepthEstimator) -> None:
    picture = photo(128, 160)

    depth, mirrored = estimator.depth(picture), estimator.depth(picture[:, ::-1])

    assert depth.shape == (128, 160)
    assert depth.std() > 0
    np.testing.assert_allclose(depth, mirrored[:, ::-1], rtol=1e-4)


@pytest.mark.parametrize(("size", "expected"), [((300, 200), (1536, 1024)), ((1280, 1920), (1024, 1536))])
def test_the_picture_s_short_side_is_1024_px(
    estimator: DepthEstimator, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    picture = estimator.picture(photo(*size))

    assert picture.shape == (*expected, 3)
    assert (picture == picture[..., :1]).all()
    assert (picture.min(), picture.max()) == (0, 255)


def test_a_folder_without_its_preprocessor_is_said_to_be_incomplete(tmp_path: Path) -> None:
    (build_depth_estimator(tmp_path) / "preprocessor_config.json").unlink()

    with pytest.raises(EngineUnavailable, match="depth_estimator"):
        load_depth_estimator(tmp_path, CPU, torch.float32)


def test_zoe_of_full_size_has_the_parameters_of_the_file() -> None:
    with torch.device("meta"):
        network = ZoeDepthForDepthEstimation(ZoeDepthConfig())

    millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    assert millions == pytest.approx(333.28, abs=0.01)
