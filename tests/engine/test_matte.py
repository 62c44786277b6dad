"""The network's matte, with a tiny network in the format of the real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.errors import EngineUnavailable
from engine.matte import RembgMattingModel, find_model, load_matting_model

SIDE = 320  # what u2net takes


def save_red_is_person(path: Path) -> None:
    """A network with u2net's input and output whose matte is the red channel."""
    picture = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    matte = helper.make_tensor_value_info("1959", TensorProto.FLOAT, [1, 1, SIDE, SIDE])
    bounds = [
        helper.make_tensor(name, TensorProto.INT64, [1], [value])
        for name, value in (("start", 0), ("end", 1), ("axis", 1))
    ]
    node = helper.make_node("Slice", ["input.1", "start", "end", "axis"], ["1959"])
    graph = helper.make_graph([node], "red", [picture], [matte], bounds)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def half_red(height: int, width: int) -> np.ndarray:
    photo = np.zeros((height, width, 3), dtype=np.uint8)
    photo[:, : width // 2, 0] = 255
    return photo


def test_the_matte_is_the_network_s_at_the_photo_s_size(tmp_path: Path) -> None:
    save_red_is_person(tmp_path / "u2net.onnx")

    matte = RembgMattingModel(tmp_path / "u2net.onnx").matte(half_red(200, 300))

    assert matte.shape == (200, 300)
    assert matte.dtype == np.float32
    assert matte[:, :140].min() > 0.99
    assert matte[:, 160:].max() < 0.01


@pytest.mark.parametrize("level", [0, 255])
def test_a_network_that_says_the_same_everywhere_finds_nobody(tmp_path: Path, level: int) -> None:
    save_red_is_person(tmp_path / "u2net.onnx")

    matte = RembgMattingModel(tmp_path / "u2net.onnx").matte(np.full((200, 300, 3), level, np.uint8))

    assert matte.shape == (200, 300)
    assert matte.dtype == np.float32
    assert not matte.any()


def test_the_best_model_of_a_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "u2net.onnx").touch()
    (tmp_path / "isnet-general-use").mkdir()
    (tmp_path / "isnet-general-use" / "isnet-general-use.onnx").touch()

    assert find_model(tmp_path) == tmp_path / "isnet-general-use" / "isnet-general-use.onnx"


def test_without_a_model_there_is_no_matter(tmp_path: Path) -> None:
    assert find_model(tmp_path / "missing") is None
    assert load_matting_model(tmp_path) is None
    assert load_matting_model(None) is None


def test_a_model_in_the_directory_is_loaded(tmp_path: Path) -> None:
    save_red_is_person(tmp_path / "silueta.onnx")

    assert isinstance(load_matting_model(tmp_path), RembgMattingModel)


def test_a_broken_file_is_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "u2net.onnx").write_bytes(b"half a download")

    with pytest.raises(EngineUnavailable, match=r"u2net\.onnx"):
        load_matting_model(tmp_path)


def test_a_file_that_is_none_of_rembg_s_models_is_refused(tmp_path: Path) -> None:
    save_red_is_person(tmp_path / "mine.onnx")

    with pytest.raises(EngineUnavailable, match=r"mine\.onnx"):
        RembgMattingModel(tmp_path / "mine.onnx")
