"""One SQLite connection on its own thread: what waits for it together is executed in one trip. Knows no table.

Group commit: the statements that came while the last ones were written are committed together, with one wait for the
disk. Nobody has an answer before what they wrote is on disk, and nobody's error is another's: where one of a group
fails, all is rolled back and each is executed alone.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from storage.database import Statement

Rows = list[sqlite3.Row]
logger = logging.getLogger(__name__)

MOST_TOGETHER = 500  # statements of one trip: who comes late waits for no more than that


@dataclass(frozen=True, slots=True, eq=False)
class _Statements:
    """The statements of one caller: all or none."""

    statements: Sequence[Statement]
    outcome: asyncio.Future[list[Rows]]


class _Thread(aiosqlite.Connection):
    """aiosqlite's connection, with trips of more than one statement."""

    async def call(self, work: Callable[..., Any], *args: Any) -> Any:
        """Return what `work` of the sqlite3 connection and `args` returns, on the thread."""
        return await self._execute(work, self._conn, *args)  # type: ignore[no-untyped-call]


class SharedConnection:
    """A connection that many tasks use. Raises sqlite3's errors."""

    def __init__(self, thread: _Thread) -> None:
        self._thread = thread
        self._waiting: list[_Statements] = []
        self._working: asyncio.Task[None] | None = None
        self._free = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, busy_timeout_s: float) -> SharedConnection:
        """Open or create the file at `path`."""

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
            connection.row_factory = sqlite3.Row
            return connection

        thread = _Thread(connect, iter_chunk_size=1)
        await thread
        return cls(thread)

    async def close(self) -> None:
        """Close it, once what is under way has ended."""
        async with self._free:
            await self._thread.close()

    async def run(self, *statements: Statement) -> list[Rows]:
        """Execute statements in one transaction and return the rows of each; it is committed when this returns."""
        loop = asyncio.get_running_loop()
        work = _Statements(statements, loop.create_future())
        self._waiting.append(work)
        if self._working is None:
            self._working = loop.create_task(self._work())
        return await work.outcome

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[aiosqlite.Connection]:
        """Hold the connection while the block lasts: others' statements wait. What it left uncommitted is rolled back.

        That is looked for on the thread: what a cancelled task asked for last is still executed there.
        """
        async with self._free:
            try:
                yield self._thread
            except BaseException:
                # Shielded: a cancelled task must not leave the shared connection inside its transaction.
                await asyncio.shield(self._thread.call(_roll_back))
                raise

    async def _work(self) -> None:
        try:
            while self._waiting:
                async with self._free:
                    works = [work for work in self._waiting[:MOST_TOGETHER] if not work.outcome.cancelled()]
                    del self._waiting[:MOST_TOGETHER]
                    await self._execute(works)
        finally:
            self._working = None
            for work in self._waiting:  # the loop ends
                work.outcome.cancel()

    async def _execute(self, works: Sequence[_Statements]) -> None:
        outcomes: Sequence[list[Rows] | BaseException]
        try:
            outcomes = await self._thread.call(_execute, [work.statements for work in works])
        except asyncio.CancelledError:
            for work in works:
                work.outcome.cancel()
            raise
        except Exception as error:  # the connection is closed
            outcomes = [error] * len(works)
        for work, outcome in zip(works, outcomes, strict=True):
            if work.outcome.done():  # its task was cancelled meanwhile
                continue
            if isinstance(outcome, BaseException):
                work.outcome.set_exception(outcome)
            else:
                work.outcome.set_result(outcome)


def _execute(connection: sqlite3.Connection, works: Sequence[Sequence[Statement]]) -> list[list[Rows] | Exception]:
    """Execute and commit all works together, each alone where that does not work; return rows or error of each."""
    if len(works) > 1:
        try:
            return [*_committed(connection, works)]
        except sqlite3.Error as error:
            if _is_busy(error):  # another process writes for too long: not once again for each
                return [error] * len(works)
        except Exception as error:  # parameters that are none: whose, is found below
            logger.debug("not together: %s", error)
    outcomes: list[list[Rows] | Exception] = []
    for work in works:
        try:
            outcomes += _committed(connection, [work])
        except Exception as error:
            outcomes.append(error)
    return outcomes


def _committed(connection: sqlite3.Connection, works: Sequence[Sequence[Statement]]) -> list[list[Rows]]:
    """Execute works in one transaction. Raises what the first of them raises: then nothing was done."""
    statements = [sql for work in works for sql, _ in work]
    has_transaction = len(statements) > 1 and not all(map(is_read, statements))
    try:
        if has_transaction:
            connection.execute("BEGIN IMMEDIATE")
        rows = [[connection.execute(sql, parameters or {}).fetchall() for sql, parameters in work] for work in works]
        if has_transaction:
            connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return rows


def _roll_back(connection: sqlite3.Connection) -> None:
    """End the transaction that is open, if there is one."""
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def is_read(sql: str) -> bool:
    """Return whether a statement changes nothing."""
    return sql.lstrip().startswith("SELECT")


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
