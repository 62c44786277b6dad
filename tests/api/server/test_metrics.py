"""What the figures say."""

from __future__ import annotations

import asyncio
import errno

import pytest

from api.server.metrics import Metrics
from engine.types import Step
from service.events import EventKind, JobEvent
from tests.api.conftest import Api


async def test_the_pause_between_two_attempts_is_no_step(api: Api) -> None:
    job = await api.ended(await api.submit())
    metrics = Metrics(api.service, api.runner)
    step = JobEvent(EventKind.STEP, job, Step("draw", 1, 4))
    for event in (step, JobEvent(EventKind.STARTED, job), step, step):
        metrics.record(event)
    assert b'stickerface_step_seconds_count{model="face-to-sticker"} 1.0' in await metrics.render()


async def test_likeness_is_counted_by_model_where_it_was_measured(api: Api) -> None:
    api.engine.likeness = 0.72
    await api.ended(await api.submit())
    api.engine.likeness = None
    await api.ended(await api.submit())
    _, text = await api.get("/metrics")
    assert b'stickerface_likeness_count{model="face-to-sticker"} 1.0' in text
    assert b'stickerface_likeness_bucket{le="0.7",model="face-to-sticker"} 0.0' in text
    assert b'stickerface_likeness_bucket{le="0.8",model="face-to-sticker"} 1.0' in text


async def test_two_who_look_at_once_both_see_the_queue(api: Api) -> None:
    api.engine.hold()
    await api.submit()
    await api.held()
    metrics = Metrics(api.service, api.runner)
    for questions in range(6):  # the second begins while the first stands at any of its own
        first = asyncio.create_task(metrics.render())
        for _ in range(questions):
            await api.store.jobs.counts()
        for text in (await metrics.render(), await first):
            assert b'stickerface_jobs{model="face-to-sticker",state="running"} 1.0' in text


async def test_a_call_through_the_proxy_is_counted_once_for_each_site(api: Api) -> None:
    target = "https://queue.fal.run/fal-ai/face-to-sticker"
    status, _, _ = await api.call("POST", "/fal/proxy", json={}, headers={**api.fal, "x-fal-target-url": target})
    _, text = await api.get("/metrics")

    assert status == 200
    assert b'stickerface_http_requests_total{site="proxy",status="200"} 1.0' in text
    assert b'stickerface_http_requests_total{site="queue",status="200"} 1.0' in text


async def test_a_full_disk_is_unwell(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("storage.folder_files.os.fsync", full)

    assert await api.get("/healthz") == (503, {"status": "unwell", "reason": "disk_full"})


async def test_what_waits_to_be_told_is_counted(api: Api) -> None:
    request_id = await api.submit()
    await api.delivered(request_id)
    await api.store.database.run("UPDATE jobs SET delivered_at = NULL")

    _, text = await api.get("/metrics")

    assert b'stickerface_deliveries_waiting{entrance="api"} 1.0' in text
    assert b"stickerface_telegram_outage_seconds 0.0" in text
