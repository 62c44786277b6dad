from __future__ import annotations

import asyncio

import pytest

from engine.errors import DrawingFailed, EngineDead, NoFace
from service.events import EventKind
from service.worker import Worker
from storage.errors import DiskFull
from storage.jobs import MAX_ATTEMPTS
from storage.records import JobStatus
from tests.service.conftest import House


async def test_a_watcher_sees_queued_started_steps_and_the_end(house: House) -> None:
    with house.service.events.listen() as events:
        house.work()
        job = await house.submit_photo()
        await house.service.wait(job.id)
        seen = [events.get_nowait() for _ in range(events.qsize())]
    assert [event.kind for event in seen] == [
        EventKind.QUEUED,
        EventKind.STARTED,
        *[EventKind.STEP] * 4,
        EventKind.ENDED,
    ]
    assert [event.step.phase for event in seen if event.step] == ["face", "cutout", "draw", "finish"]


async def test_what_the_person_can_mend_fails_at_once(house: House) -> None:
    house.engine.fail_with = [NoFace()]
    house.work()
    job = await house.service.wait((await house.submit_photo()).id)
    assert (job.status, job.error_code, job.attempts) == (JobStatus.FAILED, "no_face", 1)


async def test_a_fault_of_ours_is_tried_once_more(house: House) -> None:
    house.engine.fail_with = [DrawingFailed()]
    house.work()
    job = await house.service.wait((await house.submit_photo()).id)
    assert (job.status, job.attempts) == (JobStatus.DONE, 2)


@pytest.mark.parametrize("error", [DrawingFailed(), ValueError("surprise")])
async def test_a_fault_that_stays_fails_the_job_and_not_the_worker(house: House, error: Exception) -> None:
    house.engine.fail_with = [error] * MAX_ATTEMPTS
    worker = house.work()
    job = await house.service.wait((await house.submit_photo(source="a")).id)
    assert (job.status, job.attempts) == (JobStatus.FAILED, MAX_ATTEMPTS)
    assert job.error_code == ("drawing_failed" if isinstance(error, DrawingFailed) else "internal")
    good = await house.service.wait((await house.submit_photo(source="b")).id)
    assert good.status is JobStatus.DONE
    assert not worker.done()


async def test_a_full_disk_fails_the_job_after_a_second_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    job = await house.submit_photo()

    async def full(*_: object) -> None:
        raise DiskFull("no space")

    monkeypatch.setattr(house.service.files, "save_result", full)
    house.work()
    failed = await house.service.wait(job.id)
    assert (failed.status, failed.error_code, failed.attempts) == (JobStatus.FAILED, "disk_full", 2)


async def test_a_photo_that_is_gone_when_its_turn_comes_is_told(house: House) -> None:
    job = await house.submit_photo()
    await house.service.files.delete_owner("tg:1")
    house.work()
    failed = await house.service.wait(job.id)
    assert (failed.status, failed.error_code) == (JobStatus.FAILED, "photo_gone")


async def test_a_dead_engine_ends_the_worker_and_keeps_the_job(house: House) -> None:
    house.engine.fail_with = [EngineDead("context lost")]
    job = await house.submit_photo()
    with pytest.raises(EngineDead):
        await house.work()
    kept = await house.service.jobs.get(job.id)
    assert kept is not None and kept.status is JobStatus.QUEUED


async def test_a_step_that_hangs_is_a_dead_engine(house: House) -> None:
    house.engine.hold()
    worker = Worker(house.service, house.runner, job_timeout_s=0.05)
    await house.submit_photo()
    with pytest.raises(EngineDead):
        await worker.run()


async def test_a_stop_lets_the_running_job_finish(house: House) -> None:
    house.engine.hold()
    work = house.work()
    running = await house.submit_photo(source="a")
    waiting = await house.submit_photo(source="b")
    await house.held()
    stopping = asyncio.create_task(house.worker.stop(grace_s=10))
    await asyncio.sleep(0)
    house.engine.release()
    await stopping
    await work
    done, untouched = await house.service.jobs.get(running.id), await house.service.jobs.get(waiting.id)
    assert done is not None and done.status is JobStatus.DONE
    assert untouched is not None and untouched.status is JobStatus.QUEUED


async def test_a_stop_that_cannot_wait_hands_the_job_back_untouched(house: House) -> None:
    house.engine.hold()
    house.work()
    job = await house.submit_photo()
    await house.held()
    await house.worker.stop(grace_s=0.01)
    back = await house.service.jobs.get(job.id)
    assert back is not None and (back.status, back.attempts) == (JobStatus.QUEUED, 0)


async def test_after_a_crash_the_interrupted_job_is_drawn(house: House) -> None:
    job = await house.submit_photo()
    await house.service.jobs.claim()  # and the process is gone
    await house.worker.recover()
    house.work()
    done = await house.service.wait(job.id)
    assert (done.status, done.attempts) == (JobStatus.DONE, 2)
