"""Files out of the own store, and from servers that do everything a server can do wrong."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.errors import DownloadFailed
from api.inputs.fetch import (
    Fetcher,
    is_inline,
)
from service.errors import PhotoEmpty, PhotoTooBig
from tests.api.inputs.conftest import Server, not_ours

PHOTO = bytes(range(256)) * 40
MIB = 1024 * 1024

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    opened = Fetcher(own_file=not_ours, allow_private_hosts=True)
    yield opened
    await opened.close()


@asynccontextmanager
async def a_fetcher_that_waits(timeout_s: float) -> AsyncIterator[Fetcher]:
    opened = Fetcher(own_file=not_ours, allow_private_hosts=True, timeout_s=timeout_s)
    yield opened
    await opened.close()


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server below HTTP: it reads one request and then says what `talk` writes, until nobody listens."""

    connections: set[asyncio.Task[None]] = set()

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())  # type: ignore[arg-type]
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    listening = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/photo.jpg"
        _, late = await asyncio.wait(connections, timeout=5)
        assert not late, "the fetcher keeps a connection it has given up"


def saying(text: bytes) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return talk


def saying_for_ever(beginning: bytes, again: bytes) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(again)
            await writer.drain()

    return talk


def saying_no_more_than(text: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await reader.read()  # until nobody listens

    return talk


@pytest.mark.parametrize("source", ["", "file:///etc/passwd", "ftp://photos.test/a.jpg", "photo.jpg", "\udc80"])
async def test_a_text_that_is_neither_data_nor_a_web_address_is_a_failed_download(
    fetcher: Fetcher, source: str
) -> None:
    assert is_inline(source)
    with pytest.raises(DownloadFailed):
        await fetcher.fetch(source)


# --- our own files ----------------------------------------------------------------------------------------------------


async def test_an_own_address_is_read_from_the_store_though_its_host_is_private() -> None:
    asked: list[str] = []

    async def own_file(url: str) -> bytes | None:
        asked.append(url)
        return PHOTO

    fetcher = Fetcher(own_file=own_file)
    assert await fetcher.fetch("http://localhost:8080/files/a/b.png") == PHOTO
    assert asked == ["http://localhost:8080/files/a/b.png"]
    with pytest.raises(PhotoTooBig):
        await fetcher.fetch("http://localhost:8080/files/a/b.png", max_bytes=len(PHOTO) - 1)


async def test_an_address_that_the_store_cannot_parse_is_a_failed_download() -> None:
    async def own_file(url: str) -> bytes | None:
        return urlsplit(url).path.encode() and None

    with pytest.raises(DownloadFailed):
        await Fetcher(own_file=own_file).fetch("http://[::1")


# --- others' servers --------------------------------------------------------------------------------------------------


async def test_a_file_is_downloaded(fetcher: Fetcher, server: Server) -> None:
    assert await fetcher.fetch(server.page("/photo.jpg", body=PHOTO)) == PHOTO


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_answer_is_unpacked(fetcher: Fetcher, server: Server, encoding: str) -> None:
    packed = gzip.compress(PHOTO) if encoding == "gzip" else zlib.compress(PHOTO)
    assert await fetcher.fetch(server.page("/a", body=packed, headers={"Content-Encoding": encoding})) == PHOTO


async def test_credentials_in_an_address_are_not_sent_on(fetcher: Fetcher, server: Server) -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=PHOTO)

    server.pages["/a"] = answer
    await fetcher.fetch(server.url("/a").replace("http://", "http://me:secret@"))
    assert seen == [None]


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 429, 500, 503])
async def test_every_status_but_200_is_a_failed_download(fetcher: Fetcher, server: Server, status: int) -> None:
    with pytest.raises(DownloadFailed, match=str(status)):
        await fetcher.fetch(server.page("/a", status=status))


async def test_an_empty_file_is_an_empty_photo(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(PhotoEmpty):
        await fetcher.fetch(server.page("/a", body=b""))


async def test_a_file_may_have_as_many_bytes_as_allowed_and_no_more(fetcher: Fetcher, server: Server) -> None:
    url = server.page("/a", body=PHOTO)
    assert await fetcher.fetch(url, max_bytes=len(PHOTO)) == PHOTO
    with pytest.raises(PhotoTooBig):
        await fetcher.fetch(url, max_bytes=len(PHOTO) - 1)


async def test_a_declared_length_that_is_too_big_is_refused_before_the_body_comes(fetcher: Fetcher) -> None:
    async with talking(saying_for_ever(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 65536)) as url:
        with pytest.raises(PhotoTooBig):
            await fetcher.fetch(url)


async def test_a_body_that_never_ends_is_cut_where_it_is_too_big(fetcher: Fetcher) -> None:
    async with talking(saying_for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)) as url:
        with pytest.raises(PhotoTooBig):
            await fetcher.fetch(url, max_bytes=MIB)


