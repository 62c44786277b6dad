"""Replicate's predictions, files and webhooks; its real clients are in `replicate/`."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from aiohttp import FormData, web

from api.providers.replicate.predictions import wait_s_of
from api.providers.replicate.tables import REPLICATE_FACE_TO_STICKER, table_of_version, version_of
from engine.errors import NoFace
from tests.api.conftest import PHOTO, PIXAZO, Api, jpeg, stranger

MODEL = "fofr/face-to-sticker"
BASE = "/replicate/v1"
CREATE = f"{BASE}/models/{MODEL}/predictions"


def key(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.key_text}"}


async def create(api: Api, prefer: str = "", around: dict[str, Any] | None = None, **change: Any) -> tuple[int, Any]:
    body = {"input": {"image": PHOTO, **change}, **(around or {})}
    headers = {**key(api), **({"Prefer": prefer} if prefer else {})}
    return await api.post(CREATE, body, headers=headers)


async def test_a_prediction_goes_from_starting_to_succeeded(api: Api) -> None:
    status, made = await create(api, seed=7)
    assert (status, made["status"], made["model"], made["output"]) == (201, "starting", MODEL, None)
    assert made["input"]["seed"] == 7
    assert made["input"]["steps"] == 20

    await api.ended(made["id"])
    _, told = await api.get(f"{BASE}/predictions/{made['id']}", headers=key(api))

    assert (told["status"], told["error"], told["data_removed"]) == ("succeeded", None, False)
    assert told["metrics"]["total_time"] >= told["metrics"]["predict_time"] > 0
    assert "Started" in told["logs"]
    for url in told["output"]:
        async with api.session.get(url) as response:
            assert (response.status, response.content_type) == (200, "image/png")


async def test_waiting_answers_the_output_at_once(api: Api) -> None:
    status, told = await create(api, prefer="wait")

    assert (status, told["status"], len(told["output"])) == (201, "succeeded", 2)


async def test_a_wait_that_is_too_short_says_starting_though_it_is_being_drawn(api: Api) -> None:
    """The clients take "processing" for an end after a wait, and go on without an output."""
    api.engine.hold()

    status, told = await create(api, prefer="wait=1")
    _, asked = await api.get(f"{BASE}/predictions/{told['id']}", headers=key(api))
    api.engine.release()

    assert (status, told["status"], asked["status"]) == (202, "starting", "processing")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("wait", 60),
        ("wait=5", 5),
        ("wait=600", 60),
        ("wait=0", 1),
        ("respond-async, Wait = 7", 7),
        ("await", 0),
    ],
)
def test_the_prefer_header_is_read_as_its_standard_has_it(header: str, seconds: int) -> None:
    assert wait_s_of(header) == seconds


@pytest.mark.parametrize("version", ["0" * 64, MODEL, f"{MODEL}:{'f' * 64}", version_of(MODEL)])
async def test_a_prediction_is_created_by_version(api: Api, version: str) -> None:
    body = {"version": version, "input": {"image": PHOTO}}
    status, told = await api.post(f"{BASE}/predictions", body, headers={**key(api), "Prefer": "wait"})

    assert (status, told["status"], told["version"]) == (201, "succeeded", version_of(MODEL))


@pytest.mark.parametrize("version", [None, 5, "", "latest", "0" * 63, "somebody/else", f"somebody/else:{'0' * 64}"])
async def test_a_version_that_is_not_here_is_refused(api: Api, version: Any) -> None:
    body = {"version": version, "input": {"image": PHOTO}}
    status, told = await api.post(f"{BASE}/predictions", body, headers=key(api))

    assert (status, told["status"]) == (422, 422)
    assert "version" in told["detail"]
    assert table_of_version(version) is None


async def test_a_model_that_is_not_here_is_404(api: Api) -> None:
    status, told = await api.post(f"{BASE}/models/somebody/else/predictions", {"input": {}}, headers=key(api))

    assert (status, told["title"]) == (404, "Not found")


async def test_input_that_is_not_valid_is_told_field_by_field(api: Api) -> None:
    status, told = await create(api, steps=99, prompt=5, around={"webhook_events_filter": ["birth"]})

    assert (status, told["title"]) == (422, "Input validation failed")
    assert [each["field"] for each in told["invalid_fields"]] == [
        "input.prompt",
        "input.steps",
        "webhook_events_filter",
    ]
    assert "- input.steps: Input should be less than or equal to 50\n" in told["detail"]
    for inner in (None, "text", [1]):
        status, told = await api.post(CREATE, {"input": inner}, headers=key(api))
        assert (status, told["invalid_fields"][0]["field"]) == (422, "input.image")


async def test_a_prediction_that_failed_says_why(api: Api) -> None:
    api.engine.fail_with = [NoFace()]

    status, told = await create(api, prefer="wait")

    assert (status, told["status"], told["output"]) == (201, "failed", None)
    assert "face" in told["error"]


async def test_cancelling_stops_it_and_says_so_twice(api: Api) -> None:
    api.engine.hold()
    _, made = await create(api)
    await api.held()
    answers = [await api.post(f"{BASE}/predictions/{made['id']}/cancel", None, headers=key(api)) for _ in range(2)]
    api.engine.release()

    assert [(status, told["status"]) for status, told in answers] == [(200, "canceled")] * 2


async def test_other_keys_and_other_providers_requests_are_not_there(api: Api) -> None:
    _, made = await create(api)
    other = {"Authorization": (await api.another_key())["Authorization"].replace("Key", "Bearer")}
    _, pixazo = await api.post(
        f"{PIXAZO}/generate", {"image": PHOTO}, headers={"Ocp-Apim-Subscription-Key": api.key_text}
    )

    assert (await api.get(f"{BASE}/predictions/{made['id']}", headers=other))[0] == 404
    assert (await api.get(f"{BASE}/predictions/{pixazo['request_id']}", headers=key(api)))[0] == 404
    _, listed = await api.get(f"{BASE}/predictions", headers=key(api))
    assert [each["id"] for each in listed["results"]] == [made["id"]]
    assert (await api.get(f"{BASE}/predictions", headers=other))[1]["results"] == []


async def test_a_list_goes_on_at_its_next_address(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.providers.replicate.predictions.PAGE", 2)
    made = [(await create(api))[1]["id"] for _ in range(5)]
    seen, address = [], f"{api.url}{BASE}/predictions"
    while address:
        async with api.session.get(address, headers=key(api)) as response:
            page = await response.json()
        seen += [each["id"] for each in page["results"]]
        address = page["next"]

    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "%F0%9F%98%80", "WyJhIiwiYiJd"])
async def test_a_cursor_that_was_never_given_out_is_refused(api: Api, cursor: str) -> None:
    assert (await api.get(f"{BASE}/predictions?cursor={cursor}", headers=key(api)))[0] == 422


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic abc"}])
async def test_without_a_key_it_says_unauthenticated(api: Api, header: dict[str, str]) -> None:
    for method, path in (("POST", CREATE), ("GET", f"{BASE}/predictions"), ("GET", f"{BASE}/files")):
        status, told, _ = await api.call(method, path, headers=header)
        assert (status, told["title"], told["status"]) == (401, "Unauthenticated", 401)


async def test_older_programs_call_their_key_a_token(api: Api) -> None:
    status, told = await api.get(f"{BASE}/account", headers={"Authorization": f"Token {api.key_text}"})

    assert (status, told["username"]) == (200, "test")


async def test_a_file_is_uploaded_used_listed_and_deleted(api: Api) -> None:
    form = FormData()
    form.add_field("content", jpeg(), filename="face.jpg", content_type="image/jpeg")
    form.add_field("metadata", json.dumps({"from": "phone"}), content_type="application/json")

    status, file, _ = await api.call("POST", f"{BASE}/files", headers=key(api), data=form)
    _, told = await create(api, prefer="wait", image=file["urls"]["get"])
    _, listed = await api.get(f"{BASE}/files", headers=key(api))
    _, one = await api.get(f"{BASE}/files/{file['id']}", headers=key(api))
    gone, _, _ = await api.call("DELETE", f"{BASE}/files/{file['id']}", headers=key(api))
    after, _ = await api.get(f"{BASE}/files/{file['id']}", headers=key(api))

    assert (status, file["name"], file["metadata"], file["size"]) == (201, "face.jpg", {"from": "phone"}, len(jpeg()))
    assert told["status"] == "succeeded"
    assert file["checksums"]["sha256"] == one["checksums"]["sha256"] == hashlib.sha256(jpeg()).hexdigest()
    assert [each["id"] for each in listed["results"]] == [file["id"]]
    assert (gone, after) == (204, 404)


async def test_a_file_of_another_key_is_not_there(api: Api) -> None:
    form = FormData()
    form.add_field("content", jpeg(), filename="face.jpg")
    _, file, _ = await api.call("POST", f"{BASE}/files", headers=key(api), data=form)
    other = {"Authorization": (await api.another_key())["Authorization"].replace("Key", "Bearer")}

    for method in ("GET", "DELETE"):
        status, _, _ = await api.call(method, f"{BASE}/files/{file['id']}", headers=other)
        assert status == 404
    assert (await api.get(f"{BASE}/files/{file['id']}", headers=key(api)))[0] == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\ncut off'),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{not json\r\n--x--\r\n',
        ),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(api: Api, content_type: str, body: bytes) -> None:
    headers = {**key(api), "Content-Type": content_type}
    status, told, _ = await api.call("POST", f"{BASE}/files", headers=headers, data=body)

    assert (status, told["status"]) == (422, 422)


async def test_a_file_that_is_too_large_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.providers.replicate.files.UPLOAD_BYTES", 1000)
    monkeypatch.setattr("api.providers.replicate.files.METADATA_BYTES", 10)
    for chunked in (False, True):
        form = FormData()
        form.add_field("content", b"x" * 1100, filename="face.jpg")
        status, _, _ = await api.call("POST", f"{BASE}/files", headers=key(api), data=form, chunked=chunked or None)
        assert status == 413


async def test_webhooks_are_signed_with_the_keys_own_secret(api: Api) -> None:
    calls: list[tuple[dict[str, str], bytes]] = []
    is_over = asyncio.Event()

    async def receive(request: web.Request) -> web.Response:
        calls.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if json.loads(calls[-1][1])["status"] == "succeeded" and len(calls) > 2:
            is_over.set()
        return web.Response()

    _, told = await api.get(f"{BASE}/webhooks/default/secret", headers=key(api))
    secret = base64.b64decode(told["key"].removeprefix("whsec_"))
    async with stranger(receive) as url:
        _, made = await create(api, around={"webhook": f"{url}/hook"})
        async with asyncio.timeout(20):
            await is_over.wait()
            await api.delivered(made["id"])

    assert len(secret) == 32
    statuses = [json.loads(body)["status"] for _, body in calls]
    assert (statuses[0], statuses[-1]) == ("processing", "succeeded")
    for headers, body in calls:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
    other = {"Authorization": (await api.another_key())["Authorization"].replace("Key", "Bearer")}
    assert (await api.get(f"{BASE}/webhooks/default/secret", headers=other))[1]["key"] != told["key"]


async def test_the_older_webhook_field_tells_the_end_alone(api: Api) -> None:
    bodies: list[Any] = []

    async def receive(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.Response()

    async with stranger(receive) as url:
        _, made = await create(api, around={"webhook_completed": f"{url}/hook"})
        await api.delivered(made["id"])

    assert [each["status"] for each in bodies] == ["succeeded"]


async def test_a_model_shows_its_input_and_output(api: Api) -> None:
    _, model = await api.get(f"{BASE}/models/{MODEL}", headers=key(api))
    _, versions = await api.get(f"{BASE}/models/{MODEL}/versions", headers=key(api))
    status, version = await api.get(f"{BASE}/models/{MODEL}/versions/{'a' * 64}", headers=key(api))

    schemas = version["openapi_schema"]["components"]["schemas"]
    assert (status, version["id"], (model["owner"], model["name"])) == (200, "a" * 64, tuple(MODEL.split("/")))
    assert set(schemas["Input"]["properties"]) == {each.name for each in REPLICATE_FACE_TO_STICKER.fields}
    assert schemas["Output"]["type"] == "array"
    assert [each["id"] for each in versions["results"]] == [model["latest_version"]["id"]]
