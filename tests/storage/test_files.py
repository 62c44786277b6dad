from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from storage.errors import DiskFull, FileGone, StorageError
from storage.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def _all(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_a_photo_comes_back_and_the_same_photo_is_one_file(files: Files, tmp_path: Path) -> None:
    name = await files.save_photo("tg:1", b"photo", ".jpg")
    assert await files.save_photo("tg:1", b"photo", ".jpg") == name
    assert await files.photo("tg:1", name) == b"photo"
    assert await files.has_photo("tg:1", name)
    assert not await files.has_photo("tg:2", name)
    assert len(_all(tmp_path)) == 1


async def test_the_disks_listing_names_nobody(files: Files, tmp_path: Path) -> None:
    await files.save_photo("tg:123456789", b"photo", ".jpg")
    assert all("123456789" not in str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))


async def test_only_the_process_owner_may_look(files: Files, tmp_path: Path) -> None:
    await files.save_photo("tg:1", b"photo", ".jpg")
    assert {path.stat().st_mode & 0o077 for path in _all(tmp_path)} == {0}


async def test_forgetting_deletes_everything_of_one_owner_only(files: Files, tmp_path: Path) -> None:
    await files.save_photo("tg:1", b"mine", ".jpg")
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    name = await files.save_photo("tg:2", b"theirs", ".jpg")
    await files.delete_owner("tg:1")
    with pytest.raises(FileGone):
        await files.result("tg:1", "job", "sticker.webp")
    assert await files.photo("tg:2", name) == b"theirs"
    assert len(_all(tmp_path)) == 1


async def test_a_sweep_takes_what_is_old_and_leaves_what_is_needed(files: Files, tmp_path: Path) -> None:
    old = await files.save_photo("tg:1", b"old", ".jpg")
    needed = await files.save_photo("tg:1", b"needed", ".jpg")
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    for path in _all(tmp_path):
        os.utime(path, (1000, 1000))
    young = await files.save_photo("tg:1", b"young", ".jpg")
    assert await files.sweep(photos_before=2000, results_before=500, keep={needed}) == 1
    assert not await files.has_photo("tg:1", old)
    assert await files.has_photo("tg:1", needed) and await files.has_photo("tg:1", young)
    assert await files.sweep(photos_before=2000, results_before=2000, keep=()) == 2


async def test_a_sweep_removes_torn_files_and_empty_folders(files: Files, tmp_path: Path) -> None:
    await files.save_photo("tg:1", b"photo", ".jpg")
    folder = _all(tmp_path)[0].parent
    (folder / "torn.part").write_bytes(b"ha")
    for path in _all(tmp_path):
        os.utime(path, (1000, 1000))
    assert await files.sweep(2000, 2000, ()) == 2
    assert list((tmp_path / "files").iterdir()) == []


async def test_a_full_disk_is_told_and_leaves_no_torn_file(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        await files.save_photo("tg:1", b"photo", ".jpg")
    assert _all(tmp_path) == []


async def test_a_sweep_passes_over_what_is_deleted_while_it_looks(files: Files, tmp_path: Path) -> None:
    """A photo goes when its request ends; the sweep may have seen its name a moment before."""
    await files.save_photo("api:1", b"photo", ".jpg")
    folder = _all(tmp_path)[0].parent
    (folder / "gone.jpg").symlink_to(folder / "nothing")  # has a name, and no file when it is looked at
    for path in _all(tmp_path):
        os.utime(path, (1000, 1000))
    assert await files.sweep(2000, 2000, ()) == 1


async def test_a_disk_that_fails_during_a_sweep_is_told_as_such(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    await files.delete_photo("tg:1", await files.save_photo("tg:1", b"photo", ".jpg"))

    def broken(_folder: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "rmdir", broken)
    with pytest.raises(StorageError):
        await files.sweep(2000, 2000, ())


async def test_too_many_open_files_are_waited_for(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers' connections took them; what was accepted is not lost for that."""
    monkeypatch.setattr("storage.files.DESCRIPTOR_PAUSES_S", (0.0,) * 4)
    refusals, mkstemp, read_bytes = [1] * 4, tempfile.mkstemp, Path.read_bytes

    def full() -> None:
        if refusals:
            refusals.pop()
            raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("storage.files.tempfile.mkstemp", lambda **rest: (full(), mkstemp(**rest))[1])
    monkeypatch.setattr(Path, "read_bytes", lambda path: (full(), read_bytes(path))[1])

    name = await files.save_photo("tg:1", b"photo", ".jpg")
    refusals += [1] * 4

    assert await files.photo("tg:1", name) == b"photo"
