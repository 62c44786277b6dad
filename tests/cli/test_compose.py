from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli.compose import choose_engine, matte_dir
from cli.settings import Settings
from engine.errors import EngineUnavailable


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """rembg's own folder, elsewhere than on the machine that runs the test."""
    folder = tmp_path / "u2net"
    folder.mkdir()
    monkeypatch.setenv("U2NET_HOME", str(folder))
    return folder


def test_without_a_model_nothing_is_found(home: Path, tmp_path: Path) -> None:
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


def test_auto_without_weights_is_the_portrait_engine(home: Path, tmp_path: Path) -> None:
    assert choose_engine(_settings(tmp_path, "auto")).name == "portrait"


def test_auto_imports_no_network_library_where_there_are_no_weights(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.cli.test_compose import _settings\n"
        "from cli.compose import choose_engine\n"
        "choose_engine(_settings(Path(sys.argv[1]), 'auto')); print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_diffusion_without_its_libraries_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match=r"install the extra diffusion"):
        choose_engine(_settings(tmp_path, "diffusion"))


def test_diffusion_without_weights_says_how_to_get_them(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    with pytest.raises(EngineUnavailable, match="stickerface download"):
        choose_engine(_settings(tmp_path, "diffusion"))


def _settings(data_dir: Path, engine: str) -> Settings:
    return Settings(telegram_bot_token=SecretStr("1:abc"), data_dir=data_dir, engine=engine)  # type: ignore[arg-type]
