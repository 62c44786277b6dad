"""A file at its host: its address, its hash, what the host says of it. No transfer here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import aiohttp
from yarl import URL

from cli.download.errors import DownloadRefused, Interrupted

_BLOCK_BYTES = 1 << 20
_MAX_RETRY_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Digest:
    """A published hash. `kind` is "sha256", "md5" or "git" (the SHA-1 of a git blob: small files on the hub)."""

    kind: str
    value: str

    def of(self, path: Path) -> str:
        """Return the hash of `path` in this digest's kind; reads all of it."""
        if self.kind == "git":
            state = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        else:
            state = hashlib.new(self.kind, usedforsecurity=False)
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                state.update(block)
        return state.hexdigest()


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at its host. `known` is the hash it must have; `label` is what messages call it."""

    url: URL
    label: str
    known: Digest | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What a host says of a file; 0, None or empty where it does not say. `etag` is that of the bytes' own host."""

    size: int
    digest: Digest | None
    commit: str
    etag: str


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where files are. The token goes to the hub alone, never to where it redirects."""

    hub: str = "https://huggingface.co"
    github: str = "https://github.com"
    token: str = ""

    def hub_url(self, repo: str, revision: str, path: str) -> URL:
        """Return the URL of a file of a repository on the hub, at a branch, tag or commit."""
        return URL(f"{self.hub}/{repo}/resolve/{quote(revision, safe='')}/{quote(path)}", encoded=True)

    def github_url(self, repo: str, tag: str, path: str) -> URL:
        """Return the URL of an asset of a GitHub release."""
        return URL(f"{self.github}/{repo}/releases/download/{quote(tag, safe='')}/{quote(path)}", encoded=True)

    def is_hub(self, url: URL) -> bool:
        return url.origin() == URL(self.hub).origin()

    def headers(self, url: URL) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token and self.is_hub(url) else {}


class ServerInfo:
    """Collects what the servers on the way to the bytes say: the hub knows the hash, the last host the ETag."""

    def __init__(self, remote: Remote, hosts: Hosts) -> None:
        self._remote = remote
        self._hosts = hosts
        self._size = 0
        self._digest: Digest | None = None
        self._commit = ""

    def read(self, url: URL, response: aiohttp.ClientResponse) -> None:
        """Note what the answer from `url` says; only the hub's own word on hashes counts."""
        if not self._hosts.is_hub(url) or response.status >= HTTPStatus.BAD_REQUEST:
            return
        headers = response.headers
        self._commit = self._commit or headers.get("X-Repo-Commit", "")
        self._size = self._size or _number(headers.get("X-Linked-Size", ""))
        self._digest = self._digest or _digest(headers.get("X-Linked-ETag", headers.get("ETag", "")))

    def published(self, last: aiohttp.ClientResponse) -> Published:
        """Return all that was said. Raises `DownloadRefused` where the host has another file than the known one."""
        known, announced = self._remote.known, self._digest
        if known and announced and known.kind == announced.kind and known != announced:
            raise DownloadRefused(
                f"{self._remote.label}: the host now has another file ({announced.kind} {announced.value[:12]}...) "
                f"than the known one ({known.value[:12]}...)"
            )
        return Published(self._size or _length(last), known or announced, self._commit, last.headers.get("ETag", ""))


def check_status(response: aiohttp.ClientResponse, remote: Remote, *, is_hub: bool) -> None:
    """Return where the answer holds the file's bytes. Raises `DownloadRefused` or `Interrupted`, with the way out."""
    status = response.status
    if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        if response.content_type == "text/html":
            raise DownloadRefused(f"{remote.label}: a web page came instead of the file (does a proxy want a login?)")
        return
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and is_hub:
        raise DownloadRefused(
            f"{remote.label}: not allowed ({status}). Accept the terms on the model's page with your account "
            "and set HF_TOKEN to a token of yours; a repository that does not exist answers the same"
        )
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise DownloadRefused(
            f"{remote.label}: the host has no such file ({status}); WEIGHTS_OVERRIDES can name your own copy"
        )
    # A signed address elsewhere expires with 403: the next try gets a fresh one from the hub.
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS) or status >= 500:
        raise Interrupted(f"{remote.label}: the host answered {status}", _retry_after_s(response))
    raise DownloadRefused(f"{remote.label}: the host answered {status}")


def next_url(remote: Remote, url: URL, response: aiohttp.ClientResponse) -> URL:
    """Return where a redirect leads. Raises `DownloadRefused` where that is nowhere or no longer encrypted."""
    location = response.headers.get("Location", "")
    if not location:
        raise DownloadRefused(f"{remote.label}: a redirect to nowhere")
    target = url.join(URL(location, encoded=True))
    if url.scheme == "https" and target.scheme != "https":
        raise DownloadRefused(f"{remote.label}: a redirect that is not encrypted")
    return target


def first_byte(response: aiohttp.ClientResponse) -> int:
    """Return where the range of a 206 begins; -1 where it does not say."""
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


def _length(response: aiohttp.ClientResponse) -> int:
    found = re.search(r"/(\d+)$", response.headers.get("Content-Range", ""))
    if found:
        return int(found[1])
    return (response.content_length or 0) if response.status == HTTPStatus.OK else 0


def _digest(etag: str) -> Digest | None:
    value = etag.removeprefix("W/").strip('"')
    kinds = {64: "sha256", 40: "git"}
    return Digest(kinds[len(value)], value) if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", value) else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _retry_after_s(response: aiohttp.ClientResponse) -> float:
    return min(float(_number(response.headers.get("Retry-After", ""))), _MAX_RETRY_AFTER_S)
