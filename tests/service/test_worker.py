from __future__ import annotations

import asyncio
import contextlib
import logging
import threading

import pytest

from engine.errors import DrawingFailed, EngineDead, NoFace
from engine.model import FACE
from service.events import EventKind, JobEvent
from service.photos import Photo, read_photo
from service.worker import Worker
from storage.errors import DatabaseBusy, DiskFull
from storage.jobs import MAX_ATTEMPTS, MAX_CRASHES
from storage.records import Job, JobResult, JobStatus
from tests.service.conftest import House, photo


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


@pytest.mark.parametrize(("owner", "wants"), [("tg:1", True), ("api:1", False), ("cli", False)])
async def test_only_a_chat_wants_a_picture_of_the_faces_to_choose_from(house: House, owner: str, wants: bool) -> None:
    house.work()
    await house.service.wait((await house.submit_photo(owner)).id)
    assert house.engine.seen[0].wants_faces_picture is wants


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

    monkeypatch.setattr(house.store.files, "save_result", full)
    house.work()
    failed = await house.service.wait(job.id)
    assert (failed.status, failed.error_code, failed.attempts) == (JobStatus.FAILED, "disk_full", 2)


async def test_a_database_that_does_not_answer_at_the_end_costs_no_second_drawing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store_retry.PAUSE_S", 0.01)
    finish, refusals = house.store.jobs.finish, [DatabaseBusy("away"), DatabaseBusy("away")]

    async def finish_later(job_id: str, result: JobResult) -> Job | None:
        if refusals:
            raise refusals.pop()
        return await finish(job_id, result)

    monkeypatch.setattr(house.store.jobs, "finish", finish_later)
    job = await house.submit_photo()
    house.work()
    done = await house.service.wait(job.id)
    assert (done.status, done.attempts, refusals) == (JobStatus.DONE, 1, [])


async def test_a_photo_that_is_gone_when_its_turn_comes_is_told(house: House) -> None:
    job = await house.submit_photo()
    await house.store.files.delete_owner("tg:1")
    house.work()
    failed = await house.service.wait(job.id)
    assert (failed.status, failed.error_code) == (JobStatus.FAILED, "photo_gone")


async def test_a_dead_engine_ends_the_worker_and_keeps_the_job(house: House) -> None:
    house.engine.fail_with = [EngineDead("context lost")]
    job = await house.submit_photo()
    with pytest.raises(EngineDead):
        await house.work()
    await house.service.recover()  # the next process
    kept = await house.store.jobs.get(job.id)
    assert kept is not None and (kept.status, kept.attempts, kept.crashes) == (JobStatus.QUEUED, 0, 1)


async def test_a_photo_on_which_the_engine_dies_each_time_is_given_up(house: House) -> None:
    house.engine.fail_with = [EngineDead("context lost")] * MAX_CRASHES
    job = await house.submit_photo()
    for _ in range(MAX_CRASHES):
        await _rested(house)
        with pytest.raises(EngineDead):
            await house.work()
        await house.service.recover()
    given_up = await house.service.wait(job.id)
    assert (given_up.status, given_up.error_code) == (JobStatus.FAILED, "crashed")


async def test_a_step_that_hangs_is_a_dead_engine(house: House) -> None:
    house.engine.hold()
    worker = Worker(house.service, house.runner, step_timeout_s=0.05)
    await house.submit_photo()
    with pytest.raises(EngineDead):
        await worker.run()


async def test_a_slow_engine_is_not_a_dead_one(house: House) -> None:
    """On a CPU networks draw for an hour; only a silence ends the process."""
    house.engine.seconds_per_step = 0.3
    worker = Worker(house.service, house.runner, step_timeout_s=0.8)
    job = await house.submit_photo()
    work = asyncio.create_task(worker.run())
    await house.held()
    await worker.stop(grace_s=5)
    await work
    done = await house.store.jobs.get(job.id)
    assert done is not None and done.status is JobStatus.DONE


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
    done, untouched = await house.store.jobs.get(running.id), await house.store.jobs.get(waiting.id)
    assert done is not None and done.status is JobStatus.DONE
    assert untouched is not None and untouched.status is JobStatus.QUEUED


async def test_a_stop_that_cannot_wait_hands_the_job_back_untouched(house: House) -> None:
    house.engine.hold()
    house.work()
    job = await house.submit_photo()
    await house.held()
    await house.worker.stop(grace_s=0.01)
    back = await house.store.jobs.get(job.id)
    assert back is not None and (back.status, back.attempts) == (JobStatus.QUEUED, 0)


