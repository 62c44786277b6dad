"""The servers that tests run on: databases, and a store of objects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.postgres import DATABASE, MISSING, PostgresServer, programs

if TYPE_CHECKING:
    from tests.object_store import ObjectStore

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """An S3 server, one for all tests."""
    from tests.object_store import ObjectStore  # takes two seconds

    server = ObjectStore()
    yield server
    server.stop()


@pytest.fixture
def bucket(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket; the environment says where it is."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{next(_NUMBERS)}"
    object_store.make_bucket(name)
    return name


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with those whose fixtures take long: what a process has to do first, pytest-xdist gives to no other."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        if metafunc.definition.get_closest_marker("only_postgres"):
            metafunc.parametrize("database_url", ["postgres"], indirect=True)
        elif metafunc.definition.get_closest_marker("both_databases"):
            metafunc.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """DATABASE_URL: "" for SQLite. A test or module marked `both_databases` runs with each."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url()
