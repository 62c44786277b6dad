from __future__ import annotations

from service.events import MOST_WAITING, EventKind, JobEvent
from storage.records import Entrance
from tests.service.conftest import House


async def test_an_entrance_hears_of_its_own_jobs_only(house: House) -> None:
    with house.service.events.listen(Entrance.HTTP) as events:
        await house.submit_photo("tg:1", "tg:1:1")
        theirs = await house.submit_photo("api:k", "api:k:1")
        seen = [events.get_nowait().job.id for _ in range(events.qsize())]
    assert seen == [theirs.id]


async def test_who_listens_for_one_job_hears_of_no_other(house: House) -> None:
    job = await house.submit(source="a")
    with house.service.events.listen(job_id=job.id) as events:
        await house.service.cancel(job.owner)
        other = await house.submit(source="b")
        await house.service.cancel(other.owner)
        seen = [events.get_nowait() for _ in range(events.qsize())]
    assert [(event.job.id, event.kind) for event in seen] == [(job.id, EventKind.ENDED)]


async def test_a_listener_that_has_stopped_reading_misses_steps_and_no_end(house: House) -> None:
    job = await house.submit()
    with house.service.events.listen() as events:
        for _ in range(MOST_WAITING + 10):
            house.service.events.emit(JobEvent(EventKind.STEP, job))
        house.service.events.emit(JobEvent(EventKind.ENDED, job))
        kinds = [events.get_nowait().kind for _ in range(events.qsize())]
    assert kinds == [EventKind.STEP] * MOST_WAITING + [EventKind.ENDED]
