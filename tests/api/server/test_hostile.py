"""What nobody should send: every one gets its 4xx, and nothing is left behind."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.server import body as body_module
from tests.api.conftest import PHOTO, PIXAZO, QUEUE, RUN, SEGMIND, Api, data_uri, jpeg, running, stranger
from tests.plain_engine import PlainEngine

ENDPOINTS = [RUN, QUEUE, SEGMIND, f"{PIXAZO}/generate", f"{PIXAZO}/prediction"]


def keys(api: Api) -> dict[str, str]:
    """Every provider's header at once."""
    return {**api.fal, "x-api-key": api.key_text, "Ocp-Apim-Subscription-Key": api.key_text}


BODIES = {
    "no json": b"{",
    "no object": b"[1, 2]",
    "nothing": b"",
    "no utf-8": b'{"prompt": "\xff\xfe"}',
    "deep": b'{"prompt": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "not a number": b'{"prompt": "x", "seed": NaN}',
    "infinity": b'{"prompt": "x", "seed": -Infinity}',
    "ten thousand fields": json.dumps({f"field{n}": n for n in range(10_000)}).encode(),
    "a number of thousands of digits": b'{"seed": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_is_no_request_is_400_or_422(api: Api, path: str, body: bytes) -> None:
    status, answer, _ = await api.call("POST", path, data=body, headers=keys(api))

    assert status in (400, 422), answer
    assert await api.store.jobs.counts() == {}


@pytest.mark.parametrize("path", [RUN, SEGMIND])
async def test_a_body_that_is_too_large_is_413(api: Api, path: str) -> None:
    large = io.BytesIO(b" " * (body_module.MAX_BODY_BYTES + 1))
    status, _, _ = await api.call("POST", path, data=large, headers=keys(api))
    assert status == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 65536

    async with api.session.post(f"{api.url}{path}", data=endless(), headers=keys(api)) as response:
        assert response.status == 413


async def test_a_body_that_does_not_come_is_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(body_module.read_bytes.__kwdefaults__, "timeout_s", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    head = f"POST {RUN} HTTP/1.1\r\nHost: x\r\nAuthorization: Key {api.key_text}\r\nContent-Length: 100\r\n\r\n{{"
    writer.write(head.encode())

    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
    writer.close()

    assert b" 422 " in answer


@pytest.mark.parametrize("value", [b"Key \xff\xfe", "Key schlüssel:ß".encode(), b"Key " + b"a" * 5000, b"Key", b"\xc3"])
async def test_a_header_of_odd_bytes_is_401(api: Api, value: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    for name in (b"Authorization", b"x-api-key", b"Ocp-Apim-Subscription-Key"):
        path = {b"Authorization": QUEUE, b"x-api-key": SEGMIND}.get(name, f"{PIXAZO}/generate").encode()
        writer.write(
            b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n" + name + b": " + value + b"\r\nContent-Length: 2\r\n\r\n{}"
        )
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        length = next(int(line[15:]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        assert b" 401 " in answer.split(b"\r\n")[0]
    writer.close()


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def lying(data: bytes, said: int) -> bytes:
    """The same archive, whose headers say another unpacked size."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = changed.find(signature)
        changed[at + offset : at + offset + 4] = said.to_bytes(4, "little")
    return bytes(changed)


BOMB = archive({"face.jpg": jpeg() + b"\0" * (300 * 1024**2)})
ARCHIVES = {
    "no archive": (jpeg(), "unsupported_archive_format"),
    "cut": (archive({"face.jpg": jpeg()})[:-30], "invalid_archive"),
    "a picture with 300 MB behind it": (BOMB, "file_too_large"),
    "a picture with 300 MB behind it that says 1000 bytes": (lying(BOMB, 1000), "invalid_archive"),
    "no picture": (
        archive({"readme.txt": b"hello", "__MACOSX/._face.jpg": jpeg()}),
        "archive_file_count_below_minimum",
    ),
    "too many": (archive({f"{n}.jpg": jpeg() for n in range(65)}), "archive_file_count_exceeds"),
}


@pytest.mark.parametrize(("data", "kind"), ARCHIVES.values(), ids=ARCHIVES)
async def test_an_archive_that_cannot_be_used_says_why(api: Api, data: bytes, kind: str) -> None:
    body = {"image_archive_url": data_uri(data, "application/zip"), "prompt": "a man img"}

    status, answer = await api.post("/fal/run/fal-ai/photomaker", body)

    assert status == 422
    told = answer["detail"][0]
    assert (told["loc"], told["type"]) == (["body", "image_archive_url"], kind)


async def test_an_archives_photos_reach_the_engine_in_its_order(api: Api) -> None:
    photos = {f"../../{n}.jpg": jpeg((n * 40, 0, 0)) for n in range(3)}
    data = archive({"folder/": b"", "__MACOSX/._0.jpg": b"x", ".hidden.jpg": jpeg(), "words.txt": b"x", **photos})
    body = {"image_archive_url": data_uri(data, "application/zip"), "prompt": "a man img"}

    status, answer = await api.post("/fal/run/fal-ai/photomaker", body)

    assert (status, len(answer["images"]), len(api.engine.seen[0].faces)) == (200, 1, 3)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(
    ["image_url", "image", "prompt", "seed", "image_size", "num_inference_steps", "width", "webhook", "upscale",
     "webhook_events_filter", "requestId", "guidance_scale", "prompt_strength", "base64"]
)  # fmt: skip


async def test_no_json_object_is_answered_with_500(api: Api) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(path=st.sampled_from(ENDPOINTS), body=st.dictionaries(NAMES, JSON, max_size=8))
    def check(path: str, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        call = asyncio.run_coroutine_threadsafe(api.call("POST", path, data=raw, headers=keys(api)), loop)
        status, answer, _ = call.result(30)
        assert status < 500, (path, body, answer)

    await asyncio.to_thread(check)


async def test_slow_strangers_hold_up_nobody_who_brings_the_photo(api: Api) -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with stranger(never) as address:
        for _ in range(30):
            await api.submit(image_url=f"{address}/face.jpg")

        status, _ = await api.post(RUN, {"image_url": PHOTO, "prompt": "a person"})
        await api.service.cancel(api.key.owner)

    assert status == 200


async def test_nothing_is_left_of_what_was_refused(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine()) as api:
        for path in ENDPOINTS:
            for raw in BODIES.values():
                await api.call("POST", path, data=raw, headers=keys(api))
        await api.post(RUN, {"image_url": data_uri(b"no picture"), "prompt": "x"})
    left = [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]

    assert left == []


@pytest.mark.parametrize("path", [RUN, SEGMIND, f"{PIXAZO}/generate"])
async def test_an_endless_address_is_refused_and_kept_nowhere(api: Api, path: str) -> None:
    """It would stand in the job's row, and be read again with every status call."""
    address = "http://" + "a" * 100_000
    status, _, _ = await api.call(
        "POST", path, json={"image_url": address, "image": address, "prompt": "x"}, headers=keys(api)
    )
    rows = await api.store.database.run("SELECT MAX(LENGTH(note)) AS n FROM jobs")

    assert status in (400, 422)
    assert (rows[0]["n"] or 0) < 10_000
