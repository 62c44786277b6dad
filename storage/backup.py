"""Backups of a data folder: one tar of its database and files, written and restored whole or not at all.

In the tar stand the database (gzip), the files as they lie on disk (photos do not compress), and last a manifest with
the SHA-256 of each. It is read by hand, header by header: what is no plain file of a name that `write` gives is
refused. Knows no settings and no weights.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from storage.folder_files import sync_folder
from storage.sqlite import migrations
from storage.store import DATABASE_NAME, FILES_NAME

FORMAT: Final = 1  # of the tar; another number when an older program could not read it
MANIFEST_NAME: Final = "manifest.json"
READY_NAME: Final = ".restored"  # in the data folder: a whole and checked backup that is about to take its place
_ZIPPED_NAME: Final = f"{DATABASE_NAME}.gz"
_PART = ".restoring-"
_FILE = re.compile(rf"{FILES_NAME}/[0-9a-f]{{32}}/(photos|results|uploads)/[A-Za-z0-9_-][A-Za-z0-9._-]{{0,99}}")
_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1 << 20
_USTAR_MAX_BYTES = 8**11  # of one member
_RESERVE_BYTES = 64 << 20  # that a restore leaves free on the disk


class BackupRefused(Exception):
    """What is no backup, is damaged, or cannot be made or restored here; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the program's version, the schema's number, when its database was read (ISO 8601).

    `sha256` maps the names of all other members of the tar to their hashes, in hex.
    """

    format: int
    version: str
    schema: int
    made_at: str
    sha256: dict[str, str]

    @property
    def file_count(self) -> int:
        """Count the files beside the database."""
        return len(self.sha256) - 1


# --- write ------------------------------------------------------------------------------------------------------------


def save(folder: Path, path: Path, version: str) -> Manifest:
    """Write a backup of the data in `folder` to `path` (mode 0600), and read it again before it gets that name.

    What stands there is replaced where it is a backup. Raises `BackupRefused`, OSError.
    """
    if not path.parent.is_dir():
        raise BackupRefused(f"There is no folder {path.parent} to write the backup to.")
    if path.exists() and not _looks_like_a_backup(path):
        raise BackupRefused(f"{path} is there already, and is no backup of stickerface: choose another name.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as workplace:
        whole = Path(workplace) / "whole.tar"
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            manifest = write(folder, file, version, Path(workplace))
            file.flush()
            os.fsync(file.fileno())
        with whole.open("rb") as file:
            if _read(file, None) != manifest:
                raise BackupRefused("What was written cannot be read back as it was: the disk may be damaged.")
        whole.replace(path)
        sync_folder(path.parent)
    return manifest


def write(folder: Path, stream: IO[bytes], version: str, workplace: Path) -> Manifest:
    """Write a backup of the data in `folder` to `stream`, while the product may be running.

    The database is a snapshot; the files are read after it, so that all that its rows name are in the backup, but for
    those whose life ended meanwhile. `workplace` is a private folder with room for the database twice. Raises
    `BackupRefused`, OSError.
    """
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    snapshot, zipped = workplace / DATABASE_NAME, workplace / _ZIPPED_NAME
    _copy_database(folder / DATABASE_NAME, snapshot)
    schema = _check_database(snapshot)
    with snapshot.open("rb") as plain, gzip.open(zipped, "wb", compresslevel=3) as packed:
        shutil.copyfileobj(plain, packed, _CHUNK)
    snapshot.unlink()
    hashes = {}
    for name, path in [(_ZIPPED_NAME, zipped), *_files_in(folder)]:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            facts = os.fstat(file.fileno())
            hashes[name] = _write_member(stream, name, file, facts.st_size, facts.st_mtime)
    manifest = Manifest(FORMAT, version, schema, made_at, hashes)
    text = workplace / MANIFEST_NAME
    text.write_text(json.dumps(asdict(manifest), indent=1))
    with text.open("rb") as file:
        _write_member(stream, MANIFEST_NAME, file, text.stat().st_size, time.time())
    stream.write(bytes(2 * _BLOCK))
    return manifest


def _copy_database(source: Path, copy: Path) -> None:
    if not source.is_file():
        raise BackupRefused(f"{source.parent} has no database yet: there is nothing to back up.")
    with _sqlite_errors(f"The database {source} cannot be copied"), _connection(source, "rw") as connection:
        # Of one moment, in a read transaction that holds up no writer; deleted rows are not in it.
        connection.execute("VACUUM INTO ?", (str(copy),))


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    root = folder / FILES_NAME
    for place, _, names in os.walk(root):
        for each in sorted(names):
            path = Path(place) / each
            name = f"{FILES_NAME}/{path.relative_to(root).as_posix()}"
            if _FILE.fullmatch(name):  # the others are half written, or probe the disk
                yield name, path


def _write_member(stream: IO[bytes], name: str, file: IO[bytes], size: int, mtime: float) -> str:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(mtime), 0o600
    stream.write(info.tobuf(tarfile.USTAR_FORMAT if size < _USTAR_MAX_BYTES else tarfile.GNU_FORMAT))
    digest = _copy(file, size, stream.write)
    stream.write(bytes(-size % _BLOCK))
    return digest


# --- restore ----------------------------------------------------------------------------------------------------------


def restore(folder: Path, stream: IO[bytes], *, replaces: bool = False) -> tuple[Manifest, Path | None]:
    """Restore the backup in `stream` to `folder`; return its manifest, and where what was there before is kept.

    Without `replaces`, a folder that has a database or files is refused. Nothing changes before the whole backup is on
    the disk and checked. The caller holds the folder's lock. Raises `BackupRefused`, OSError.
    """
    finish_restore(folder)
    if not replaces and ((folder / DATABASE_NAME).exists() or any((folder / FILES_NAME).glob("*"))):
        raise BackupRefused(f"{folder} already has data: --force replaces it, and keeps what was there beside it.")
    for left_over in folder.glob(f"{_PART}*"):  # of a restore that was killed
        shutil.rmtree(left_over)
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder))
    try:
        manifest = _read(stream, part)
        os.sync()
        part.rename(folder / READY_NAME)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return manifest, finish_restore(folder)


def finish_restore(folder: Path) -> Path | None:
    """Put a checked backup in the place of what is in `folder`; go on where a crash interrupted it.

    Return where what was there before is kept, None where nothing was. Nothing happens where no backup is ready.
    """
    ready = folder / READY_NAME
    try:
        lock = os.open(ready, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():  # another process was quicker
            return None
        moment = datetime.fromtimestamp((ready / MANIFEST_NAME).stat().st_mtime, UTC)  # the same after a crash
        aside = folder / f"before-restore-{moment:%Y%m%dT%H%M%S.%fZ}"
        # The database is the last to come, after the log of the old one is gone: it would be taken for its own.
        for name, along in ((FILES_NAME, ()), (DATABASE_NAME, ("-wal", "-shm"))):
            if not (ready / name).exists():
                continue
            for old in (name, *(name + each for each in along)):
                if (folder / old).exists():
                    aside.mkdir(mode=0o700, exist_ok=True)
                    (folder / old).rename(aside / old)
            sync_folder(folder)
            (ready / name).rename(folder / name)
            sync_folder(folder)
        shutil.rmtree(ready)
        return aside if aside.exists() else None
    finally:
        os.close(lock)


def _read(stream: IO[bytes], folder: Path | None) -> Manifest:
    """Read a backup and check every hash; into `folder`, unless None. Raises `BackupRefused`, OSError."""
    hashes: dict[str, str] = {}
    text = bytearray()
    while not text:
        info = _next_member(stream)
        is_manifest = info.name == MANIFEST_NAME
        if info.name in hashes or not (is_manifest or info.name == _ZIPPED_NAME or _FILE.fullmatch(info.name)):
            raise BackupRefused(f"This is no backup of stickerface: it has {info.name[:100]!r} in it.")
        if is_manifest:
            if info.size > 4096 + 256 * len(hashes):
                raise BackupRefused("This backup is damaged: its manifest is too long.")
            _copy(stream, info.size, text.extend)
        elif folder is None:
            hashes[info.name] = _copy(stream, info.size, len)
        else:
            _check_room(folder, info.size)
            path = folder / info.name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                hashes[info.name] = _copy(stream, info.size, file.write)
            os.utime(path, (info.mtime, info.mtime))  # lifetimes are counted from it
        _copy(stream, -info.size % _BLOCK, len)
    manifest = _parse_manifest(bytes(text))
    if manifest.sha256 != hashes or _ZIPPED_NAME not in hashes:
        wrong = {name for name in {*manifest.sha256, *hashes} if manifest.sha256.get(name) != hashes.get(name)}
        raise BackupRefused(f"This backup is damaged: {min(wrong, default=_ZIPPED_NAME)} is not what was backed up.")
    if folder is not None:
        (folder / FILES_NAME).mkdir(mode=0o700, exist_ok=True)
        (folder / MANIFEST_NAME).write_bytes(text)
        _unzip_database(folder)
        _check_database(folder / DATABASE_NAME, manifest.version)
    return manifest


def _next_member(stream: IO[bytes]) -> tarfile.TarInfo:
    block = stream.read(_BLOCK)
    if not block.strip(b"\0"):
        raise BackupRefused("This backup is damaged: it ends early.")
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError):
        raise BackupRefused("This is no backup of stickerface, or it is damaged.") from None
    if info.type != tarfile.REGTYPE or info.size < 0 or not 0 <= info.mtime < 1 << 40:
        raise BackupRefused(f"This is no backup of stickerface: {info.name[:100]!r} in it is no plain file.")
    return info


def _parse_manifest(text: bytes) -> Manifest:
    try:
        parsed: Any = json.loads(text)
        if parsed["format"] != FORMAT:
            raise BackupRefused(f"This backup is of a form that this program does not know ({parsed['format']!r:.20}).")
        manifest = Manifest(**parsed)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BackupRefused("This backup is damaged: its manifest cannot be read.") from None
    kinds = [(manifest.version, str), (manifest.schema, int), (manifest.made_at, str), (manifest.sha256, dict)]
    if not all(isinstance(value, kind) for value, kind in kinds):
        raise BackupRefused("This backup is damaged: its manifest cannot be read.")
    return manifest


def _unzip_database(folder: Path) -> None:
    zipped, plain = folder / _ZIPPED_NAME, folder / DATABASE_NAME
    try:
        with gzip.open(zipped) as packed, os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            while chunk := packed.read(_CHUNK):
                _check_room(folder, len(chunk))
                file.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BackupRefused("This backup is damaged: its database cannot be unpacked.") from None
    zipped.unlink()


def _check_room(folder: Path, size: int) -> None:
    if size > shutil.disk_usage(folder).free - _RESERVE_BYTES:
        raise BackupRefused(f"The disk of {folder.parent} has too little room for what is in this backup.")


def _check_database(path: Path, version: str = "") -> int:
    """Return the schema of a database that is whole and one of ours. Raises `BackupRefused`."""
    with _sqlite_errors("The database in this backup is damaged" if version else "The database is damaged"):
        with _connection(path, "ro&immutable=1") as connection:
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            newest = migrations()[-1][0]
            if schema > newest:
                by = f"version {version:.40}" if version else "a newer version"
                raise BackupRefused(
                    f"Its database has schema {schema}, written by {by}; this program knows up to {newest}: "
                    "take that version or a newer one."
                )
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if found != "ok":
                raise BackupRefused(f"The database is damaged: {found:.200}")
            names = _names_in(connection)
        with closing(sqlite3.connect(":memory:")) as connection:
            for number, script in migrations():
                if number <= schema:
                    connection.executescript(script)
            if schema < 1 or names != _names_in(connection):  # a trigger of a stranger would run in our process
                raise BackupRefused("The database is none of stickerface, or its schema was changed by hand.")
    return schema


def _names_in(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    rows = connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return set(rows.fetchall())


# --- both -------------------------------------------------------------------------------------------------------------


def _connection(path: Path, mode: str) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None))


@contextmanager
def _sqlite_errors(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupRefused(f"{what}: {error}.") from error


def _copy(source: IO[bytes], size: int, write_to: Callable[[bytes], object]) -> str:
    """Copy `size` bytes and return their SHA-256. Raises `BackupRefused` where the source ends early."""
    digest = hashlib.sha256()
    while size:
        chunk = source.read(min(size, _CHUNK))
        if not chunk:
            raise BackupRefused("This backup is damaged: it ends early.")
        digest.update(chunk)
        write_to(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def _looks_like_a_backup(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(_BLOCK).startswith(_ZIPPED_NAME.encode() + b"\0")
