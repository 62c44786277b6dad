"""What each facade owes callers beyond its own file: foreign paths at its host, the proxy, odd headers and bodies."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import APP, PHOTO, PIXAZO, QUEUE, RUN, Api, data_uri, jpeg, running
from tests.plain_engine import PlainEngine

INPUT = {"image_url": PHOTO, "prompt": "a person"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [("gateway.pixazo.ai", "Endpoint not found"), ("api.segmind.com", "There is nothing at this address.")],
)
async def test_a_path_that_a_host_does_not_have_is_told_in_its_own_words(api: Api, host: str, expected: str) -> None:
    status, body, _ = await api.call("POST", "/some/path", json={}, headers={"Host": host})

    assert (status, body.get("error")) == (404, expected)


@pytest.mark.parametrize("target", ["https://fal.run/fal/proxy", "https://queue.fal.run/fal/proxy/"])
async def test_the_proxy_does_not_call_itself(api: Api, target: str) -> None:
    status, body, _ = await api.call("POST", "/fal/proxy", json={}, headers={**api.fal, "x-fal-target-url": target})

    assert (status, body["error_type"]) == (400, "bad_request")


async def test_a_browsers_token_in_the_target_of_the_proxy_is_heard(api: Api) -> None:
    _, token = await api.post("/fal/rest/tokens/", {"allowed_apps": ["face-to-sticker"]})
    request_id = await api.submit()
    target = f"https://queue.fal.run/{APP}/requests/{request_id}/status?fal_jwt_token={token}"

    status, _, _ = await api.call("GET", "/fal/proxy", headers={"x-fal-target-url": target})

    assert status in (200, 202)


@pytest.mark.parametrize("seconds", ["1" + "0" * 400, "1e999", "[]", "-1"])
async def test_a_lifetime_that_is_none_is_not_heard(api: Api, seconds: str) -> None:
    wish = f'{{"expiration_duration_seconds": {seconds}}}'

    assert (await api.post(QUEUE, INPUT, headers={**api.fal, "X-Fal-Object-Lifecycle": wish}))[0] == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_a_body_that_cannot_be_unpacked_is_no_fault_of_ours(
    api: Api, coding: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {**api.fal, "Content-Encoding": coding, "Content-Type": "application/json"}

    status, _, _ = await api.call("POST", QUEUE, data=b"\xffno archive at all" * 20, headers=headers)

    assert status in (400, 422)
    assert not [record for record in caplog.records if record.exc_info]


async def test_an_idempotency_key_of_another_model_is_reused(api: Api) -> None:
    headers = {**api.fal, "Idempotency-Key": "one"}
    body = {"prompt": "a man img", "image_url": PHOTO, "face_image_url": PHOTO}
    first = await api.post(QUEUE, body, headers=headers)

    other = await api.post("/fal/queue/fal-ai/ip-adapter-face-id", body, headers=headers)

    assert (first[0], other[0]) == (200, 422)


async def test_pixazo_echoes_the_seed_it_drew(api: Api) -> None:
    headers = {"Ocp-Apim-Subscription-Key": api.key_text}
    _, body = await api.post(f"{PIXAZO}/generate", {"image": PHOTO}, headers=headers)
    job = await api.ended(body["request_id"])
    _, told = await api.post(f"{PIXAZO}/prediction", {"requestId": body["request_id"]}, headers=headers)

    assert body["input"]["seed"] == told["input"]["seed"] == job.seed


async def test_uploads_live_as_long_as_the_operator_says(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), files_lifetime_s=7200.0) as api:
        sent = {**api.fal, "Content-Type": "image/jpeg"}
        _, body, _ = await api.call("POST", "/fal/cdn/files/upload", data=jpeg(), headers=sent)
        async with api.session.get(body["access_url"]) as response:
            left_s = int(response.headers["Cache-Control"].split("max-age=")[1].split(",")[0])

    assert 7100 < left_s <= 7200


async def test_a_broken_address_is_a_file_that_cannot_be_downloaded(api: Api) -> None:
    told: list[Any] = [await api.post(RUN, {**INPUT, "image_url": url}) for url in ("http://[", data_uri(b"") + "%")]

    assert {status for status, _ in told} == {422}


async def test_two_files_at_once_to_one_presigned_address_leave_the_first(api: Api) -> None:
    path = "/fal/rest/storage/upload/initiate"
    _, body = await api.post(path, {"file_name": "a.jpg", "content_type": "image/jpeg"})
    target = body["upload_url"].removeprefix(api.url)
    files = [jpeg((number, 2, 3)) for number in range(8)]

    answers = await asyncio.gather(*(api.call("PUT", target, data=data, headers={}) for data in files))

    statuses = [status for status, _, _ in answers]
    assert sorted(statuses) == [200] + [404] * 7
    async with api.session.get(body["file_url"]) as response:
        assert await response.read() == files[statuses.index(200)]


async def test_a_request_that_is_forgotten_ends_its_stream(api: Api) -> None:
    api.engine.hold()
    await api.submit()
    await api.held()
    waiting = await api.submit()
    url = f"{api.url}{QUEUE}/requests/{waiting}/status/stream"
    async with api.session.get(url, headers=api.fal) as response:
        await response.content.readline()
        await api.service.forget(api.key.owner)
        rest = await response.read()

    assert b"HTTP/1.1" not in rest
    assert b"detail" not in rest


async def test_a_null_beside_the_other_spelling_of_a_prediction_is_as_if_absent(api: Api) -> None:
    headers = {"Ocp-Apim-Subscription-Key": api.key_text}
    _, body = await api.post(f"{PIXAZO}/generate", {"image": PHOTO}, headers=headers)
    asked = {"requestId": None, "request_id": body["request_id"]}

    assert (await api.post(f"{PIXAZO}/prediction", asked, headers=headers))[0] == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_a_path_that_pixazo_does_not_have_is_told_in_its_words_under_any_host(api: Api, method: str) -> None:
    status, body, _ = await api.call(method, "/face-sticker/v1/elsewhere")

    assert (status, body.get("error")) == (404, "Endpoint not found")


async def test_the_page_is_shown_under_a_host_of_odd_bytes(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    writer.write(b"GET /docs HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200")
