"""RRDBNet from .pth files, in the three spellings that are in use."""

from __future__ import annotations

import pickle  # noqa: TID251  one test writes a hostile file
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.diffusion.models.face_to_sticker.enlarge import RRDBNet, load_enlarger
from engine.diffusion.tiny.parts import build_enlarger, enlarger
from engine.errors import EngineUnavailable

CPU = torch.device("cpu")
PICTURE = np.random.default_rng(7).integers(0, 256, (24, 36, 3), dtype=np.uint8)


@pytest.mark.parametrize("spelling", ["esrgan", "basicsr", "realesrgan"])
def test_every_spelling_is_the_same_network(tmp_path: Path, spelling: str) -> None:
    path = build_enlarger(tmp_path / "4x.pth", spelling)

    enlarged = load_enlarger(path, CPU, torch.float32).enlarge(PICTURE)

    with torch.no_grad():
        expected = enlarger(24)(torch.from_numpy(PICTURE.copy()).permute(2, 0, 1)[None] / 255)[0]
    assert enlarged.shape == (96, 144, 3)
    np.testing.assert_allclose(enlarged, (expected * 255).clip(0, 255).permute(1, 2, 0), atol=0.51)


def test_a_picture_in_pieces_is_the_whole_one_enlarged(tmp_path: Path) -> None:
    picture = np.random.default_rng(8).integers(0, 256, (600, 530, 3), dtype=np.uint8)

    enlarged = load_enlarger(build_enlarger(tmp_path / "4x.pth"), CPU, torch.float32).enlarge(picture)

    with torch.no_grad():
        whole = enlarger(24)(torch.from_numpy(picture).permute(2, 0, 1)[None] / 255)[0]
    expected = (whole * 255).clip(0, 255).permute(1, 2, 0)
    np.testing.assert_allclose(enlarged, expected, atol=0.51)


@pytest.mark.parametrize(("width", "growth", "blocks", "doublings"), [(4, 2, 1, 1), (6, 3, 3, 2), (5, 4, 2, 3)])
def test_sizes_are_read_off_the_weights(width: int, growth: int, blocks: int, doublings: int) -> None:
    weights = RRDBNet(width, growth, blocks, doublings).state_dict()

    network = RRDBNet.from_weights(weights)

    assert network.scale == 2**doublings
    assert {name: weight.shape for name, weight in network.state_dict().items()} == {
        name: weight.shape for name, weight in weights.items()
    }


def test_the_default_dtype_of_the_process_changes_nothing(tmp_path: Path) -> None:
    path = build_enlarger(tmp_path / "4x.pth")
    expected = load_enlarger(path, CPU, torch.float32).enlarge(PICTURE)

    torch.set_default_dtype(torch.bfloat16)
    try:
        actual = load_enlarger(path, CPU, torch.float32).enlarge(PICTURE)
    finally:
        torch.set_default_dtype(torch.float32)

    np.testing.assert_array_equal(actual, expected)


def test_the_network_of_4x_anime_sharp_has_the_parameters_of_the_file() -> None:
    with torch.device("meta"):
        network = RRDBNet(width=64, growth=32, blocks=23, doublings=2)

    assert sum(each.numel() for each in network.parameters()) / 1e6 == pytest.approx(16.70, abs=0.005)


class Hostile:
    """Unpickled, it would run a command."""

    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


@pytest.mark.parametrize("content", ["hostile", "half", "another network"])
def test_what_is_no_such_network_is_refused(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "4x.pth"
    if content == "hostile":
        path.write_bytes(pickle.dumps(Hostile()))
    elif content == "half":
        path.write_bytes(build_enlarger(tmp_path / "whole.pth").read_bytes()[:1000])
    else:
        torch.save({"conv.weight": torch.zeros(3, 3)}, path)

    with pytest.raises(EngineUnavailable, match="upscaler"):
        load_enlarger(path, CPU, torch.float32)
    assert capsys.readouterr().out == ""
