"""Files behind unguessable addresses, and the ways to hand one in."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.files import uploads as intake_module
from api.files.lifetime import FileLifetimes
from api.providers.fal import uploads as uploads_module
from service.limits import Limits
from service.stickers import StickerService
from storage.uploads import LEAST_BYTES
from tests.api.conftest import RUN, Api, jpeg, running
from tests.plain_engine import PlainEngine

REST = "/fal/rest"
CDN = "/fal/cdn"


async def uploaded(api: Api, data: bytes, content_type: str = "image/jpeg", **headers: str) -> tuple[int, Any]:
    sent = {**api.fal, "Content-Type": content_type, **headers}
    status, body, _ = await api.call("POST", f"{CDN}/files/upload", data=io.BytesIO(data), headers=sent)
    return status, body


async def initiated(api: Api, content_type: str = "image/jpeg") -> dict[str, str]:
    path = f"{REST}/storage/upload/initiate?storage_type=fal-cdn-v3"
    status, body = await api.post(path, {"file_name": "my face.JPG", "content_type": content_type})
    assert status == 200
    return dict(body)


async def test_an_upload_comes_back_byte_for_byte_and_is_a_photo(api: Api) -> None:
    status, body = await uploaded(api, jpeg(), **{"X-Fal-File-Name": "face.jpg"})

    assert (status, body["access_url"].endswith("/file.jpg")) == (200, True)
    async with api.session.get(body["access_url"]) as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", jpeg())
    async with api.session.head(body["access_url"]) as response:
        assert (response.status, int(response.headers["Content-Length"])) == (200, len(jpeg()))
    assert (await api.post(RUN, {"image_url": body["access_url"], "prompt": "x"}))[0] == 200


async def test_own_files_are_read_in_process_whatever_host_they_name(tmp_path: Path) -> None:
    """The guard would refuse loopback: an own address never gets that far."""
    async with running(tmp_path, PlainEngine(), allow_private_hosts=False) as api:
        _, body = await uploaded(api, jpeg())
        path = body["access_url"].removeprefix(api.url)
        assert (await api.post(RUN, {"image_url": body["access_url"], "prompt": "x"}))[0] == 200
        assert (await api.post(RUN, {"image_url": f"https://v3.fal.media{path}", "prompt": "x"}))[0] == 200
        status, refused = await api.post(RUN, {"image_url": f"{api.url}/files/{'0' * 32}/a.jpg", "prompt": "x"})
        assert (status, refused["detail"][0]["type"]) == (422, "file_download_error")


async def test_a_result_can_be_the_photo_of_the_next_request(api: Api) -> None:
    _, first = await api.post(RUN, {"image_url": (await uploaded(api, jpeg()))[1]["access_url"], "prompt": "x"})

    assert (await api.post(RUN, {"image_url": first["sticker_image"]["url"], "prompt": "x"}))[0] == 200


@pytest.mark.parametrize("with_key", [False, True])
async def test_a_presigned_address_takes_one_file_with_or_without_a_key(api: Api, with_key: bool) -> None:
    body = await initiated(api)
    headers = api.fal if with_key else {}
    path = body["upload_url"].removeprefix(api.url)

    first = await api.call("PUT", path, data=io.BytesIO(jpeg()), headers=headers)
    second = await api.call("PUT", path, data=io.BytesIO(jpeg((1, 2, 3))), headers=headers)

    assert (first[0], second[0]) == (200, 404)
    async with api.session.get(body["file_url"]) as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", jpeg())


async def test_a_presigned_address_cannot_be_made_up(api: Api) -> None:
    body = await initiated(api)
    path = body["upload_url"].removeprefix(api.url)
    for forged in (path[:-1] + ("0" if path[-1] != "0" else "1"), f"{CDN}/upload/abc.def"):
        assert (await api.call("PUT", forged, data=io.BytesIO(jpeg()), headers={}))[0] == 401


async def test_the_cdns_token_is_what_the_python_client_expects(api: Api) -> None:
    status, body = await api.post(f"{REST}/storage/auth/token?storage_type=fal-cdn-v3", {})
    headers = {"Authorization": f"{body['token_type']} {body['token']}", "Content-Type": "image/jpeg"}

    assert (status, body["token_type"], body["base_url"]) == (200, "Bearer", f"{api.url}{CDN}")
    assert body["expires_at"].endswith("+00:00")
    assert datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC) > timedelta(minutes=30)
    path = f"{CDN}/files/upload"
    assert (await api.call("POST", path, data=io.BytesIO(jpeg()), headers=headers))[0] == 200
    headers["Authorization"] = f"Bearer {body['token'][:-1]}x"
    assert (await api.call("POST", path, data=io.BytesIO(jpeg()), headers=headers))[0] == 401


async def test_a_browsers_token_stands_for_the_key(api: Api) -> None:
    status, token = await api.post(f"{REST}/tokens/", {"allowed_apps": ["face-to-sticker"], "token_expiration": 120})
    request_id = await api.submit()
    await api.ended(request_id)
    path = f"/fal/queue/fal-ai/face-to-sticker/requests/{request_id}/status?fal_jwt_token={token}"

    assert (status, isinstance(token, str)) == (200, True)
    assert (await api.get(path, headers={}))[0] == 200
    await api.service.keys.revoke(api.key.id)
    assert (await api.get(path, headers={}))[0] == 401


async def test_what_is_too_large_or_empty_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads_module, "UPLOAD_BYTES", 1000)

    assert (await uploaded(api, b"x" * 1001))[0] == 413
    status, told = await uploaded(api, b"")
    assert (status, told["detail"][0]["msg"]) == (422, "The file is empty.")
    for path in (f"{CDN}/files/upload/multipart", f"{REST}/storage/upload/initiate-multipart"):
        assert (await api.post(path, {}))[0] == 413


async def test_a_key_has_a_quota(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "QUOTA_BYTES", 2 * LEAST_BYTES)
    statuses = [(await uploaded(api, b"x" * 600))[0] for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert (await api.post(f"{REST}/storage/upload/initiate", {}))[0] == 429


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/zip", "nonsense"])
async def test_what_is_no_picture_is_only_saved_and_never_shown(api: Api, content_type: str) -> None:
    _, body = await uploaded(api, b"<script>alert(1)</script>", content_type)

    async with api.session.get(body["access_url"]) as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.content_type in ("application/octet-stream", "application/zip")
        assert (
            response.headers["X-Content-Type-Options"],
            "sandbox" in response.headers["Content-Security-Policy"],
        ) == (
            "nosniff",
            True,
        )


async def test_addresses_cannot_be_guessed_from_others(api: Api) -> None:
    _, body = await api.post(RUN, {"image_url": (await uploaded(api, jpeg()))[1]["access_url"], "prompt": "x"})
    url = body["sticker_image"]["url"]
    job_id = url.split("/")[-2][:32]
    for wrong in (
        url.replace(job_id, "0" * 32),
        url.replace("sticker.png", "photo.png"),
        url.replace("sticker.png", "..%2f..%2fphotos"),
        f"{api.url}/files/{job_id}{'0' * 32}/sticker.png",
    ):
        async with api.session.get(wrong) as response:
            assert response.status == 404, wrong


async def test_files_live_as_long_as_the_caller_wishes_within_bounds(api: Api) -> None:
    async def left_s(wish: str | None) -> int:
        headers = {**api.fal, **({"X-Fal-Object-Lifecycle-Preference": wish} if wish else {})}
        _, body = await uploaded(api, jpeg())
        _, answer = await api.post(RUN, {"image_url": body["access_url"], "prompt": "x"}, headers=headers)
        async with api.session.get(answer["sticker_image"]["url"]) as response:
            return int(response.headers["Cache-Control"].split("max-age=")[1].split(",")[0])

    assert 86_300 < await left_s(None) <= 86_400
    assert 7100 < await left_s('{"expiration_duration_seconds": 7200}') <= 7200
    assert 3500 < await left_s('{"expiration_duration_seconds": 5}') <= 3600
    assert 86_300 < await left_s("nonsense") <= 86_400


async def test_pictures_are_deleted_after_their_lifetime_and_requests_after_a_day(tmp_path: Path) -> None:
    now = [time.time()]
    async with running(tmp_path, PlainEngine()) as api:
        later = StickerService(api.store, limits=Limits(), clock=lambda: now[0])
        lifetimes = FileLifetimes(later, 24 * 3600.0)
        photo = (await uploaded(api, jpeg()))[1]["access_url"]
        short = {**api.fal, "X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds": 3600}'}
        await api.post(RUN, {"image_url": photo, "prompt": "x"})
        await api.post(RUN, {"image_url": photo, "prompt": "x"}, headers=short)

        async def is_delivered() -> bool:
            return not await api.store.jobs.undelivered("api")

        await api.until(is_delivered)
        left = []
        for hours in (0.5, 2, 25):
            now[0] = time.time() + hours * 3600
            await lifetimes.sweep()
            pictures = [path for path in (tmp_path / "files").rglob("*.png") if path.is_file()]
            left.append((len(pictures), sum((await api.store.jobs.counts()).values())))

    assert left == [(4, 2), (2, 2), (0, 0)]


async def test_after_their_lifetime_files_are_gone(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine()) as api:
        _, answer = await api.post(RUN, {"image_url": (await uploaded(api, jpeg()))[1]["access_url"], "prompt": "x"})
        await api.store.database.run("UPDATE jobs SET finished_at = finished_at - 90000")
        await api.store.database.run("UPDATE uploads SET expires_at = expires_at - 90000")
        async with api.session.get(answer["sticker_image"]["url"]) as response:
            assert response.status == 404


async def test_uploads_at_the_same_time_do_not_pass_the_quota_together(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "QUOTA_BYTES", 2 * LEAST_BYTES)
    answers = await asyncio.gather(*(uploaded(api, bytes([number]) * 600) for number in range(8)))

    assert sorted(status for status, _ in answers) == [200] * 2 + [429] * 6
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 2


async def test_a_revoked_key_hands_nothing_in_under_addresses_it_still_has(api: Api) -> None:
    path = (await initiated(api))["upload_url"].removeprefix(api.url)
    await api.service.keys.revoke(api.key.id)

    assert (await api.call("PUT", path, data=io.BytesIO(jpeg()), headers={}))[0] == 401


@pytest.mark.parametrize("header", ["X-Fal-Object-Lifecycle", "X-Fal-Object-Lifecycle-Preference"])
async def test_uploads_live_as_long_as_the_caller_wishes_within_bounds(api: Api, header: str) -> None:
    """The clients send both headers with uploads."""
    path = f"{REST}/storage/upload/initiate"

    async def lives_s(wish: int) -> list[int]:
        headers = {header: f'{{"expiration_duration_seconds": {wish}}}'}
        _, posted = await uploaded(api, jpeg(), **headers)
        _, asked = await api.post(path, {"file_name": "a.jpg"}, headers={**api.fal, **headers})
        await api.call("PUT", asked["upload_url"].removeprefix(api.url), data=io.BytesIO(jpeg()), headers={})
        rows = await api.store.database.run("SELECT id, ROUND(expires_at - created_at) AS s FROM uploads")
        lifetimes = {row["id"]: int(row["s"]) for row in rows}
        return [lifetimes[url.split("/")[-2]] for url in (posted["access_url"], asked["file_url"])]

    assert await lives_s(7200) == [7200, 7200]
    assert await lives_s(5) == [3600, 3600]
