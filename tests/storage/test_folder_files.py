from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from storage.errors import DiskFull, FilesUnreachable, StorageError
from storage.folder_files import FolderFiles
from storage.store import open_files


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path / "files")


def _all(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def _none() -> set[str]:
    return set()


async def test_only_the_process_owner_may_look(files: FolderFiles, tmp_path: Path) -> None:
    await files.save_photo("tg:1", b"photo", ".jpg")
    assert {path.stat().st_mode & 0o077 for path in _all(tmp_path)} == {0}


async def test_a_sweep_removes_torn_files_and_empty_folders(files: FolderFiles, tmp_path: Path) -> None:
    await files.save_photo("tg:1", b"photo", ".jpg")
    folder = _all(tmp_path)[0].parent
    (folder / "torn.part").write_bytes(b"ha")
    for path in _all(tmp_path):
        os.utime(path, (1000, 1000))
    assert await files.sweep(2000, 2000, _none) == 2
    assert list((tmp_path / "files").iterdir()) == []


async def test_a_full_disk_is_told_and_leaves_no_torn_file(
    files: FolderFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        await files.save_photo("tg:1", b"photo", ".jpg")
    assert _all(tmp_path) == []


async def test_a_sweep_passes_over_what_is_deleted_while_it_looks(files: FolderFiles, tmp_path: Path) -> None:
    """A photo goes when its request ends; the sweep may have seen its name a moment before."""
    await files.save_photo("api:1", b"photo", ".jpg")
    folder = _all(tmp_path)[0].parent
    (folder / "gone.jpg").symlink_to(folder / "nothing")  # has a name, and no file when it is looked at
    for path in _all(tmp_path):
        os.utime(path, (1000, 1000))
    assert await files.sweep(2000, 2000, _none) == 1


async def test_a_disk_that_fails_during_a_sweep_is_told_as_such(
    files: FolderFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.delete_photo("tg:1", await files.save_photo("tg:1", b"photo", ".jpg"))

    def broken(_folder: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "rmdir", broken)
    with pytest.raises(StorageError):
        await files.sweep(2000, 2000, _none)


async def test_too_many_open_files_are_waited_for(files: FolderFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers' connections took them; what was accepted is not lost for that."""
    monkeypatch.setattr("storage.folder_files.DESCRIPTOR_PAUSES_S", (0.0,) * 4)
    refusals, mkstemp, read_bytes = [1] * 4, tempfile.mkstemp, Path.read_bytes

    def full() -> None:
        if refusals:
            refusals.pop()
            raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("storage.folder_files.tempfile.mkstemp", lambda **rest: (full(), mkstemp(**rest))[1])
    monkeypatch.setattr(Path, "read_bytes", lambda path: (full(), read_bytes(path))[1])

    name = await files.save_photo("tg:1", b"photo", ".jpg")
    refusals += [1] * 4

    assert await files.photo("tg:1", name) == b"photo"


async def test_a_folder_that_a_sweep_removes_is_made_again(files: FolderFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    mkstemp, races = tempfile.mkstemp, [1]

    def late(dir: Path, **rest: str) -> tuple[int, str]:
        if races:
            races.pop()
            dir.rmdir()
        return mkstemp(dir=dir, **rest)

    monkeypatch.setattr("storage.folder_files.tempfile.mkstemp", late)
    name = await files.save_photo("tg:1", b"photo", ".jpg")
    assert await files.photo("tg:1", name) == b"photo"


async def test_a_shared_folder_that_is_not_mounted_is_told_and_never_made(tmp_path: Path) -> None:
    mount = tmp_path / "mnt" / "stickers"
    files = open_files(tmp_path, mount.as_uri())
    with pytest.raises(FilesUnreachable, match="not mounted"):
        await files.check()
    with pytest.raises(FilesUnreachable):
        await files.photo("tg:1", "a.jpg")  # it may be there: it is not gone
    with pytest.raises(FilesUnreachable):
        await files.save_photo("tg:1", b"photo", ".jpg")
    assert not mount.exists()


@pytest.mark.parametrize("number", [errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN])
async def test_a_file_server_without_an_answer_may_be_asked_again(
    files: FolderFiles, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def silent(_path: Path) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "read_bytes", silent)
    with pytest.raises(FilesUnreachable):
        await files.photo("tg:1", "a.jpg")
