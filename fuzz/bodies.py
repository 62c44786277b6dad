"""Fuzz the HTTP API: whatever a caller sends, to whatever address, the answer is below 500."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy

from api.providers import PROVIDERS
from fuzz.archives import ARCHIVES
from fuzz.errors_in_log import ErrorsInLog
from fuzz.mutations import mutated_files
from fuzz.pictures import PICTURES
from fuzz.target import Check, Target
from fuzz.words import TEXTS
from tests.api.conftest import Api, running
from tests.plain_engine import PlainEngine

_ID = "01234567-89ab-4cde-8f01-23456789abcd"
_POSTS = [
    *(f"/fal/{site}/{app}" for site in ("run", "queue") for app in ("fal-ai/face-to-sticker", "fal-ai/photomaker")),
    *("/fal/run/fal-ai/ip-adapter-face-id", "/fal/run/fal-ai/face-to-sticker/stream", "/fal/proxy/"),
    *("/fal/rest/storage/upload/initiate", "/fal/rest/storage/upload/initiate-multipart", "/fal/rest/tokens/"),
    *("/fal/rest/storage/auth/token", "/fal/cdn/files/upload", "/fal/cdn/files/upload/multipart"),
    *("/v1/face-to-sticker", "/v2/face-to-sticker", "/v1/other"),
    *("/face-sticker/v1/face-to-sticker/generate", "/face-sticker/v1/face-to-sticker/prediction"),
    *("/replicate/v1/models/fofr/face-to-sticker/predictions", "/replicate/v1/predictions", "/replicate/v1/files"),
    f"/replicate/v1/predictions/{_ID}/cancel",
]
_GETS = [
    *(f"/fal/queue/fal-ai/face-to-sticker/requests/{_ID}{end}" for end in ("", "/status", "/status/stream")),
    *(f"/v2/requests/{_ID}", f"/v2/requests/{_ID}/status", f"/v1/requests/{_ID}", "/replicate/v1/files"),
    *(
        "/replicate/v1/predictions",
        f"/replicate/v1/predictions/{_ID}",
        "/docs",
        "/openapi.json",
        "/healthz",
        "/metrics",
    ),
    *("/fal/rest/.well-known/jwks.json", "/replicate/v1/account", "/fal/queue/fal-ai/face-to-sticker/openapi.json"),
]
_FIELDS = sorted(
    {each.name for provider in PROVIDERS for table in provider.tables for each in table.fields}
    | {"input", "version", "webhook", "webhook_events_filter", "requestId", "base64", "stream", "file_name"}
    | {"content_type", "lifecycle", "logs", "fal_webhook", "allowed_apps", "token_expiration"}
)
_EXAMPLES = [table.example for provider in PROVIDERS for table in provider.tables]
_NUMBERS = some.integers() | some.floats() | some.sampled_from([0, -1, 2**31, 2**63, 2**64, 1e308, -0.0, 10**400])
_SCALARS = some.none() | some.booleans() | _NUMBERS | TEXTS.map(lambda text: text[:2000])
_JSON = some.recursive(
    _SCALARS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


def _inline(data: bytes, kind: str, ends: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}{ends}"


_FILES = some.builds(
    _inline,
    mutated_files(PICTURES) | mutated_files(ARCHIVES),
    some.sampled_from(["image/jpeg", "image/png", "application/zip", "", "x/y;charset=\u00e9", "image/jpeg;a=b"]),
    some.sampled_from(["", "", "", "=", "%", "\n", "\u00e9"]),
)
_ADDRESSES = some.sampled_from(
    ["http://127.0.0.1:9/", "http://[::1]/", "http://0x7f.1/", "https://a\u00e9.example/", "file:///etc/passwd", "http://",
     "http://user:pass@127.0.0.1/", "gopher://127.0.0.1:70/_x", "data:,", "data:;base64,", "http://127.0.0.1:99999/"]
)  # fmt: skip
_VALUES = _SCALARS | _FILES | _ADDRESSES | _JSON


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a stranger."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def _changed(example: dict[str, Any], change: dict[str, Any], wrapped: bool) -> bytes:
    body = {**example, **change}
    return json.dumps({"input": body} if wrapped else body).encode("utf-8", "surrogatepass")


_bodies = (
    some.builds(
        _changed,
        some.sampled_from(
            [{}, *_EXAMPLES, {"image_url": _inline(PICTURES["jpeg"](), "image/jpeg", ""), "prompt": "x"}]
        ),
        some.dictionaries(some.sampled_from(_FIELDS) | some.text(max_size=12), _VALUES, max_size=5),
        some.booleans(),
    )
    | _JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
    | some.binary(max_size=300)
    | mutated_files({"form": lambda: _FORM})
)
_FORM = (
    b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    + PICTURES["jpeg"]()
    + b'\r\n--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nx\r\n--b--\r\n'
)
_printable = some.text(some.characters(min_codepoint=32, max_codepoint=126), max_size=40)
_headers = some.dictionaries(
    some.sampled_from(
        ["Content-Type", "Accept", "Prefer", "X-Fal-Store-IO", "X-Fal-Request-Timeout", "X-Fal-Object-Lifecycle",
         "X-Fal-Queue-Priority", "Origin", "X-Forwarded-Host", "X-Forwarded-Proto", "Range", "If-None-Match",
         "Cancel-After", "Accept-Language", "Cookie", "X-Fal-Target-Url", "X-Fal-File-Name", "X-Fal-Runner-Hint"]
    ),
    _printable | some.sampled_from(
        ["application/json", "multipart/form-data; boundary=b", "multipart/form-data", "1s", "9d",
         "application/x-www-form-urlencoded", "wait=1", "respond-async", "0", "1", "-1", "1e9", "bytes=0-",
         "https://example.org", "application/json; charset=x",
         '{"expiration_duration_seconds": 1}', "https://fal.run/fal-ai/face-to-sticker"]
    ),
    max_size=3,
)  # fmt: skip
_tails = some.sampled_from(
    ["", "", "", "/", "?logs=1", "?webhook=http://127.0.0.1/", "?a=%00", "/%2e%2e/x", "?%ff", "//"]
)
CALLS = some.builds(
    lambda path, tail, body, headers, method: Call(method, path + tail, body, headers),
    some.sampled_from(_POSTS),
    _tails,
    _bodies,
    _headers,
    some.sampled_from(["POST", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
) | some.builds(
    lambda path, tail, headers, method: Call(method, path + tail, b"", headers),
    some.sampled_from(_GETS)
    | some.text(some.characters(min_codepoint=33, max_codepoint=126), max_size=30).map("/".__add__),
    _tails,
    _headers,
    some.sampled_from(["GET", "GET", "HEAD", "PUT", "DELETE"]),
)


async def _answer(api: Api, call: Call, errors: ErrorsInLog) -> None:
    keys = {**api.fal, "x-api-key": api.key_text, "Ocp-Apim-Subscription-Key": api.key_text}
    async with asyncio.timeout(20):
        status, answer, response = await api.call(
            call.method, call.path, headers={"Content-Type": "application/json", **keys, **call.headers}, data=call.body
        )
    assert status < 500, (status, answer)
    if response.content_type == "application/json" and call.method != "HEAD":
        assert isinstance(answer, dict | list), answer
    errors.check()


@contextmanager
def _server() -> Iterator[tuple[SearchStrategy[Call], Check]]:
    """Run the API over an engine that draws at once; private addresses stay closed."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner, ErrorsInLog() as errors:
        logging.getLogger("asyncio").setLevel(logging.WARNING)
        house = running(Path(folder), PlainEngine(), allow_private_hosts=False)
        api = runner.run(house.__aenter__())
        try:
            yield CALLS, lambda call: runner.run(_answer(api, call, errors))
        finally:
            runner.run(house.__aexit__(None, None, None))


def targets() -> Iterator[Target]:
    """Yield the API."""
    yield Target("api", _server, slow_s=5.0)
