"""Everything that is kept: the database with its stores, and the files beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.bans import Bans
from storage.broadcasts import Broadcasts
from storage.database import Database
from storage.errors import DatabaseBroken
from storage.events import EventRows
from storage.facts import Facts
from storage.files import Files
from storage.groups import Groups
from storage.inbox import Inbox
from storage.jobs import Jobs
from storage.keys import Keys
from storage.processes import Processes
from storage.sqlite import SqliteDatabase
from storage.uploads import Uploads
from storage.users import Users

DATABASE_NAME = "stickerface.sqlite3"
FILES_NAME = "files"
LOCKS_NAME = "processes"


@dataclass(frozen=True, slots=True)
class Store:
    """The stores of one database, and the files."""

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
    processes: Processes
    events: EventRows

    @classmethod
    async def open(cls, folder: Path, database_url: str = "", *, clock: Callable[[], float] = time.time) -> Store:
        """Open or create the data in `folder`, the rows in PostgreSQL where there is a `database_url`.

        Raises `StorageError`, OSError where it cannot be made.
        """
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        database = await _open_database(folder, database_url)
        return cls(
            database=database,
            jobs=Jobs(database, clock),
            users=Users(database, clock),
            files=Files(folder / FILES_NAME),
            inbox=Inbox(database, clock),
            uploads=Uploads(database, clock),
            keys=Keys(database, clock),
            facts=Facts(database),
            groups=Groups(database, clock),
            bans=Bans(database, clock),
            broadcasts=Broadcasts(database, clock),
            processes=Processes(database, folder / LOCKS_NAME, clock),
            events=EventRows(database, clock),
        )

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()


async def _open_database(folder: Path, url: str) -> Database:
    if not url:
        return await SqliteDatabase.open(folder / DATABASE_NAME)
    try:
        from storage.postgres import PostgresDatabase
    except ImportError:
        raise DatabaseBroken("PostgreSQL needs psycopg: pip install 'stickerface[cluster]'") from None
    return await PostgresDatabase.open(url)
