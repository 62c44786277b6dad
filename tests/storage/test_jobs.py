from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from storage.database import Database
from storage.jobs import CRASH_REST_S, MAX_CRASHES, Jobs, NewJob
from storage.records import FileFacts, Job, JobRequest, JobResult, JobStatus
from storage.users import Users

RESULT = JobResult("toon", "cutout", {"sticker.webp": FileFacts(1, 512, 512)})
REQUEST = JobRequest(style="toon", model="m", prompt="a <b> & ü", inputs={"face": ("a.jpg",)}, parameters={"steps": 20})


@pytest.fixture
def jobs(database: Database, clock: Any) -> Jobs:
    return Jobs(database, clock)


@pytest.fixture
def add(jobs: Jobs, clock: Any) -> Callable[..., Any]:
    async def add_job(owner: str = "tg:1", source: str | None = None, request: JobRequest = REQUEST) -> Job:
        clock.advance(1)
        job, _ = await jobs.add(NewJob(owner, source or f"{owner}:{clock.now}", request, 42, {"chat": 1}), limit=100)
        assert job is not None
        return job

    return add_job


async def test_what_was_asked_comes_back_whole(jobs: Jobs, add: Callable[..., Any]) -> None:
    job = await add()
    assert await jobs.get(job.id) == job
    assert job.request == REQUEST
    assert (job.status, job.seed, job.note) == (JobStatus.QUEUED, 42, {"chat": 1})


async def test_the_same_message_is_the_same_job(jobs: Jobs, add: Callable[..., Any]) -> None:
    first = await add(source="tg:1:5")
    again, is_new = await jobs.add(NewJob("tg:1", "tg:1:5", REQUEST, 7, {}), limit=100)
    assert again == first
    assert not is_new


async def test_an_owner_has_at_most_the_limit_waiting(jobs: Jobs, add: Callable[..., Any]) -> None:
    await add()
    await add()
    assert await jobs.add(NewJob("tg:1", "third", REQUEST, 1, {}), limit=2) == (None, False)
    other, _ = await jobs.add(NewJob("tg:2", "other", REQUEST, 1, {}), limit=2)
    assert other is not None


async def test_a_job_without_photo_waits_until_it_has_one(jobs: Jobs, add: Callable[..., Any]) -> None:
    job = await add(request=JobRequest(style="toon", model="m"))
    assert await jobs.claim() is None
    await jobs.attach(job.id, REQUEST.inputs)
    claimed = await jobs.claim()
    assert claimed is not None and claimed.id == job.id


async def test_everybody_gets_a_turn_before_anybody_gets_a_second(
    jobs: Jobs, add: Callable[..., Any], clock: Any
) -> None:
    for _ in range(3):
        await add("tg:1")
    await add("tg:2")
    await add("tg:3")
    order = []
    while (job := await jobs.claim()) is not None:
        clock.advance(1)
        await jobs.finish(job.id, RESULT)
        order.append(job.owner)
    assert order == ["tg:1", "tg:2", "tg:3", "tg:1", "tg:1"]


async def test_positions_foretell_the_order_of_claims(jobs: Jobs, add: Callable[..., Any], clock: Any) -> None:
    for owner in ("tg:1", "tg:1", "tg:2", "tg:3", "tg:2"):
        await add(owner)
    foretold = sorted(positions := await jobs.positions(), key=positions.__getitem__)
    claimed = []
    while (job := await jobs.claim()) is not None:
        clock.advance(1)
        claimed.append(job.id)
    assert foretold == claimed
    assert await jobs.positions() == {}


async def test_only_a_running_job_can_be_done(jobs: Jobs, add: Callable[..., Any]) -> None:
    job = await add()
    assert await jobs.finish(job.id, RESULT) is None
    await jobs.claim()
    await jobs.cancel(job.id)
    assert await jobs.finish(job.id, RESULT) is None
    ended = await jobs.get(job.id)
    assert ended is not None and ended.status is JobStatus.CANCELLED


async def test_a_crash_puts_the_running_job_back_and_a_poison_job_is_given_up(
    jobs: Jobs, add: Callable[..., Any], clock: Any
) -> None:
    job = await add()
    for crashes in range(1, MAX_CRASHES):
        claimed = await jobs.claim()
        assert claimed is not None and claimed.attempts == 1
        back, given_up = await jobs.recover()
        assert ([(j.id, j.crashes, j.attempts) for j in back], given_up) == ([(job.id, crashes, 0)], [])
        clock.advance(3600)
    await jobs.claim()
    back, given_up = await jobs.recover()
    assert back == []
    assert [(j.id, j.status, j.error_code) for j in given_up] == [(job.id, JobStatus.FAILED, "crashed")]


