"""What has been downloaded: `weights.lock.json` beside the weights, and whether the files are still those.

Where the manifest knows no hash of a file, the one its server published is taken at the first download. Either way
the SHA-256 of what arrived is kept here and every later check compares with it; a copy of this file makes another
machine take the very same bytes. Knows neither network nor licences.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from engine.errors import EngineUnavailable

LOCK_NAME = "weights.lock.json"
_VERSION = 1


class FileState(StrEnum):
    """How one file of the weights is."""

    READY = "ready"  # size and hash are the recorded ones
    MISSING = "missing"
    PARTIAL = "partial"  # a download was interrupted; it can go on
    DAMAGED = "damaged"  # not the bytes that were recorded
    UNRECORDED = "unrecorded"  # somebody put it there; no record to compare with


@dataclass(frozen=True, slots=True)
class Locked:
    """One downloaded file. `commit` is empty where the host has none; `unpacked` are a zip's files, it is gone then.

    `size` and `mtime_ns` are those of the file when its hash was taken: while both stay, it need not be read again.
    """

    size: int
    sha256: str
    mtime_ns: int
    repo: str
    revision: str
    commit: str = ""
    unpacked: tuple[str, ...] = ()


class WeightsLock:
    """The records of one weights folder, by file name below it."""

    def __init__(self, folder: Path, entries: Mapping[str, Locked]) -> None:
        self._folder = folder
        self._entries = dict(entries)

    @classmethod
    def read(cls, folder: Path) -> WeightsLock:
        """Read the records below `folder`. Raises `EngineUnavailable` where the file is there but is no lock file."""
        path = folder / LOCK_NAME
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            files = content["files"].items() if content["version"] == _VERSION else None
            entries = {name: _entry(record) for name, record in files} if files is not None else None
        except FileNotFoundError:
            return cls(folder, {})
        except NotADirectoryError as error:
            raise EngineUnavailable(f"{folder} is a file, and must be the folder of the weights") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineUnavailable(f"{path} cannot be read as a lock file; move it away to begin a new one") from error
        if entries is None:
            raise EngineUnavailable(f"{path} was written by another version of this program")
        return cls(folder, entries)

    def write(self) -> None:
        """Replace the file whole."""
        files = {name: asdict(entry) for name, entry in sorted(self._entries.items())}
        text = json.dumps({"version": _VERSION, "files": files}, indent=1) + "\n"
        fresh = self._folder / f"{LOCK_NAME}.new"
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / LOCK_NAME)

    def record(self, name: str, entry: Locked) -> None:
        """Remember `name`; `write` keeps it."""
        self._entries[name] = entry

    def find(self, name: str) -> Locked | None:
        """Return the record of `name`, None where there is none."""
        return self._entries.get(name)

    def commit(self, repo: str, revision: str) -> str:
        """Return the commit that the files of `repo` at `revision` came from; empty before the first."""
        same = (each for each in self._entries.values() if (each.repo, each.revision) == (repo, revision))
        return next((each.commit for each in same if each.commit), "")

    def state(self, name: str, *, reread: bool = False) -> FileState:
        """Return how the file is; `reread` reads every byte, even where size and time of change say it is the same."""
        entry = self._entries.get(name)
        if entry and entry.unpacked:
            states = [self.state(each, reread=reread) for each in entry.unpacked]
            return next((state for state in states if state is not FileState.READY), FileState.READY)
        path = self._folder / name
        if not path.is_file():
            return FileState.PARTIAL if part_of(path).is_file() else FileState.MISSING
        if entry is None:
            return FileState.UNRECORDED
        return FileState.READY if _is_same(path, entry, reread=reread) else FileState.DAMAGED


def part_of(path: Path) -> Path:
    """Return where the bytes of an unfinished download of `path` are."""
    return path.with_name(f"{path.name}.part")


def record_of(path: Path, *, repo: str, revision: str, commit: str = "", sha256: str = "") -> Locked:
    """Return the record of a file as it is now; reads all of it where its `sha256` has not just been taken."""
    before = path.stat()
    return Locked(before.st_size, sha256 or sha256_of(path), before.st_mtime_ns, repo, revision, commit)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(record: dict[str, object]) -> Locked:
    unpacked = record.pop("unpacked", ())
    entry = Locked(**record)  # type: ignore[arg-type]
    if not isinstance(entry.size, int) or not isinstance(unpacked, list | tuple):
        raise TypeError
    return replace(entry, unpacked=tuple(str(name) for name in unpacked))


def _is_same(path: Path, entry: Locked, *, reread: bool) -> bool:
    found = path.stat()
    if found.st_size != entry.size:
        return False
    if found.st_mtime_ns == entry.mtime_ns and not reread:
        return True
    return sha256_of(path) == entry.sha256
