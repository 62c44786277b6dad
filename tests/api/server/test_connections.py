"""Strangers on real sockets: idle, half sent, too many, no HTTP at all; and a certificate that is renewed."""

from __future__ import annotations

import asyncio
import errno
import resource
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from api.server import connections
from api.server.connections import Certificate, most_connections, raise_descriptor_limit
from tests.api.conftest import PHOTO, RUN, Api, running
from tests.plain_engine import PlainEngine

Sockets = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(api: Api, sent: bytes = b"") -> Sockets:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    writer.write(sent)
    return reader, writer


async def ended(stream: Sockets) -> bytes:
    """What came until the server hung up."""
    async with asyncio.timeout(5):
        try:
            return await stream[0].read()
        except ConnectionResetError:
            return b""
        finally:
            stream[1].close()


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=["idle", "half a head", "kept alive"],
)
async def test_a_connection_without_a_whole_request_ends_after_a_while(tmp_path: Path, sent: bytes) -> None:
    async with running(tmp_path, PlainEngine(), idle_s=0.2) as api:
        answer = await ended(await opened(api, sent))

    assert answer.startswith(b"HTTP/1.1 200" if sent.endswith(b"\r\n\r\n") else b"")


async def test_a_request_that_takes_longer_than_an_idle_connection_may_is_answered(tmp_path: Path) -> None:
    engine = PlainEngine()
    async with running(tmp_path, engine, idle_s=0.2) as api:
        engine.hold()
        drawing = asyncio.create_task(api.post(RUN, {"image_url": PHOTO, "prompt": "a person"}))
        await api.held()
        idle = await opened(api)
        await ended(idle)  # later than the request began
        engine.release()

        assert (await drawing)[0] == 200


async def test_idle_strangers_make_room_for_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "YOUNG_S", 0.05)
    monkeypatch.setattr(connections, "RETRY_S", 0.01)
    async with running(tmp_path, PlainEngine(), most_connections=8) as api:
        strangers = [await opened(api) for _ in range(30)]
        answers = await asyncio.gather(
            *(api.post(RUN, {"image_url": PHOTO, "prompt": f"person {number}"}) for number in range(6))
        )
        for _, writer in strangers:
            writer.close()

    assert [status for status, _ in answers] == [200] * 6


async def test_when_every_connection_is_at_work_a_new_one_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "RETRY_S", 0.01)
    engine = PlainEngine()
    async with running(tmp_path, engine, most_connections=2) as api:
        engine.hold()
        drawing = [
            asyncio.create_task(api.post(RUN, {"image_url": PHOTO, "prompt": f"person {number}"}))
            for number in range(4)
        ]
        await api.held()
        engine.release()

        assert [status for status, _ in await asyncio.gather(*drawing)] == [200] * 4


async def test_too_many_open_files_are_told_once_and_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "RETRY_S", 0.01)
    loop = asyncio.get_running_loop()
    accept, failures = loop.sock_accept, [OSError(errno.EMFILE, "Too many open files") for _ in range(20)]

    async def failing(listening: object) -> object:
        if failures:
            raise failures.pop()
        return await accept(listening)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "sock_accept", failing)
    async with running(tmp_path, PlainEngine()) as api:
        status, _ = await api.post(RUN, {"image_url": PHOTO, "prompt": "a person"})

    assert (status, failures) == (200, [])
    assert [record.message for record in caplog.records if "Too many open files" in record.message] == [
        "no connection can be accepted: Too many open files (0 times since this was last told)"
    ]


@pytest.fixture
def limits() -> Iterator[Callable[[int, int], None]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield lambda soft, hard: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_connections_stay_below_the_limit_of_open_files(limits: Callable[[int, int], None]) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limits(1024, hard)
    few = most_connections()
    raise_descriptor_limit()

    assert few == 768
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(hard, connections.MOST_DESCRIPTORS)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST " + RUN.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST " + RUN.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Encoding: br\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_told_in_our_words_without_versions(api: Api, sent: bytes) -> None:
    answer = await ended(await opened(api, sent))
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer
    assert b"application/json" in head
    assert b"aiohttp" not in answer.lower() and b"python" not in answer.lower()
    assert body.startswith((b'{"error":', b'{"detail":'))


async def test_a_renewed_certificate_is_taken_without_a_restart(tmp_path: Path) -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"

    def issue(*, with_key: bool = True) -> None:
        issued = authority.issue_cert("127.0.0.1")
        certificate.write_bytes(issued.cert_chain_pems[0].bytes())
        if with_key:
            key.write_bytes(issued.private_key_pem.bytes())

    async def serial(api: Api) -> str:
        port = int(api.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        number = str(writer.get_extra_info("peercert")["serialNumber"])
        writer.close()
        return number

    issue()
    async with running(tmp_path / "server", PlainEngine(), tls=Certificate(certificate, key)) as api:
        first = await serial(api)
        issue(with_key=False)
        meanwhile = await serial(api)
        issue()
        renewed = await serial(api)

    assert meanwhile == first != renewed
