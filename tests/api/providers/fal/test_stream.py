"""fal's output stream: progress, then the output; what fails never looks like an output."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from api.providers.fal import queue
from engine.errors import NoFace
from engine.types import Step
from service.events import EventKind, JobEvent
from tests.api.conftest import APP, PHOTO, RUN, Api

STREAM = f"{RUN}/stream"
INPUT = {"image_url": PHOTO, "prompt": "a person"}


async def lines(api: Api, body: Any, path: str = STREAM, headers: dict[str, str] | None = None) -> list[str]:
    """The lines of the stream; the last is "broken off" where it does not end as a stream ends."""
    told: list[str] = []
    sent = api.fal if headers is None else headers
    async with api.session.post(f"{api.url}{path}", json=body, headers=sent) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream"), await response.text()
        assert response.headers["x-fal-request-id"]
        try:
            async for line in response.content:
                told += [line.decode().strip()] if line.strip() else []
        except ClientPayloadError:
            told.append("broken off")
    return told


def data(line: str) -> dict[str, Any]:
    event = json.loads(line.removeprefix("data: "))
    assert isinstance(event, dict)
    return event


async def test_a_stream_tells_the_steps_and_ends_with_the_output(api: Api) -> None:
    *steps, last = [data(line) for line in await lines(api, {**INPUT, "seed": 7})]

    assert [step["message"] for step in steps] == ["face 0/4", "cutout 1/4", "draw 2/4", "finish 3/4"]
    assert [step["progress"] for step in steps] == [0, 0.25, 0.5, 0.75]
    assert list(last) == list((await api.post(RUN, {**INPUT, "seed": 7}))[1])
    assert last["seed"] == 7
    async with api.session.get(last["sticker_image"]["url"]) as response:
        assert response.status == 200


async def test_a_step_shows_what_is_drawn_so_far(api: Api) -> None:
    api.engine.hold()
    reading = asyncio.create_task(lines(api, INPUT))
    await api.held()
    [job] = await api.service.page_of(api.key.owner, 1)
    api.service.events.emit(JobEvent(EventKind.STEP, job, Step("draw", 3, 9, b"a small picture")))
    api.engine.release()

    shown = [event["preview"] for event in map(data, await reading) if "preview" in event]

    assert shown == ["data:image/jpeg;base64,YSBzbWFsbCBwaWN0dXJl"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"num_inference_steps": 99}, "less_than_equal"),
        ({"image_url": "data:image/png;base64,AAAA"}, "image_load_error"),
    ],
)
async def test_what_fails_before_anything_is_drawn_is_answered_as_a_sync_call_is(
    api: Api, change: dict[str, Any], kind: str
) -> None:
    status, body, response = await api.call("POST", STREAM, json={**INPUT, **change})

    assert (status, response.content_type) == (422, "application/json")
    assert body["detail"][0]["type"] == kind


async def test_a_stream_whose_job_fails_says_why_and_breaks_off(api: Api) -> None:
    """Its last event would be taken for the output."""
    api.engine.fail_after_hold = [NoFace()]

    *_, told, end = await lines(api, INPUT)

    assert data(told)["detail"][0]["type"] == "face_detection_error"
    assert end == "broken off"


async def test_a_stream_that_is_silent_pings(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PING_S", 0.01)
    api.engine.hold()
    async with api.session.post(f"{api.url}{STREAM}", json=INPUT, headers=api.fal) as response:
        async with asyncio.timeout(10):
            while await response.content.readline() != b": ping\n":
                pass
        api.engine.release()
        text = (await response.read()).decode()

    assert "sticker_image" in data(text.strip().split("\n")[-1])


async def test_a_caller_that_goes_away_takes_its_stream_along(api: Api) -> None:
    api.engine.hold()
    reading = asyncio.create_task(lines(api, INPUT))
    await api.held()
    with api.service.events.listen() as events:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        async with asyncio.timeout(10):
            while (event := await events.get()).kind != "ended":
                pass

    assert event.job.status == "cancelled"


async def test_whoever_is_forgotten_meanwhile_gets_no_output(api: Api) -> None:
    api.engine.hold()
    reading = asyncio.create_task(lines(api, INPUT))
    await api.held()
    await api.service.forget(api.key.owner)
    api.engine.release()

    assert (await reading)[-1] == "broken off"


async def test_a_stream_needs_a_key_and_a_browsers_token_will_do(api: Api) -> None:
    _, token = await api.post("/fal/rest/tokens/", {"allowed_apps": ["face-to-sticker"]})

    assert (await api.post(STREAM, INPUT, headers={}))[0] == 401
    assert "images" in data((await lines(api, INPUT, f"{STREAM}?fal_jwt_token={token}", {}))[-1])


async def test_a_stream_runs_through_the_proxy_and_without_a_prefix(api: Api) -> None:
    proxied = {**api.fal, "x-fal-target-url": f"https://fal.run/{APP}/stream"}

    assert "images" in data((await lines(api, INPUT, "/fal/proxy", proxied))[-1])
    assert "images" in data((await lines(api, INPUT, f"/{APP}/stream"))[-1])


async def test_a_key_has_only_so_many_streams_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.access.rate_limits.STREAMS_PER_KEY", 1)
    api.engine.hold()
    reading = asyncio.create_task(lines(api, INPUT))
    await api.held()

    status, _ = await api.post(STREAM, INPUT)
    api.engine.release()

    assert status == 429
    assert "images" in data((await reading)[-1])
