"""Priorities, deadlines, repeated submissions, limits, the status stream."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from storage.errors import DiskFull
from tests.api.conftest import APP, PHOTO, QUEUE, RUN, Api

INPUT = {"image_url": PHOTO, "prompt": "a person"}


async def test_low_priority_yields(api: Api) -> None:
    api.engine.hold()
    await api.submit(seed=1)
    await api.held()
    headers = {**api.fal, "X-Fal-Queue-Priority": "low"}
    _, low = await api.post(QUEUE, {**INPUT, "seed": 2}, headers=headers)
    normal = await api.submit(seed=3)
    api.engine.release()
    await api.ended(low["request_id"])
    await api.ended(normal)

    assert [request.seed for request in api.engine.seen] == [1, 3, 2]


@pytest.mark.parametrize("text", ["0", "0.1", "-5", "soon", "nan", "inf", ""])
async def test_a_request_timeout_must_be_a_number_above_a_tenth(api: Api, text: str) -> None:
    status, body = await api.post(QUEUE, INPUT, headers={**api.fal, "X-Fal-Request-Timeout": text})

    assert (status, body["error_type"]) == (400, "bad_request")


async def test_a_request_that_does_not_start_in_time_ends_as_504(api: Api) -> None:
    api.engine.hold()
    await api.submit()
    await api.held()
    _, late = await api.post(QUEUE, INPUT, headers={**api.fal, "X-Fal-Request-Timeout": "0.15"})
    await api.ended(late["request_id"])

    status, body, response = await api.call("GET", f"{QUEUE}/requests/{late['request_id']}")

    assert (status, body["error_type"]) == (504, "request_timeout")
    assert response.headers["X-Fal-Request-Timeout-Type"] == "user"


async def test_an_idempotency_key_makes_a_repeated_submission_the_same_request(api: Api) -> None:
    headers = {**api.fal, "Idempotency-Key": "order 66".replace(" ", "-")}
    first = await api.post(QUEUE, INPUT, headers=headers)
    second = await api.post(QUEUE, INPUT, headers=headers)
    other = await api.post(QUEUE, {**INPUT, "seed": 9}, headers=headers)

    assert first[1]["request_id"] == second[1]["request_id"]
    assert other[0] == 422
    await api.ended(first[1]["request_id"])
    assert api.engine.calls == [1]


async def test_equal_bodies_without_a_key_are_two_requests(api: Api) -> None:
    assert await api.submit(seed=1) != await api.submit(seed=1)


async def test_a_caller_that_goes_away_takes_its_sync_request_along(api: Api) -> None:
    api.engine.hold()
    call = asyncio.create_task(api.post(RUN, INPUT))
    await api.held()
    with api.service.events.listen() as events:
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        async with asyncio.timeout(10):
            while (event := await events.get()).kind != "ended":
                pass

    assert event.job.status == "cancelled"


async def test_a_caller_that_goes_away_and_asks_again_by_its_idempotency_key_gets_its_picture(api: Api) -> None:
    headers = {**api.fal, "Idempotency-Key": "order-66"}
    api.engine.hold()
    call = asyncio.create_task(api.post(RUN, INPUT, headers=headers))
    await api.held()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    again = asyncio.create_task(api.post(RUN, INPUT, headers=headers))
    api.engine.release()

    assert (await again)[0] == 200
    assert api.engine.calls == [1]


async def test_too_many_waiting_requests_are_429_before_a_job_is_made(api: Api) -> None:
    api.engine.hold()
    headers = await api.another_key(jobs_waiting=1)
    assert (await api.post(QUEUE, INPUT, headers=headers))[0] == 200

    status, body, response = await api.call("POST", QUEUE, json=INPUT, headers=headers)

    assert (status, isinstance(body["detail"], str)) == (429, True)
    assert int(response.headers["Retry-After"]) >= 1
    assert response.headers["X-Fal-Retryable"] == "true"


async def test_a_key_that_submits_too_often_is_told_when_to_come_back(api: Api) -> None:
    headers = await api.another_key(per_minute=2)
    statuses = [(await api.post(QUEUE, {}, headers=headers))[0] for _ in range(3)]

    assert statuses == [200, 200, 429]


async def _events(api: Api, request_id: str, query: str = "?logs=1") -> list[dict[str, Any]]:
    url = f"{api.url}{QUEUE}/requests/{request_id}/status/stream{query}"
    async with api.session.get(url, headers=api.fal) as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["x-fal-request-id"] == request_id
        text = (await response.read()).decode()
    return [json.loads(line.removeprefix("data: ")) for line in text.split("\n") if line.startswith("data: ")]


async def test_the_status_stream_tells_every_change_and_ends_with_the_end(api: Api) -> None:
    api.engine.hold()
    request_id = await api.submit()
    await api.held()
    reading = asyncio.create_task(_events(api, request_id))
    with api.service.events.listen() as events:
        api.engine.release()
        while (await events.get()).kind != "ended":
            pass
    told = await reading

    assert told[0]["status"] in ("IN_QUEUE", "IN_PROGRESS")
    assert told[-1]["status"] == "COMPLETED"
    lines = [line["message"] for event in told for line in event["logs"]]
    assert len(lines) == len(set(lines))
    assert "Started" in lines


async def test_the_stream_of_an_ended_request_is_one_event(api: Api) -> None:
    request_id = await api.submit()
    await api.ended(request_id)

    told = await _events(api, request_id, "")

    assert [(event["status"], event["logs"]) for event in told] == [("COMPLETED", [])]


async def test_photos_are_deleted_when_their_request_has_ended(api: Api) -> None:
    request_id = await api.submit()
    job = await api.ended(request_id)

    async def is_gone() -> bool:
        return not await api.store.files.has_photo(job.owner, job.request.photos[0])

    await api.until(is_gone)

    assert (await api.get(f"{QUEUE}/requests/{request_id}"))[0] == 200


async def test_paths_without_a_prefix_are_fals_too(api: Api) -> None:
    assert (await api.post(f"/{APP}", INPUT))[0] == 200


async def test_requests_with_the_same_photo_do_not_take_it_from_each_other(api: Api) -> None:
    """The first one's photo is deleted at its end, while the second one is being written."""
    answers = await asyncio.gather(*(api.post(RUN, {**INPUT, "seed": number}) for number in range(40)))

    assert {status for status, _ in answers} == {200}


