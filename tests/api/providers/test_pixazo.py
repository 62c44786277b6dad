"""Pixazo's two endpoints."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from engine.errors import NoFace
from tests.api.conftest import PHOTO, PIXAZO, QUEUE, Api

BODY = {"image": PHOTO, "prompt": "a person, sticker style", "width": 1024, "height": 1024}


def key(api: Api) -> dict[str, str]:
    return {"Ocp-Apim-Subscription-Key": api.key_text, "Cache-Control": "no-cache"}


async def generate(api: Api, **change: Any) -> tuple[int, Any]:
    return await api.post(f"{PIXAZO}/generate", {**BODY, **change}, headers=key(api))


async def prediction(api: Api, request_id: Any, name: str = "requestId") -> tuple[int, Any]:
    return await api.post(f"{PIXAZO}/prediction", {name: request_id}, headers=key(api))


async def test_generate_answers_what_the_page_shows(api: Api) -> None:
    status, body = await generate(api, seed=5)

    assert status == 200
    assert (body["success"], body["status"]) == (True, "starting")
    assert uuid.UUID(body["request_id"])
    assert body["created_at"].endswith("Z")
    assert {name: body["input"][name] for name in ("prompt", "width", "steps", "prompt_strength", "seed")} == {
        "prompt": "a person, sticker style",
        "width": 1024,
        "steps": 20,
        "prompt_strength": 7,
        "seed": 5,
    }
    assert not any(name.startswith("webhook") for name in body["input"])
    assert len(body["input"]["image"]) < 100  # a data URI is not sent back


async def test_a_prediction_goes_from_starting_to_succeeded(api: Api) -> None:
    api.engine.hold()
    _, first = await generate(api)
    await api.held()
    _, second = await generate(api)
    states = [(await prediction(api, each["request_id"]))[1]["status"] for each in (first, second)]
    api.engine.release()
    await api.ended(second["request_id"])

    status, body = await prediction(api, second["request_id"], "request_id")

    assert states == ["processing", "starting"]
    assert (status, body["success"], body["status"], body["error"]) == (200, True, "succeeded", None)
    assert len(body["output"]) == 2
    assert body["metrics"]["predict_time"] > 0
    assert body["completed_at"] >= body["started_at"] >= body["created_at"]
    for url in body["output"]:
        async with api.session.get(url) as response:
            assert (response.status, response.content_type) == (200, "image/png")


async def test_a_failed_prediction_says_why(api: Api) -> None:
    api.engine.fail_with = [NoFace()]
    _, started = await generate(api)
    await api.ended(started["request_id"])

    _, body = await prediction(api, started["request_id"])

    assert (body["status"], body["output"]) == ("failed", None)
    assert "No face" in body["error"]


@pytest.mark.parametrize(
    "change",
    [
        {"image": None},
        {"image": 5},
        {"steps": 51},
        {"steps": "20"},
        {"width": 255},
        {"width": 512.5},
        {"prompt_strength": 20.5},
        {"upscale": "false"},
        {"webhook_events_filter": ["everything"]},
        {"webhook_events_filter": []},
        {"webhook": 7},
    ],
)
async def test_bad_parameters_are_400_with_pixazos_sentence(api: Api, change: dict[str, Any]) -> None:
    status, body = await generate(api, **change)

    assert (status, body["error"]) == (400, "Invalid request parameters")


async def test_a_webhook_that_may_not_be_called_is_refused(api: Api) -> None:
    assert (await generate(api, webhook="ftp://example.org/hook"))[0] == 400


async def test_whole_numbers_may_be_written_as_floats(api: Api) -> None:
    status, body = await generate(api, width=512.0, steps=10.0)

    assert (status, body["input"]["width"], body["input"]["steps"]) == (200, 512, 10)


async def test_refusals_have_the_pages_sentences(api: Api) -> None:
    no_key = await api.post(f"{PIXAZO}/generate", BODY, headers={})
    unknown = await prediction(api, str(uuid.uuid4()))
    elsewhere = await api.post("/face-sticker/v1/elsewhere", {}, headers=key(api))
    _, text = await api.service.keys.add("fal only", providers=["fal"])
    forbidden = await api.post(f"{PIXAZO}/generate", BODY, headers={"Ocp-Apim-Subscription-Key": text})
    told = [(status, body["error"]) for status, body in (no_key, unknown, elsewhere, forbidden)]

    assert told == [
        (401, "Invalid or missing authentication"),
        (404, "Prediction not found"),
        (404, "Endpoint not found"),
        (403, "Access denied for this operation"),
    ]
    assert (await prediction(api, 5))[0] == 400


async def test_too_many_requests_have_the_pages_sentence(api: Api) -> None:
    _, text = await api.service.keys.add("slow", per_minute=1)
    headers = {"Ocp-Apim-Subscription-Key": text}
    await api.post(f"{PIXAZO}/generate", BODY, headers=headers)

    status, body, response = await api.call("POST", f"{PIXAZO}/generate", json=BODY, headers=headers)

    assert (status, body["error"]) == (429, "Rate limit exceeded, please retry later")
    assert response.headers["Retry-After"]


async def test_another_services_request_is_no_prediction(api: Api) -> None:
    request_id = await api.submit()

    assert (await prediction(api, request_id))[0] == 404
    assert (await api.get(f"{QUEUE}/requests/{request_id}/status"))[0] in (200, 202)