async def test_after_a_crash_the_interrupted_job_is_drawn(house: House) -> None:
    job = await house.submit_photo()
    await house.store.jobs.claim()  # and the process is gone
    await house.service.recover()
    house.work()
    done = await house.service.wait(job.id)
    assert (done.status, done.attempts, done.crashes) == (JobStatus.DONE, 1, 1)


async def test_a_job_that_was_interrupted_four_times_still_has_its_attempts(house: House) -> None:
    job = await house.submit_photo()
    for _ in range(MAX_CRASHES - 1):
        await _rested(house)
        await house.store.jobs.claim()  # and the process is gone
        await house.service.recover()
    await _rested(house)
    house.engine.fail_with = [DrawingFailed()]
    house.work()
    assert (await house.service.wait(job.id)).status is JobStatus.DONE


async def test_a_job_beside_one_that_keeps_ending_the_process_is_drawn(house: House) -> None:
    """Two workers claim what they may, and the process ends whenever the poison is drawn."""
    poison, good = await house.submit_photo("tg:1", "tg:1:1"), await house.submit_photo("tg:2", "tg:2:1")
    for _ in range(MAX_CRASHES):
        await _rested(house)
        claimed = [job.id for job in [await house.store.jobs.claim(), await house.store.jobs.claim()] if job]
        if poison.id not in claimed:
            await house.store.jobs.finish(good.id, JobResult("toon", "cutout", {}))
            claimed = [job.id for job in [await house.store.jobs.claim()] if job]
        assert poison.id in claimed
        await house.service.recover()
    ended = [await house.service.wait(job.id) for job in (poison, good)]
    assert [(job.status, job.crashes) for job in ended] == [(JobStatus.FAILED, MAX_CRASHES), (JobStatus.DONE, 1)]


async def test_photos_that_were_decoded_when_the_process_ended_are_decoded_one_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [await house.submit(f"tg:{n}", f"tg:{n}:1") for n in range(3)]
    for job in jobs[:2]:
        await house.store.jobs.mark_decoding(job.id, True)
    await house.service.recover()
    now, most, gate = [0], [0], threading.Barrier(2)

    def decode(data: bytes) -> Photo:
        now[0] += 1
        most[0] = max(most[0], now[0])
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(0.05)  # a second one would come now
        now[0] -= 1
        return read_photo(data)

    monkeypatch.setattr("service.stickers.read_photo", decode)
    await asyncio.gather(*(house.service.attach_inputs(job.id, {FACE: [photo()]}) for job in jobs))
    assert most == [1]


async def test_the_photo_of_a_job_that_keeps_ending_the_process_is_deleted_with_it(house: House) -> None:
    job = await house.submit_photo()
    name = job.request.photos[0]
    for _ in range(MAX_CRASHES):
        assert await house.store.files.has_photo(job.owner, name)
        await _rested(house)
        await house.store.jobs.claim()
        await house.service.recover()
    given_up = await house.store.jobs.get(job.id)
    assert given_up is not None and (given_up.status, given_up.error_code) == (JobStatus.FAILED, "crashed")
    assert not await house.store.files.has_photo(job.owner, name)


async def test_an_owner_that_is_forgotten_while_the_drawing_fails_does_not_end_the_worker(house: House) -> None:
    house.engine.hold()
    house.engine.fail_after_hold = [NoFace()]
    worker = house.work()
    await house.submit_photo(source="a")
    await house.held()
    await house.service.forget("tg:1")
    house.engine.release()
    done = await house.service.wait((await house.submit_photo(owner="tg:2", source="b")).id)
    assert (done.status, worker.done()) == (JobStatus.DONE, False)