async def test_a_caller_that_hangs_up_at_any_moment_leaves_no_half_of_a_job(api: Api) -> None:
    turns = 0  # of the event loop: each call is cut a little later, until one is answered before it is cut
    while True:
        call = asyncio.create_task(api.post(QUEUE, {**INPUT, "seed": turns}))
        for _ in range(turns):
            await asyncio.sleep(0)
        call.cancel()
        [outcome] = await asyncio.gather(call, return_exceptions=True)
        if not isinstance(outcome, asyncio.CancelledError):
            break
        turns += 1 + turns // 5

    async def is_done() -> bool:
        return set(await api.store.jobs.counts()) == {"done"}

    assert turns > 10
    assert outcome[0] == 200
    await api.until(is_done)


async def test_a_request_whose_end_cannot_be_written_on_a_full_disk_is_ended_later(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store_retry.PAUSE_S", 0.01)
    fail, refusals = api.store.jobs.fail, [DiskFull("no space")] * 3

    async def full(*arguments: str) -> Any:
        if refusals:
            raise refusals.pop()
        return await fail(*arguments)

    async def no_room(*_: object) -> str:
        raise DiskFull("no space")

    monkeypatch.setattr(api.store.jobs, "fail", full)
    monkeypatch.setattr(api.store.files, "save_photo", no_room)
    status, _ = await api.post(QUEUE, INPUT)

    async def is_ended() -> bool:
        return await api.store.jobs.counts() == {"failed": 1}

    assert status >= 500
    await api.until(is_ended)


async def test_a_look_at_the_streams_head_gets_no_body(api: Api) -> None:
    """A body after HEAD would be read as the next answer on the same connection."""
    request_id = await api.submit()
    await api.ended(request_id)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    path = f"{QUEUE}/requests/{request_id}/status/stream"
    writer.write(f"HEAD {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Key {api.key_text}\r\n\r\n".encode())
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    async with asyncio.timeout(5):
        head, rest = await reader.readuntil(b"\r\n\r\n"), await reader.read()
    writer.close()

    assert head.startswith(b"HTTP/1.1 200") and b"text/event-stream" in head
    assert rest.startswith(b"HTTP/1.1 200")
