from __future__ import annotations

import time

from engine.model import FACE
from service.limits import Lifetimes, Limits
from service.stickers import StickerService
from storage.records import JobStatus
from tests.service.conftest import House, photo


async def test_photos_go_first_results_later_and_waiting_jobs_keep_theirs(house: House) -> None:
    house.work()
    first = await house.submit(source="a")
    await house.service.attach_inputs(first.id, {FACE: [photo((0, 0, 250))]})
    old = await house.service.wait(first.id)
    await house.store.jobs.mark_delivered(old.id)
    house.engine.hold()
    await house.submit_photo("tg:2", "b")
    waiting = await house.submit_photo("tg:3", "c")
    await house.held()
    now = time.time()
    lifetimes = Lifetimes(photos_s=100, results_s=1000)
    later = StickerService(house.store, limits=Limits(), lifetimes=lifetimes, clock=lambda: now)
    assert await later.sweep() == 0
    now += 500
    await later.sweep()
    assert not await house.store.files.has_photo("tg:1", old.request.photos[0])
    assert await house.store.files.has_photo("tg:3", waiting.request.photos[0])
    assert await house.store.files.result("tg:1", old.id, "sticker.webp")
    now += 1000
    await later.sweep()
    assert await house.store.jobs.get(old.id) is None
    kept = await house.store.jobs.get(waiting.id)
    assert kept is not None and kept.status is JobStatus.QUEUED
