"""Several processes on one store, each a service of its own on one folder: what they tell and leave to each other."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.model import FACE
from engine.runner import EngineRunner
from engine.types import Step
from service.event_exchange import EventExchange
from service.events import EventKind, JobEvent
from service.limits import Limits
from service.pool import LocalPool
from service.processes import BEAT_S, DEAD_AFTER_S, Duty, Processes, RoleTaken
from service.stickers import StickerService, Submission
from service.worker import Worker
from storage.errors import DatabaseBusy, StorageError
from storage.events import LIFETIME_S
from storage.jobs import NewJob
from storage.records import Job, JobStatus, StoredEvent
from storage.store import Store
from tests.plain_engine import PlainEngine
from tests.postgres import PostgresServer
from tests.service.conftest import photo
from tests.storage.conftest import Clock

pytestmark = pytest.mark.both_databases


@dataclass
class Peer:
    """What one process has: a worker with its engine, or a front end where `engine` is not started."""

    store: Store
    service: StickerService
    engine: PlainEngine
    runner: LocalPool
    worker: Worker
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    @classmethod
    async def open(cls, folder: Path, database_url: str) -> Peer:
        store = await Store.open(folder, database_url)
        service = StickerService(store, limits=Limits(jobs_per_owner=5, queue_length=8))
        engine = PlainEngine()
        runner = LocalPool(EngineRunner(engine))
        return cls(store, service, engine, runner, Worker(service, runner, step_timeout_s=30))

    async def join(self, role: str, duties: Collection[Duty] = ()) -> None:
        is_worker = role == "worker"
        await self.service.processes.join(
            role, duties=duties, engine=self.runner if is_worker else None, hears_steps=not is_worker
        )

    def start(self) -> None:
        """Exchange events from now on, and draw if this is a worker."""
        self.spawn(self.service.processes.run())
        if not self.service.processes.is_without_engine:
            self.spawn(self.worker.run())

    def spawn(self, work: Any) -> None:
        self.tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()

    async def die(self) -> None:
        """End as a process that was killed: its lock is free, its row and jobs stay."""
        await self.stop()
        own = next(each for each in await self.store.processes.all() if each.id == self.service.processes.id)
        self.store.processes.release(own)

    async def submit_photo(self, owner: str = "tg:1", source: str = "tg:1:1") -> Job:
        job = await self.service.submit(Submission(owner, source))
        return await self.service.attach_inputs(job.id, {FACE: [photo()]})

    async def held(self) -> None:
        await asyncio.to_thread(self.engine.holding.wait, 10)

    async def close(self) -> None:
        self.engine.release()
        await self.stop()
        await self.runner.close()
        await self.service.close()


@pytest.fixture
async def peers(tmp_path: Path, database_url: str) -> AsyncIterator[tuple[Peer, Peer]]:
    """A front end and a worker, neither of which has joined."""
    opened = [await Peer.open(tmp_path, database_url) for _ in range(2)]
    yield opened[0], opened[1]
    for peer in opened:
        await peer.close()


@pytest.fixture
async def working(peers: tuple[Peer, Peer]) -> tuple[Peer, Peer]:
    """A front end and a worker that know each other and are at work."""
    front, worker = peers
    await front.join("bot")
    await worker.join("worker")
    await front.service.processes.look()
    for peer in peers:
        peer.start()
    return front, worker


async def _until(events: asyncio.Queue[JobEvent], kind: EventKind) -> list[JobEvent]:
    heard = []
    async with asyncio.timeout(10):
        while not heard or heard[-1].kind is not kind:
            heard.append(await events.get())
    return heard


# --- events -----------------------------------------------------------------------------------------------------------


async def test_a_front_end_hears_what_a_worker_in_another_process_does(working: tuple[Peer, Peer]) -> None:
    front, worker = working
    with front.service.events.listen() as events:
        job = await front.submit_photo()
        heard = await _until(events, EventKind.ENDED)
    kinds = [event.kind for event in heard]
    assert kinds[:2] == [EventKind.QUEUED, EventKind.STARTED]
    assert set(kinds[2:-1]) <= {EventKind.STEP}  # steps may be lost
    assert heard[1].job.status is JobStatus.RUNNING
    assert heard[-1].job.status is JobStatus.DONE
    assert heard[-1].job.note == job.note and heard[-1].job.result is not None
    assert len(worker.engine.seen) == 1 and front.engine.seen == []


@pytest.mark.only_postgres
async def test_after_a_restart_of_the_server_each_hears_of_the_other_again(
    working: tuple[Peer, Peer], postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, worker = working
    monkeypatch.setattr("service.event_exchange._PAUSE_S", 0.01)
    monkeypatch.setattr("service.worker._POLL_S", 3600.0)
    await front.service.wait((await front.submit_photo()).id)  # both listen
    with front.service.events.listen() as at_front, worker.service.events.listen() as at_worker:
        postgres.stop(signal.SIGQUIT)
        await asyncio.to_thread(postgres.start)
        await front.submit_photo("tg:2", "tg:2:1")
        await _until(at_worker, EventKind.QUEUED)
        await _until(at_front, EventKind.ENDED)


async def test_the_picture_of_a_step_travels(working: tuple[Peer, Peer]) -> None:
    front, worker = working
    worker.engine.hold()
    with front.service.events.listen() as events:
        job = await front.submit_photo()
        await _until(events, EventKind.STARTED)
        await worker.held()
        running = await worker.service.job(job.id)
        assert running is not None
        worker.service.events.emit(JobEvent(EventKind.STEP, running, Step("draw", 3, 9, b"jpeg")))
        while (step := (await _until(events, EventKind.STEP))[-1].step) != Step("draw", 3, 9, b"jpeg"):
            assert step is not None
        worker.engine.release()
        await _until(events, EventKind.ENDED)


async def test_waiting_for_a_job_that_another_process_draws_ends_with_it(working: tuple[Peer, Peer]) -> None:
    front, _ = working
    job = await front.submit_photo()
    async with asyncio.timeout(5):  # less than it looks by itself
        assert (await front.service.wait(job.id)).status is JobStatus.DONE


async def test_cancelling_in_one_process_stops_the_drawing_in_another(working: tuple[Peer, Peer]) -> None:
    front, worker = working
    worker.engine.hold()
    job = await front.submit_photo()
    await worker.held()
    with worker.service.events.listen(job_id=job.id) as events:
        await front.service.cancel(job.owner)
        await _until(events, EventKind.ENDED)
    worker.engine.release()
    after = await front.submit_photo("tg:2", "tg:2:1")
    assert (await front.service.wait(after.id)).status is JobStatus.DONE
    kept = await front.service.job(job.id)
    assert kept is not None and kept.status is JobStatus.CANCELLED
    assert worker.runner.is_ready and len(worker.engine.seen) == 2


async def test_forgetting_in_one_process_stops_the_drawing_in_another_and_leaves_nothing(
    working: tuple[Peer, Peer], tmp_path: Path
) -> None:
    front, worker = working
    worker.engine.hold()
    with front.service.events.listen() as told:
        job = await front.submit_photo()
        await _until(told, EventKind.STEP)
    await worker.held()
    with worker.service.events.listen(job_id=job.id) as events:
        await front.service.forget(job.owner)
        heard = (await _until(events, EventKind.FORGOTTEN))[-1]
    assert heard.job.entrance == job.entrance and heard.job.owner != job.owner
    worker.engine.release()
    await worker.worker.stop(10)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert {event.kind for event in await front.store.events.after(0) if event.job_id == job.id} <= {"forgotten"}


async def test_a_pause_holds_in_every_process_and_ends_in_every_process(working: tuple[Peer, Peer]) -> None:
    front, worker = working
    assert not await worker.service.operators.is_paused()
    await front.service.operators.pause()
    with worker.service.events.listen() as events:
        job = await front.submit_photo()
        await _until(events, EventKind.QUEUED)  # what was told before it has been heard, too
    assert await worker.service.operators.is_paused()
    assert await worker.worker._claim(worker.runner.runners) is None
    await front.service.operators.resume()
    assert (await front.service.wait(job.id)).status is JobStatus.DONE


async def test_an_end_that_nobody_told_is_found_in_the_rows(working: tuple[Peer, Peer]) -> None:
    """Events of a process that was stopped for long are gone when it goes on: their ids show that some are missing."""
    front, worker = working
    worker.engine.hold()
    job = await front.submit_photo()
    await worker.held()
    hearing = worker.tasks.pop(0)
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
    await front.store.jobs.cancel(job.id)
    origin = front.service.processes.id
    await front.store.events.add([StoredEvent(origin, "ended", 0.0, job.id)])
    await front.store.events.delete_old()
    other, _ = await front.store.jobs.add(NewJob("tg:2", "tg:2:1", job.request, 1, {}), 5)
    assert other is not None
    await front.store.events.add([StoredEvent(origin, "queued", time.time(), other.id)])
    with worker.service.processes.watch() as changed:
        worker.spawn(worker.service.processes.run())
        async with asyncio.timeout(10):
            await changed.wait()
    ticket = worker.worker._running[job.id]
    await asyncio.to_thread(ticket._stop.wait, 10)
    assert ticket.is_cancelled


async def test_an_end_that_could_not_be_told_is_told_later_and_a_step_is_not(peers: tuple[Peer, Peer]) -> None:
    store, events = peers[0].store, peers[0].service.events
    job = await peers[0].submit_photo()
    exchange = EventExchange(store, events, peers[0].service.operators, lambda: None)
    await exchange.start("p")
    exchange.listeners = [True]
    events.emit(JobEvent(EventKind.STEP, job, Step("draw", 1, 2)))
    events.emit(JobEvent(EventKind.ENDED, job, at=1.0))
    await store.database.run("ALTER TABLE events RENAME TO away")
    with pytest.raises(StorageError):
        await exchange.flush()
    await store.database.run("ALTER TABLE away RENAME TO events")
    await exchange.flush()
    await store.events.delete_old()  # though it is old, it is not deleted as old
    assert [(event.kind, event.job_id) for event in await store.events.after(0)] == [("ended", job.id)]


# --- who is there -----------------------------------------------------------------------------------------------------


async def test_a_front_end_knows_what_workers_can_do_and_remembers_it(peers: tuple[Peer, Peer]) -> None:
    front, worker = peers
    await front.join("bot")
    elsewhere = front.service.processes.engines_elsewhere
    assert (elsewhere.engine_name, elsewhere.is_ready, elsewhere.models) == ("none yet", False, frozenset())
    assert front.service.is_warming_up
    await worker.join("worker")
    await front.service.processes.look()
    assert (elsewhere.engine_name, elsewhere.is_ready) == ("plain", False)
    assert elsewhere.models == worker.engine.models and elsewhere.shapes == worker.engine.shapes
    await worker.runner.load()
    await worker.service.processes.look()
    await front.service.processes.look()
    assert front.service.has_engine and not front.service.is_warming_up
    await worker.service.processes.leave()
    await front.service.processes.look()
    assert not front.service.has_engine and elsewhere.parameters == worker.engine.parameters
    assert front.service.processes.count_by_role() == {"bot": 1}


async def test_a_killed_workers_job_is_drawn_by_another_and_the_living_ones_is_not_touched(
    peers: tuple[Peer, Peer], tmp_path: Path, database_url: str
) -> None:
    killed, other = peers
    for peer in peers:
        await peer.join("worker")
        peer.engine.hold()
        await peer.runner.load()
    await killed.service.processes.look()
    killed.start()
    first = await killed.submit_photo("tg:1", "tg:1:1")
    await killed.held()
    other.start()
    second = await other.submit_photo("tg:2", "tg:2:1")
    await other.held()

    await killed.die()
    await other.service.processes.look()

    rows = [await other.service.job(job.id) for job in (first, second)]
    assert [(row.status, row.crashes, row.attempts) for row in rows if row] == [
        (JobStatus.QUEUED, 1, 0),
        (JobStatus.RUNNING, 0, 1),
    ]
    other.engine.release()
    assert [(await other.service.wait(job.id)).status for job in (first, second)] == [JobStatus.DONE] * 2


async def test_the_first_that_can_does_a_duty_and_the_next_takes_over(peers: tuple[Peer, Peer]) -> None:
    one, other = peers
    await one.join("api", [Duty.WEBHOOKS])
    await other.join("api", [Duty.WEBHOOKS, Duty.RETENTION])
    await one.service.processes.look()
    processes = [peer.service.processes for peer in peers]
    assert [each.is_on_duty(Duty.WEBHOOKS) for each in processes] == [True, False]
    assert [each.is_on_duty(Duty.RETENTION) for each in processes] == [False, True]
    assert [each.count_on(Duty.WEBHOOKS) for each in processes] == [2, 2]
    with other.service.processes.watch() as changed:
        await one.die()
        await other.service.processes.look()
        assert changed.is_set()
    assert other.service.processes.is_on_duty(Duty.WEBHOOKS)


async def test_of_two_bots_the_first_is_the_only_one_as_long_as_it_lives(peers: tuple[Peer, Peer]) -> None:
    one, other = peers
    await one.join("bot")
    await one.service.processes.be_the_only_one()
    await other.join("bot")
    with pytest.raises(RoleTaken):
        await other.service.processes.be_the_only_one(timeout_s=0)
    await one.store.processes.remove(one.service.processes.id)  # others took it for dead
    await other.service.processes.look()
    await other.service.processes.be_the_only_one(timeout_s=0)
    with pytest.raises(RoleTaken):
        async with asyncio.timeout(10):
            await one.service.processes.run()


async def test_putting_back_is_tried_again_where_the_store_failed(peers: tuple[Peer, Peer]) -> None:
    one, dead = peers
    tries = []

    async def recover() -> None:
        tries.append(len(tries))
        if len(tries) == 1:
            raise DatabaseBusy

    processes = Processes(one.store, one.service.events, one.service.operators, recover)
    await dead.join("worker")
    await processes.join("worker")
    await dead.die()
    with pytest.raises(DatabaseBusy):
        await processes.look()
    for _ in range(2):
        await processes.look()
    assert tries == [0, 1]
    await processes.leave()


async def test_one_elsewhere_is_dead_after_half_a_minute_without_a_heartbeat_in_which_one_could_have_seen_it(
    peers: tuple[Peer, Peer], database_url: str
) -> None:
    if not database_url:
        pytest.skip("there is no elsewhere for a file")
    one, other = peers
    clock = Clock()
    processes = Processes(one.store, one.service.events, one.service.operators, one.service.recover, clock)
    await other.join("worker")
    await one.store.database.run("UPDATE processes SET host = 'elsewhere'")
    await processes.join("worker")
    clock.advance(2 * DEAD_AFTER_S)  # without the database, as everybody
    await processes.look()
    for _ in range(3):
        clock.advance(DEAD_AFTER_S / 3)
        await processes.look()
        assert len(processes.others) == 1
    clock.advance(BEAT_S / 100)
    await processes.look()
    assert processes.others == ()
    await processes.leave()


async def test_alone_a_process_writes_nothing_once_its_events_are_gone(peers: tuple[Peer, Peer]) -> None:
    one, other = peers
    clock = Clock()
    processes = Processes(one.store, one.service.events, one.service.operators, one.service.recover, clock)
    await other.join("worker")
    await processes.join("worker")
    before = [each.seen_at for each in await one.store.processes.all() if each.id == processes.id]
    await other.service.processes.leave()
    clock.advance(BEAT_S)
    await processes.look()
    last = [each.seen_at for each in await one.store.processes.all()]
    assert last > before  # whatever was told is deleted
    clock.advance(LIFETIME_S + 2 * BEAT_S)
    for _ in range(3):
        clock.advance(BEAT_S)
        await processes.look()
    assert [each.seen_at for each in await one.store.processes.all()] == last
    await processes.leave()
    assert await one.store.processes.all() == []


async def test_the_last_to_leave_leaves_no_pictures_behind(working: tuple[Peer, Peer]) -> None:
    front, worker = working
    job = await front.submit_photo()
    await front.service.wait(job.id)
    await worker.stop()
    await worker.service.processes.leave()
    await front.stop()
    await front.service.processes.look()
    assert await front.store.events.after(0) != []
    await front.service.processes.leave()
    assert await front.store.events.after(0) == []


# --- limits -----------------------------------------------------------------------------------------------------------


async def test_what_an_owner_submits_within_a_minute_counts_over_all_processes(peers: tuple[Peer, Peer]) -> None:
    for number, peer in enumerate(peers):
        await peer.service.submit(Submission("api:k", f"api:k:{number}"))
    assert [await peer.service.until_below("api:k", 3) for peer in peers] == [0.0, 0.0]
    waits = [await peer.service.until_below("api:k", 2) for peer in peers]
    assert all(0.0 < wait_s <= 60.0 for wait_s in waits)
