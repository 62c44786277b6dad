"""`stickerface backup` and `stickerface restore`, as an operator types them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.lock import lock_folder
from cli.main import app
from service.stickers import StickerService, Submission

ROOT = Path(__file__).parents[2]
SECRET = "1000:a-token-that-is-in-dot-env"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one job, and a .env beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR", raising=False)
    (tmp_path / ".env").write_text(f"TELEGRAM_BOT_TOKEN={SECRET}\n")
    submit(Path("data"), "first")
    (tmp_path / "data" / "weights").mkdir()
    (tmp_path / "data" / "weights" / "unet.bin").write_bytes(b"22 GB")
    return tmp_path / "data"


def submit(folder: Path, source: str) -> None:
    async def work() -> None:
        async with await StickerService.open(folder) as service:
            await service.submit(Submission("tg:7", source))

    asyncio.run(work())


def sources(folder: Path) -> set[str]:
    async def work() -> set[str]:
        async with await StickerService.open(folder) as service:
            return {job.source for job in await service.jobs_of("tg:7")}

    return asyncio.run(work())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_there_and_back(folder: Path) -> None:
    made = run("backup", "backup.tar")
    submit(folder, "second")
    kept = run("restore", "backup.tar", "--force")

    assert made.exit_code == kept.exit_code == 0, made.output + kept.output
    assert "backup.tar" in made.stderr and "encrypted" in made.stderr and made.stdout == ""
    assert sources(folder) == {"first"}
    (aside,) = folder.glob("before-restore-*")
    assert str(aside.relative_to(folder.parent)) in kept.stdout
    assert sources(aside) == {"first", "second"}
    assert (folder / "weights" / "unet.bin").exists()
    whole = Path("backup.tar").read_bytes()
    assert b"22 GB" not in whole and SECRET.encode() not in whole


def test_a_folder_gets_a_file_with_the_time_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    assert run("backup", "backups").exit_code == 0
    (made,) = (tmp_path / "backups").iterdir()
    assert made.name.startswith("stickerface-2") and made.suffix == ".tar"


def test_an_installation_that_runs_is_backed_up_and_not_restored_to(folder: Path) -> None:
    lock = lock_folder(folder)
    try:
        assert run("backup", "backup.tar").exit_code == 0
        refused = run("restore", "backup.tar", "--force")
    finally:
        lock.release()
    assert refused.exit_code == 1
    assert "is in use by process" in refused.stderr
    assert run("restore", "backup.tar", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["backup", "nowhere/backup.tar"], "There is no folder nowhere"),
        (["backup", ".env"], "is no backup of stickerface"),
        (["restore", "nowhere.tar"], "nowhere.tar: No such file or directory"),
        (["restore", ".env", "--force"], "no backup of stickerface"),
        (["restore", "."], ".: Is a directory"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(arguments: Sequence[str], words: str, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr and "Traceback" not in result.stderr
    assert [path for path in sorted(folder.rglob("*")) if path.name != "running.pid"] == before


def test_nothing_to_back_up_and_something_to_restore_over_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("backup", "backup.tar").exit_code == 0
    refused = run("restore", "backup.tar")
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    monkeypatch.setenv("DATA_DIR", "elsewhere")
    empty = run("backup", "other.tar")
    assert (empty.exit_code, "nothing to back up" in empty.stderr) == (1, True)
    assert run("restore", "backup.tar").exit_code == 0
    assert sources(Path("elsewhere")) == {"first"}


def test_output_and_input_are_pipes(folder: Path) -> None:
    """Through the processes' own descriptors: one into the other, as an operator encrypts and decrypts."""
    command = [sys.executable, "-m", "cli.main"]
    environment = {"PYTHONPATH": str(ROOT)}
    made = subprocess.run([*command, "backup", "-"], env=environment, capture_output=True, check=True)
    submit(folder, "second")
    told = subprocess.run(
        [*command, "restore", "-", "--force"], env=environment, input=made.stdout, capture_output=True, check=True
    )
    assert (b"encrypted" in made.stderr, b"is as it was on" in told.stdout, told.stderr) == (True, True, b"")
    assert sources(folder) == {"first"}
