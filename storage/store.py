"""Everything that is kept: the database with its stores, and the files beside it."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from storage.bans import Bans
from storage.broadcasts import Broadcasts
from storage.database import Database
from storage.errors import DatabaseBroken, StorageError
from storage.events import EventRows
from storage.facts import Facts
from storage.files import Files
from storage.folder_files import FolderFiles
from storage.groups import Groups
from storage.inbox import Inbox
from storage.jobs import Jobs
from storage.keys import Keys
from storage.processes import ProcessRows
from storage.sqlite import SqliteDatabase, migrations, schema_of
from storage.uploads import Uploads
from storage.users import Users

if TYPE_CHECKING:
    from storage.postgres import PostgresDatabase

DATABASE_NAME = "stickerface.sqlite3"
FILES_NAME = "files"
LOCKS_NAME = "processes"


@dataclass(frozen=True, slots=True)
class Store:
    """The stores of one database, and the files, which may be elsewhere."""

    folder: Path
    database: Database
    jobs: Jobs
    users: Users
    files: Files
    inbox: Inbox
    uploads: Uploads
    keys: Keys
    facts: Facts
    groups: Groups
    bans: Bans
    broadcasts: Broadcasts
    processes: ProcessRows
    events: EventRows

    @classmethod
    async def open(
        cls, folder: Path, database_url: str = "", files_url: str = "", *, clock: Callable[[], float] = time.time
    ) -> Store:
        """Open or create the data in `folder`.

        The rows are in PostgreSQL where there is a `database_url`, the files where `files_url` says, if it does. Files
        are asked nothing yet: `files.check()` does. Raises `StorageError`, OSError where it cannot be made.
        """
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        files = open_files(folder, files_url)
        database = await _open_database(folder, database_url)
        return cls(
            folder=folder,
            database=database,
            jobs=Jobs(database, clock),
            users=Users(database, clock),
            files=files,
            inbox=Inbox(database, clock),
            uploads=Uploads(database, clock),
            keys=Keys(database, clock),
            facts=Facts(database),
            groups=Groups(database, clock),
            bans=Bans(database, clock),
            broadcasts=Broadcasts(database, clock),
            processes=ProcessRows(database, folder / LOCKS_NAME, clock, is_shared=bool(database_url)),
            events=EventRows(database, clock),
        )

    async def free_bytes(self) -> int:
        """Return how much room there is: of the data folder's disk, or of that of the files where it has less."""
        try:
            local = (await asyncio.to_thread(shutil.disk_usage, self.folder)).free
        except OSError as error:
            raise StorageError(error.strerror or str(error)) from error
        kept = await self.files.free_bytes()
        return local if kept is None else min(local, kept)

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()


def open_files(folder: Path, url: str) -> Files:
    """Return the files of the data in `folder`: those beside the database, or those at `url`.

    `url` is empty, file:///mnt/shared/folder (which must be there), or s3://bucket/prefix. Raises `StorageError`.
    """
    parts = urlsplit(url)
    if not url:
        return FolderFiles(folder / FILES_NAME)
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
        return FolderFiles(Path(unquote(parts.path)), is_shared=True)
    if parts.scheme != "s3" or not parts.netloc or parts.query:
        raise StorageError(f"FILES_URL {url}: expected s3://bucket/prefix or file:///path/of/a/shared/folder")
    if importlib.util.find_spec("obstore") is None:
        raise StorageError(f"FILES_URL {url} needs obstore: the extra [cluster]")
    from storage.object_files import ObjectFiles

    return ObjectFiles(url)


async def inspect_database(folder: Path, url: str) -> tuple[int, int]:
    """Return the schema of the database, 0 where it has no tables yet, and the one that `Store.open` brings it to.

    It is left as it is. Raises `StorageError`.
    """
    if url:
        return await _postgres().inspect(url)
    return await asyncio.to_thread(schema_of, folder / DATABASE_NAME), migrations()[-1][0]


async def _open_database(folder: Path, url: str) -> Database:
    return await (_postgres().open(url) if url else SqliteDatabase.open(folder / DATABASE_NAME))


def _postgres() -> type[PostgresDatabase]:
    try:
        from storage.postgres import PostgresDatabase
    except ImportError:
        raise DatabaseBroken("PostgreSQL needs psycopg: the extra [cluster]") from None
    return PostgresDatabase
