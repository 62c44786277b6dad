"""Segmind's endpoint."""

from __future__ import annotations

import asyncio
import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.providers import segmind as segmind_module
from engine.errors import NoFace
from tests.api.conftest import PHOTO, SEGMIND, Api, jpeg, running
from tests.plain_engine import PlainEngine

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
    assert response.headers["x-remaining-credits"]


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
