"""Several processes on one store: who lives, whose jobs are put back, and what one tells the others."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from storage.jobs import NewJob
from storage.records import JobRequest, JobResult, JobStatus, StoredEvent
from storage.store import Store
from tests.storage.conftest import Clock

pytestmark = pytest.mark.both_databases

REQUEST = JobRequest(style="toon", model="m", inputs={"face": ("a.jpg",)})
JOIN = """
import asyncio, sys
from pathlib import Path
from storage.store import Store
async def main():
    store = await Store.open(Path(sys.argv[1]), sys.argv[2])
    store.jobs.process = (await store.processes.join("worker", {})).id
    job = await store.jobs.claim()
    print(store.jobs.process, job.id, flush=True)
    sys.stdin.read()
asyncio.run(main())
"""


@pytest.fixture
async def stores(tmp_path: Path, clock: Clock, database_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores on one folder, as two processes have them."""
    one, other = [await Store.open(tmp_path, database_url, clock=clock) for _ in range(2)]
    yield one, other
    await one.close()
    await other.close()


def new_job(source: str) -> NewJob:
    return NewJob(owner=f"tg:{source}", source=source, request=REQUEST, seed=1, note={})


async def test_processes_are_listed_in_the_order_in_which_they_joined(stores: tuple[Store, Store]) -> None:
    joined = [await store.processes.join(role, {"n": 1}) for store, role in zip(stores, "ab", strict=True)]
    listed = await stores[0].processes.all()
    assert listed == joined
    assert listed[0].started_at < listed[1].started_at  # though the clock stood still
    await stores[0].processes.remove(joined[0].id)
    assert await stores[1].processes.all() == [joined[1]]
    assert not await stores[0].processes.beat(joined[0].id, {})


async def test_what_a_living_process_draws_is_not_put_back_and_what_one_draws_that_left_is(
    stores: tuple[Store, Store],
) -> None:
    one, other = stores
    for store in stores:
        store.jobs.process = (await store.processes.join("worker", {})).id
    for source in "ab":
        await one.jobs.add(new_job(source), 5)
    first, second = await one.jobs.claim(), await other.jobs.claim()
    assert first is not None and second is not None and first.id != second.id
    assert await one.jobs.recover() == ([], [])

    await one.processes.remove(other.jobs.process)
    back, given_up = await one.jobs.recover()

    assert ([job.id for job in back], given_up) == ([second.id], [])
    assert (back[0].status, back[0].crashes, back[0].attempts) == (JobStatus.QUEUED, 1, 0)
    kept = await one.jobs.get(first.id)
    assert kept is not None and (kept.status, kept.crashes) == (JobStatus.RUNNING, 0)


async def test_a_photo_that_another_process_decodes_is_left_to_it(stores: tuple[Store, Store]) -> None:
    one, other = stores
    other.jobs.process = (await other.processes.join("serve", {})).id
    job, _ = await other.jobs.add(replace(new_job("a"), request=replace(REQUEST, inputs={})), 5)
    assert job is not None
    await other.jobs.mark_decoding(job.id, True)
    assert await one.jobs.recover() == ([], [])
    await one.processes.remove(other.jobs.process)
    assert [each.id for each in (await one.jobs.recover())[0]] == [job.id]


async def test_a_job_that_crashed_runs_alone_in_its_process_and_others_go_on(stores: tuple[Store, Store]) -> None:
    one, other = stores
    for store in stores:
        store.jobs.process = (await store.processes.join("worker", {})).id
    await one.jobs.add(new_job("a"), 5)
    await one.jobs.claim()
    await one.processes.remove(one.jobs.process)
    await other.jobs.recover()
    one.jobs.process = (await one.processes.join("worker", {})).id
    for source in "bc":
        await one.jobs.add(new_job(source), 5)

    crashed = await one.jobs.claim("".join(job.id for job in await one.jobs.of_owner("tg:a")), out_of_turn=True)

    assert crashed is not None and crashed.crashes == 1
    assert await one.jobs.claim() is None
    assert [job is not None for job in (await other.jobs.claim(), await other.jobs.claim())] == [True, True]


