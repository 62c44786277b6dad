"""Who is let in, with which header."""

from __future__ import annotations

import pytest

from api.answers import Failure, refusal
from api.providers.fal.provider import FAL
from tests.api.conftest import PHOTO, PIXAZO, QUEUE, SEGMIND, Api

TOKEN = "/fal/rest/storage/auth/token"
STATUS = f"{QUEUE}/requests/{'0' * 8}-0000-0000-0000-{'0' * 12}/status"


@pytest.mark.parametrize("scheme", ["Key", "key", "KEY"])
async def test_the_scheme_may_be_in_any_case(api: Api, scheme: str) -> None:
    assert (await api.get(STATUS, headers={"Authorization": f"{scheme} {api.key_text}"}))[0] == 404


@pytest.mark.parametrize("header", ["", "Key", "Key x:y", "Bearer x.y", "Basic eDp5", "Key " + "x" * 600])
async def test_everything_else_is_unauthorized(api: Api, header: str) -> None:
    assert (await api.get(STATUS, headers={"Authorization": header}))[0] == 401


async def test_a_key_of_another_provider_is_forbidden_and_a_revoked_one_unknown(api: Api) -> None:
    key, text = await api.service.keys.add("segmind only", providers=["segmind"])
    fal, pixazo = {"Authorization": f"Key {text}"}, {"Ocp-Apim-Subscription-Key": text}
    assert (await api.get(STATUS, headers=fal))[0] == 403
    assert (await api.post(f"{PIXAZO}/generate", {}, headers=pixazo))[0] == 403
    assert (await api.post(SEGMIND, {}, headers={"x-api-key": text}))[0] == 400
    await api.service.keys.revoke(key.id)
    assert (await api.post(SEGMIND, {}, headers={"x-api-key": text}))[0] == 401


async def test_a_token_ends_with_its_key_and_makes_no_further_tokens(api: Api) -> None:
    """Else a browser's two minutes could be renewed for ever."""
    _, token = await api.post("/fal/rest/tokens/", {"allowed_apps": ["fal-ai/face-to-sticker"]})
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await api.get(STATUS, headers=bearer))[0] == 404
    for path in (TOKEN, "/fal/rest/tokens/"):
        assert (await api.post(path, {"allowed_apps": []}, headers=bearer))[0] == 401
    await api.service.keys.revoke(api.key.id)
    assert (await api.get(STATUS, headers=bearer))[0] == 401


async def test_a_browsers_token_submits_and_reads_its_apps_and_no_more(api: Api) -> None:
    _, token = await api.post("/fal/rest/tokens/", {"allowed_apps": ["face-to-sticker"]})
    bearer = {"Authorization": f"Bearer {token}"}
    status, queued = await api.post(QUEUE, {"image_url": PHOTO, "prompt": "x"}, headers=bearer)
    address = f"{QUEUE}/requests/{queued['request_id']}"

    assert (status, (await api.get(f"{address}/status", headers=bearer))[0] in (200, 202)) == (200, True)
    assert (await api.call("PUT", f"{address}/cancel", headers=bearer))[0] == 401
    assert (await api.post("/fal/queue/fal-ai/photomaker", {}, headers=bearer))[0] == 403
    assert (await api.call("POST", "/fal/cdn/files/upload", data=b"x", headers=bearer))[0] == 401
    assert (await api.post("/fal/rest/storage/upload/initiate", {}, headers=bearer))[0] == 401


async def test_a_token_for_uploads_opens_no_request_and_one_without_apps_is_not_made(api: Api) -> None:
    bearer = {"Authorization": f"Bearer {(await api.post(TOKEN, {}))[1]['token']}"}

    assert (await api.get(STATUS, headers=bearer))[0] == 401
    assert (await api.post(QUEUE, {}, headers=bearer))[0] == 401
    assert (await api.post("/fal/rest/tokens/", {}))[0] == 422


def test_the_wait_that_is_told_is_long_enough() -> None:
    assert refusal(FAL, Failure("rate_limited"), retry_after_s=1.4).headers["Retry-After"] == "2"
