"""A real SQLite file per test, a real PostgreSQL server, and a clock the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.postgres import PostgresDatabase
from storage.sqlite import SqliteDatabase
from tests.postgres import PostgresServer


class Clock:
    """Unix seconds that move only when told."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await SqliteDatabase.open(tmp_path / "test.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_database(postgres: PostgresServer) -> AsyncIterator[PostgresDatabase]:
    opened = await PostgresDatabase.open(postgres.url())
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each in turn."""
    opened: Database = request.getfixturevalue(f"{request.param}_database")
    return opened
