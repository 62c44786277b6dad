"""What the figures say."""

from __future__ import annotations

import asyncio

from api.metrics import Metrics
from engine.types import Step
from service.events import EventKind, JobEvent
from tests.api.conftest import Api


async def test_the_pause_between_two_attempts_is_no_step(api: Api) -> None:
    job = await api.ended(await api.submit())
    metrics = Metrics(api.service, api.runner)
    step = JobEvent(EventKind.STEP, job, Step("draw", 1, 4))
    for event in (step, JobEvent(EventKind.STARTED, job), step, step):
        metrics.hear(event)
    assert b'stickerface_step_seconds_count{model="face-to-sticker"} 1.0' in await metrics.render()


async def test_two_who_look_at_once_both_see_the_queue(api: Api) -> None:
    api.engine.hold()
    await api.submit()
    await api.held()
    metrics = Metrics(api.service, api.runner)
    looking = []
    for _ in range(40):
        looking.append(asyncio.create_task(metrics.render()))
        await api.service.jobs.counts()
    shown = await asyncio.gather(*looking)
    assert [b'stickerface_jobs{model="face-to-sticker",state="running"} 1.0' in text for text in shown] == [True] * 40
