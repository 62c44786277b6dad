"""Who is let in, with which header."""

from __future__ import annotations

import pytest

from api.answers import Failure, refusal
from api.providers.fal.provider import FAL
from tests.api.conftest import PIXAZO, QUEUE, SEGMIND, Api

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
    token = (await api.post(TOKEN, {}))[1]["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await api.get(STATUS, headers=bearer))[0] == 404
    for path in (TOKEN, "/fal/rest/tokens/"):
        assert (await api.post(path, {}, headers=bearer))[0] == 401
    await api.service.keys.revoke(api.key.id)
    assert (await api.get(STATUS, headers=bearer))[0] == 401


def test_the_wait_that_is_told_is_long_enough() -> None:
    assert refusal(FAL, Failure("rate_limited"), retry_after_s=1.4).headers["Retry-After"] == "2"
