"""What the stores need of a database: statements, transactions, locks. Knows no table, and no database either.

The stores write one SQL that SQLite and PostgreSQL both understand: `:name` for parameters, 0 and 1 for what is true or
false (`is_low = 1`, never `is_low` alone), CASE for the greater of two, ON CONFLICT with `excluded.`, a name for every
subquery, no NULL to sort by. `json_extract`, `json_patch` and `json_each` are SQLite's; PostgreSQL's schema
defines as much of them as is used, and a `rowid` where one is asked for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

BUSY_TIMEOUT_S = 5.0  # that a statement waits for the database before it is `DatabaseBusy`
Parameters = Mapping[str, Any]
Statement = tuple[str, Parameters | None]
Record = TypeVar("Record")


class Row(Protocol):
    """One row, its values by their columns' names."""

    def __getitem__(self, name: str, /) -> Any: ...


class Transaction(Protocol):
    """The statements of one `Database.transaction()` block."""

    async def run(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """Execute one statement and return its rows."""

    async def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """Execute one statement and return its first row, None where there is none."""


class Database(Protocol):
    """An open database. Single statements commit at once; `transaction()` is for the rare pair.

    `lock`: of all statements and transactions that name the same one, in any process, one is executed at a time.
    """

    async def run(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> Sequence[Row]:
        """Execute one statement and return its rows; it is committed when this returns. Raises `StorageError`."""

    async def one(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> Row | None:
        """Execute one statement and return its first row, None where there is none."""

    async def run_all(self, *statements: Statement, lock: str = "") -> Sequence[Sequence[Row]]:
        """Execute statements in one transaction and return the rows of each; it is committed when this returns.

        Many callers' at once cost little more than one's: what needs no answer in between is done so.
        """

    async def run_unsynced(self, sql: str, parameters: Parameters | None = None, *, lock: str = "") -> Sequence[Row]:
        """Execute one statement without waiting for the disk: a power cut may lose it, the end of a process does not.

        Never within a `transaction`, for which it would wait.
        """

    async def notify(self) -> None:
        """Tell the `changes` of other processes that something was committed."""

    def changes(self) -> AsyncGenerator[None]:
        """Yield at once, and then each time soon after somebody else committed something; several may be one.

        Raises `StorageError`.
        """

    def transaction(self, lock: str = "") -> AbstractAsyncContextManager[Transaction]:
        """Run statements in one transaction: all or none."""

    async def check(self) -> str:
        """Look for damage: "ok", or what was found."""

    async def close(self) -> None:
        """Close the connections."""


def record_of(kind: type[Record], row: Row, **parsed: Any) -> Record:
    """Return a row as a dataclass: each field is the column of its name, or what was `parsed` of it."""
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]  # every record is one; `fields` looks at each again
    return kind(**{name: parsed[name] if name in parsed else row[name] for name in names})
