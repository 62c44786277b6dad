"""What only a bucket does: pages, content types, outages, and sentences for who set it up wrongly."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from obstore.exceptions import BaseError

from storage import object_files
from storage.errors import FilesUnreachable, StorageError
from storage.files import owner_hash
from storage.object_files import ObjectFiles
from storage.store import open_files
from tests.object_store import ObjectStore


async def _none() -> set[str]:
    return set()


async def test_kinds_come_first_for_the_buckets_lifecycle_rules(bucket: str, object_store: ObjectStore) -> None:
    files = ObjectFiles(f"s3://{bucket}/prod/")
    name = await files.save_photo("tg:1", b"photo", ".jpg")
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    owner = owner_hash("tg:1")
    assert set(object_store.objects(bucket)) == {
        f"prod/photos/{owner}/{name}",
        f"prod/results/{owner}/job.sticker.webp",
    }


async def test_content_types_are_ours_and_never_a_callers(bucket: str, object_store: ObjectStore) -> None:
    files = ObjectFiles(f"s3://{bucket}")
    await files.save_photo("tg:1", b"photo", ".jpg")
    await files.save_result("tg:1", "job", "picture-2.png", b"picture")
    await files.save_upload("tg:1", "evil.png", b"<script>")
    types = {key.split("/")[0]: each.metadata["content-type"] for key, each in object_store.objects(bucket).items()}
    assert types == {"photos": "image/jpeg", "results": "image/png", "uploads": "application/octet-stream"}


async def test_more_files_than_a_page_holds_are_counted_and_deleted(bucket: str, object_store: ObjectStore) -> None:
    files = ObjectFiles(f"s3://{bucket}")
    for number in range(1010):
        object_store.add(bucket, f"photos/{owner_hash('tg:1')}/{number}.jpg")
    await files.delete_owner("tg:1")
    assert object_store.objects(bucket) == {}


async def test_many_files_are_swept_in_parts_and_none_is_passed_over(
    bucket: str, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_files, "_PAGE", 3)
    files = ObjectFiles(f"s3://{bucket}")
    for number in range(60):
        object_store.add(bucket, f"photos/{owner_hash(f'tg:{number % 40}')}/{number}.jpg")
    object_store.make_old(bucket, 1000)
    young = await files.save_photo("tg:3", b"young", ".jpg")

    async def keep() -> set[str]:
        return {"7.jpg"}

    assert await files.sweep(2000, 2000, keep) == 59
    assert {key.rpartition("/")[2] for key in object_store.objects(bucket)} == {"7.jpg", young}


async def test_old_results_are_looked_for_once_a_day(
    bucket: str, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ObjectFiles(f"s3://{bucket}")
    assert await files.sweep(2000, 2000, _none) == 0
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    object_store.make_old(bucket, 1000)
    assert await files.sweep(2000, 2000, _none) == 0
    monkeypatch.setattr(object_files, "RESULTS_EVERY_S", 0.0)
    assert await files.sweep(2000, 2000, _none) == 1


async def test_an_outage_shorter_than_the_retries_is_not_noticed(bucket: str, object_store: ObjectStore) -> None:
    files = ObjectFiles(f"s3://{bucket}")
    object_store.stop()
    saving = asyncio.create_task(files.save_photo("tg:1", b"photo", ".jpg"))
    done, _ = await asyncio.wait([saving], timeout=0.05)
    object_store.start()
    assert not done
    assert await files.photo("tg:1", await saving) == b"photo"


async def test_a_longer_outage_is_told_as_one_and_loses_nothing(
    bucket: str, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_files, "RETRY_S", 0.01)
    files = ObjectFiles(f"s3://{bucket}")
    name = await files.save_photo("tg:1", b"photo", ".jpg")
    object_store.stop()
    try:
        for work in (
            files.save_photo("tg:1", b"other", ".jpg"),
            files.photo("tg:1", name),  # not gone
            files.has_photo("tg:1", name),  # neither yes nor no
            files.delete_owner("tg:1"),
            files.sweep(2000, 2000, _none),
            files.check_room(),
        ):
            with pytest.raises(FilesUnreachable, match=f"s3://{bucket} does not answer") as caught:
                await work
            assert caught.value.retryable
    finally:
        object_store.start()
    assert await files.photo("tg:1", name) == b"photo"


async def test_a_bucket_that_is_not_there_is_named_and_no_photo_is_gone(bucket: str) -> None:
    files = ObjectFiles(f"s3://{bucket}-other/prod")
    with pytest.raises(FilesUnreachable, match=rf"s3://{bucket}-other/prod: there is no such bucket"):
        await files.check()
    with pytest.raises(FilesUnreachable):
        await files.photo("tg:1", "a.jpg")


async def test_a_wrong_key_is_told_without_the_key(bucket: str, object_store: ObjectStore) -> None:
    files = ObjectFiles(f"s3://{bucket}")
    with object_store.asking_for_keys(), pytest.raises(FilesUnreachable, match="AWS_ACCESS_KEY_ID") as caught:
        await files.check()
    assert object_store.environment["AWS_SECRET_ACCESS_KEY"] not in str(caught.value)
    with object_store.asking_for_keys(), pytest.raises(FilesUnreachable):
        await files.has_photo("tg:1", "a.jpg")


async def test_a_bucket_that_everybody_can_read_is_refused(bucket: str, object_store: ObjectStore) -> None:
    object_store.make_bucket(f"{bucket}-public", is_public=True)
    with pytest.raises(StorageError, match="everybody can read"):
        await ObjectFiles(f"s3://{bucket}-public").check()


@pytest.mark.parametrize(
    "url", ["ftp://host/x", "s3://", "file://", "file://host/x", "/mnt/x", "s3://bucket/x?region=y"]
)
def test_an_address_of_another_kind_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="expected s3://bucket/prefix or file:///"):
        open_files(tmp_path, url)


def test_the_store_for_buckets_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StorageError, match=r"the extra \[cluster\]"):
        open_files(tmp_path, "s3://bucket")


def test_a_refusal_to_delete_one_of_many_is_told_as_one() -> None:
    text = 'Generic S3 error\n\nDebug source:\nGeneric { source: DeleteFailed { path: "a", code: "AccessDenied" } }'
    told = ObjectFiles("s3://stickers")._translate(BaseError(text))
    assert str(told) == "s3://stickers: the key may not read, write, list and delete there (AccessDenied)"
