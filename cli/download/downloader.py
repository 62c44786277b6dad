"""One file over HTTP, whole or not at all: ranges, retries, hashes. Knows no roles, licences or progress bars.

Own code on aiohttp instead of huggingface_hub: the base install stays small, half of the hosts are not the hub, and
what matters here (going on after a kill, a hash for every file, where the token may go) is said in one place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from yarl import URL

from cli.download.errors import DownloadRefused, Interrupted, Unreachable
from cli.download.partial import Partial
from cli.download.remote import Hosts, Published, Remote, ServerInfo, check_status, first_byte, next_url

TRIES = 6  # in a row without a new byte
_MAX_REDIRECTS = 6
_MAX_PAUSE_S = 30.0
_CHUNK_BYTES = 1 << 20
_REDIRECTS = (301, 302, 303, 307, 308)

OnBytes = Callable[[int, int], None]  # bytes here, bytes in all (0: not known)
_T = TypeVar("_T")


class Downloader:
    """Downloads files with one session. `pause` waits between tries; `on_retry` gets the reason."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hosts: Hosts,
        *,
        on_retry: Callable[[str], None] = lambda _text: None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._hosts = hosts
        self._on_retry = on_retry
        self._pause = pause

    async def published(self, remote: Remote) -> Published:
        """Ask the host about a file without taking it. Raises `DownloadError`."""

        async def ask() -> Published:
            # GET and not HEAD: an address signed for GET answers 403 to anything else.
            async with self._open(remote, {"Range": "bytes=0-0"}) as (url, response, info):
                if response.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # as an empty file has it
                    check_status(response, remote, is_hub=self._hosts.is_hub(url))
                return info.published(response)

        return await self._with_retries(ask, lambda: 0)

    async def fetch(self, remote: Remote, target: Path, on_bytes: OnBytes) -> Published:
        """Download `remote` to `target`, going on where an earlier try ended. Raises `DownloadError`."""
        partial = Partial(target)
        was_damaged = False

        async def attempt() -> Published:
            nonlocal was_damaged
            published = await self._transfer(remote, partial, on_bytes)
            digest = published.digest
            if digest and await asyncio.to_thread(digest.of, partial.path) != digest.value:
                partial.drop()
                text = f"{remote.label}: what arrived does not have the published {digest.kind} hash"
                if was_damaged:
                    raise DownloadRefused(text)
                was_damaged = True
                raise Interrupted(text)
            await asyncio.to_thread(partial.finish)
            return published

        return await self._with_retries(attempt, lambda: partial.size)

    async def _with_retries(self, call: Callable[[], Awaitable[_T]], size: Callable[[], int]) -> _T:
        policy = _RetryPolicy(size)
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Interrupted),
            stop=policy.is_over,
            wait=policy.pause_s,
            sleep=self._pause,
            before_sleep=lambda state: self._on_retry(f"{_interruption_of(state)}; trying again"),
            reraise=True,
        )
        return await retrying(call)

    async def _transfer(self, remote: Remote, partial: Partial, on_bytes: OnBytes) -> Published:
        """Append what is missing to `partial`; afterwards it is as long as the host says."""
        async with self._open(remote, partial.headers()) as (url, response, info):
            if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                published = info.published(response)
                if partial.size and partial.size == published.size and partial.belongs_to(published):
                    return published
                raise _changed(remote, partial)
            check_status(response, remote, is_hub=self._hosts.is_hub(url))
            published = info.published(response)
            if response.status == HTTPStatus.OK:
                partial.begin(published)
            elif not partial.belongs_to(published) or first_byte(response) != partial.size:
                raise _changed(remote, partial)
            await _append(remote, response, partial, published, on_bytes)
            return published

    @asynccontextmanager
    async def _open(
        self, remote: Remote, headers: dict[str, str]
    ) -> AsyncIterator[tuple[URL, aiohttp.ClientResponse, ServerInfo]]:
        """Follow redirects by hand, to the answer that is none; every host on the way sees only what is its own."""
        info, url = ServerInfo(remote, self._hosts), remote.url
        try:
            for _ in range(_MAX_REDIRECTS):
                # A compressed answer has other lengths and ranges than the file.
                sent = {"Accept-Encoding": "identity", **headers, **self._hosts.headers(url)}
                async with self._session.get(url, headers=sent, allow_redirects=False) as response:
                    info.read(url, response)
                    if response.status not in _REDIRECTS:
                        yield url, response, info
                        return
                    url = next_url(remote, url, response)
            raise DownloadRefused(f"{remote.label}: too many redirects")
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            # Not the exception's own text: it may hold the address, and that may be signed.
            kind = Unreachable if isinstance(error, aiohttp.ClientConnectorError) else Interrupted
            raise kind(f"{remote.label}: {url.host} {_describe(error)}") from error


async def _append(
    remote: Remote, response: aiohttp.ClientResponse, partial: Partial, published: Published, on_bytes: OnBytes
) -> None:
    on_bytes(partial.size, published.size)
    with partial.open() as file:
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            partial.append(file, chunk)
            on_bytes(partial.size, published.size)
    if published.size and partial.size > published.size:
        partial.drop()
        raise Interrupted(f"{remote.label}: longer than the host said")
    if partial.size < published.size:
        raise Interrupted(f"{remote.label}: the connection ended early")


class _RetryPolicy:
    """Gives up after TRIES tries in a row that brought nothing; a slow line may break as often as it likes."""

    def __init__(self, size: Callable[[], int]) -> None:
        self._size = size
        self._most = size()
        self._failures = 0

    def pause_s(self, state: RetryCallState) -> float:
        asked = _interruption_of(state).pause_s
        return max(asked, min(float(2**self._failures) / 2, _MAX_PAUSE_S))

    def is_over(self, _state: RetryCallState) -> bool:
        size = self._size()
        self._failures = 0 if size > self._most else self._failures + 1
        self._most = max(size, self._most)
        return self._failures >= TRIES


def _interruption_of(state: RetryCallState) -> Interrupted:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Interrupted) else Interrupted("")


def _changed(remote: Remote, partial: Partial) -> Interrupted:
    partial.drop()
    return Interrupted(f"{remote.label}: the host has another file than before; beginning anew")


def _describe(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "shows a certificate that is not trusted"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "cannot be reached"
    if isinstance(error, TimeoutError):
        return "does not answer"
    return "broke the connection"