async def test_a_photo_that_its_owner_deletes_while_it_is_claimed_does_not_end_the_worker(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await house.submit_photo(source="a")
    claim = house.store.jobs.claim

    async def claim_and_forget(only: str | None = None, **how: bool) -> Job | None:
        claimed = await claim(only, **how)
        if claimed and claimed.id == job.id:
            await house.service.forget("tg:1")
        return claimed

    monkeypatch.setattr(house.store.jobs, "claim", claim_and_forget)
    worker = house.work()
    done = await house.service.wait((await house.submit_photo(owner="tg:2", source="b")).id)
    assert (done.status, worker.done()) == (JobStatus.DONE, False)


async def test_a_failure_that_cannot_be_written_is_written_once_there_is_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store_retry.PAUSE_S", 0.01)
    fail, refusals = house.store.jobs.fail, [DiskFull("no space"), DiskFull("no space")]

    async def full(job_id: str, code: str) -> Job | None:
        if refusals:
            raise refusals.pop()
        return await fail(job_id, code)

    monkeypatch.setattr(house.store.jobs, "fail", full)
    house.engine.fail_with = [NoFace()]
    house.work()
    job = await house.submit_photo()
    async with asyncio.timeout(5):
        ended = await house.service.wait(job.id)
    assert (ended.status, ended.error_code) == (JobStatus.FAILED, "no_face")


async def test_a_stop_on_a_full_disk_still_stops(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object, **__: object) -> None:
        raise DiskFull("no space")

    house.engine.hold()
    house.work()
    await house.submit_photo()
    await house.held()
    monkeypatch.setattr(house.store.jobs, "hand_back", full)
    await house.worker.stop(grace_s=0.01)
    house.engine.release()
    async with asyncio.timeout(5):
        await asyncio.gather(*house.tasks)


async def test_an_engine_that_dies_on_a_full_disk_is_told_as_dead(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> None:
        raise DiskFull("no space")

    monkeypatch.setattr(house.store.jobs, "hand_back", full)
    house.engine.fail_with = [EngineDead("context lost")]
    await house.submit_photo()
    with pytest.raises(EngineDead):
        await house.work()


async def test_a_job_that_is_cancelled_while_its_photo_is_read_is_not_drawn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await house.submit_photo(source="a")
    read = house.store.files.photo

    async def read_and_cancel(owner: str, name: str) -> bytes:
        if house.engine.seen == []:
            await house.service.cancel("tg:1", job.id)
        return await read(owner, name)

    monkeypatch.setattr(house.store.files, "photo", read_and_cancel)
    house.work()
    await house.service.wait(job.id)
    monkeypatch.undo()
    await house.service.wait((await house.submit_photo(source="b", seed=7)).id)
    assert [request.seed for request in house.engine.seen] == [7]


async def test_a_job_that_is_cancelled_while_its_result_is_written_leaves_no_file_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = house.store.files.save_result

    async def save_and_cancel(owner: str, job_id: str, kind: str, data: bytes) -> None:
        await save(owner, job_id, kind, data)
        await house.service.cancel(owner, job_id)

    monkeypatch.setattr(house.store.files, "save_result", save_and_cancel)
    house.work()
    job = await house.service.wait((await house.submit_photo()).id)
    await house.worker.stop(10)
    assert job.status is JobStatus.CANCELLED
    assert [path for path in house.files_left() if job.id in path.name] == []


async def test_nothing_is_told_of_a_job_after_its_end(house: House) -> None:
    house.engine.hold()
    house.work()
    first = await house.submit_photo(source="a")
    await house.held()
    with house.service.events.listen() as events:
        await house.service.cancel("tg:1", first.id)
        house.engine.release()
        await house.service.wait((await house.submit_photo(source="b")).id)
        told = [event.kind for event in _all(events) if event.job.id == first.id]
    assert told[-1] is EventKind.ENDED


async def test_a_job_whose_cancelling_cannot_be_written_is_drawn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(job_id: str) -> None:
        raise DiskFull("no space")

    house.engine.hold()
    house.work()
    job = await house.submit_photo()
    await house.held()
    monkeypatch.setattr(house.store.jobs, "cancel", full)
    with pytest.raises(DiskFull):
        await house.service.cancel("tg:1", job.id)
    house.engine.release()
    async with asyncio.timeout(5):
        assert (await house.service.wait(job.id)).status is JobStatus.DONE


async def _rested(house: House) -> None:
    """Let an hour pass for what rests after crashes."""
    await house.store.database.run("UPDATE jobs SET claimed_at = claimed_at - 3600")


def _all(events: asyncio.Queue[JobEvent]) -> list[JobEvent]:
    return [events.get_nowait() for _ in range(events.qsize())]


async def test_how_like_the_photo_it_is_stands_in_the_row_and_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    house.work()
    known = []
    for number, likeness in enumerate((0.734, None)):
        house.engine.likeness = likeness
        done = await house.service.wait((await house.submit_photo(source=f"tg:1:{number}")).id)
        assert done.result is not None and done.result.likeness == likeness
        known += await house.store.database.run("SELECT likeness FROM jobs WHERE id = :id", {"id": done.id})
    assert [row["likeness"] for row in known] == [0.734, None]
    lines = [record.getMessage() for record in caplog.records if " done in " in record.getMessage()]
    assert lines[0].endswith("toon, bust, likeness 0.73")
    assert lines[1].endswith("toon, bust")
