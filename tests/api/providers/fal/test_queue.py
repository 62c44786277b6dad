"""fal's queue and sync calls, as http_api.md's traps and tables have them."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from engine.errors import DrawingFailed, NoFace
from tests.api.conftest import PHOTO, QUEUE, RUN, Api, data_uri, jpeg, stranger

INPUT = {"image_url": PHOTO, "prompt": "a person"}


async def test_a_sync_call_answers_the_output_of_the_seed_document(api: Api) -> None:
    status, body, response = await api.call("POST", RUN, json={**INPUT, "seed": 3625437076})

    assert status == 200
    assert list(body) == [
        "images",
        "sticker_image",
        "sticker_image_background_removed",
        "seed",
        "has_nsfw_concepts",
    ]
    assert body["images"] == [body["sticker_image"], body["sticker_image_background_removed"]]
    assert body["seed"] == 3625437076
    assert body["has_nsfw_concepts"] == {"sticker_image": False, "sticker_image_background_removed": False}
    assert set(body["sticker_image"]) == {"url", "content_type", "file_name", "file_size", "width", "height"}
    assert uuid.UUID(response.headers["x-fal-request-id"])


async def test_the_pictures_can_be_fetched_and_are_what_the_answer_says(api: Api) -> None:
    _, body = await api.post(RUN, INPUT)

    for image in body["images"]:
        async with api.session.get(image["url"]) as response:
            data = await response.read()
            assert (response.status, response.content_type) == (200, "image/png")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert len(data) == image["file_size"]


async def test_a_request_waits_runs_and_is_completed(api: Api) -> None:
    api.engine.hold()
    running = await api.submit(seed=1)
    await api.held()
    waiting = await api.submit(seed=2)
    path = f"{QUEUE}/requests"

    first = await api.get(f"{path}/{running}/status")
    second = await api.get(f"{path}/{waiting}/status")
    early = await api.get(f"{path}/{waiting}")
    api.engine.release()
    await api.ended(waiting)
    last = await api.get(f"{path}/{waiting}/status")

    assert (first[0], first[1]["status"], first[1]["logs"]) == (202, "IN_PROGRESS", None)
    assert (second[0], second[1]["status"], second[1]["queue_position"]) == (202, "IN_QUEUE", 0)
    assert early == (400, {"detail": "Request is still in progress"})
    assert (last[0], last[1]["status"]) == (200, "COMPLETED")
    assert last[1]["metrics"]["inference_time"] > 0
    assert (await api.get(f"{path}/{waiting}"))[1]["seed"] == 2


async def test_submit_answers_addresses_that_work_as_they_stand(api: Api) -> None:
    _, body = await api.post(QUEUE, INPUT)
    await api.ended(body["request_id"])

    assert (body["status"], body["queue_position"]) == ("IN_QUEUE", 0)
    async with api.session.get(body["status_url"], headers=api.fal) as response:
        assert (await response.json())["status"] == "COMPLETED"
    async with api.session.get(body["response_url"], headers=api.fal) as response:
        assert response.status == 200
    async with api.session.put(body["cancel_url"], headers=api.fal) as response:
        assert (response.status, await response.json()) == (400, {"status": "ALREADY_COMPLETED"})


@pytest.mark.parametrize("word", ["1", "true"])
async def test_logs_are_a_list_where_they_are_wanted(api: Api, word: str) -> None:
    request_id = await api.submit()
    await api.ended(request_id)

    _, body = await api.get(f"{QUEUE}/requests/{request_id}/status?logs={word}")

    assert "Started" in [line["message"] for line in body["logs"]]
    assert {"message", "level", "source", "timestamp"} == set(body["logs"][0])


async def test_a_trailing_slash_is_the_same_path(api: Api) -> None:
    request_id = await api.submit()
    await api.ended(request_id)

    assert (await api.get(f"{QUEUE}/requests/{request_id}/"))[0] == 200
    assert (await api.get(f"{QUEUE}/requests/{request_id}/status/"))[0] == 200


async def test_wrong_input_is_a_request_that_has_failed(api: Api) -> None:
    status, body = await api.post(QUEUE, {"image_url": PHOTO, "prompt": 5, "num_inference_steps": 41})
    told = await api.get(f"{QUEUE}/requests/{body['request_id']}/status")
    result = await api.get(f"{QUEUE}/requests/{body['request_id']}")

    assert (status, body["status"]) == (200, "IN_QUEUE")
    assert (told[0], told[1]["status"], told[1]["error_type"]) == (200, "COMPLETED", "string_type")
    assert result[0] == 422
    assert [(each["loc"], each["type"]) for each in result[1]["detail"]] == [
        (["body", "prompt"], "string_type"),
        (["body", "num_inference_steps"], "less_than_equal"),
    ]


async def test_wrong_input_of_a_sync_call_is_refused_at_once(api: Api) -> None:
    status, body = await api.post(RUN, {})

    assert status == 422
    assert [each["loc"] for each in body["detail"]] == [["body", "image_url"], ["body", "prompt"]]
    assert {each["type"] for each in body["detail"]} == {"missing"}


async def test_no_face_is_an_error_of_the_picture(api: Api) -> None:
    api.engine.fail_with = [NoFace()]

    status, body = await api.post(RUN, INPUT)

    assert status == 422
    assert (body["detail"][0]["loc"], body["detail"][0]["type"]) == (["body", "image_url"], "face_detection_error")


async def test_what_is_our_fault_is_500_without_exception_text(api: Api) -> None:
    api.engine.fail_with = [RuntimeError("a secret"), RuntimeError("a secret")]

    status, body, response = await api.call("POST", RUN, json=INPUT)

    assert (status, body["error_type"]) == (500, "runner_server_error")
    assert "secret" not in json.dumps(body)
    assert response.headers["X-Fal-Error-Type"] == "runner_server_error"
    assert response.headers["X-Fal-Retryable"] == "false"


async def test_a_job_is_tried_twice_before_it_fails(api: Api) -> None:
    api.engine.fail_with = [DrawingFailed()]

    assert (await api.post(RUN, INPUT))[0] == 200


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (data_uri(b"GIF89a not a picture"), "image_load_error"),
        (data_uri(b"plain words", "text/plain"), "image_load_error"),
        ("data:image/png;base64,%%%", "file_download_error"),
        (data_uri(b""), "image_load_error"),
        ("not an address", "file_download_error"),
        ("http://127.0.0.1:9/nothing.png", "file_download_error"),
        ("ftp://example.org/a.png", "file_download_error"),
        (data_uri(jpeg(side=20)), "image_too_small"),
    ],
)
async def test_a_picture_that_cannot_be_used_says_why(api: Api, url: str, kind: str) -> None:
    status, body = await api.post(RUN, {**INPUT, "image_url": url})

    assert status == 422
    assert (body["detail"][0]["loc"], body["detail"][0]["type"]) == (["body", "image_url"], kind)


async def test_a_picture_is_fetched_from_a_stranger(api: Api) -> None:
    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=jpeg(), content_type="image/jpeg")

    async with stranger(give) as address:
        assert (await api.post(RUN, {**INPUT, "image_url": f"{address}/face.jpg"}))[0] == 200


async def test_a_waiting_request_that_is_cancelled_never_starts(api: Api) -> None:
    api.engine.hold()
    running = await api.submit()
    await api.held()
    waiting = await api.submit()

    first = await api.call("PUT", f"{QUEUE}/requests/{waiting}/cancel")
    again = await api.call("PUT", f"{QUEUE}/requests/{waiting}/cancel")
    api.engine.release()
    await api.ended(running)
    result = await api.get(f"{QUEUE}/requests/{waiting}")

    assert first[:2] == again[:2] == (200, {"status": "OK"})
    assert (result[0], result[1]["error_type"]) == (499, "client_cancelled")
    assert api.engine.calls == [1]


@pytest.mark.parametrize(("header", "is_kept"), [("0", False), ("false", False), ("1", True), (None, True)])
async def test_a_request_that_is_not_to_be_stored_is_forgotten_when_it_has_ended(
    api: Api, header: str | None, is_kept: bool
) -> None:
    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=jpeg(), content_type="image/jpeg")

    headers = {**api.fal, "Idempotency-Key": "once", **({"X-Fal-Store-IO": header} if header else {})}
    async with stranger(give) as address:
        asked = {"image_url": f"{address}/secret.jpg", "prompt": "secret", "negative_prompt": "secret", "seed": 5}
        _, submitted = await api.post(QUEUE, asked, headers=headers)
        await api.delivered(submitted["request_id"])

        assert (await api.post(QUEUE, asked, headers=headers))[1]["request_id"] == submitted["request_id"]
    rows = await api.store.jobs.of_owner(api.key.owner)
    assert len(rows) == 1
    assert ("secret" in repr(rows)) is is_kept
    status, output = await api.get(f"{QUEUE}/requests/{submitted['request_id']}")
    assert (status, output["seed"]) == (200, 5)
    assert (await api.get(urlsplit(output["images"][0]["url"]).path))[0] == 200


async def test_a_running_request_can_be_cancelled(api: Api) -> None:
    api.engine.hold()
    running = await api.submit()
    await api.held()

    first = await api.call("PUT", f"{QUEUE}/requests/{running}/cancel")
    again = await api.call("PUT", f"{QUEUE}/requests/{running}/cancel")
    api.engine.release()
    told = await api.get(f"{QUEUE}/requests/{running}/status")

    assert first[:2] == again[:2] == (202, {"status": "CANCELLATION_REQUESTED"})
    assert (told[1]["status"], told[1]["error_type"]) == ("COMPLETED", "client_cancelled")


async def test_unknown_ids_and_other_keys_requests_are_404_alike(api: Api) -> None:
    request_id = await api.submit()
    other = await api.another_key()
    answers = [
        await api.get(f"{QUEUE}/requests/{uuid.uuid4()}"),
        await api.get(f"{QUEUE}/requests/{request_id}", headers=other),
        await api.get(f"/fal/queue/fal-ai/photomaker/requests/{request_id}"),
    ]

    assert {status for status, _ in answers} == {404}
    assert len({json.dumps(body) for _, body in answers}) == 1
    assert (await api.get(f"{QUEUE}/requests/no-id/status"))[0] == 404
    cancelled = await api.call("PUT", f"{QUEUE}/requests/{request_id}/cancel", headers=other)
    assert cancelled[:2] == (404, {"status": "NOT_FOUND"})
    assert (await api.get(f"/fal/queue/fal-ai%2fface-to-sticker/requests/{request_id}"))[0] == 404


async def test_without_a_key_nothing_is_told(api: Api) -> None:
    for headers in ({}, {"Authorization": "Key nobody:nothing"}, {"Authorization": "Basic abc"}):
        status, body, response = await api.call("POST", QUEUE, json=INPUT, headers=headers)
        assert (status, isinstance(body["detail"], str)) == (401, True)
        assert uuid.UUID(response.headers["x-fal-request-id"])


async def test_an_app_that_is_not_served_is_404(api: Api) -> None:
    assert (await api.post("/fal/queue/fal-ai/flux", INPUT))[0] == 404
    assert (await api.post("/fal/run/fal-ai/flux/stream", INPUT))[0] == 404
    assert (await api.get("/fal/run/fal-ai/face-to-sticker/realtime"))[0] == 404


async def test_a_model_that_the_engine_does_not_run_is_a_clear_error(api: Api) -> None:
    type(api.engine).models = frozenset({"face-to-sticker"})
    try:
        status, body = await api.post("/fal/run/fal-ai/ip-adapter-face-id", {"prompt": "x", "face_image_url": PHOTO})
    finally:
        type(api.engine).models = frozenset({"face-to-sticker", "ip-adapter-face-id", "photomaker"})

    assert (status, body["error_type"]) == (501, "model_not_loaded")


async def test_parameters_that_the_engine_does_not_use_are_named_in_the_logs(api: Api) -> None:
    request_id = await api.submit(ip_adapter_noise=0.1, guidance_scale=3)
    await api.ended(request_id)

    _, body = await api.get(f"{QUEUE}/requests/{request_id}/status?logs=1")

    assert "Not used by the plain engine: ip_adapter_noise" in [line["message"] for line in body["logs"]]


async def test_the_engine_gets_what_was_asked(api: Api) -> None:
    await api.post(RUN, {**INPUT, "prompt": "a pirate", "image_size": {"width": 300}, "upscale": "true", "seed": "7"})

    request = api.engine.seen[-1]
    assert (request.prompt, request.seed, request.style) == ("a pirate", 7, "sticker")
    assert dict(request.parameters) == {
        "negative_prompt": "",
        "steps": 20,
        "guidance": 4.5,
        "instant_id_strength": 0.7,
        "ip_adapter_weight": 0.2,
        "ip_adapter_noise": 0.5,
        "width": 300,
        "height": 512,
        "upscale": True,
        "upscale_steps": 10,
        "enable_safety_checker": True,
    }


async def test_a_flagged_picture_is_said_to_be_one(api: Api) -> None:
    api.engine.is_safe = False

    _, body = await api.post(RUN, INPUT)

    assert body["has_nsfw_concepts"] == {"sticker_image": True, "sticker_image_background_removed": True}
