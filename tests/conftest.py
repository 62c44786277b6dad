"""The databases that tests run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import DATABASE, MISSING, PostgresServer, programs


@pytest.fixture(scope="session")
def _server() -> Iterator[PostgresServer]:
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip(MISSING)
    server = PostgresServer(bin_folder)
    server.start()
    server.create(DATABASE)
    yield server
    server.remove()


@pytest.fixture
def postgres(_server: PostgresServer) -> PostgresServer:
    """A running server whose database has no rows; it may be stopped and started."""
    _server.empty()
    return _server


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """DATABASE_URL: "" for SQLite. `both_databases` runs a test with each."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url()