async def test_a_job_that_was_interrupted_three_times_lets_others_pass_for_a_while(
    jobs: Jobs, add: Callable[..., Any], clock: Any
) -> None:
    killed = await add()
    for _ in range(3):
        await jobs.claim()
        await jobs.recover()
    other = await add("tg:2")
    assert await jobs.positions() == {other.id: 1, killed.id: 2}
    drawn = await jobs.claim()
    assert drawn is not None and drawn.id == other.id
    await jobs.finish(other.id, RESULT)
    assert (await jobs.claim(), await jobs.next_waiting()) == (None, [])
    clock.advance(CRASH_REST_S)
    drawn = await jobs.claim()
    assert drawn is not None and drawn.id == killed.id


async def test_jobs_that_a_crash_interrupted_run_one_at_a_time_and_keep_their_place(
    jobs: Jobs, add: Callable[..., Any]
) -> None:
    first, second, later = await add("tg:1"), await add("tg:2"), await add("tg:3")
    for _ in range(2):
        await jobs.claim()
    await jobs.recover()
    running = await jobs.claim()
    assert running is not None and running.id == later.id  # who was never served comes first
    for suspect in (first, second):
        assert await jobs.claim() is None
        await jobs.finish(running.id, RESULT)
        running = await jobs.claim()
        assert running is not None and running.id == suspect.id
    await add("tg:4")
    assert await jobs.claim() is None
    await jobs.finish(running.id, RESULT)
    assert await jobs.claim() is not None


async def test_an_engine_that_is_gone_costs_its_own_jobs_a_crash_and_no_others(
    jobs: Jobs, add: Callable[..., Any]
) -> None:
    first, second, waiting = await add("tg:1"), await add("tg:2"), await add("tg:3")
    for _ in range(2):
        await jobs.claim()
    back, given_up = await jobs.crashed([first.id, waiting.id])
    assert ([(j.id, j.crashes, j.attempts) for j in back], given_up) == ([(first.id, 1, 0)], [])
    assert await jobs.crashed([]) == ([], [])
    jobs.process = "another"
    assert await jobs.crashed([second.id]) == ([], [])


async def test_where_engines_have_a_process_each_a_job_that_a_crash_interrupted_runs_beside_others(
    jobs: Jobs, add: Callable[..., Any]
) -> None:
    crashed, other = await add("tg:1"), await add("tg:2")
    for crashes in range(1, MAX_CRASHES):
        assert await jobs.claim(crashed.id, out_of_turn=True, is_isolated=True) is not None
        back, given_up = await jobs.crashed([crashed.id])
        assert ([j.crashes for j in back], given_up) == ([crashes], [])
    assert await jobs.claim(crashed.id, out_of_turn=True, is_isolated=True) is not None
    assert await jobs.claim(other.id) is None
    assert await jobs.claim(other.id, is_isolated=True) is not None
    back, given_up = await jobs.crashed([crashed.id])
    assert (back, [(j.id, j.error_code) for j in given_up]) == ([], [(crashed.id, "crashed")])


async def test_a_photo_that_ends_the_process_while_it_is_decoded_is_given_up(
    jobs: Jobs, add: Callable[..., Any]
) -> None:
    job, waiting = await add(request=JobRequest(style="toon", model="m")), await add("tg:2")
    for _ in range(MAX_CRASHES - 1):
        await jobs.mark_decoding(job.id, True)
        assert [j.id for j in (await jobs.recover())[0]] == [job.id]
        assert await jobs.recover() == ([], [])
    await jobs.attach(job.id, REQUEST.inputs)  # it was another photo's doing
    assert len(await jobs.positions()) == 2
    claimed = await jobs.claim()
    assert claimed is not None and claimed.id == job.id
    await jobs.hand_back(job.id, counts_as_attempt=False)
    await jobs.attach(job.id, {})
    await jobs.mark_decoding(job.id, True)
    await jobs.mark_decoding(job.id, False)  # a stop
    assert await jobs.recover() == ([], [])
    await jobs.mark_decoding(job.id, True)
    await jobs.mark_decoding(waiting.id, True)  # it has its photo
    assert [[j.id for j in each] for each in await jobs.recover()] == [[], [job.id]]


async def test_a_job_handed_back_at_a_stop_keeps_its_attempts(jobs: Jobs, add: Callable[..., Any]) -> None:
    job = await add()
    for _ in range(5):
        await jobs.claim()
        await jobs.hand_back(job.id, counts_as_attempt=False)
    waiting = await jobs.get(job.id)
    assert waiting is not None and (waiting.attempts, waiting.status) == (0, JobStatus.QUEUED)


