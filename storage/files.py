"""Photos and results on disk, a folder per owner. A file is there whole or not at all: temp file, fsync, rename."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage.errors import DiskFull, FileGone, StorageError

_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)  # passes as soon as others have closed theirs
DESCRIPTOR_PAUSES_S = (0.1, 0.5, 2.0, 5.0)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TEMPORARY = ".part"
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
        raise (DiskFull if error.errno in _NO_ROOM else StorageError)(error.strerror or str(error)) from error


class Files:
    """The store of files under `root`; every method works in a thread.

    Layout: `<root>/<hash of owner>/photos/<hash>.<ext>`, `.../results/<job>.<kind>` and `.../uploads/<id>`. Owners are
    hashed so that a listing of the disk names nobody.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def save_photo(self, owner: str, data: bytes, suffix: str, salt: str = "") -> str:
        """Keep a photo; returns its name in the owner's folder. The same photo twice is one file, made young again.

        With another `salt` it is another file, which can be deleted without harm to the first.
        """
        name = hashlib.sha256(salt.encode() + data).hexdigest()[:32] + suffix
        await self._save(self._photo(owner, name), data)
        return name

    async def photo(self, owner: str, name: str) -> bytes:
        """Read a photo. Raises `FileGone` past its lifetime."""
        return await self._read(self._photo(owner, name))

    async def has_photo(self, owner: str, name: str) -> bool:
        return await asyncio.to_thread(self._photo(owner, name).is_file)

    async def count_photos(self, owner: str) -> int:
        """Count the photos that are kept of this owner."""
        return await asyncio.to_thread(lambda: sum(1 for _ in (self._folder(owner) / "photos").glob("*")))

    async def delete_photo(self, owner: str, name: str) -> None:
        """Delete a photo before its lifetime ends. Missing files are ignored."""
        await self._delete(self._photo(owner, name))

    async def save_result(self, owner: str, job_id: str, kind: str, data: bytes) -> None:
        """Keep one file of a job's result, for instance kind "sticker.webp"."""
        await self._save(self._result(owner, job_id, kind), data)

    async def result(self, owner: str, job_id: str, kind: str) -> bytes:
        """Read one file of a job's result. Raises `FileGone`."""
        return await self._read(self._result(owner, job_id, kind))

    async def delete_result(self, owner: str, job_id: str, kind: str) -> None:
        """Delete one file of a job's result. Missing files are ignored."""
        await self._delete(self._result(owner, job_id, kind))

    async def save_upload(self, owner: str, upload_id: str, data: bytes) -> None:
        """Keep a file that was handed in."""
        await self._save(self._upload(owner, upload_id), data)

    async def upload(self, owner: str, upload_id: str) -> bytes:
        """Read a file that was handed in. Raises `FileGone`."""
        return await self._read(self._upload(owner, upload_id))

    async def delete_upload(self, owner: str, upload_id: str) -> None:
        """Delete a file that was handed in. Missing files are ignored."""
        await self._delete(self._upload(owner, upload_id))

    async def delete_owner(self, owner: str) -> None:
        """Delete everything of this owner."""
        await asyncio.to_thread(shutil.rmtree, self._folder(owner), ignore_errors=True)

    async def sweep(self, photos_before: float, results_before: float, keep: Collection[str]) -> int:
        """Delete photos and results last written before these moments, and torn temp files; returns how many.

        `keep` holds names of photos that jobs still need.
        """
        with _os_errors_as_ours():
            return await asyncio.to_thread(self._sweep, photos_before, results_before, frozenset(keep))

    async def sweep_photos(self, owner: str, before: float, keep: Collection[str]) -> int:
        """Delete this owner's photos last written before `before`, but for those in `keep`; return how many."""
        with _os_errors_as_ours():
            return await asyncio.to_thread(_sweep_folder, self._folder(owner) / "photos", before, frozenset(keep))

    async def free_bytes(self) -> int:
        """Return how much room the disk has left. Raises `StorageError`."""
        with _os_errors_as_ours():
            return await asyncio.to_thread(_free_bytes, self._root)

    async def check_room(self) -> None:
        """Write and delete a file of 64 KB. Raises `DiskFull`, `StorageError` where that does not work."""
        probe = self._root / "probe"
        with _os_errors_as_ours():
            await asyncio.to_thread(_write_whole, probe, bytes(64 * 1024))
            await asyncio.to_thread(probe.unlink, missing_ok=True)

    def _folder(self, owner: str) -> Path:
        return self._root / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def _photo(self, owner: str, name: str) -> Path:
        return self._folder(owner) / "photos" / name

    def _result(self, owner: str, job_id: str, kind: str) -> Path:
        return self._folder(owner) / "results" / f"{job_id}.{kind}"

    def _upload(self, owner: str, upload_id: str) -> Path:
        return self._folder(owner) / "uploads" / upload_id

    async def _delete(self, path: Path) -> None:
        with _os_errors_as_ours():
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _save(self, path: Path, data: bytes) -> None:
        with _os_errors_as_ours():
            await _patient(partial(_write_whole, path, data))

    async def _read(self, path: Path) -> bytes:
        with _os_errors_as_ours():
            return await _patient(path.read_bytes)

    def _sweep(self, photos_before: float, results_before: float, keep: frozenset[str]) -> int:
        limits = {"photos": photos_before, "results": results_before, "uploads": results_before}
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


async def _patient(work: Callable[[], T]) -> T:
    """Return what `work` returns in a thread, trying again while there are too many open files."""
    for pause_s in DESCRIPTOR_PAUSES_S:
        try:
            return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
        except OSError as error:
            if error.errno not in _NO_DESCRIPTOR:
                raise
        await asyncio.sleep(pause_s)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=_TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
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
