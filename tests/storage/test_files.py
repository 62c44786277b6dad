"""What every store of files does: one in a folder, and one in a bucket behind a real S3 server."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.errors import FileGone
from storage.files import Files
from storage.folder_files import FolderFiles
from storage.object_files import ObjectFiles
from storage.store import open_files
from tests.object_store import ObjectStore


@dataclass
class Shelf:
    """A store of files, and what its disk or server knows of it."""

    files: Files
    folder: Path
    server: ObjectStore | None = None
    bucket: str = ""

    def names(self) -> list[str]:
        """Return the path of every file in the store."""
        if self.server:
            return sorted(self.server.objects(self.bucket))
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def make_old(self) -> None:
        """Let every file have been written at second 1000."""
        if self.server:
            self.server.make_old(self.bucket, 1000)
        for path in self.folder.rglob("*"):
            os.utime(path, (1000, 1000))


@pytest.fixture(params=["folder", "shared folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "bucket":
        bucket = request.getfixturevalue("bucket")
        server = request.getfixturevalue("object_store")
        return Shelf(open_files(tmp_path, f"s3://{bucket}/deep/prefix"), tmp_path, server, bucket)
    return Shelf(open_files(tmp_path, tmp_path.as_uri() if "shared" in request.param else ""), tmp_path)


@pytest.fixture
def files(shelf: Shelf) -> Files:
    return shelf.files


async def _none() -> Collection[str]:
    return ()


async def test_a_photo_comes_back_and_the_same_photo_is_one_file(files: Files, shelf: Shelf) -> None:
    name = await files.save_photo("tg:1", b"photo", ".jpg")
    assert await files.save_photo("tg:1", b"photo", ".jpg") == name
    assert await files.photo("tg:1", name) == b"photo"
    assert await files.has_photo("tg:1", name)
    assert not await files.has_photo("tg:2", name)
    assert len(shelf.names()) == await files.count_photos("tg:1") == 1


async def test_results_and_uploads_come_back_and_are_deleted_one_by_one(files: Files, shelf: Shelf) -> None:
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    await files.save_upload("tg:1", "0" * 32, b"upload")
    assert await files.result("tg:1", "job", "sticker.webp") == b"sticker"
    assert await files.has_result("tg:1", "job", "sticker.webp")
    assert await files.upload("tg:1", "0" * 32) == b"upload"
    for _ in range(2):  # what is gone is no trouble
        await files.delete_result("tg:1", "job", "sticker.webp")
        await files.delete_upload("tg:1", "0" * 32)
        await files.delete_photo("tg:1", "never.jpg")
    assert shelf.names() == []
    assert not await files.has_result("tg:1", "job", "sticker.webp")


async def test_what_is_not_there_is_gone(files: Files) -> None:
    with pytest.raises(FileGone):
        await files.photo("tg:1", "never.jpg")


async def test_an_empty_file_is_a_file(files: Files) -> None:
    await files.save_upload("tg:1", "0" * 32, b"")
    assert await files.upload("tg:1", "0" * 32) == b""


async def test_a_listing_names_nobody(files: Files, shelf: Shelf) -> None:
    await files.save_photo("tg:123456789", b"photo", ".jpg")
    (name,) = shelf.names()
    assert "123456789" not in name


async def test_forgetting_deletes_everything_of_one_owner_only(files: Files, shelf: Shelf) -> None:
    await files.save_photo("tg:1", b"mine", ".jpg")
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    await files.save_upload("tg:1", "0" * 32, b"mine")
    name = await files.save_photo("tg:2", b"theirs", ".jpg")
    await files.delete_owner("tg:1")
    with pytest.raises(FileGone):
        await files.result("tg:1", "job", "sticker.webp")
    assert await files.photo("tg:2", name) == b"theirs"
    assert len(shelf.names()) == 1


async def test_a_sweep_takes_what_is_old_and_leaves_what_is_needed(files: Files, shelf: Shelf) -> None:
    old = await files.save_photo("tg:1", b"old", ".jpg")
    needed = await files.save_photo("tg:1", b"needed", ".jpg")
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    await files.save_upload("tg:1", "0" * 32, b"upload")
    shelf.make_old()
    young = await files.save_photo("tg:1", b"young", ".jpg")

    async def keep() -> set[str]:
        return {needed}

    assert await files.sweep(photos_before=2000, results_before=500, keep=keep) == 1
    assert not await files.has_photo("tg:1", old)
    assert await files.has_photo("tg:1", needed) and await files.has_photo("tg:1", young)
    again = open_files(shelf.folder, f"s3://{shelf.bucket}/deep/prefix") if shelf.server else files  # the next day
    assert await again.sweep(photos_before=2000, results_before=2000, keep=_none) == 3
    assert len(shelf.names()) == 1


async def test_a_photo_that_comes_again_is_young_again(files: Files, shelf: Shelf) -> None:
    name = await files.save_photo("tg:1", b"photo", ".jpg")
    shelf.make_old()
    await files.save_photo("tg:1", b"photo", ".jpg")
    assert await files.sweep(2000, 2000, _none) == 0
    assert await files.has_photo("tg:1", name)


async def test_one_owners_photos_are_swept_alone(files: Files, shelf: Shelf) -> None:
    mine = [await files.save_photo("tg:1", data, ".jpg") for data in (b"1", b"2")]
    theirs = await files.save_photo("tg:2", b"3", ".jpg")
    shelf.make_old()
    assert await files.sweep_photos("tg:1", 2000, {mine[1]}) == 1
    assert await files.sweep_photos("tg:3", 2000, ()) == 0
    assert [await files.has_photo("tg:1", name) for name in mine] == [False, True]
    assert await files.has_photo("tg:2", theirs)


async def test_a_healthy_store_is_checked_and_keeps_nothing_of_that(files: Files, shelf: Shelf) -> None:
    await files.check()
    await files.check_room()
    assert shelf.names() == []
    assert (await files.free_bytes() is None) is isinstance(files, ObjectFiles)
    assert isinstance(files, FolderFiles | ObjectFiles)
