"""A `Database` in PostgreSQL: a small pool, its statements, its migrations. Knows no table of the stores.

Every answer is known. A write is BEGIN, a mark, the statement, and then COMMIT: the mark is the connection's own row
with the number of its last write. Where a connection breaks before COMMIT was sent, nothing has happened, and the write
is done again on another connection. Where it breaks after that, the mark says whether it was committed; its rows are
here already. So no caller has to ask whether a write is idempotent.
"""

from __future__ import annotations

import asyncio
import logging
import re
import select
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.types.numeric import IntDumper

from storage.database import BUSY_TIMEOUT_S, Parameters, Row, Statement
from storage.errors import DatabaseBroken, DatabaseBusy, DiskFull, SchemaTooNew, StorageError

logger = logging.getLogger(__name__)

POOL_SIZE = 8  # connections of one process; one more listens
CHANNEL = "stickerface"
APPLICATION = "stickerface"
# A server that vanishes without a word is noticed after a minute, not after two hours.
CONNECTION_DEFAULTS = {
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
# A process that stands still within a transaction must not hold the others' locks.
_SESSION = f"SET lock_timeout = '{BUSY_TIMEOUT_S:.0f}s'; SET idle_in_transaction_session_timeout = '30s'"
_MARK = """INSERT INTO connections (id, committed) VALUES (%(id)s, %(number)s)
           ON CONFLICT (id) DO UPDATE SET committed = excluded.committed, seen_at = now()"""
# Marks of connections that are long gone. Those of others that write at the same time are left.
_FORGET = """DELETE FROM connections WHERE id IN (
               SELECT id FROM connections WHERE seen_at < now() - INTERVAL '1 day' FOR UPDATE SKIP LOCKED)"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))"
_REFUSALS = ("authentication failed", "does not exist", "pg_hba.conf", "no password supplied", "permission denied")
T = TypeVar("T")


# --- statements and parameters ----------------------------------------------------------------------------------------

_TOKENS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|::|:(?P<name>[A-Za-z_]\w*)|%")


@lru_cache(maxsize=1000)
def translated(sql: str) -> str:
    """Return a statement with `:name` parameters as psycopg has it: `%(name)s`, and every % twice."""

    def token(match: re.Match[str]) -> str:
        return f"%({match['name']})s" if match["name"] else match[0].replace("%", "%%")

    return _TOKENS.sub(token, sql)


def _is_read(sql: str) -> bool:
    return sql.lstrip().startswith("SELECT")


# JSON escapes: a backslash, a pair of surrogates, and what PostgreSQL refuses: NUL and half a pair.
_ESCAPES = re.compile(r"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<refused>\\u0000|\\u[dD][89a-fA-F]..)")


def _storable(value: Any) -> Any:
    """Return a parameter as PostgreSQL can keep it: NUL, also within JSON, is U+FFFD."""
    if not isinstance(value, str):
        return value
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    if "\\u" in value:
        value = _ESCAPES.sub(lambda match: r"\ufffd" if match["refused"] else match[0], value)
    return value


def _bound(parameters: Parameters | None) -> dict[str, Any]:
    return {name: _storable(value) for name, value in parameters.items()} if parameters else {}


# --- errors -----------------------------------------------------------------------------------------------------------


def _is_passing(error: psycopg.Error) -> bool:
    """Return whether the same statement on another connection may work: it broke, or two statements collided."""
    state = error.sqlstate
    if state is None:  # it broke, or there never was one
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not _is_refused(error)
    # 08 connection, 25006 a standby, 25P03 idle for too long, 40 collided, 53300 too many, 57P0x shut down or starting
    return state[:2] in ("08", "40") or state in ("25006", "25P03", "53300") or state.startswith("57P0")


def _is_refused(error: psycopg.Error) -> bool:
    """Return whether the server does not want us: that does not pass."""
    return any(words in str(error) for words in _REFUSALS)


def _translate(error: psycopg.Error) -> StorageError:
    """Return our error. Its text names no row: what a server adds to its first line may quote people's data."""
    state = error.sqlstate or ""
    text = error.diag.message_primary or (str(error).splitlines() or [type(error).__name__])[0]
    if _is_passing(error) or state in ("55P03", "57014"):  # a lock that was not to be had, a timeout
        return DatabaseBusy(text)
    if state in ("53100", "58030"):
        return DiskFull(text)
    if (not state and _is_refused(error)) or state[:2] in ("28", "3D", "XX"):
        return DatabaseBroken(text)
    return StorageError(f"{text} ({state})" if state else text)


def _pauses() -> Iterator[float]:
    """Backoff: 50 ms, doubling up to a second."""
    pause_s = 0.05
    while True:
        yield pause_s
        pause_s = min(pause_s * 2, 1.0)


def _conninfo(url: str) -> str:
    """Return the URL with our defaults as libpq has it. Raises `DatabaseBroken`."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        return make_conninfo("", **(CONNECTION_DEFAULTS | given))
    except psycopg.Error:  # its text quotes the password
        raise DatabaseBroken("the URL of the database is none: postgresql://user:password@host/name") from None


# --- connections ------------------------------------------------------------------------------------------------------


class _Connection:
    """One connection of the pool, with the number of its last write."""

    def __init__(self, raw: psycopg.AsyncConnection[dict[str, Any]], name: str) -> None:
        self.raw = raw
        self.name = name
        self.writes = 0

    @property
    def is_usable(self) -> bool:
        """Whether it is open, outside of any transaction, and its server has said nothing: that would be farewell."""
        if self.raw.closed or self.raw.info.transaction_status is not TransactionStatus.IDLE:
            return False
        waiting = select.poll()
        waiting.register(self.raw.fileno(), select.POLLIN)
        return not waiting.poll(0)

    async def run(self, sql: str, parameters: Parameters | None) -> list[dict[str, Any]]:
        """Execute one statement and return its rows."""
        return await _rows(await self.raw.execute(translated(sql), _bound(parameters)))

    async def begin(self, lock: str, first: str = "", parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """Begin a transaction, mark it, lock, execute its first statement: one round trip. Return that one's rows."""
        cursor = None
        self.writes += 1
        async with self.raw.pipeline():
            await self.raw.execute("BEGIN")
            await self.raw.execute(_MARK, {"id": self.name, "number": self.writes})
            if self.writes == 1:
                await self.raw.execute(_FORGET)
            if lock:
                await self.raw.execute(_LOCK, {"lock": lock})
            if first:
                cursor = await self.raw.execute(translated(first), _bound(parameters))
        return await _rows(cursor) if cursor else []

    async def run_unsynced(self, lock: str, sql: str, parameters: Parameters | None) -> list[dict[str, Any]]:
        """Execute one statement in a transaction that does not wait for the disk: one round trip."""
        async with self.raw.pipeline():
            await self.raw.execute("BEGIN")
            await self.raw.execute("SET LOCAL synchronous_commit = off")
            if lock:
                await self.raw.execute(_LOCK, {"lock": lock})
            cursor = await self.raw.execute(translated(sql), _bound(parameters))
            await self.raw.execute("COMMIT")
        return await _rows(cursor)

    async def roll_back(self) -> None:
        """Leave a transaction in which a statement failed; one that is not over is left by closing the connection."""
        if not self.raw.closed and self.raw.info.transaction_status is TransactionStatus.INERROR:
            await self.raw.execute("ROLLBACK")


async def _rows(cursor: psycopg.AsyncCursor[dict[str, Any]]) -> list[dict[str, Any]]:
    return await cursor.fetchall() if cursor.description else []


class PostgresDatabase:
    """An open database. Statements of different tasks run beside each other, each on a connection of its own."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._idle: list[_Connection] = []
        self._places = asyncio.Semaphore(POOL_SIZE)
        self._is_closed = False

    @classmethod
    async def open(cls, url: str) -> PostgresDatabase:
        """Connect to the database at `url`, postgresql://user:password@host/name, and bring its schema up to date.

        Raises `DatabaseBroken`, `SchemaTooNew`, `DatabaseBusy`, `DiskFull`.
        """
        database = cls(_conninfo(url))
        try:
            await database._retrying(_migrate)
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def inspect(cls, url: str) -> tuple[int, int]:
        """Return the schema of the database at `url`, 0 where it is empty, and the one `open` brings it to.

        It changes nothing. Raises `DatabaseBroken`, `DatabaseBusy`, as `open` would.
        """
        database = cls(_conninfo(url))
        try:
            return await database._retrying(_inspect), _migrations()[-1][0]
        finally:
            await database.close()

    async def close(self) -> None:
        """Close the connections; those in use are closed when they come back."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop().raw.close()

    async def check(self) -> str:
        """Look whether it answers: "ok". Damage is looked for by PostgreSQL's own tools (pg_amcheck)."""
        await self.run("SELECT 1 AS one")
        return "ok"

    async def run(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> Sequence[Row]:
        """Execute one statement and return its rows; it is committed when this returns. Raises `StorageError`."""
        if not lock and _is_read(sql):
            return await self._retrying(lambda connection: connection.run(sql, parameters))

        async def write(connection: _Connection) -> list[dict[str, Any]]:
            rows = await connection.begin(lock, sql, parameters)
            await self._commit(connection)
            return rows

        return await self._retrying(write)

    async def one(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> Row | None:
        """Execute one statement and return its first row, None where there is none."""
        rows = await self.run(sql, parameters, lock=lock)
        return rows[0] if rows else None

    async def run_all(self, *statements: Statement, lock: str = "") -> Sequence[Sequence[Row]]:
        """Execute statements in one transaction and return the rows of each. Raises `StorageError`: then none."""

        async def write(connection: _Connection) -> list[list[dict[str, Any]]]:
            (first, parameters), *rest = statements
            rows = [await connection.begin(lock, first, parameters)]
            rows += [await connection.run(sql, given) for sql, given in rest]
            await self._commit(connection)
            return rows

        return await self._retrying(write)

    @asynccontextmanager
    async def transaction(self, lock: str = "") -> AsyncIterator[PostgresTransaction]:
        """Run statements in one transaction: all or none. Raises `StorageError`: then none."""

        async def begin(connection: _Connection) -> _Connection:
            await connection.begin(lock)
            return connection

        connection = await self._retrying(begin, keeps=True)
        try:
            yield PostgresTransaction(connection)
            await self._commit(connection)
        except psycopg.Error as error:
            raise _translate(error) from None
        except asyncio.CancelledError:
            await connection.raw.close()  # see _put_back
            raise
        finally:
            await self._put_back(connection)

    async def run_unsynced(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> Sequence[Row]:
        """Execute one statement without waiting for the disk; what breaks with its connection is done again."""

        if not lock and _is_read(sql):
            return await self._retrying(lambda connection: connection.run(sql, parameters))
        return await self._retrying(lambda connection: connection.run_unsynced(lock, sql, parameters))

    async def notify(self) -> None:
        """Tell the `changes` of every process that something was committed."""
        await self._retrying(lambda connection: connection.run_unsynced("", f"NOTIFY {CHANNEL}", None))

    async def changes(self) -> AsyncGenerator[None]:
        """Yield at once, and then each time somebody notified; several may be one. Raises `StorageError`."""
        try:
            connection = await self._connect()
            try:
                await connection.raw.execute(f"LISTEN {CHANNEL}")
                yield
                async for _ in connection.raw.notifies():
                    yield
            finally:
                await connection.raw.close()
        except psycopg.Error as error:
            raise _translate(error) from None

    # --- the pool -----------------------------------------------------------------------------------------------------

    async def _connect(self) -> _Connection:
        name = f"{APPLICATION} {uuid.uuid4().hex}"
        raw = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, row_factory=dict_row, application_name=name
        )
        raw.adapters.register_dumper(bool, IntDumper)  # columns of truth are 0 and 1
        try:
            await raw.execute(_SESSION)
        except BaseException:
            await raw.close()
            raise
        return _Connection(raw, name)

    async def _take(self, until: float) -> _Connection:
        """Return a connection that works as far as one can see, a new one where none is idle."""
        try:
            async with asyncio.timeout_at(until):
                await self._places.acquire()
        except TimeoutError:
            raise DatabaseBusy(f"all {POOL_SIZE} connections are in use") from None
        try:
            while self._idle:
                connection = self._idle.pop()
                if connection.is_usable:
                    return connection
                await connection.raw.close()
            return await self._connect()
        except BaseException:
            self._places.release()
            raise

    async def _put_back(self, connection: _Connection) -> None:
        """Let others have the connection; close one that broke.

        One whose task was cancelled is closed before: psycopg then asks the server to cancel the statement, which may
        reach it so late that it cancels the next one.
        """
        try:
            await connection.roll_back()
        except psycopg.Error as error:
            logger.debug("a connection broke: %s", error)
        finally:
            if connection.is_usable and not self._is_closed:
                self._idle.append(connection)
            else:
                await connection.raw.close()
            self._places.release()

    async def _retrying(self, work: Callable[[_Connection], Awaitable[T]], *, keeps: bool = False) -> T:
        """Return what `work` returns on a connection, on another where one broke before anything was committed.

        It `keeps` the connection where it went well.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + BUSY_TIMEOUT_S
        for pause_s in _pauses():
            try:
                connection = await self._take(until)
                try:
                    result = await work(connection)
                except BaseException as error:
                    if isinstance(error, asyncio.CancelledError):
                        await connection.raw.close()  # see _put_back
                    await self._put_back(connection)
                    raise
                if not keeps:
                    await self._put_back(connection)
                return result
            except psycopg.Error as error:
                if not _is_passing(error) or loop.time() + pause_s > until:
                    raise _translate(error) from None
            await asyncio.sleep(pause_s)
        raise AssertionError  # the pauses never end

    async def _commit(self, connection: _Connection) -> None:
        try:
            cursor = await connection.raw.execute("COMMIT")
        except psycopg.Error as error:
            if not _is_passing(error) or not await self._was_committed(connection):
                raise
        else:
            if cursor.statusmessage != "COMMIT":
                raise StorageError("a statement of the transaction failed")

    async def _was_committed(self, lost: _Connection) -> bool:
        """Return whether the last write of a connection that broke was committed; ask until somebody answers."""
        is_told = False
        for pause_s in _pauses():
            try:
                asking = await self._connect()
                try:
                    # Its server process may not know yet that nobody listens: it is ended, so that it commits no more.
                    ended = await asking.run(
                        """SELECT pg_terminate_backend(pid, 5000) AS is_over FROM pg_stat_activity
                           WHERE application_name = :name""",
                        {"name": lost.name},
                    )
                    if all(row["is_over"] for row in ended):
                        sql = "SELECT committed FROM connections WHERE id = :name"
                        rows = await asking.run(sql, {"name": lost.name})
                        return bool(rows) and rows[0]["committed"] == lost.writes
                finally:
                    await asking.raw.close()
            except psycopg.Error as error:
                if not is_told:
                    logger.warning("whether a write was committed is not known yet: %s", _translate(error))
                is_told = True
            await asyncio.sleep(pause_s)
        raise AssertionError  # the pauses never end


class PostgresTransaction:
    """The statements of one `PostgresDatabase.transaction()` block."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        return await self._connection.run(sql, parameters)

    async def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        rows = await self.run(sql, parameters)
        return rows[0] if rows else None


# --- migrations -------------------------------------------------------------------------------------------------------


def _migrations() -> list[tuple[int, str]]:
    folder = files("storage") / "migrations" / "postgres"
    return sorted((int(entry.name.split("_")[0]), entry.read_text()) for entry in folder.iterdir())


async def _migrate(connection: _Connection) -> None:
    """Apply what is missing in one transaction; of processes that start at the same time one does it."""
    migrations = _migrations()
    async with connection.raw.transaction():
        await connection.raw.execute(_LOCK, {"lock": "migrations"})
        await connection.raw.execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY)")
        current = (await connection.run("SELECT COALESCE(MAX(number), 0) AS n FROM schema_version", None))[0]["n"]
        if current > migrations[-1][0]:
            raise SchemaTooNew(f"schema {current}, this program knows up to {migrations[-1][0]}")
        for number, script in migrations:
            if number > current:
                await connection.raw.execute(script)
                await connection.raw.execute("INSERT INTO schema_version (number) VALUES (%s)", [number])


async def _inspect(connection: _Connection) -> int:
    """Return the number of the schema. Raises `DatabaseBusy` at a standby, `DatabaseBroken` without the rights."""
    found = await connection.run(
        """SELECT pg_is_in_recovery() AS is_standby, to_regclass('schema_version') IS NOT NULL AS has_tables,
                  current_schema() AS name, has_schema_privilege(current_schema(), 'CREATE') AS can_create""",
        None,
    )
    if found[0]["is_standby"]:
        raise DatabaseBusy("a standby, which takes no writes")
    if not found[0]["can_create"]:
        raise DatabaseBroken(f"no right to make tables in the schema {found[0]['name'] or 'public'}")
    if not found[0]["has_tables"]:
        return 0
    return int((await connection.run("SELECT COALESCE(MAX(number), 0) AS n FROM schema_version", None))[0]["n"])
