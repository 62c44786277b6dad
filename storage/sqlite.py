"""A `Database` in one SQLite file: its connection, its migrations. Knows no table: the stores beside it do.

One connection shared by tasks shares its transaction, so every statement takes the same lock; a statement is one trip
to aiosqlite's thread, and therefore whole or not at all even where the task is cancelled. A second connection, opened
when somebody asks for it, is for what processes tell each other: it does not wait for the disk, and sees commits of
others.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from importlib.resources import files
from pathlib import Path

import aiosqlite

from storage.database import BUSY_TIMEOUT_S, Parameters
from storage.errors import DatabaseBroken, DatabaseBusy, DiskFull, SchemaTooNew, StorageError

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

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self._path = path
        self._connection = connection
        self._lock = asyncio.Lock()
        self._second: aiosqlite.Connection | None = None
        self._second_lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> SqliteDatabase:
        """Open or create the file at `path` and bring its schema up to date.

        Raises `DatabaseBroken`, `SchemaTooNew`, `DatabaseBusy`, `DiskFull`.
        """
        connection = await _connect(path)
        try:
            with sqlite_errors_as_ours():
                await connection.execute_fetchall("PRAGMA journal_mode = WAL")
                # FULL: what was confirmed to a sender survives a power cut, not only a kill.
                await connection.execute_fetchall("PRAGMA synchronous = FULL")
                await connection.execute_fetchall("PRAGMA foreign_keys = ON")
                await _migrate(connection)
        except BaseException:
            await connection.close()
            raise
        return cls(path, connection)

    async def close(self) -> None:
        """Close the connections."""
        async with self._second_lock:
            if self._second is not None:
                await self._second.close()
        await self._connection.close()

    async def check(self) -> str:
        """Look for damage: "ok", or what SQLite found. Reads the whole file."""
        row = await self.one("PRAGMA quick_check")
        return str(row[0]) if row else "no answer"

    async def run(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> list[sqlite3.Row]:
        """Execute one statement and return its rows; it is committed when this returns."""
        async with self._lock:
            return await self._run(sql, parameters)

    async def one(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> sqlite3.Row | None:
        """Execute one statement and return its first row, None where there is none."""
        rows = await self.run(sql, parameters)
        return rows[0] if rows else None

    async def run_unsynced(
        self, sql: str, parameters: Parameters | None = None, *, lock: str = ""
    ) -> list[sqlite3.Row]:
        """Execute one statement without waiting for the disk: a power cut may lose it, the end of a process does not.

        Never within a `transaction`, for which it would wait.
        """
        async with self._second_lock:
            if self._second is None:
                self._second = await _connect(self._path)
                # NORMAL: no fsync at a commit, only where the log is copied into the file. OFF could damage that.
                with sqlite_errors_as_ours():
                    await self._second.execute_fetchall("PRAGMA synchronous = NORMAL")
                    await self._second.execute_fetchall("PRAGMA secure_delete = ON")  # previews show faces
            with sqlite_errors_as_ours():
                return list(await self._second.execute_fetchall(sql, parameters or {}))

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
        async with self._lock:
            await self._run("BEGIN IMMEDIATE", None)
            try:
                yield SqliteTransaction(self)
                await self._run("COMMIT", None)
            except BaseException:
                # Shielded: a cancelled task must not leave the shared connection inside its transaction.
                await asyncio.shield(self._roll_back())
                raise

    async def _roll_back(self) -> None:
        if self._connection.in_transaction:
            await self._connection.execute_fetchall("ROLLBACK")

    async def _run(self, sql: str, parameters: Parameters | None) -> list[sqlite3.Row]:
        with sqlite_errors_as_ours():
            return list(await self._connection.execute_fetchall(sql, parameters or {}))


class SqliteTransaction:
    """The statements of one `Database.transaction()` block."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def run(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        return await self._database._run(sql, parameters)

    async def one(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        rows = await self.run(sql, parameters)
        return rows[0] if rows else None


async def _connect(path: Path) -> aiosqlite.Connection:
    with sqlite_errors_as_ours():
        connection = await aiosqlite.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


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