async def test_what_ended_is_undelivered_until_it_is_marked(jobs: Jobs, add: Callable[..., Any]) -> None:
    done, failed, _waiting = await add(), await add(), await add("tg:2")
    claimed = await jobs.claim()
    assert claimed is not None and claimed.id == done.id
    await jobs.finish(done.id, RESULT)
    await jobs.fail(failed.id, "no_face")
    assert [job.id for job in await jobs.undelivered("tg")] == [done.id, failed.id]
    assert await jobs.undelivered("api") == []
    await jobs.mark_delivered(done.id)
    assert [job.id for job in await jobs.undelivered("tg")] == [failed.id]


async def test_what_an_ended_job_was_asked_can_be_forgotten(jobs: Jobs, add: Callable[..., Any]) -> None:
    job = await add()
    await jobs.change_request(job.id, {"prompt": "a secret", "style": "cartoon", "text": "a dear name"})
    await jobs.forget_request(job.id)  # it is still to be drawn
    asked = await jobs.get(job.id)
    await jobs.fail(job.id, "no_face")
    await jobs.forget_request(job.id)
    forgotten = await jobs.get(job.id)

    assert asked is not None and (asked.request.prompt, asked.request.text) == ("a secret", "a dear name")
    assert forgotten is not None
    assert (forgotten.request.prompt, forgotten.request.text, forgotten.request.parameters) == ("", "", {})
    assert (forgotten.request.style, forgotten.request.inputs) == ("cartoon", asked.request.inputs)


async def test_the_answers_address_can_be_completed(jobs: Jobs, add: Callable[..., Any]) -> None:
    job = await add()
    changed = await jobs.set_note(job.id, progress=77)
    assert changed is not None and changed.note == {"chat": 1, "progress": 77}


async def test_forgetting_somebody_takes_their_jobs_along(
    jobs: Jobs, add: Callable[..., Any], database: Database
) -> None:
    mine, other = await add("tg:1"), await add("tg:2")
    await Users(database).forget("tg:1")
    assert await jobs.get(mine.id) is None
    assert await jobs.get(other.id) == other


async def test_old_delivered_jobs_go_and_undelivered_ones_stay(jobs: Jobs, add: Callable[..., Any], clock: Any) -> None:
    for deliver in (True, False):
        job = await add()
        await jobs.claim()
        await jobs.finish(job.id, RESULT)
        if deliver:
            await jobs.mark_delivered(job.id)
    clock.advance(1000)
    assert await jobs.delete_finished_before(clock.now) == 1
    assert len(await jobs.undelivered("tg")) == 1


async def test_counts_and_the_days_count_leave_refused_jobs_out(
    jobs: Jobs, add: Callable[..., Any], clock: Any
) -> None:
    kept, refused = await add(), await add()
    await jobs.fail(refused.id, "no_face")
    assert await jobs.counts() == {"queued": 1, "failed": 1}
    assert [await jobs.count(status) for status in (JobStatus.QUEUED, JobStatus.RUNNING)] == [1, 0]
    assert await jobs.count_since("tg:1", clock.now - 100) == 1
    assert await jobs.photos_in_use() == {"a.jpg"}
    await jobs.cancel(kept.id)
    assert await jobs.photos_in_use() == set()


async def test_a_low_job_yields_for_ten_minutes_and_no_longer(jobs: Jobs, add: Callable[..., Any], clock: Any) -> None:
    low, _ = await jobs.add(NewJob("api:1", "low", REQUEST, 1, {}, is_low=True), limit=9)
    later = await add("api:2")
    assert low is not None
    assert await jobs.positions() == {later.id: 1, low.id: 2}
    clock.advance(600)
    assert await jobs.positions() == {low.id: 1, later.id: 2}


async def test_only_a_waiting_job_expires(jobs: Jobs, add: Callable[..., Any]) -> None:
    running, waiting = await add(), await add()
    await jobs.claim()
    assert await jobs.expire(running.id, "start_timeout") is None
    expired = await jobs.expire(waiting.id, "start_timeout")
    assert expired is not None and (expired.status, expired.error_code) == (JobStatus.FAILED, "start_timeout")
    assert await jobs.counts_by_model() == {("running", "m"): 1}


async def test_the_waiting_jobs_of_an_entrance_are_those_with_and_without_photo(
    jobs: Jobs, add: Callable[..., Any]
) -> None:
    bare, ready = await add("api:1", request=JobRequest(style="toon", model="m")), await add("api:2")
    await add("tg:1")
    assert [job.id for job in await jobs.waiting("api")] == [bare.id, ready.id]
