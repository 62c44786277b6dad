from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from cli.compose import matte_dir


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """rembg's own folder, elsewhere than on the machine that runs the test."""
    folder = tmp_path / "u2net"
    folder.mkdir()
    monkeypatch.setenv("U2NET_HOME", str(folder))
    return folder


def test_without_a_model_the_cut_is_classic(home: Path, tmp_path: Path) -> None:
    assert matte_dir(tmp_path / "weights") is None


def test_our_own_model_comes_before_rembgs(home: Path, tmp_path: Path) -> None:
    (home / "u2net.onnx").write_bytes(b"network")
    assert matte_dir(tmp_path / "weights") == home
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "u2netp.onnx").write_bytes(b"network")
    assert matte_dir(tmp_path / "weights") == tmp_path / "weights"


def test_a_model_without_rembg_is_told_and_not_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "u2net.onnx").write_bytes(b"network")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert matte_dir(tmp_path) is None
    assert "rembg is not installed" in caplog.text
