"""Files in an S3-compatible object store: one PUT is one file, whole or not at all.

Layout: `<prefix>/photos/<hash of owner>/<name>`, `<prefix>/results/...`, `<prefix>/uploads/...`. The kind comes first,
because the lifecycle rules of a bucket know prefixes and nothing else. Where the store is and who we are is said by the
usual environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or the machine's role.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from storage.errors import DiskFull, FileGone, FilesUnreachable, StorageError
from storage.files import FileKind, FileName, Files, owner_hash

if TYPE_CHECKING:
    from obstore import ListStream, ObjectMeta

CONNECT_S = 5.0
REQUEST_S = 20.0  # of one try; a photo is a few MB
RETRY_S = 20.0  # how long a request is tried again, with backoff, after the first try
CHECK_S = 5.0  # a health check is answered sooner than a file is given up
RESULTS_EVERY_S = 86_400.0  # how often old results are looked for: they are many, and live for weeks
_PAGE = 1000  # keys, the most that a listing or a deletion holds
_SHARDS = "0123456789abcdef"  # many files are listed in as many parts at the same time: owners are hexadecimal
_PROBE, _NO_FILE = "probe", "nothing"
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_NO_ROOM = ("QuotaExceeded", "BucketQuotaExceeded", "StorageFull", "InsufficientStorage", "EntityTooLarge")
_NO_BUCKET = "NoSuchBucket"
_CODE = re.compile(r"(?:<Code>|\bcode: \")(\w+)")  # of an answer, and of one file among many that are deleted
_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_REFUSALS = {
    "InvalidAccessKeyId": "it does not know AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY is not that of AWS_ACCESS_KEY_ID",
    "ExpiredToken": "AWS_SESSION_TOKEN has expired",
    "AuthorizationHeaderMalformed": "AWS_REGION is not the bucket's",
    "PermanentRedirect": "AWS_REGION is not the bucket's",
    _NO_BUCKET: "there is no such bucket: make it, private, or correct FILES_URL",
    "AccessDenied": "the key may not read, write, list and delete there",
}


class ObjectFiles(Files):
    """The store of files in a bucket, under a prefix. Requests are tried again with backoff for `RETRY_S`."""

    def __init__(self, url: str) -> None:
        """Prepare a client for `url`, s3://bucket/prefix; nothing is asked yet."""
        parts = urlsplit(url)
        self._url = url
        self._swept_at: float | None = None  # when results were last looked through
        self._store = _client(parts.netloc, parts.path.strip("/"))
        self._anonymous = partial(_client, parts.netloc, parts.path.strip("/"), skip_signature=True)

    async def check(self) -> None:
        """See that all works there, and that nobody else can read it. Raises `StorageError` with a sentence."""
        with self._errors_as_ours():
            await self._write_probe()
            await obstore.get_async(self._store, _PROBE)
            await self._pages(_PROBE).collect_async()
            await self._delete_all([_NO_FILE])
        if await self._is_public():
            raise StorageError(f"{self._url}: everybody can read what is in this bucket; make it private")

    async def delete_owner(self, owner: str) -> None:
        """Delete everything of this owner, a page of a thousand after the other."""
        with self._errors_as_ours():
            for kind in FileKind:
                async for page in self._pages(f"{kind}/{owner_hash(owner)}"):
                    await self._delete_all([each["path"] for each in page])

    async def sweep(
        self, photos_before: float, results_before: float, keep: Callable[[], Awaitable[Collection[str]]]
    ) -> int:
        """Delete what is past its lifetime; results and uploads are looked through once a day, photos each time.

        Listing says when a file was written: none is read. It costs a request for each thousand files.
        """
        with self._errors_as_ours():
            count = await self._sweep(FileKind.PHOTO, photos_before, keep)
            now = time.monotonic()
            if self._swept_at is None or now - self._swept_at >= RESULTS_EVERY_S:
                for kind in (FileKind.RESULT, FileKind.UPLOAD):
                    count += await self._sweep(kind, results_before, _keep_none)
                self._swept_at = now
        return count

    async def sweep_photos(self, owner: str, before: float, keep: Collection[str]) -> int:
        """Delete this owner's photos last written before `before`, but for those in `keep`; return how many."""
        count = 0
        with self._errors_as_ours():
            async for page in self._pages(f"{FileKind.PHOTO}/{owner_hash(owner)}"):
                old = [path for path in _older(page, before) if _name(path) not in keep]
                count += await self._delete_all(old)
        return count

    async def free_bytes(self) -> None:
        """Return None: a bucket has no end."""

    async def check_room(self) -> None:
        """Write an object of one byte. Raises `DiskFull`, `FilesUnreachable`."""
        with self._errors_as_ours():
            async with asyncio.timeout(CHECK_S):
                await self._write_probe()

    async def _save(self, file: FileName, data: bytes) -> None:
        # What a caller handed in is never served as anything that a browser would run, even if the bucket were public.
        known = _TYPES.get("." + file.name.rpartition(".")[2]) if file.kind is not FileKind.UPLOAD else None
        attributes: Any = {"Content-Type": known or "application/octet-stream"}
        with self._errors_as_ours():
            await obstore.put_async(self._store, _key(file), data, use_multipart=False, attributes=attributes)

    async def _read(self, file: FileName) -> bytes:
        with self._errors_as_ours():
            found = await obstore.get_async(self._store, _key(file))
            return bytes(await found.bytes_async())

    async def _has(self, file: FileName) -> bool:
        try:
            with self._errors_as_ours():
                await obstore.head_async(self._store, _key(file))
        except FileGone:
            return False
        return True

    async def _delete(self, file: FileName) -> None:
        with self._errors_as_ours():
            await self._delete_all([_key(file)])

    async def _count(self, owner: str, kind: FileKind) -> int:
        with self._errors_as_ours():
            return sum([len(page) async for page in self._pages(f"{kind}/{owner}")])

    async def _write_probe(self) -> None:
        await obstore.put_async(self._store, _PROBE, b"x", use_multipart=False)

    async def _is_public(self) -> bool:
        """Return whether somebody without any key can read the probe."""
        try:
            async with asyncio.timeout(CHECK_S):
                await obstore.get_async(self._anonymous(), _PROBE)
        except (BaseError, OSError):  # TimeoutError is one
            return False
        return True

    async def _sweep(self, kind: FileKind, before: float, keep: Callable[[], Awaitable[Collection[str]]]) -> int:
        async def delete_old(page: Sequence[ObjectMeta]) -> int:
            old = _older(page, before)
            kept = await keep() if old else ()
            return await self._delete_all([path for path in old if _name(path) not in kept])

        async def sweep_shard(beginning: str) -> int:
            count = 0
            async for page in self._pages(kind, beginning):
                within = [each for each in page if each["path"].startswith(beginning)]
                count += await delete_old(within)
                if len(within) < len(page):
                    break
            return count

        async for page in self._pages(kind):
            if len(page) < _PAGE:  # all there is
                return await delete_old(page)
            break
        return sum(await asyncio.gather(*(sweep_shard(f"{kind}/{digit}") for digit in _SHARDS)))

    def _pages(self, prefix: str, offset: str | None = None) -> ListStream[Sequence[ObjectMeta]]:
        """Return the objects below a prefix, those after `offset`, a page at a time."""
        return obstore.list(self._store, prefix, offset=offset, chunk_size=_PAGE)

    async def _delete_all(self, paths: list[str]) -> int:
        """Delete up to a page of objects with one request; missing ones are ignored."""
        if paths:
            await obstore.delete_async(self._store, paths)
        return len(paths)

    @contextmanager
    def _errors_as_ours(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:  # TimeoutError and FileNotFoundError are OSErrors
            raise self._translate(error) from error

    def _translate(self, error: Exception) -> StorageError:
        """Turn a client's error into ours. Of its text, which may hold an access key, only the code is passed on."""
        text = str(error)
        code = found[1] if (found := _CODE.search(text)) else ""
        if isinstance(error, FileNotFoundError) and code != _NO_BUCKET:
            return FileGone(self._url)
        if code.endswith(_NO_ROOM):
            return DiskFull(f"{self._url}: {code}")
        if "169.254." in text:  # no key was given, and the machine has no role that could lend one
            return FilesUnreachable(f"{self._url}: no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        status = found[1] if (found := _STATUS.search(text)) else ""
        reason = _REFUSALS.get(code) or (_REFUSALS["AccessDenied"] if status == "403" else "")
        told = code or (f"status {status}" if status else type(error).__name__)
        return FilesUnreachable(f"{self._url}{f': {reason}' if reason else ' does not answer'} ({told})")


def _client(bucket: str, prefix: str, **config: Any) -> S3Store:
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    return S3Store(
        bucket,
        prefix=prefix or None,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "timeout": timedelta(seconds=REQUEST_S),
        },
        retry_config={
            "max_retries": 10,
            "retry_timeout": timedelta(seconds=RETRY_S),
            "backoff": {
                "init_backoff": timedelta(seconds=0.1),
                "max_backoff": timedelta(seconds=5),
                "base": 2,
            },
        },
        **config,
    )


async def _keep_none() -> Collection[str]:
    return ()


def _key(file: FileName) -> str:
    return f"{file.kind}/{file.owner}/{file.name}"


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _older(page: Sequence[ObjectMeta], before: float) -> list[str]:
    return [each["path"] for each in page if each["last_modified"].timestamp() < before]
