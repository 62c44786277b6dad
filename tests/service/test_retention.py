from __future__ import annotations

import time

from service.limits import Lifetimes
from service.retention import Retention
from storage.inbox import Inbox
from storage.records import JobStatus
from storage.uploads import Uploads
from tests.service.conftest import House, photo


async def test_photos_go_first_results_later_and_waiting_jobs_keep_theirs(house: House) -> None:
    house.work()
    first = await house.submit(source="a")
    await house.service.attach_photo(first.id, photo((0, 0, 250)))
    old = await house.service.wait(first.id)
    await house.service.jobs.mark_delivered(old.id)
    house.engine.hold()
    await house.submit_photo("tg:2", "b")
    waiting = await house.submit_photo("tg:3", "c")
    await house.held()
    now = time.time()
    retention = Retention(
        jobs=house.service.jobs,
        files=house.service.files,
        inbox=Inbox(house.database),
        uploads=Uploads(house.database),
        lifetimes=Lifetimes(photos_s=100, results_s=1000),
        clock=lambda: now,
    )
    assert await retention.sweep() == 0
    now += 500
    await retention.sweep()
    assert not await house.service.files.has_photo("tg:1", old.request.photos[0])
    assert await house.service.files.has_photo("tg:3", waiting.request.photos[0])
    assert await house.service.files.result("tg:1", old.id, "sticker.webp")
    now += 1000
    await retention.sweep()
    assert await house.service.jobs.get(old.id) is None
    kept = await house.service.jobs.get(waiting.id)
    assert kept is not None and kept.status is JobStatus.QUEUED