async def test_a_job_that_another_process_has_taken_over_is_not_finished_failed_or_handed_back(
    stores: tuple[Store, Store],
) -> None:
    one, other = stores
    for store in stores:
        store.jobs.process = (await store.processes.join("worker", {})).id
    await one.jobs.add(new_job("a"), 5)
    job = await one.jobs.claim()
    assert job is not None
    await other.processes.remove(one.jobs.process)  # which was only slow
    await other.jobs.recover()
    again = await other.jobs.claim()
    assert again is not None and again.id == job.id

    assert await one.jobs.finish(job.id, JobResult("toon", "bust", {})) is None
    assert await one.jobs.fail(job.id, "internal") is None
    assert await one.jobs.hand_back(job.id, counts_as_attempt=True) is None
    assert await other.jobs.finish(job.id, JobResult("toon", "bust", {})) is not None


async def test_of_two_that_adopt_a_waiting_job_one_has_it(stores: tuple[Store, Store]) -> None:
    one, other = stores
    one.jobs.process, other.jobs.process = "one", "other"
    job, _ = await one.jobs.add(new_job("a"), 5)
    assert job is not None
    one.jobs.process = "third"
    assert [await store.jobs.adopt(job) for store in stores] == [True, False]


async def test_kill_9_frees_the_lock_file_and_what_was_drawn_is_put_back(
    tmp_path: Path, clock: Clock, database_url: str
) -> None:
    store = await Store.open(tmp_path, database_url, clock=clock)
    await store.processes.join("bot", {})
    await store.jobs.add(new_job("a"), 5)
    with subprocess.Popen(  # noqa: ASYNC220 - it answers at once
        [sys.executable, "-c", JOIN, str(tmp_path), database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        process_id, job_id = (await asyncio.to_thread(worker.stdout.readline)).decode().split()
        (joined,) = [each for each in await store.processes.all() if each.id == process_id]
        assert store.processes.has_ended(joined) is False
        assert await store.jobs.recover() == ([], [])
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert store.processes.has_ended(joined) is True
    assert store.processes.has_ended(joined) is True  # the file is gone by now
    assert store.processes.has_ended(replace(joined, host="elsewhere")) is (None if database_url else True)
    await store.processes.remove(process_id)
    assert [job.id for job in (await store.jobs.recover())[0]] == [job_id]
    await store.close()


async def test_a_process_that_was_taken_for_dead_joins_again(stores: tuple[Store, Store]) -> None:
    one, other = stores
    process = await one.processes.join("worker", {})
    await other.processes.remove(process.id)
    again = await one.processes.rejoin(process, {"a": 1})
    assert again.id == process.id
    assert other.processes.has_ended(again) is False
    await other.processes.remove(process.id)
    one.processes.release(process)
    afresh = await one.processes.rejoin(process, {})
    assert afresh.id != process.id
    assert await other.processes.all() == [afresh]


async def test_events_are_read_once_each_in_order_and_their_ids_are_never_used_again(
    stores: tuple[Store, Store], clock: Clock
) -> None:
    one, other = stores
    told = [
        StoredEvent("p", "step", clock(), "job", {"phase": "draw", "done": 1, "total": 2}, b"jpeg"),
        StoredEvent("p", "ended", clock(), "job"),
    ]
    await one.events.add(told)
    heard = await other.events.after(0)
    assert [replace(event, id=0) for event in heard] == told
    assert await other.events.after(heard[-1].id) == []
    clock.advance(61)
    await one.events.delete_old()
    assert await other.events.last_id() == 0
    await one.events.add(told[1:])
    assert [event.kind for event in await other.events.after(heard[-1].id)] == ["ended"]


async def test_a_commit_of_another_process_is_seen(stores: tuple[Store, Store]) -> None:
    one, other = stores
    async with asyncio.timeout(10), aclosing(other.database.changes()) as changes:
        await anext(changes)  # at once
        following = asyncio.ensure_future(anext(changes))
        await one.events.add([StoredEvent("p", "ended", 0.0, "job")])
        await following


async def test_a_fact_that_two_processes_make_is_the_first_ones(stores: tuple[Store, Store]) -> None:
    assert [await store.facts.keep("secret", value) for store, value in zip(stores, "ab", strict=True)] == ["a", "a"]


async def test_processes_that_start_together_on_an_empty_folder_make_one_database(
    tmp_path: Path, database_url: str
) -> None:
    opened = await asyncio.gather(*[Store.open(tmp_path / "new", database_url) for _ in range(4)])
    assert [await store.facts.get("nothing") for store in opened] == [None] * 4
    for store in opened:
        await store.close()


async def test_of_what_is_forgotten_no_event_is_left(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await one.events.add([StoredEvent("p", "step", 0.0, job_id, {}, b"jpeg") for job_id in "aba"])
    await other.events.forget(["a", "c"])
    assert [event.job_id for event in await one.events.after(0)] == ["b"]
