"""Files in a folder, on this machine's disk or on one that several machines share: temp file, fsync, rename."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage.errors import DiskFull, FileGone, FilesUnreachable, StorageError
from storage.files import FileKind, FileName, Files, owner_hash

_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)  # passes as soon as others have closed theirs
DESCRIPTOR_PAUSES_S = (0.1, 0.5, 2.0, 5.0)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ANSWER = (errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH)  # of a file server
_TEMPORARY = ".part"
_MOST_RACES = 5  # with sweeps that remove an empty folder in the moment in which something is written to it
# They wait for the disk, not for a core: what waits together is one turn of the disk.
_THREADS = ThreadPoolExecutor(32, thread_name_prefix="files")


T = TypeVar("T")


@contextmanager
def _os_errors_as_ours() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileGone(str(error.filename)) from error
    except OSError as error:
        if error.errno in _NO_ANSWER:
            raise FilesUnreachable(error.strerror or str(error)) from error
        raise (DiskFull if error.errno in _NO_ROOM else StorageError)(error.strerror or str(error)) from error


class FolderFiles(Files):
    """The store of files under `root`; every method works in a thread.

    Layout: `<root>/<hash of owner>/photos/<hash>.<ext>`, `.../results/<job>.<kind>` and `.../uploads/<id>`. The `root`
    of one that is shared is never made: where it is not there, its file server is not mounted.
    """

    def __init__(self, root: Path, *, is_shared: bool = False) -> None:
        self._root = root
        self._is_shared = is_shared

    async def check(self) -> None:
        """See that a shared folder is mounted and can be written. Raises `StorageError` with a sentence.

        Where a disk of our own is full, the process starts all the same: it tells so, and finishes what it can.
        """
        if self._is_shared:
            await self.check_room()

    async def delete_owner(self, owner: str) -> None:
        """Delete everything of this owner."""
        await self._try(partial(shutil.rmtree, self._folder(owner_hash(owner)), ignore_errors=True))

    async def sweep(
        self, photos_before: float, results_before: float, keep: Callable[[], Awaitable[Collection[str]]]
    ) -> int:
        """Delete photos and results last written before these moments, and torn temp files; return how many."""
        return await self._try(partial(self._sweep, photos_before, results_before, frozenset(await keep())))

    async def sweep_photos(self, owner: str, before: float, keep: Collection[str]) -> int:
        """Delete this owner's photos last written before `before`, but for those in `keep`; return how many."""
        folder = self._folder(owner_hash(owner)) / FileKind.PHOTO
        return await self._try(partial(_sweep_folder, folder, before, frozenset(keep)))

    async def free_bytes(self) -> int:
        """Return how much room the disk has left. Raises `StorageError`."""
        return await self._try(partial(_free_bytes, self._root))

    async def check_room(self) -> None:
        """Write and delete a file of 64 KB. Raises `DiskFull`, `StorageError` where that does not work."""
        probe = self._root / f"probe-{os.getpid()}"
        await self._try(partial(_write_whole, probe, bytes(64 * 1024)))
        await self._try(partial(probe.unlink, missing_ok=True))

    async def _save(self, file: FileName, data: bytes) -> None:
        await self._try(partial(_write_whole, self._path(file), data))

    async def _read(self, file: FileName) -> bytes:
        return await self._try(self._path(file).read_bytes)

    async def _has(self, file: FileName) -> bool:
        return await self._try(self._path(file).is_file)

    async def _delete(self, file: FileName) -> None:
        await self._try(partial(self._path(file).unlink, missing_ok=True))

    async def _count(self, owner: str, kind: FileKind) -> int:
        return await self._try(lambda: sum(1 for _ in (self._folder(owner) / kind).glob("*")))

    def _folder(self, owner: str) -> Path:
        return self._root / owner

    def _path(self, file: FileName) -> Path:
        return self._folder(file.owner) / file.kind / file.name

    async def _try(self, work: Callable[[], T]) -> T:
        """Return what `work` returns in a thread, trying again while there are too many open files."""

        def checked() -> T:
            if self._is_shared and not self._root.is_dir():
                raise FilesUnreachable(f"{self._root} is not there: it is not mounted")
            return work()

        loop = asyncio.get_running_loop()
        with _os_errors_as_ours():
            for pause_s in DESCRIPTOR_PAUSES_S:
                try:
                    return await loop.run_in_executor(_THREADS, checked)
                except OSError as error:
                    if error.errno not in _NO_DESCRIPTOR:
                        raise
                await asyncio.sleep(pause_s)
            return await loop.run_in_executor(_THREADS, checked)

    def _sweep(self, photos_before: float, results_before: float, keep: frozenset[str]) -> int:
        limits: dict[str, float] = dict.fromkeys(FileKind, results_before)
        limits[FileKind.PHOTO] = photos_before
        count = 0
        for name, _, names in os.walk(self._root, topdown=False):  # passes over folders that are forgotten meanwhile
            folder = Path(name)
            for path in map(folder.joinpath, names):
                limit = photos_before if path.name.endswith(_TEMPORARY) else limits.get(folder.name, 0.0)
                with suppress(FileNotFoundError):  # a request has ended meanwhile, and took its photo along
                    if path.name not in keep and path.stat().st_mtime < limit:
                        path.unlink()
                        count += 1
            if folder != self._root:
                _remove_if_empty(folder)
        return count


def _free_bytes(folder: Path) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _sweep_folder(folder: Path, before: float, keep: frozenset[str]) -> int:
    count = 0
    for path in list(folder.glob("*")):
        with suppress(FileNotFoundError):
            if path.name not in keep and path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count


def _write_whole(path: Path, data: bytes) -> None:
    handle, temporary = _make_temporary(path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _make_temporary(folder: Path) -> tuple[int, str]:
    """Make a temporary file in a folder that a sweep may remove while it is empty."""
    for _ in range(_MOST_RACES):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            return tempfile.mkstemp(dir=folder, suffix=_TEMPORARY)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.mkstemp(dir=folder, suffix=_TEMPORARY)


def sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            raise
