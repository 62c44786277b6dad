"""Photos, results and uploads by owner: what they are called, and what every store of them can do.

`storage.folder_files` keeps them in a folder, `storage.object_files` in an S3-compatible object store.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum
from typing import NamedTuple


class FileKind(StrEnum):
    """What a file is: the three live for different times, and are swept one by one."""

    PHOTO = "photos"
    RESULT = "results"
    UPLOAD = "uploads"


class FileName(NamedTuple):
    """Where a file is. `owner` is a hash, so that a listing of the store names nobody."""

    owner: str
    kind: FileKind
    name: str


class Files(ABC):
    """A store of files. A file is there whole or not at all, and is on the disk or in the store once `save_*` returns.

    Every method may raise `StorageError`: `FilesUnreachable` where the store does not answer or refuses us, `DiskFull`.
    """

    async def save_photo(self, owner: str, data: bytes, suffix: str, salt: str = "") -> str:
        """Keep a photo; returns its name in the owner's folder. The same photo twice is one file, made young again.

        With another `salt` it is another file, which can be deleted without harm to the first.
        """
        name = hashlib.sha256(salt.encode() + data).hexdigest()[:32] + suffix
        await self._save(_photo(owner, name), data)
        return name

    async def photo(self, owner: str, name: str) -> bytes:
        """Read a photo. Raises `FileGone` past its lifetime."""
        return await self._read(_photo(owner, name))

    async def has_photo(self, owner: str, name: str) -> bool:
        """Return whether a photo is still kept, without reading it."""
        return await self._has(_photo(owner, name))

    async def count_photos(self, owner: str) -> int:
        """Count the photos that are kept of this owner."""
        return await self._count(owner_hash(owner), FileKind.PHOTO)

    async def delete_photo(self, owner: str, name: str) -> None:
        """Delete a photo before its lifetime ends. Missing files are ignored."""
        await self._delete(_photo(owner, name))

    async def save_result(self, owner: str, job_id: str, kind: str, data: bytes) -> None:
        """Keep one file of a job's result, for instance kind "sticker.webp"."""
        await self._save(_result(owner, job_id, kind), data)

    async def result(self, owner: str, job_id: str, kind: str) -> bytes:
        """Read one file of a job's result. Raises `FileGone`."""
        return await self._read(_result(owner, job_id, kind))

    async def has_result(self, owner: str, job_id: str, kind: str) -> bool:
        """Return whether one file of a job's result is still kept, without reading it."""
        return await self._has(_result(owner, job_id, kind))

    async def delete_result(self, owner: str, job_id: str, kind: str) -> None:
        """Delete one file of a job's result. Missing files are ignored."""
        await self._delete(_result(owner, job_id, kind))

    async def save_upload(self, owner: str, upload_id: str, data: bytes) -> None:
        """Keep a file that was handed in."""
        await self._save(_upload(owner, upload_id), data)

    async def upload(self, owner: str, upload_id: str) -> bytes:
        """Read a file that was handed in. Raises `FileGone`."""
        return await self._read(_upload(owner, upload_id))

    async def delete_upload(self, owner: str, upload_id: str) -> None:
        """Delete a file that was handed in. Missing files are ignored."""
        await self._delete(_upload(owner, upload_id))

    @abstractmethod
    async def check(self) -> None:
        """See that files can be kept at all, before anything is begun. Raises `StorageError` with a sentence."""

    @abstractmethod
    async def delete_owner(self, owner: str) -> None:
        """Delete everything of this owner."""

    @abstractmethod
    async def sweep(
        self, photos_before: float, results_before: float, keep: Callable[[], Awaitable[Collection[str]]]
    ) -> int:
        """Delete photos last written before `photos_before`, results and uploads before `results_before`; return how
        many.

        `keep` returns names of photos that jobs still need; it is asked right before photos are deleted.
        """

    @abstractmethod
    async def sweep_photos(self, owner: str, before: float, keep: Collection[str]) -> int:
        """Delete this owner's photos last written before `before`, but for those in `keep`; return how many."""

    @abstractmethod
    async def free_bytes(self) -> int | None:
        """Return how much room is left, None where the store has no end that we know."""

    @abstractmethod
    async def check_room(self) -> None:
        """Write something small. Raises `DiskFull`, `FilesUnreachable`, `StorageError` where that does not work."""

    @abstractmethod
    async def _save(self, file: FileName, data: bytes) -> None: ...

    @abstractmethod
    async def _read(self, file: FileName) -> bytes: ...

    @abstractmethod
    async def _has(self, file: FileName) -> bool: ...

    @abstractmethod
    async def _delete(self, file: FileName) -> None: ...

    @abstractmethod
    async def _count(self, owner: str, kind: FileKind) -> int: ...


def owner_hash(owner: str) -> str:
    """Return what an owner is called in the store of files: 32 hexadecimal digits."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


def _photo(owner: str, name: str) -> FileName:
    return FileName(owner_hash(owner), FileKind.PHOTO, name)


def _result(owner: str, job_id: str, kind: str) -> FileName:
    return FileName(owner_hash(owner), FileKind.RESULT, f"{job_id}.{kind}")


def _upload(owner: str, upload_id: str) -> FileName:
    return FileName(owner_hash(owner), FileKind.UPLOAD, upload_id)