async def test_chunks_that_never_end_are_cut_where_they_are_too_big(fetcher: Fetcher) -> None:
    beginning = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with talking(saying_for_ever(beginning, b"4000\r\n" + b"x" * 0x4000 + b"\r\n")) as url:
        with pytest.raises(PhotoTooBig):
            await fetcher.fetch(url, max_bytes=MIB)


def _bomb(size_mib: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(bytes(MIB)) for _ in range(size_mib)]) + packer.flush()


async def test_a_bomb_is_cut_where_it_is_too_big_and_fills_no_memory(fetcher: Fetcher, server: Server) -> None:
    url = server.page("/bomb", body=_bomb(300), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    with pytest.raises(PhotoTooBig):
        await fetcher.fetch(url, max_bytes=4 * MIB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * MIB


@pytest.mark.parametrize(
    ("why", "answer"),
    [
        ("damaged gzip", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
        ("an encoding nobody asked for", b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd"),
        ("fewer bytes than declared", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd"),
        ("more bytes than declared", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcdefgh"),
        ("a length below nought", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabcd"),
        ("a length that is no number", b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\nabcd"),
        ("two lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 2\r\n\r\nabcd"),
        ("a chunk cut short", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabcd"),
        ("a chunk of no size", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabcd\r\n"),
        ("no HTTP", b"220 mail.test ESMTP\r\n"),
        ("binary", bytes(range(256))),
        ("nothing", b""),
        ("half a header", b"HTTP/1.1 200 OK\r\nContent-Le"),
        ("a header of a megabyte", b"HTTP/1.1 200 OK\r\nX: " + b"x" * MIB + b"\r\n\r\nabcd"),
        ("a redirect to nowhere", b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
        ("a redirect to no address", b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n"),
        ("a redirect in no text", b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\nContent-Length: 0\r\n\r\n"),
        ("another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ],
)
async def test_a_broken_answer_is_a_failed_download(fetcher: Fetcher, why: str, answer: bytes) -> None:
    async with talking(saying(answer)) as url:
        with pytest.raises(DownloadFailed):
            await fetcher.fetch(url)


async def test_headers_that_never_end_are_a_failed_download_and_fill_no_memory(fetcher: Fetcher) -> None:
    headers = b"".join(b"X-Header-%d: %s\r\n" % (number, b"x" * 100) for number in range(100))
    tracemalloc.start()
    async with talking(saying_for_ever(b"HTTP/1.1 200 OK\r\n", headers)) as url:
        with pytest.raises(DownloadFailed):
            await fetcher.fetch(url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MIB


@pytest.mark.parametrize(
    "talk",
    [
        saying_no_more_than(b""),
        saying_for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        saying_no_more_than(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
    ids=["nothing", "continue, continue", "a body that does not come"],
)
async def test_a_server_that_keeps_one_waiting_is_given_up(talk: Talk) -> None:
    async with talking(talk) as url, a_fetcher_that_waits(0.3) as fetcher:
        with pytest.raises(DownloadFailed, match="TimeoutError"):
            await fetcher.fetch(url)


async def test_the_time_counts_for_all_redirects_together(server: Server) -> None:
    gone = asyncio.Event()

    async def late(_request: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    server.pages["/late"] = late
    async with a_fetcher_that_waits(0.3) as fetcher:
        with pytest.raises(DownloadFailed, match="TimeoutError"):
            await fetcher.fetch(server.redirect("/a", "/late"))
    gone.set()


async def test_nobody_listening_is_a_failed_download_that_names_no_host(fetcher: Fetcher, unused_tcp_port: int) -> None:
    with pytest.raises(DownloadFailed) as failure:
        await fetcher.fetch(f"http://127.0.0.1:{unused_tcp_port}/photo.jpg")
    assert str(failure.value) == "ClientConnectorError"


async def test_a_certificate_that_nobody_vouches_for_is_a_failed_download(fetcher: Fetcher) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    secure = TestServer(web.Application())
    await secure.start_server(ssl=context)
    try:
        with pytest.raises(DownloadFailed, match="Certificate"):
            await fetcher.fetch(f"https://127.0.0.1:{secure.port}/photo.jpg")
    finally:
        await secure.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "127.1", "127.0.0.1."])
async def test_this_machine_is_not_called(server: Server, host: str) -> None:
    fetcher = Fetcher(own_file=not_ours)
    for port in (f":{server.test_server.port}", ""):
        with pytest.raises(DownloadFailed) as failure:
            await fetcher.fetch(f"http://{host}{port}/")
        assert host not in str(failure.value)
    await fetcher.close()
    assert server.asked == []
