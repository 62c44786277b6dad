from __future__ import annotations

import time

import pytest

from engine.model import FACE
from service.limits import Lifetimes, Limits
from service.stickers import StickerService
from storage.records import JobStatus
from tests.service.conftest import House, photo

pytestmark = pytest.mark.both_databases


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


async def test_photos_go_when_their_owner_wants_them_gone(house: House) -> None:
    house.work()
    now = time.time()
    service = StickerService(house.store, limits=Limits(), clock=lambda: now)
    names = {}
    for owner, word in (("tg:1", "hour"), ("tg:2", "none"), ("tg:3", "usual")):
        await service.choose(owner, photo=word)
        job = await house.submit_photo(owner, owner)
        names[owner] = (await house.service.wait(job.id)).request.photos[0]

    kept = {}
    for minutes in (5, 15, 70):
        now += minutes * 60
        await service.sweep_chosen()
        kept[minutes] = [owner for owner, name in names.items() if await house.store.files.has_photo(owner, name)]

    assert kept == {5: ["tg:1", "tg:2", "tg:3"], 15: ["tg:1", "tg:3"], 70: ["tg:3"]}


async def test_a_delivered_photo_that_nobody_wants_kept_goes_once_no_job_needs_it(house: House) -> None:
    house.work()
    await house.service.choose("tg:1", photo="none")
    job = await house.service.wait((await house.submit_photo("tg:1", "a")).id)
    house.engine.hold()
    again = await house.service.again(job, source="b", note={})
    await house.held()

    await house.service.mark_delivered(job.id)
    assert await house.service.has_photo(job)
    house.engine.release()
    await house.service.wait(again.id)
    await house.service.mark_delivered(again.id)

    assert not await house.service.has_photo(job)


async def test_only_those_are_looked_at_who_sent_something_lately(house: House) -> None:
    now = time.time()
    await house.service.choose("tg:1", photo="none")
    await house.service.choose("tg:2", photo="none")
    await house.submit_photo("tg:1", "a")
    assert await house.store.users.with_setting("photo", "none", now - 60) == ["tg:1"]
    assert await house.store.users.with_setting("photo", "none", now + 60) == []
