"""Segmind's endpoint."""

from __future__ import annotations

import asyncio
import base64
import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData
from PIL import Image
from segmind import SegmindClient
from segmind.exceptions import SegmindError
from segmind.v2 import InferenceFailed

from api.providers import segmind as segmind_module
from engine.errors import NoFace
from tests.api.conftest import PHOTO, SEGMIND, Api, jpeg, running
from tests.plain_engine import PlainEngine

V2 = "/v2/face-to-sticker"
# The body of the seed document, with a photo that is at hand.
BODY = {
    "seed": 411,
    "image": PHOTO,
    "steps": 20,
    "width": 1024,
    "height": 1024,
    "prompt": "a person",
    "upscale": False,
    "upscale_steps": 10,
    "prompt_strength": 7,
    "ip_adapter_noise": 0.5,
    "ip_adapter_weight": 0.2,
    "instant_id_strength": 1,
}


def key(api: Api) -> dict[str, str]:
    return {"x-api-key": api.key_text}


async def test_the_answer_is_the_picture(api: Api) -> None:
    status, png, response = await api.call("POST", SEGMIND, json=BODY, headers=key(api))

    assert (status, response.content_type) == (200, "image/png")
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
    assert response.headers["x-request-id"]
    assert float(response.headers["x-remaining-credits"]) > 0
    assert response.headers["x-seed-value"] == "411"


@pytest.mark.parametrize(
    ("headers", "extra", "kind"),
    [
        ({"Accept": "application/json"}, {}, "application/json"),
        ({"Accept": "*/*"}, {"base64": True}, "application/json"),
        ({"Accept": "image/*"}, {}, "image/png"),
        ({"Accept": "*/*"}, {}, "image/png"),
    ],
)
async def test_the_caller_may_choose_the_form(
    api: Api, headers: dict[str, str], extra: dict[str, Any], kind: str
) -> None:
    status, body, response = await api.call("POST", SEGMIND, json={**BODY, **extra}, headers={**key(api), **headers})

    assert (status, response.content_type) == (200, kind)
    if kind == "application/json":
        assert body["seed"] == 411
        assert base64.b64decode(body["image"]).startswith(b"\x89PNG")


async def test_the_operator_may_choose_json(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), response_forms={"segmind": "json"}) as api:
        assert (await api.post(SEGMIND, BODY, headers=key(api)))[1]["seed"] == 411
        _, _, response = await api.call("POST", SEGMIND, json=BODY, headers={**key(api), "Accept": "image/png"})
        assert response.content_type == "image/png"


async def test_plain_base64_is_a_photo(api: Api) -> None:
    body = {**BODY, "image": base64.b64encode(jpeg()).decode()}

    assert (await api.call("POST", SEGMIND, json=body, headers=key(api)))[0] == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image": None}, "image: Field required"),
        ({"steps": "20"}, "steps"),
        ({"steps": 0}, "steps"),
        ({"prompt_strength": 21}, "prompt_strength"),
        ({"width": 2049}, "width"),
        ({"upscale": 1}, "upscale"),
        ({"image": "data:image/png;base64,AAAA"}, "could not be read"),
    ],
)
async def test_bad_input_is_400_with_one_sentence(api: Api, change: dict[str, Any], words: str) -> None:
    status, body = await api.post(SEGMIND, {**BODY, **change}, headers=key(api))

    assert status == 400
    assert list(body) == ["error"]
    assert words in body["error"]


@pytest.mark.parametrize("seed", [-1, -411])
async def test_a_negative_seed_is_random_and_told(api: Api, seed: int) -> None:
    told = set()
    for _ in range(2):
        status, _, response = await api.call("POST", SEGMIND, json={**BODY, "seed": seed}, headers=key(api))
        assert status == 200
        told.add(int(response.headers["x-seed-value"]))

    assert len(told) == 2
    assert seed % 2**32 not in told


@pytest.mark.parametrize("path", [SEGMIND, V2])
async def test_a_form_with_the_photo_as_a_file_is_a_request_too(api: Api, path: str) -> None:
    form = FormData({name: str(value).lower() for name, value in BODY.items() if name != "image"})
    form.add_field("image", jpeg(), filename="me.jpg", content_type="image/jpeg")

    status, _, response = await api.call("POST", path, data=form, headers=key(api))

    assert status == 200
    if path == SEGMIND:
        assert (response.content_type, response.headers["x-seed-value"]) == ("image/png", "411")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"--x\r\nContent-Disposition: form-data; name=steps\r\n\r\nmany\r\n--x--\r\n", "steps"),
        (b"--x\r\nContent-Disposition: form-data; name=steps\r\n\r\n\xff\r\n--x--\r\n", "no JSON object"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n", "no JSON object"),
        (b"--x\r\nContent-Disposition: form-data; name=steps\r\n\r\n20", "no JSON object"),
        (b"--x\r\nno header\r\n\r\n20\r\n--x--", ""),
        (b"--x\r\nContent-Transfer-Encoding: what\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--", ""),
        (b"--x\r\n" * 300, ""),
        (b"", ""),
        (b"{}", ""),
    ],
)
async def test_a_broken_form_is_400(api: Api, body: bytes, words: str) -> None:
    headers = {**key(api), "Content-Type": "multipart/form-data; boundary=x"}
    status, answer, _ = await api.call("POST", SEGMIND, data=body, headers=headers)

    assert status == 400
    assert words in answer["error"]


async def test_a_form_without_a_boundary_is_400(api: Api) -> None:
    headers = {**key(api), "Content-Type": "multipart/form-data"}
    assert (await api.call("POST", SEGMIND, data=b"--x", headers=headers))[0] == 400


