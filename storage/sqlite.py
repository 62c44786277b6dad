"""A `Database` in one SQLite file: its connections, its migrations. Knows no table: the stores beside it do.

One connection writes: a caller's statements are one trip to its thread, and therefore whole or not at all even where
the task is cancelled. Another one reads, so that a question does not wait for the disk: it sees everything whose
`run` has returned. A third, opened when somebody asks for it, is for what processes tell each other: it does not wait
for the disk, and sees commits of others.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from importlib.resources import files
from pathlib import Path

import aiosqlite

from storage.database import BUSY_TIMEOUT_S, Parameters, Statement
from storage.errors import DatabaseBroken, DatabaseBusy, DiskFull, SchemaTooNew, StorageError
from storage.group_commit import SharedConnection, is_read

CHANGES_EVERY_S = 0.05  # between two looks for commits of others


@contextmanager
def sqlite_errors_as_ours() -> Iterator[None]:
    """Turn sqlite3's errors into ours, where they enter."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(error) from error


def _translate(error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusy(str(error))
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return DiskFull(str(error))
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY:
            return DatabaseBroken(str(error))
        case _:
            return StorageError(str(error))


class SqliteDatabase:
    """An open database file. It has one writer at a time, which is every lock that a caller may name."""

    def __init__(self, path: Path, writer: SharedConnection, reader: SharedConnection) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._unsynced: SharedConnection | None = None
        self._opening = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> SqliteDatabase:
        """Open or create the file at `path` and bring its schema up to date.

        Raises `DatabaseBroken`, `SchemaTooNew`, `DatabaseBusy`, `DiskFull`.
        """
        opened = []
        lock = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)  # of processes that start together one migrates
            with sqlite_errors_as_ours():
                writer = await SharedConnection.open(path, BUSY_TIMEOUT_S)
                opened.append(writer)
                async with writer.alone() as connection:
                    await connection.execute_fetchall("PRAGMA journal_mode = WAL")
                    # FULL: what was confirmed to a sender survives a power cut, not only a kill.
                    await connection.execute_fetchall("PRAGMA synchronous = FULL")
                    await connection.execute_fetchall("PRAGMA foreign_keys = ON")
                    await _migrate(connection)
                reader = await SharedConnection.open(path, BUSY_TIMEOUT_S)
                opened.append(reader)
                await reader.run(("PRAGMA query_only = ON", None))
        except BaseException:
            for each in opened:
                await each.close()
            raise
        finally:
            os.close(lock)
        return cls(path, writer, reader)

    async def close(self) -> None:
        """Close the connections."""
        async with self._opening:
            if self._unsynced is not None:
                await self._unsynced.close()
        await self._reader.close()
        await self._writer.close()  # the last one: it puts the log into the file

    async def check(self) -> str:
        """Look for damage: "ok", or what SQLite found. Reads the whole file."""
        row = await self.one("PRAGMA quick_check")
        return str(row[0]) if row else "no answer"

    async def run(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> list[sqlite3.Row]:
        """Execute one statement and return its rows; it is committed when this returns."""
        connection = self._reader if is_read(sql) else self._writer
        with sqlite_errors_as_ours():
            return (await connection.run((sql, parameters)))[0]

    async def one(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> sqlite3.Row | None:
        """Execute one statement and return its first row, None where there is none."""
        rows = await self.run(sql, parameters, lock=lock)
        return rows[0] if rows else None

    async def run_all(self, *statements: Statement, lock: str = "") -> list[list[sqlite3.Row]]:
        """Execute statements in one transaction and return the rows of each; it is committed when this returns."""
        with sqlite_errors_as_ours():
            return await self._writer.run(*statements)

    async def run_unsynced(
        self, sql: str, parameters: Parameters | None = None, *, lock: str = ""
    ) -> list[sqlite3.Row]:
        """Execute one statement without waiting for the disk: a power cut may lose it, the end of a process does not.

        Never within a `transaction`, for which it would wait.
        """
        with sqlite_errors_as_ours():
            async with self._opening:
                if self._unsynced is None:
                    self._unsynced = await SharedConnection.open(self._path, BUSY_TIMEOUT_S)
                    # NORMAL: no fsync at a commit, only where the log is copied into the file. OFF could damage that.
                    await self._unsynced.run(("PRAGMA synchronous = NORMAL", None))
                    await self._unsynced.run(("PRAGMA secure_delete = ON", None))  # previews show faces
            return (await self._unsynced.run((sql, parameters)))[0]

    async def notify(self) -> None:
        """Tell the `changes` of other processes that something was committed; those of SQLite see it by themselves."""

    async def changes(self) -> AsyncGenerator[None]:
        """Yield at once, and then each time soon after somebody else committed something; several may be one.

        Raises `StorageError`. What this process commits by `run_unsynced` is not told to itself.
        """
        seen: object = None
        while True:
            version = (await self.run_unsynced("PRAGMA data_version"))[0][0]
            if version != seen:
                seen = version
                yield
            await asyncio.sleep(CHANGES_EVERY_S)

    @asynccontextmanager
    async def transaction(self, lock: str = "") -> AsyncIterator[SqliteTransaction]:
        """Run statements in one transaction: all or none."""
        async with self._writer.alone() as connection:
            transaction = SqliteTransaction(connection)
            await transaction.run("BEGIN IMMEDIATE")
            yield transaction
            await transaction.run("COMMIT")


class SqliteTransaction:
    """The statements of one `Database.transaction()` block."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        with sqlite_errors_as_ours():
            return list(await self._connection.execute_fetchall(sql, parameters or {}))

    async def one(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        rows = await self.run(sql, parameters)
        return rows[0] if rows else None


def schema_of(path: Path) -> int:
    """Return the number of the last migration of the file at `path`, which is left as it is.

    Raises `DatabaseBroken`, `DatabaseBusy`.
    """
    with sqlite_errors_as_ours(), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        return int(file.execute("PRAGMA user_version").fetchone()[0])


def migrations() -> list[tuple[int, str]]:
    """Return every migration as its number and script, in order."""
    folder = files("storage") / "migrations"
    found = [
        (int(entry.name.split("_")[0]), entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".sql")
    ]
    return sorted(found)


async def _migrate(connection: aiosqlite.Connection) -> None:
    """Apply what is missing, each migration in one transaction with its number (PRAGMA user_version)."""
    known = migrations()
    rows = list(await connection.execute_fetchall("PRAGMA user_version"))
    current = int(rows[0][0])
    if current > known[-1][0]:
        raise SchemaTooNew(f"schema {current}, this program knows up to {known[-1][0]}")
    for number, script in known:
        if number > current:
            await connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
