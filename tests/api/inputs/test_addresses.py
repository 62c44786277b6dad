"""Which addresses are called: looked at in every spelling, and connected to as they were looked at."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from api.errors import AddressRefused
from api.inputs.addresses import NameThreads, PublicResolver, check_url, guarded_session, is_public


class Names(AbstractResolver):
    """A name server that says one thing after the other, and the last for ever."""

    def __init__(self, *answers: Sequence[str], port: int | None = None) -> None:
        self._answers = list(answers)
        self._port = port
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        hosts = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [_result(host, each, self._port or port) for each in hosts]

    async def close(self) -> None:
        pass


def _result(name: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=name, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


@pytest.fixture
async def asked() -> list[str]:
    return []


@pytest.fixture
async def server(asked: list[str]) -> AsyncIterator[TestServer]:
    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers["Host"])
        return web.Response(body=b"secret", headers={"Set-Cookie": "who=you; Path=/"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as running:
        yield running


PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "198.18.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.0.192",
    "192.88.99.1",
    "168.63.129.16",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:7f00:1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2002:a9fe:a9fe::1",
    "2001:0:808:808::",
    "2001:0:7f00:1:0:0:80ff:fffe",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_on_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_an_address_on_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "8.8.8.8.", "8.8.8.8 ", "1.2.3", "[::1]"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    "host",
    [
        *[f"[{each}]" if ":" in each else each for each in PRIVATE if "%" not in each],
        "[fe80::1%25eth0]",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7F.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "127.0.0.1.",
        "2130706433.",
        "0x7f.1.",
        "8.8.8.8.",
        "0x08080808",  # public, and yet nobody writes it in good faith
        "①②⑦.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "127.0.0.1%00.photos.test",
        "127.0.0.1%20photos.test",
        "1.2.3.4.5",
        "photos.123",
        "a b",
        ".",
        "photos..test",
    ],
)
def test_a_host_that_is_no_plain_public_address_and_no_name_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://photos.test/a.jpg",
        "gopher://photos.test/",
        "javascript:alert(1)",
        "//photos.test/a.jpg",
        "/a.jpg",
        "a.jpg",
        "",
        "http://",
        "http:///a.jpg",
        "http://[::1",
        "http://photos.test:99999/",
        "http://photos.test\\@127.0.0.1/",
        "http://\udc80/",
    ],
)
@pytest.mark.parametrize("allow_private_hosts", [True, False])
def test_what_is_no_web_address_is_refused(url: str, allow_private_hosts: bool) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, allow_private_hosts=allow_private_hosts)


@pytest.mark.parametrize(("port", "is_let"), [(80, True), (443, True), (8080, False), (22, False), (0, False)])
def test_only_the_webs_ports_are_called(port: int, is_let: bool) -> None:
    if is_let:
        assert check_url(f"http://photos.test:{port}/").port == port
    else:
        with pytest.raises(AddressRefused):
            check_url(f"http://photos.test:{port}/")


def test_private_hosts_and_other_ports_are_called_where_the_operator_allows_it() -> None:
    assert str(check_url("http://127.0.0.1:8080/a", allow_private_hosts=True)) == "http://127.0.0.1:8080/a"


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("http://me:secret@photos.test/a.jpg?size=1#top", "http://photos.test/a.jpg?size=1"),
        ("https://me@8.8.8.8/a", "https://8.8.8.8/a"),
        ("HTTPS://Photos.Test/a", "https://photos.test/a"),
        ("http://photos.test.", "http://photos.test./"),
        ("http://my_bucket.photos.test/a", "http://my_bucket.photos.test/a"),
        ("http://[2606:4700::1111]/a", "http://[2606:4700::1111]/a"),
        ("http://münchen.test/a", "http://xn--mnchen-3ya.test/a"),
    ],
)
def test_an_address_is_called_without_its_credentials_and_fragment(url: str, called: str) -> None:
    assert check_url(url) == URL(called)


REASONS = {"no address", "neither http nor https", "another port than 80 and 443", "no public address"}


@given(st.one_of(st.text(max_size=80), st.text(max_size=80).map("http://".__add__)))
def test_any_text_is_an_address_or_refused_in_words_that_name_no_host(text: str) -> None:
    try:
        assert check_url(text).scheme in ("http", "https")
    except AddressRefused as refused:
        assert str(refused) in REASONS


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1", "8.8.8.8"], ["2606:4700::1111", "fe80::1%2"], []]
)
async def test_a_name_is_refused_unless_every_address_of_it_is_public(addresses: list[str]) -> None:
    with pytest.raises(OSError, match="no public address"):
        await PublicResolver(Names(addresses)).resolve("photos.test", 80)


async def test_a_public_name_keeps_all_its_addresses() -> None:
    found = await PublicResolver(Names(["8.8.8.8", "2606:4700::1111"])).resolve("photos.test", 443)
    assert [(each["host"], each["port"]) for each in found] == [("8.8.8.8", 443), ("2606:4700::1111", 443)]


async def test_a_name_that_changes_its_mind_is_refused_when_it_does() -> None:
    resolver = PublicResolver(Names(["8.8.8.8"], ["127.0.0.1"]))
    await resolver.resolve("photos.test", 80)
    with pytest.raises(OSError, match="no public address"):
        await resolver.resolve("photos.test", 80)


async def test_a_connection_goes_to_the_addresses_that_were_looked_at_and_asks_once(
    server: TestServer, asked: list[str]
) -> None:
    names = Names(["127.0.0.1"], ["192.0.2.1"], port=server.port)
    async with (
        guarded_session(allow_private_hosts=True, resolver=names) as session,
        session.get("http://photos.test/") as response,
    ):
        assert await response.read() == b"secret"
    assert (names.asked, asked) == (["photos.test"], ["photos.test"])


async def test_every_call_looks_again(server: TestServer) -> None:
    names = Names(["127.0.0.1"], port=server.port)
    async with guarded_session(allow_private_hosts=True, resolver=names) as session:
        for _ in range(2):
            async with session.get("http://photos.test/") as response:
                await response.read()
    assert names.asked == ["photos.test", "photos.test"]


async def test_a_name_of_this_machine_is_not_called(server: TestServer, asked: list[str]) -> None:
    async with guarded_session() as session:
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await session.get(f"http://localhost:{server.port}/")
    assert asked == []


@pytest.fixture
def proxy_environment(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")


@pytest.mark.usefixtures("proxy_environment")
async def test_the_environments_proxy_is_not_used(asked: list[str]) -> None:
    async with guarded_session(resolver=Names(["127.0.0.1"])) as session:
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await session.get("http://photos.test/")
    assert asked == []


async def test_cookies_are_not_kept(server: TestServer) -> None:
    async with guarded_session(allow_private_hosts=True) as session:
        async with session.get(server.make_url("/")) as response:
            await response.read()
        assert not list(session.cookie_jar)


async def test_names_are_looked_up_as_the_system_does() -> None:
    resolver = NameThreads()
    found = await resolver.resolve("localhost", 80, socket.AF_INET)
    await resolver.close()
    assert [(each["host"], each["port"], each["family"]) for each in found] == [("127.0.0.1", 80, socket.AF_INET)]


async def test_an_unknown_name_is_the_error_that_aiohttp_expects() -> None:
    resolver = NameThreads()
    with pytest.raises(OSError):
        await resolver.resolve("no-such-name.invalid", 80)
    await resolver.close()


async def test_names_are_looked_up_while_the_common_threads_are_all_busy() -> None:
    loop = asyncio.get_running_loop()
    release = asyncio.Event()
    resolver = NameThreads()
    busy = [asyncio.create_task(asyncio.to_thread(_wait_for, release, loop)) for _ in range(64)]
    try:
        assert await asyncio.wait_for(resolver.resolve("localhost", 80, socket.AF_INET), timeout=20)
    finally:
        release.set()
        await asyncio.gather(*busy)
        await resolver.close()


def _wait_for(event: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(event.wait(), loop).result()