async def test_v2_is_asked_for_until_it_has_ended(api: Api) -> None:
    api.engine.hold()
    status, queued = await api.post(V2, BODY, headers=key(api))
    assert (status, queued["status"]) == (200, "QUEUED")
    status_path, result_path = (urlsplit(queued[name]).path for name in ("status_url", "response_url"))
    await api.held()
    assert (await api.get(status_path, headers=key(api)))[1]["status"] == "PROCESSING"
    assert (await api.get(result_path, headers=key(api)))[1]["status"] == "PROCESSING"

    api.engine.release()
    await api.ended(queued["request_id"])
    _, so_far = await api.get(status_path, headers=key(api))
    status, result = await api.get(result_path, headers=key(api))

    assert (so_far["status"], "output" in so_far) == ("COMPLETED", False)
    assert so_far["metrics"]["total_time"] >= so_far["metrics"]["inference_time"] > 0
    assert (status, result["status"], result["seed"]) == (200, "COMPLETED", 411)
    _, png, _ = await api.call("GET", urlsplit(result["output"]).path, headers={})
    assert png.startswith(b"\x89PNG")
    assert (await api.get(urlsplit(queued["poll_url"]).path, headers=key(api)))[1] == result


async def test_v2_of_a_failed_request_is_422_with_status_error_and_metrics(api: Api) -> None:
    api.engine.fail_with = [NoFace()]
    _, queued = await api.post(V2, BODY, headers=key(api))
    await api.ended(queued["request_id"])

    for name in ("status_url", "response_url"):
        status, body = await api.get(urlsplit(queued[name]).path, headers=key(api))
        assert (status, body["status"]) == (422, "FAILED")
        assert "No face" in body["error"]
        assert set(body["metrics"]) == {"inference_time", "queue_time", "total_time"}


async def test_v2_knows_nobody_elses_request(api: Api) -> None:
    theirs = await api.submit()
    _, text = await api.service.keys.add("other")
    _, mine = await api.post(V2, BODY, headers=key(api))

    for request_id, headers in ((theirs, key(api)), (mine["request_id"], {"x-api-key": text})):
        status, body = await api.get(f"/v2/requests/{request_id}/status", headers=headers)
        assert (status, body) == (404, {"error": f"Request {request_id} not found"})
    assert (await api.post("/v2/another-model", BODY, headers=key(api)))[0] == 404
    assert (await api.post(V2, {**BODY, "steps": 0}, headers=key(api)))[0] == 400


async def test_a_missing_key_and_a_wrong_one_are_told_in_segminds_words(api: Api) -> None:
    missing = await api.post(V2, BODY, headers={})
    wrong = await api.post(SEGMIND, BODY, headers={"x-api-key": "SG_0123456789abcdef"})

    assert missing == (401, {"error": "Missing Authorization or x-api-key in header"})
    assert wrong == (401, {"error": "Unauthorized. API key is invalid or may have expired."})


async def test_segminds_own_client(api: Api) -> None:
    def drive() -> tuple[dict[str, Any], bytes, SegmindError, InferenceFailed]:
        client = SegmindClient(api_key=api.key_text, base_url=f"{api.url}/v1")
        result = client.submit_async("face-to-sticker", **BODY).wait(interval=0.01)
        picture = client.run_sync("face-to-sticker", **BODY).content
        with pytest.raises(SegmindError) as refused:
            client.run("face-to-sticker", **{**BODY, "steps": 0})
        api.engine.fail_with = [NoFace()]
        with pytest.raises(InferenceFailed) as failed:
            client.submit_async("face-to-sticker", **BODY).wait(interval=0.01)
        client._client.close()
        return result, picture, refused.value, failed.value

    result, picture, refused, failed = await asyncio.to_thread(drive)

    assert (result["status"], result["seed"]) == ("COMPLETED", 411)
    assert picture.startswith(b"\x89PNG")
    assert (refused.status, "steps" in str(refused.detail)) == (400, True)
    assert "No face" in str(failed.detail)


async def test_no_face_is_400_and_a_broken_engine_500(api: Api) -> None:
    api.engine.fail_with = [NoFace(), RuntimeError("a secret"), RuntimeError("a secret")]

    no_face = await api.post(SEGMIND, BODY, headers=key(api))
    broken = await api.post(SEGMIND, BODY, headers=key(api))

    assert (no_face[0], "No face" in no_face[1]["error"]) == (400, True)
    assert (broken[0], "secret" in broken[1]["error"]) == (500, False)


async def test_the_key_is_asked_for_before_the_body(api: Api) -> None:
    for headers in ({}, {"x-api-key": "nobody:nothing"}, api.fal):
        assert (await api.call("POST", SEGMIND, data=b"{", headers=headers))[0] == 401
    assert (await api.post("/v1/another-model", BODY, headers=key(api)))[0] == 404
    assert (await api.post("/v1/another-model", BODY, headers={}))[0] == 401


async def test_a_key_for_another_provider_is_403(api: Api) -> None:
    _, text = await api.service.keys.add("fal only", providers=["fal"])

    assert (await api.post(SEGMIND, BODY, headers={"x-api-key": text}))[0] == 403


async def test_what_takes_too_long_is_504_and_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmind_module, "WAIT_S", 0.05)
    async with running(tmp_path, PlainEngine()) as api:
        api.engine.hold()
        with api.service.events.listen() as events:
            status, _ = await api.post(SEGMIND, BODY, headers=key(api))
            async with asyncio.timeout(5):
                while (event := await events.get()).kind != "ended":
                    pass

    assert status == 504
    assert event.job.status == "cancelled"
