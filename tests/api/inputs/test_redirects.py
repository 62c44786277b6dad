"""Every address a server sends us on to is looked at like the first."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from api.errors import DownloadFailed
from api.inputs.addresses import guarded_session
from api.inputs.fetch import REDIRECTS, Fetcher
from tests.api.inputs.conftest import Server, not_ours

PHOTO = b"a photo"


class OneServer(AbstractResolver):
    """Every name is the test's server, on its port: so public names and port 80 can be played on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=2, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.fixture
async def strict(server: Server) -> AsyncIterator[Fetcher]:
    """A fetcher that allows no private hosts, in a world where every name leads to `server`."""
    session = guarded_session(allow_private_hosts=True, resolver=OneServer(server.test_server.port or 0))
    opened = Fetcher(own_file=not_ours, session=session)
    yield opened
    await opened.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/photo.jpg", "photo.jpg", "http://other.test/photo.jpg", "//other.test/photo.jpg"])
async def test_a_redirect_is_followed(strict: Fetcher, server: Server, status: int, target: str) -> None:
    server.redirect("/a", target, status)
    server.page("/photo.jpg", body=PHOTO)
    assert await strict.fetch("http://photos.test/a") == PHOTO


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://photos.test/photo.jpg",
        "data:image/png;base64,AAAA",
        "http://127.0.0.1/photo.jpg",
        "http://[::1]/photo.jpg",
        "http://[::ffff:127.0.0.1]/photo.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/photo.jpg",
        "http://0x7f000001/photo.jpg",
        "http://127.0.0.1./photo.jpg",
        "http://photos.test:8080/photo.jpg",
        "//10.0.0.1/photo.jpg",
    ],
)
async def test_every_redirect_is_looked_at_like_the_first_address(strict: Fetcher, server: Server, target: str) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", target)
    server.page("/photo.jpg", body=PHOTO)
    with pytest.raises(DownloadFailed) as failure:
        await strict.fetch("http://photos.test/a")
    assert server.asked == ["/a", "/b"]
    assert "test" not in str(failure.value)


async def test_five_redirects_are_followed_and_no_sixth(strict: Fetcher, server: Server) -> None:
    for number in range(REDIRECTS):
        server.redirect(f"/{number + 1}", f"/{number}")
    server.page("/0", body=PHOTO)
    assert await strict.fetch(f"http://photos.test/{REDIRECTS}") == PHOTO
    server.redirect("/6", "/5")
    server.asked.clear()
    with pytest.raises(DownloadFailed, match="too many redirects"):
        await strict.fetch("http://photos.test/6")
    assert server.asked == ["/6", "/5", "/4", "/3", "/2", "/1"]


async def test_credentials_in_a_redirect_are_not_sent_on(strict: Fetcher, server: Server) -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=PHOTO)

    server.redirect("/a", "http://me:secret@other.test/b")
    server.pages["/b"] = answer
    await strict.fetch("http://photos.test/a")
    assert seen == [None]
