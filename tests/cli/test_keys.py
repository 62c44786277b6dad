"""`stickerface keys`, against a real database."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.webhooks.signing import SigningKeys
from cli.main import app
from service.errors import KeyUnknown
from service.stickers import StickerService
from storage.folder_files import FolderFiles
from storage.records import ApiKey


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    return tmp_path / "data"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def check(folder: Path, text: str) -> ApiKey:
    async def work() -> ApiKey:
        service = await StickerService.open(folder)
        try:
            return await service.keys.check(text)
        finally:
            await service.close()

    return asyncio.run(work())


def test_the_key_stands_alone_on_the_output(folder: Path) -> None:
    result = run("add", "shop", "--provider", "fal", "--provider", "pixazo", "--per-minute", "7", "--expires-days", "1")
    key = check(folder, result.stdout.strip())

    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert "only now" in result.stderr
    assert (key.name, key.providers, key.per_minute) == ("shop", frozenset({"fal", "pixazo"}), 7)
    assert key.expires_at is not None
    assert key.expires_at - key.created_at == 86_400


def test_an_empty_list_says_so_and_what_to_do(folder: Path) -> None:
    result = run("list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"There are no keys in {folder}; `stickerface keys add NAME` makes one." in result.stderr


def test_the_list_says_when_a_key_ends() -> None:
    run("add", "shop", "--expires-days", "1")
    assert re.search(r"; until \d{4}-\d\d-\d\d\)$", run("list").stdout.strip())


def test_a_data_folder_that_is_a_file_is_told(folder: Path) -> None:
    folder.touch()
    result = run("list")
    assert result.exit_code == 1
    assert result.stderr == f"The keys cannot be reached: {folder} is a file, and must be a folder\n"


def test_the_list_shows_keys_and_no_secret(folder: Path) -> None:
    text = run("add", "shop").stdout.strip()
    listed = run("list").stdout

    assert text.partition(":")[0] in listed
    assert text.partition(":")[2] not in listed
    assert "valid" in listed


def test_a_revoked_key_is_over_and_stays_in_the_list(folder: Path) -> None:
    text = run("add", "shop").stdout.strip()

    result = run("revoke", text)  # the whole key does as well

    assert result.exit_code == 0
    assert "revoked" in run("list").stdout
    with pytest.raises(KeyUnknown):
        check(folder, text)


def test_forgetting_deletes_what_the_key_had_here(folder: Path) -> None:
    text = run("add", "shop").stdout.strip()
    owner = check(folder, text).owner
    files = FolderFiles(folder / "files")
    asyncio.run(files.save_upload(owner, "0" * 32, b"face"))

    assert "deleted" in run("revoke", text, "--forget").stdout
    assert [path for path in (folder / "files").rglob("*") if path.is_file()] == []


def test_wrong_words_are_told_with_the_right_ones(folder: Path) -> None:
    provider = run("add", "x", "--provider", "openai")
    unknown = run("revoke", "nobody")

    assert (provider.exit_code, "fal, segmind, pixazo" in provider.stderr) == (2, True)
    assert (unknown.exit_code, "keys list" in unknown.stderr) == (1, True)


def test_a_new_signing_key_is_published_beside_the_old_one(folder: Path) -> None:
    async def published() -> int:
        service = await StickerService.open(folder)
        try:
            return len((await SigningKeys.load(service)).jwks()["keys"])
        finally:
            await service.close()

    run("add", "x")
    before = asyncio.run(published())
    result = run("rotate-signing")

    assert (result.exit_code, "Restart the server" in result.stdout) == (0, True)
    assert (before, asyncio.run(published())) == (1, 2)
