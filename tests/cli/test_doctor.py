from __future__ import annotations

import importlib.util
import io
import socket
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from cli.doctor.command import examine
from cli.doctor.findings import Level, print_finding, problem
from cli.doctor.telegram import addresses
from cli.lock import lock_folder
from cli.settings import Settings
from emulator.server import Emulator, make_bot
from storage.postgres import PostgresDatabase
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
    assert printed.count("✓") >= 7 and "✗" not in printed
    assert "stickerface keys add" in printed
    assert "@doctor_bot" in printed and TOKEN not in printed
    assert "All is well." in printed


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
    monkeypatch.setattr("cli.doctor.drawing.importlib.util.find_spec", lambda name: object() if has_rembg else None)
    assert await examine() == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "stickerface download --model matte" in printed
    assert ("pip install '.[matte]'" in printed) is not has_rembg

    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "u2netp.onnx").write_bytes(b"no network")
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path / "weights"))
    assert await examine() == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert ("cut-outs by u2netp" in printed) is has_rembg
    assert ("u2netp.onnx is not used" in printed) is not has_rembg


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


async def test_files_in_a_bucket_are_tried(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bucket: str
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("FILES_URL", f"s3://{bucket}/prod")
    assert await examine() == 0
    assert f"✓ files s3://{bucket}/prod" in " ".join(capsys.readouterr().out.split())
    monkeypatch.setenv("FILES_URL", f"s3://{bucket}-other")
    assert await examine() == 1
    assert f"✗ files s3://{bucket}-other: there is no such bucket" in " ".join(capsys.readouterr().out.split())


async def test_every_wrong_setting_is_told_at_once_and_the_rest_is_looked_at(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    secret = "123456789:AAF3" + "x" * 31
    (tmp_path / ".env").write_text(
        f"TELEGRAM_BOT_TOKEN=1234\nTELEGRAM_TOKEN={secret}\nJOBS_PER_PRESON=3\nENGINE=quick\nADMIN_IDS={secret}\n"
        f"TLS_KEY=a.pem\nPORT=0\n"
    )
    (tmp_path / ".env").chmod(0o644)
    assert await examine() == 2
    printed = " ".join(capsys.readouterr().out.split())
    for name in ("TELEGRAM_BOT_TOKEN: does not look", "ENGINE: Input", "ADMIN_IDS: expected", "TLS_KEY: belongs"):
        assert f"✗ settings {name}" in printed
    assert "! settings TELEGRAM_TOKEN is no setting and changes nothing → TELEGRAM_BOT_TOKEN is one" in printed
    assert "→ JOBS_PER_PERSON is one" in printed
    assert f"→ chmod 600 {tmp_path / '.env'}" in printed
    assert "✓ disk" in printed and "✓ engine" in printed
    assert secret not in printed and "xxxx" not in printed


async def test_without_any_env_the_next_step_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert await examine() == 2
    printed = " ".join(capsys.readouterr().out.split())
    assert f"TELEGRAM_BOT_TOKEN is missing; there is no {tmp_path / '.env'}" in printed
    assert "@BotFather" in printed and "stickerface demo" in printed and "✓ engine" in printed
    assert await examine(with_bot=False) == 0  # the API alone
    assert "Start: stickerface run --no-bot" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()  # it looks, and makes nothing


async def test_a_text_file_that_is_none_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TELEGRAM_BOT_TOKEN=\xff\xfe")
    assert await examine() == 2
    assert "not a UTF-8 text file" in capsys.readouterr().out


async def test_a_taken_port_and_an_old_schema_are_told(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    (tmp_path / "data").mkdir(mode=0o755)
    with closing(sqlite3.connect(tmp_path / "data" / "stickerface.sqlite3")) as database:
        database.execute("PRAGMA user_version = 1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert await examine() == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "another program has it" in printed
    assert "has schema 1; the next start makes it" in printed and "stickerface backup FILE" in printed
    assert "chmod 700" in printed
    with closing(sqlite3.connect(tmp_path / "data" / "stickerface.sqlite3")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)  # it only looked


async def test_where_others_draw_no_engine_is_asked_of_this_machine(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("ENGINE", "diffusion")  # whose weights are not here
    monkeypatch.setenv("POOL", "none")
    assert await examine() == 0
    assert "stickerface worker" in capsys.readouterr().out


async def test_a_cluster_is_asked_whether_it_answers_and_for_a_token(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("needs ray: the extra [cluster]")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("POOL", "ray")
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as head:
        address = f"127.0.0.1:{head.getsockname()[1]}"
        monkeypatch.setenv("RAY_ADDRESS", address)
        assert await examine() == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert f"{address} answers" in printed and "RAY_AUTH_TOKEN everywhere" in printed
        monkeypatch.setenv("RAY_AUTH_MODE", "token")
        assert await examine() == 0
        assert "RAY_AUTH_TOKEN" not in capsys.readouterr().out
    assert await examine() == 1
    assert f"{address} does not answer" in " ".join(capsys.readouterr().out.split())


async def test_a_bot_that_runs_is_no_problem(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("PORT", "9")
    lock = lock_folder(tmp_path / "data")
    try:
        assert await examine() == 0
    finally:
        lock.release()
    printed = " ".join(capsys.readouterr().out.split())
    assert "is in use by process" in printed
    assert "! port a process runs, but http://127.0.0.1:9/healthz does not answer" in printed


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://bot.example.org/x", "is not https"),
        ("https://bot.example.org:8123/x", "does not call port 8123 → it calls 443, 80, 88, 8443"),
        ("https://192.168.1.2/x", "cannot reach 192.168.1.2"),
        ("https://localhost/x", "cannot reach localhost"),
    ],
)
def test_a_webhook_that_telegram_would_not_call_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    (finding,) = addresses(Settings(telegram_bot_token="1:x", telegram_webhook_url=url))  # type: ignore[arg-type]
    assert finding.level is Level.PROBLEM
    assert words in f"{finding.text} → {finding.remedy}"
    elsewhere = {"telegram_api_url": "http://127.0.0.1:8081", "telegram_webhook_url": url}
    assert addresses(Settings(telegram_bot_token="1:x", **elsewhere)) == []  # type: ignore[arg-type]


async def test_a_clock_that_is_wrong_is_told(
    telegram: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    now = time.time
    monkeypatch.setattr("cli.doctor.telegram.time", SimpleNamespace(time=lambda: now() + 600))
    assert await examine() == 1
    assert "s ahead of Telegram's" in capsys.readouterr().out


def test_a_terminal_has_its_lines_wrapped_and_a_pipe_whole_ones() -> None:
    finding = problem("disk", "word " * 40, "remedy " * 30)
    out = io.StringIO()
    print_finding(Console(file=out, force_terminal=True, width=80, no_color=True, highlight=False), finding)
    assert max(map(len, out.getvalue().splitlines())) <= 80
    assert "\x1b" not in out.getvalue()
    piped = io.StringIO()
    print_finding(Console(file=piped, force_terminal=False, highlight=False), finding)
    assert len(piped.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    ("database", "words", "code"),
    [
        ("stickerface", "✓ database PostgreSQL at its socket: schema 1, it answers", 0),
        ("empty", "✓ database PostgreSQL at its socket is empty; the first run makes its tables", 0),
        ("nowhere", 'database "nowhere" does not exist', 1),
    ],
)
async def test_the_database_of_a_url_is_only_looked_at_and_its_password_not_shown(
    telegram: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    postgres: PostgresServer,
    database: str,
    words: str,
    code: int,
) -> None:
    await (await PostgresDatabase.open(postgres.url())).close()
    postgres.create("empty")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("HTTP_API", "true")
    monkeypatch.setenv("DATABASE_URL", postgres.url(database).replace("@", ":a-secret@"))
    assert await examine() == code
    printed = " ".join(capsys.readouterr().out.split())
    assert words in printed
    assert "a-secret" not in printed
    assert postgres.execute("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'", "empty") == [(0,)]
    assert postgres.execute("SELECT COUNT(*) FROM connections") == [(0,)]  # nothing was written
