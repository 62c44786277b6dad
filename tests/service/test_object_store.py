"""The service on an object store behind a real S3 server: a job's whole life, and an outage in its middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.runner import EngineRunner
from service import store_retry
from service.limits import Limits
from service.pool import LocalPool
from service.stickers import StickerService
from service.worker import Worker
from storage import object_files
from storage.errors import FilesUnreachable
from storage.records import JobStatus
from storage.store import Store
from tests.object_store import ObjectStore
from tests.plain_engine import PlainEngine
from tests.service.conftest import House


@pytest.fixture
async def house(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(object_files, "RETRY_S", 0.01)
    monkeypatch.setattr(store_retry, "PAUSE_S", 0.02)
    store = await Store.open(tmp_path, files_url=f"s3://{bucket}/prod")
    engine = PlainEngine()
    runner = LocalPool(EngineRunner(engine))
    await runner.load()
    service = StickerService(store, limits=Limits())
    house = House(store, service, engine, runner, Worker(service, runner, step_timeout_s=30), tmp_path)
    yield house
    engine.release()
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await runner.close()
    await service.close()


async def test_a_jobs_files_are_in_the_bucket_and_nothing_in_the_folder(
    house: House, bucket: str, object_store: ObjectStore
) -> None:
    house.work()
    job = await house.service.wait((await house.submit_photo()).id)
    assert job.status is JobStatus.DONE
    kinds = sorted(key.split("/")[1] for key in object_store.objects(bucket))
    assert kinds == ["photos", *["results"] * len(job.result.files if job.result else ())]
    assert (await house.service.result_file(job, "sticker.webp")).startswith(b"RIFF")
    assert house.files_left() == []

    assert (await house.service.forget("tg:1")).photos == 1
    assert object_store.objects(bucket) == {}


async def test_an_outage_while_a_sticker_is_drawn_loses_nothing_and_draws_nothing_twice(
    house: House, object_store: ObjectStore, caplog: pytest.LogCaptureFixture
) -> None:
    house.engine.hold()
    house.work()
    drawn, waiting = await house.submit_photo(source="a"), await house.submit_photo("tg:2", source="b")
    await house.held()
    object_store.stop()
    try:
        house.engine.release()
        async with asyncio.timeout(20):
            while sum("cannot go on yet" in each.message for each in caplog.records) < 3:  # noqa: ASYNC110 - only logged
                await asyncio.sleep(0.01)
    finally:
        object_store.start()
    for job in (drawn, waiting):
        done = await house.service.wait(job.id)
        assert (done.status, done.attempts, done.crashes) == (JobStatus.DONE, 1, 0)
    assert len(house.engine.seen) == 2


async def test_a_stop_in_an_outage_hands_the_job_back_untouched(house: House, object_store: ObjectStore) -> None:
    job = await house.submit_photo()
    object_store.stop()
    try:
        working = house.work()
        async with asyncio.timeout(20):
            while not house.worker._running:  # noqa: ASYNC110 - nobody is told that it reads the photo
                await asyncio.sleep(0.01)
        await house.worker.stop(0.01)
        await working
    finally:
        object_store.start()
    back = await house.service.own("tg:1", job.id)
    assert (back.status, back.attempts) == (JobStatus.QUEUED, 0)


async def test_forgetting_in_an_outage_is_refused_and_not_half_done(house: House, object_store: ObjectStore) -> None:
    job = await house.submit_photo()
    object_store.stop()
    try:
        with pytest.raises(FilesUnreachable):
            await house.service.forget("tg:1")
    finally:
        object_store.start()
    assert await house.service.job(job.id) is not None
