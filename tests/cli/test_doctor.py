from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.doctor import examine
from cli.settings import Settings
from emulator.server import Emulator, make_bot
from tests.postgres import PostgresServer

TOKEN = "1000:doctor-test-token"


@pytest.fixture(autouse=True)
def empty_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Emulator]:
    emulator = Emulator([make_bot(TOKEN, "doctor_bot")])
    monkeypatch.setenv("TELEGRAM_API_URL", await emulator.start())
    yield emulator
    await emulator.stop()


async def test_all_is_well(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert await examine() == 0
    printed = capsys.readouterr().out
    assert printed.count("✓") == 7
    assert "stickerface keys add" in printed
    assert "@doctor_bot" in printed and TOKEN not in printed


@pytest.mark.parametrize("has_rembg", [True, False])
async def test_what_cuts_people_out_is_told_with_the_way_to_something_finer(
    telegram: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    has_rembg: bool,
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "nobody"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if has_rembg else None)
    assert await examine() == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "stickerface download --model matte" in printed
    assert ("pip install '.[matte]'" in printed) is not has_rembg

    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "u2netp.onnx").write_bytes(b"no network")
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path / "weights"))
    assert await examine() == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert ("cut-outs: by u2netp" in printed) is has_rembg
    assert ("u2netp.onnx is not used: pip install '.[matte]'" in printed) is not has_rembg


async def test_a_certificate_that_cannot_be_read_is_told(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TLS_CERTIFICATE", str(tmp_path / "none.pem"))
    assert await examine() == 2  # a key belongs to it
    assert "TLS_KEY: belongs to TLS_CERTIFICATE" in capsys.readouterr().out
    monkeypatch.setenv("TLS_KEY", str(tmp_path / "none.key"))
    assert await examine() == 1
    assert "TLS_CERTIFICATE and TLS_KEY cannot be used" in " ".join(capsys.readouterr().out.split())


async def test_settings_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert await examine() == 2
    assert "TELEGRAM_BOT_TOKEN" in capsys.readouterr().out


async def test_an_unknown_token_is_told(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "9:unknown")
    assert await examine() == 1
    assert "BotFather" in capsys.readouterr().out


async def test_a_telegram_that_is_away_is_told_without_the_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    assert await examine() == 1
    printed = capsys.readouterr().out
    assert "does not answer" in printed and TOKEN not in printed


async def test_a_database_that_is_none_and_a_disk_that_cannot_be_written_are_told(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "stickerface.sqlite3").write_text("a letter, not a database " * 40)
    monkeypatch.setenv("DATA_DIR", str(folder))
    assert await examine() == 1
    assert "database_broken" in capsys.readouterr().out
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    assert await examine() == 1
    assert "cannot be written" in capsys.readouterr().out


async def test_half_downloaded_weights_are_told_once_there_is_something_to_tell(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path))
    (tmp_path / "weights.lock.json").write_text('{"version": 1, "files": {}}')
    (tmp_path / "frankjoshua--albedobaseXL_v13").mkdir()
    (tmp_path / "frankjoshua--albedobaseXL_v13" / "albedobaseXL_v13.safetensors.part").write_bytes(b"x")
    assert await examine() == 0  # the portrait engine needs none
    assert "base (half here)" in " ".join(capsys.readouterr().out.split())
    monkeypatch.setenv("ENGINE", "diffusion")
    assert await examine() == 1
    assert "stickerface download --model face-to-sticker" in " ".join(capsys.readouterr().out.split())


async def test_a_broken_lock_file_of_the_weights_is_told(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path))
    (tmp_path / "weights.lock.json").write_text("[")
    assert await examine() == 1
    assert "cannot be read as a lock file" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("database", ["stickerface", "nowhere"])
async def test_the_database_of_a_url_is_looked_at_and_its_password_not_shown(
    telegram: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    postgres: PostgresServer,
    database: str,
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("DATABASE_URL", postgres.url(database).replace("@", ":a-secret@"))
    assert await examine() == (0 if database == "stickerface" else 1)
    printed = capsys.readouterr().out
    assert ("database: PostgreSQL at its socket: ok" in printed) is (database == "stickerface")
    assert ('database "nowhere" does not exist' in printed) is (database == "nowhere")
    assert "a-secret" not in printed
